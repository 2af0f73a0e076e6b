#!/usr/bin/env python3
"""People of an agency: their duties, what they confirm and justify, and the trail of what they did.
Every command of docs/operating/people.md, in the order of the page."""

import json
import os
import pathlib
import re
import shlex
import unittest

from area import csv, row
from inbox_test import D, E, F, HOUR, Officers, SECOND_PERSON

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "people.md"
ID, NUMBER = "7f3a-91c2-04be", "6STF-5YE9-R7M2-Y7WH"
REFERENCE = "0858bc22b77384987589dbf7706112c9"
MONTH = 31 * 24 * HOUR


def commands():
    for language, block in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", PAGE.read_text()):
        if not language:
            yield from map(shlex.split, block.splitlines())


@unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
class People(Officers):
    """A school where one person asks, and another is lead officer and the first one's manager."""

    def configure(self, area, slug, duties):
        super().configure(area, slug, duties)
        config = area.folder(slug) / "node.toml"
        mine = rf"(?m)^(\[people\.(?!{SECOND_PERSON})\w+\]\n)"
        text, n = re.subn(mine, rf"\1manager = '{SECOND_PERSON}'\n", config.read_text())
        self.assertEqual(n, 1, text)
        config.write_text(text)

    def load(self, area):
        for slug in ("social", "school"):
            self.assertEqual(area.load(slug, csv(row(1, D), row(2, E), row(3, F))).returncode, 0)

    def a_school(self):
        self.months = 0
        return self.running_with_officers(duties='"practitioner", "lead officer", "manager"')

    def ask_from_school(self, child=D):
        self.asked += 1
        return self.answer(self.area.ask("school", child, "coordination"))["receipt"]

    def of_manager(self, *arguments):
        return self.answer(self.as_second("inbox", *arguments, "--json"))

    def a_month_later(self):
        """The list of what was asked since."""
        self.months += 1
        self.move_clock(self.months * MONTH)
        self.area.until("the month's list", lambda: self.lists())
        return self.lists()[0]

    def lists(self):
        return [i["id"] for i in self.of_manager("list")["items"] if i["kind"] == "monthly-questions"]

    def trail(self, *more):
        return self.answer(self.area.whoelse("school", "trail", "list", "--json", *more))

    def deeds(self, after):
        return self.trail("--after", after)["entries"]

    # --- the page --------------------------------------------------------------------------------
    def ask_as_manager(self, child=E):
        self.asked += 1
        done = self.as_second("ask", "--nhs-number", child, "--born", "2015-03-14", "--purpose",
                              "coordination", "--i-do-not-know-them", "--json")
        return self.answer(done)["receipt"]

    def to_justify(self, number, reference):
        """At the holder, as another agency's question."""
        return self.answer(self.area.whoelse(
            "social", "justify", "ask", number, "--reference", reference, "--agency", "school",
            "--reason", "once more", "--json"))["id"]

    def test_the_page(self):
        area = self.a_school()
        mine, managers = self.ask_from_school(), self.ask_as_manager()
        self.a_month_later()
        lists = {i["desk"]: i["id"] for i in self.items() if i["kind"] == "monthly-questions"}
        self.assertEqual(set(lists), {"manager", "lead officer"})   # the manager's own are not theirs
        references = {desk: self.of_manager("show", item)["about"]["questions"][0]["practitioner"]
                      for desk, item in lists.items()}
        files = {name: str(area.home / name) for name in ("agency.trail", "auditor.trail")}
        page = list(commands())

        def run(who, **words):
            """The page's next command, by this person."""
            program, *command = page.pop(0)
            self.assertEqual(program, "whoelse")
            words = {**files, "Hilltop School": "school", **words}
            typed = [words.get(word, word.replace(NUMBER, words.get(NUMBER, ""))) for word in command]
            done = self.as_second(*typed) if who == "manager" else area.whoelse(who, *typed)
            self.assertEqual(done.returncode, 0, (command, done.stderr))
            return done

        run("manager")
        run("manager", **{ID: lists["manager"]})
        run("manager", **{ID: lists["manager"]})
        run("school", **{ID: lists["lead officer"], NUMBER: managers})
        asked = {NUMBER: mine, REFERENCE: references["manager"]}
        self.assertIn("01632 960001", run("social", **asked).stdout)
        run("social", **{ID: self.to_justify(mine, references["manager"])})
        run("social", **{ID: self.to_justify(managers, references["lead officer"])})
        shown = run("manager", **asked).stdout
        self.assertIn("local:", shown)
        due = next(i["id"] for i in self.items() if i["kind"] == "justification-due")
        run("manager", **{ID: due})
        run("school")
        head = run("school").stderr.split()[1]
        run("school")
        run("school")
        self.assertIn("holds", run("school", HEAD=head).stdout)
        self.assertEqual(page, [])

    # --- the month's end ---------------------------------------------------------------------------
    def test_nobody_confirms_their_own_and_what_is_not_recognised_goes_to_a_lead_officer(self):
        area = self.a_school()
        number = self.ask_from_school()
        item = self.a_month_later()
        page = self.of_manager("show", item)
        self.assertEqual([q["question"] for q in page["about"]["questions"]], [number])
        self.assertEqual(page["desk"], "manager")
        self.assertNotIn(D, json.dumps(page))
        self.refused(area.whoelse("school", "inbox", "approve", item), "user")   # asked it
        self.refused(self.as_second("inbox", "refuse", item, "--reason", "odd"), "reason")
        self.of_manager("refuse", item, "--reason", f"{number} is no case of ours")
        raised = next(i["id"] for i in self.items() if i["kind"] == "not-recognised")
        self.refused(area.whoelse("school", "inbox", "done", raised, "--outcome", "looked-at",
                                  "--reason", "my own"), "user")
        self.of_manager("done", raised, "--outcome", "looked-at", "--reason", "spoke with them")
        # Once a month, also after a restart.
        area.stop("school")
        area.start("school")
        self.assertEqual(self.lists(), [])

    # --- please justify ----------------------------------------------------------------------------
    def test_a_reference_resolves_for_a_lead_officer_who_did_not_ask(self):
        area = self.a_school()
        number = self.ask_from_school()
        reference = self.of_manager("show", self.a_month_later())["about"]["questions"][0]["practitioner"]

        def show(n, ref):
            return self.as_second("justify", "show", n, "--reference", ref, "--json")
        self.refused(area.whoelse("school", "justify", "show", number, "--reference", reference), "user")
        self.refused(show(number, "00" * 15 + "01"), "reference")
        self.refused(show(NUMBER, reference), "number")
        item = self.answer(show(number, reference))
        self.assertRegex(item["about"]["user"], "^local:")
        self.assertEqual(self.answer(show(number, reference))["id"], item["id"])   # asked twice
        self.refused(area.whoelse("school", "inbox", "approve", item["id"], "--reason", "mine"), "user")
        self.of_manager("approve", item["id"], "--reason", "the file has the call")

    # --- the trail -----------------------------------------------------------------------------------
    def test_what_people_did_is_in_the_trail_and_stays(self):
        area = self.a_school()
        head = self.trail()["head"]
        after = head.split(":")[0]
        self.assertEqual(area.load("school", csv(row(1, D), row(9, E))).returncode, 0)
        self.refused(area.whoelse("school", "records", "erase", "--id", "9"), "reason")
        self.assertEqual(area.whoelse("school", "records", "erase", "--id", "9", "--reason",
                                      "the board decided").returncode, 0)
        self.answer(self.as_second("records", "list", "--nhs-number", D, "--json"))
        number = self.ask_from_school()
        self.answer(self.as_second("receipt", "show", number, "--json"))   # somebody else's
        area.whoelse("school", "receipt", "show", number)                  # one's own
        deeds = self.deeds(after)
        self.assertEqual([d["deed"] for d in deeds],
                         ["records-import-begun", "records-import", "records-erase", "records-list",
                          "receipt-show"])
        erased = deeds[2]
        self.assertEqual((erased["duty"], erased["reason"]), ("lead officer", "the board decided"))
        self.assertRegex(erased["about"], r"^record=\d+$")
        self.assertEqual((deeds[3]["user"], deeds[3]["duty"]), (f"local:{SECOND_PERSON}", "lead officer"))
        self.assertIn("imported=1", deeds[1]["about"])
        self.assertEqual(deeds[4]["about"], f"receipt={number}")
        self.assertNotIn(D, json.dumps(deeds))
        self.assertIn('"event":"trail_head"', area.log("school"))
        # Whole after a kill; and a file that somebody shortened is found by a kept head.
        whole, cut = area.home / "whole.trail", area.home / "cut.trail"
        self.assertEqual(area.whoelse("school", "trail", "export", "-o", whole).returncode, 0)
        area.stop("school", 9)
        area.start("school")
        later = self.trail()["head"]
        self.assertEqual(area.whoelse("school", "trail", "verify", whole, "--head", head).returncode, 0)
        lost = area.whoelse("school", "trail", "verify", whole, "--head",
                            f"{int(later.split(':')[0]) + 1}:{'0' * 64}")
        self.assertEqual(lost.returncode, 5, lost.stdout)
        cut.write_text(whole.read_text().replace("records-erase", "records-end"))
        self.assertEqual(area.whoelse("school", "trail", "verify", cut).returncode, 5)
        bare = area.home / "bare.trail"
        self.assertEqual(area.whoelse("school", "trail", "export", "--without-reasons", "-o",
                                      bare).returncode, 0)
        self.assertNotIn("board", bare.read_text())
        self.assertEqual(area.whoelse("school", "trail", "verify", bare, "--head", head).returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
