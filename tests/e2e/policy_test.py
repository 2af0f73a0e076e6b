#!/usr/bin/env python3
"""The adopted policy and the rules for askers, through the real programs."""

import datetime
import getpass
import signal
import unittest

from area import StartRefused, csv, row
from e2e_test import A, B, C, EndToEnd

ROW = '[row."universal"]\n'
COLUMN = '"section-47"'


class DisclosurePolicy(EndToEnd):
    def file(self, slug="school"):
        return self.area.folder(slug) / "policy.toml"

    def set_cell(self, word):
        """Of universal services in section-47, in the school's file; SIGHUP has it taken up."""
        before, after = self.file().read_text().split(ROW)
        cell, rest = after[after.index(COLUMN):].split("\n", 1)
        cell = cell[:cell.index("=")] + f'= "{word}"'
        self.file().write_text(before + ROW + after[:after.index(COLUMN)] + cell + "\n" + rest)
        self.hang_up()

    def hang_up(self):
        self.area.processes["school"].send_signal(signal.SIGHUP)

    def policy(self):
        return self.answer(self.area.whoelse("school", "policy", "show", "--json"))

    def acting(self):
        return self.policy()["rows"]["universal"]["section-47"]

    def school(self):
        return self.statuses(self.area.ask("social", A))["school"]

    def test_stricter_at_once_looser_on_its_day_and_a_bad_file_changes_nothing(self):
        area = self.running()
        self.assertEqual((self.acting(), self.school()), ("contact", "disclosed"))
        first = self.policy()["hash"]

        self.set_cell("nothing")
        area.until("the file is taken up", lambda: self.acting() == "nothing")
        self.assertNotEqual(self.policy()["hash"], first)
        self.assertEqual(self.school(), "nothing_disclosed")

        self.set_cell("contact")
        area.until("it waits", lambda: self.policy()["waiting"] == [
            {"row": "universal", "column": "section-47", "now": "nothing", "then": "contact"}])
        self.assertRegex(self.policy()["looser_on"], r"^\d{4}-\d{2}-01$")
        self.assertEqual(self.school(), "nothing_disclosed")

        nameless = area.whoelse("school", "policy", "let-through", "--reason", "")
        self.assertEqual((nameless.returncode, nameless.stdout), (2, ""), nameless.stderr)
        self.assertEqual(self.school(), "nothing_disclosed")
        let = ("policy", "let-through", "--reason", "the board decided it for the new term")
        self.answer(area.whoelse("school", *let, "--json"))
        self.assertEqual((self.acting(), self.policy()["waiting"]), ("contact", []))
        self.assertEqual(self.school(), "disclosed")
        again = area.whoelse("school", *let)
        self.assertEqual((again.returncode, again.stdout), (2, ""), again.stderr)
        self.set_cell("nothing")
        area.until("stricter again", lambda: self.acting() == "nothing")

        self.set_cell("perhaps")
        area.until("the operator reads why", lambda: "column section-47: is not a word of this table"
                   in (self.policy()["problem"] or ""))
        self.assertIn('"event":"policy_not_taken"', area.log("school"))
        area.stop("school")
        area.start("school")
        area.until_attached("school")
        self.assertIn("line ", area.status("school")["policies"][0]["problem"])
        self.assertEqual((self.acting(), self.school()), ("nothing", "nothing_disclosed"))
        check = area.whoelse("school", "policy", "check", self.file())
        self.assertEqual(check.returncode, 2)
        self.assertIn("row universal, column section-47", check.stderr)

    def test_days_go_by(self):
        area = self.new_area()
        self.fill(area)
        area.sign()
        area.program["school"] = "whoelse-node-moved-clock"
        area.start("school")
        self.set_cell("nothing")
        area.until("stricter", lambda: self.acting() == "nothing")
        self.set_cell("contact")
        area.until("it waits", lambda: self.policy()["looser_on"])
        today = datetime.datetime.now(datetime.timezone.utc).date()
        first = datetime.date.fromisoformat(self.policy()["looser_on"])
        self.assertEqual(((first - datetime.timedelta(days=1)).month, first.day), (today.month, 1))
        area.move_clock((first - today).days * 86_400_000)
        area.until("its day has come", lambda: self.acting() == "contact")

        area.move_clock(400 * 86_400_000)
        area.until("nobody reviewed it", lambda: self.acting() == "duty_line")
        self.assertTrue(area.status("school")["policies"][0]["overdue"])
        self.assertIn('"event":"policy_overdue"', area.log("school"))

    def test_without_a_policy_one_step_stricter(self):
        area = self.new_area()
        self.fill(area)
        area.sign()
        config = area.folder("school") / "node.toml"
        config.write_text(config.read_text().replace("policy = 'policy.toml'\n", ""))
        area.start("school")
        self.assertIsNone(self.policy()["adoption"])
        self.assertEqual(self.acting(), "duty_line")
        explained = self.answer(area.whoelse(
            "school", "policy", "explain", "--service", "Child protection", "--purpose", "section-47",
            "--json"))
        self.assertEqual((explained["class"], explained["outcome"]), ("universal", "duty_line"))

    def test_the_file_is_read_before_anything_else(self):
        area = self.new_area()
        self.fill(area)
        area.sign()
        self.file().write_text("[adoption]\n")
        with self.assertRaises(StartRefused) as refused:
            area.start("school")
        self.assertEqual(refused.exception.code, 2)
        self.assertIn("adopted_by: is missing", refused.exception.log)


