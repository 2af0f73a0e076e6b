#!/usr/bin/env python3
"""Every command of docs/operating/agency.md, in the order of the page, against a real node."""

import pathlib
import re
import shlex
import unittest

from area import csv, row
from inbox_test import D, E, F, HOUR, MINUTE, Officers

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "agency.md"
ID = "7f3a-91c2-04be"


def commands():
    for language, block in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", PAGE.read_text()):
        if language:
            continue
        for line in block.splitlines():
            yield shlex.split(line)


class AgencyPage(Officers):
    def load(self, area):
        self.assertEqual(area.load("social", csv(row(1, E), row(2, F))).returncode, 0)
        self.assertEqual(area.load("school", csv(row(1, D, service="Counselling"),
                                                 row(2, E, service="Teaching"),
                                                 row(3, F, service="Teaching"))).returncode, 0)

    def a_week(self):
        """Three questions for a person, two shield notices, an alarm."""
        area = self.running_with_officers()
        for _ in range(3):
            self.answer(self.ask(D, "section-17"))
        for purpose in ("section-17", "section-47", "concern"):
            self.answer(self.ask(E, purpose, extra=("--role", "safeguarding lead")))
        for child in (E, F):
            self.shield(child)
        area.until("the notices are on the disk",
                   lambda: all(self.shield_pending()[r] for r in ("2", "3")))
        self.move_clock(8 * 24 * HOUR + 11 * MINUTE)
        area.until("everything is shown", lambda: {"brokered", "shield-notice", "possible-fishing"}
                   <= set(self.kinds()))
        return area

    def shielded(self):
        """The number of a child whose shield is this agency's own by now."""
        records = self.answer(self.area.whoelse("school", "records", "list", "--json"))["records"]
        return next(r["nhs_number"] for r in records if r["shielded"]) + "\n"

    def item_for(self, command):
        kinds = {"contacted": "brokered", "withheld": "brokered", "not-relevant": "brokered",
                 "looked-at": "possible-fishing", "approve": "shield-notice",
                 "refuse": "shield-notice", "show": "brokered"}
        kind = next(kinds[word] for word in command if word in kinds)
        return next(i["id"] for i in self.items() if i["kind"] == kind)

    def test_the_page(self):
        area = self.a_week()
        seen = set()
        for program, *command in commands():
            self.assertEqual(program, "whoelse")
            item = self.item_for(command) if ID in command else ""
            done = area.whoelse("school", *(item if word == ID else word for word in command),
                                stdin=self.shielded() if "lift" in command else "")
            allowed = (0, 6) if command == ["status"] else (0,)
            self.assertIn(done.returncode, allowed, (command, done.stderr))
            seen.add(command[1] if command[0] == "inbox" else command[0])
        self.assertEqual(seen, {"list", "show", "done", "approve", "refuse", "lift", "counts",
                                "status"})
        self.assertEqual(area.whoelse("school", "status").returncode, 0)   # the alarm is closed


if __name__ == "__main__":
    unittest.main(verbosity=2)
