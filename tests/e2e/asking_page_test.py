#!/usr/bin/env python3
"""Every command of docs/operating/asking.md, in the order of the page, against a real node."""

import pathlib
import re
import shlex
import unittest

from area import csv, row
from asking_test import Moved
from e2e_test import A, B

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "asking.md"
RECEIPT = "6STF-5YE9-R7M2-Y7WH"


def blocks(language):
    return [block for found, block in
            re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", PAGE.read_text()) if found == language]


def commands():
    for block in blocks(""):
        for line in block.splitlines():
            yield shlex.split(line)


class AskingPage(Moved):
    def load(self, area):
        self.assertEqual(area.load("social", csv(row(4711, A), row(4712, B))).returncode, 0)
        self.assertEqual(area.load("school", csv(row(1, A))).returncode, 0)

    def test_the_page(self):
        area = self.running_moved(
            lambda text: text + "\n[watch]\na_week = 7\n"
                                "\n[people.alice]\nroles = ['safeguarding lead']\n")
        self.to_three_in_the_morning()
        area.stop("school")   # as some are at night
        (area.home / "caseload.csv").write_text(*blocks("csv"))
        receipt, seen = None, set()
        for program, *command in commands():
            if program == "export":
                continue
            self.assertEqual(program, "whoelse")
            words = [receipt if word == RECEIPT else word for word in command]
            words = [str(area.home / word) if word.endswith(".csv") else word for word in words]
            done = area.whoelse("social", *words, stdin=A + "\n")
            self.assertIn(done.returncode, (0, 3), (command, done.stderr))
            receipt = receipt or re.search(r"Receipt (\S+) ", done.stdout)[1]
            seen.update(word for word in command if not word.startswith(receipt))
        self.assertLessEqual({"ask", "--again", "--at", "--list", "answer", "show", "hand-over", "list",
                              "add", "end"}, seen)


if __name__ == "__main__":
    unittest.main(verbosity=2)
