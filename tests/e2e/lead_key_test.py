#!/usr/bin/env python3
"""The lead officers' key: several hold it, another takes its place, and nobody else reads who asked."""

import pathlib
import re
import shlex
import subprocess
import unittest

from area import WHOELSE
from e2e_test import A, EndToEnd
from inbox_test import HOUR

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "agency.md"


class LeadKey(EndToEnd):
    """Runs the commands that docs/operating/agency.md has in blocks of the language `console`."""

    def setUp(self):
        super().setUp()
        blocks = re.findall(r"(?ms)^```console\n(.*?)^```$", PAGE.read_text())
        self.commands = [shlex.split(line) for block in blocks for line in block.splitlines()]
        self.publics = {}

    def run_page(self, *beginning):
        """The page's next commands of this kind, until one of another; what the last one printed."""
        done = None
        while self.commands and self.commands[0][1:1 + len(beginning)] == list(beginning):
            program, *command = self.commands.pop(0)
            self.assertEqual(program, "whoelse")
            if "REFERENCE" in command:   # of what the command before left out
                left_out = self.answer(done)["left_out"][0]["reference"]
                command = [left_out if word == "REFERENCE" else word for word in command]
            done = self.keys(*(re.sub(r"=([A-Z]+)$", lambda m: "=" + self.publics[m[1].lower()], word)
                               for word in command))
            if beginning == ("lead-key", "make-own"):
                self.publics[pathlib.Path(command[-1]).stem] = self.answer(done)["key"]
        return self.answer(done)

    def keys(self, *command):
        """In the folder of the lead officers' keys."""
        return subprocess.run([WHOELSE, *command, "--json"], capture_output=True, text=True,
                              cwd=self.area.home, timeout=90, input=A + "\n",
                              env={"WHOELSE_DOOR": str(self.area.folder("school") / "run" / "door")})

    def seal_to(self, key):
        """From the school's next start on."""
        config = self.area.folder("school") / "node.toml"
        text, n = re.subn(r"(?m)^lead_officer = .*$", f"lead_officer = '{key}'", config.read_text())
        self.assertEqual(n, 1)
        config.write_text(text)
        self.area.stop("school")
        self.area.start("school")
        self.area.until_attached("school")

    def questions(self, opened):
        return [entry["question"] for entry in opened["entries"]]

    def begin_session(self, begins):
        """What was asked is given out when the next session has begun: in eight days it has."""
        self.area.move_clock(8 * 24 * HOUR if begins else 0)

    def ask(self):
        return self.answer(self.area.ask("social", A))["receipt"]

    def test_it_is_held_by_several_and_replaced(self):
        area = self.new_area()
        self.fill(area)
        area.program["school"] = "whoelse-node-moved-clock"
        area.sign()
        self.start(area)
        before = self.ask()
        self.run_page("lead-key", "make-own")
        first = self.run_page("lead-key", "new")
        self.assertEqual(first["holders"], ["alice", "bob"])
        self.seal_to(first["lead_officer"])
        asked = [self.ask()]
        self.begin_session(True)
        opened = self.run_page("ledger", "open")
        self.assertEqual(self.questions(opened), asked)
        entry = opened["entries"][0]
        self.assertEqual((entry["agency"], entry["purpose"]), ("social", "section-47"))
        self.assertEqual(entry["decisions"][0]["outcome"], "contact")
        self.assertGreater(opened["sealed_to_another_key"], 0)   # the one before
        handed_out = area.federation / "lead" / "school.key"   # with which the agency joined
        self.assertIn(before, self.questions(self.answer(
            self.keys("ledger", "open", "--own", str(handed_out)))))

        carol = self.keys("ledger", "open", "--own", "carol.key", "--lead-key", "lead-1.key")
        self.assertEqual((carol.returncode, carol.stdout), (1, ""))
        self.assertIn("is not held by this key", carol.stderr)
        self.run_page("lead-key", "add")
        self.answer(self.keys("ledger", "open", "--own", "carol.key", "--lead-key", "lead-1.key"))

        second = self.run_page("lead-key", "new")
        self.assertEqual(second["holders"], ["alice", "carol"])
        self.begin_session(False)
        self.seal_to(second["lead_officer"])
        asked.insert(0, self.ask())
        self.begin_session(True)
        bob = self.answer(self.keys("ledger", "open", "--own", "bob.key", "--lead-key", "lead-1.key"))
        self.assertEqual(self.questions(bob), asked[1:])       # what was sealed while he was one
        self.assertEqual(self.questions(self.run_page("ledger", "open")), asked)
        looked = self.run_page("looked")
        self.assertEqual(self.questions({"entries": looked["looks"]}), asked)
        self.assertEqual(len(self.run_page("subject-access")["left_out"]), 1)   # one of two is told
        told = (area.home / "told.html").read_text()
        self.assertIn("risk of significant harm", told)
        self.assertNotIn("risk of significant harm", (area.home / "report.html").read_text())
        self.assertGreater(self.run_page("ledger", "take")["entries"], len(asked))
        # With what was taken beside it.
        self.assertEqual(self.run_page("looked")["looks"], looked["looks"])
        self.assertEqual(self.commands, [])                    # the page is through
        for secret in (asked[0], str(entry["practitioner"])):
            self.assertNotIn(secret, area.log("school"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