class AskerRules(EndToEnd):
    def configured(self, change):
        """Social care and a school; `change(text)` of social care's node.toml before they start."""
        area = self.new_area()
        self.fill(area)
        area.sign()
        config = area.folder("social") / "node.toml"
        config.write_text(change(config.read_text()))
        self.start(area)
        return area

    def test_the_tick_the_own_family_and_the_caps(self):
        user = getpass.getuser()

        def change(text):
            self.assertIn("questions = 100000", text)
            self.assertIn(f"[people.{user}]", text)
            return text.replace("questions = 100000", "questions = 2").replace(
                f"[people.{user}]", f"[people.{user}]\nsurname = 'Fennimore'")

        area = self.configured(change)
        self.assertEqual(area.load("social", csv(row(3, C).replace("Testwood", "fennimore"))).returncode, 0)
        area.until_enrolled("social")
        without = area.whoelse("social", "ask", "--nhs-number", "-", "--purpose", "section-47",
                               "--born", "2015-03-14", "--case", "C-1", stdin=A + "\n")
        self.assertEqual(without.returncode, 2)
        self.assertIn("i-do-not-know-them", without.stderr)
        own = area.ask("social", C)
        self.assertEqual(own.returncode, 2)
        self.assertIn("nhs-number", own.stderr)
        self.assertIn("colleague", own.stderr)
        wrong = area.ask("social", A, extra=("--power", "cda1998-s115"))
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("power", wrong.stderr)
        # What was put right or stopped was no question.
        self.assertEqual([area.ask("social", A).returncode for _ in range(3)], [0, 0, 4])
        area.stop("social")
        area.start("social")
        area.until_attached("social")
        self.assertEqual(area.ask("social", A).returncode, 4)
        emergency = area.ask("social", A, "emergency", extra=("--reason", "self-harm"))
        self.assertEqual(emergency.returncode, 0, emergency.stderr)

    def test_a_child_that_is_not_held_needs_a_second_person(self):
        area = self.running()
        refused = area.ask("school", B, "early-help")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("approval", refused.stderr)
        night = area.ask("school", B, "early-help",
                         extra=("--role", "out-of-hours practitioner"))
        receipt = self.answer(night)["receipt"]
        # A second person says afterwards whether it was right, and nobody to themselves.
        waits, = [item for item in self.answer(area.whoelse("school", "inbox", "list", "--json"))[
            "items"] if item["kind"] == "approval-afterwards"]
        about = self.answer(area.whoelse("school", "inbox", "show", waits["id"], "--json"))["about"]
        self.assertEqual((about["question"], about["case_reference"], about["user"]),
                         (receipt, "C-1", "local:" + getpass.getuser()))
        own = area.whoelse("school", "inbox", "approve", waits["id"])
        self.assertEqual(own.returncode, 2)
        self.assertIn("user", own.stderr)
        # By day it needs what a question by day needs.
        again = area.whoelse("school", "ask", "--again", receipt, "--i-do-not-know-them")
        self.assertEqual((again.returncode, again.stdout), (2, ""))
        self.assertIn("--request-approval", again.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
