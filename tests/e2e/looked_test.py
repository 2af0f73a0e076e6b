#!/usr/bin/env python3
"""Who looked, what a subject access tells of it, what is taken out of the ledger, and shields over
their weeks: with the real programs."""

import itertools
import json
import os
import time
import unittest

from area import csv, row
from e2e_test import EndToEnd
from inbox_test import D, F, HOUR, MINUTE, NOT_HELD, Officers

DAY = 24 * HOUR
LEFT_OUT = "Some entries may have been left out to protect the child or other people."


class WhoLooked(Officers):
    def setUp(self):
        super().setUp()
        self.opened = []

    def as_officer(self, *command, child=F, code=0):
        """With the key that the agency joined with."""
        key = self.area.federation / "lead" / "school.key"
        done = self.area.whoelse("school", *command, "--nhs-number", "-", "--own", key, "--json",
                                 stdin=child + "\n")
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def looks(self, *more, child=F):
        return self.as_officer("looked", *more, child=child)["looks"]

    def receipt(self, *arguments, **options):
        return self.answer(self.ask(*arguments, **options))["receipt"]

    def report(self, name, *more, child=F, code=0):
        file = self.area.home / name
        shown = self.as_officer("subject-access", file, *more, child=child, code=code)
        return (file.read_text(), shown["left_out"]) if code == 0 else shown

    def test_who_looked_and_what_the_child_is_told(self):
        area = self.running_with_officers()
        told = self.receipt(F, "section-17")
        kept = self.receipt(F, "section-47")
        self.receipt(D, "section-47")   # another child
        self.asked += 1
        mine = self.answer(area.ask("school", F, "concern", extra=("--role", "safeguarding lead")))
        # What others asked is not given out before the next session, brokered or not.
        self.assertEqual([look["question"] for look in self.looks()], [mine["receipt"]])
        early = area.whoelse("school", "ledger", "take", area.home / "early.taken", "--json")
        self.assertEqual(self.answer(early)["entries"], 0)
        self.move_clock(8 * DAY)   # over a weekend and a bank holiday, if there is one
        looks = self.looks()
        self.assertEqual([look["question"] for look in looks], [mine["receipt"], kept, told])
        self.assertEqual([look["agency"] for look in looks], ["school", "social", "social"])
        self.assertEqual([look["decisions"][0]["outcome"] for look in looks], ["contact"] * 3)
        self.assertIn("section 47; UK GDPR article 6(1)(e)", looks[1]["basis"])
        self.assertIn("another lead officer", looks[0]["note"])   # nobody reviews what they asked
        self.assertNotIn("note", looks[1])
        self.assertEqual([look["question"] for look in looks],   # by any of the child's records
                         [look["question"] for look in self.answer(area.whoelse(
                             "school", "looked", "--record", "3", "--own",
                             area.federation / "lead" / "school.key", "--json"))["looks"]])

        page, left_out = self.report("report.html")
        self.assertIn("finds out what help the child needs", page)
        self.assertIn("Teaching", page)
        self.assertTrue(page.rstrip().endswith(f"<p>{LEFT_OUT}</p>\n</body>\n</html>"), page[-300:])
        self.assertEqual([entry["reference"] for entry in left_out], [mine["receipt"], kept])
        for secret in (told, kept, looks[1]["practitioner"], "Robin", "risk of significant harm",
                       "<script"):
            self.assertNotIn(secret, page)
        self.assertEqual((area.home / "report.html").stat().st_mode & 0o777, 0o600)

        back = ("--put-back", kept)
        self.assertIn("reason: ", self.report("no.html", *back, code=2))
        self.assertFalse((area.home / "no.html").exists())
        why = ("--reason", "she knows of the enquiry")
        page, left_out = self.report("back.html", *back, *why)
        self.assertIn("risk of significant harm", page)
        self.assertEqual(len(left_out), 1)
        self.assertIn("asked yourself",
                      self.report("no.html", "--put-back", mine["receipt"], *why, code=2))
        items = self.items("school", "--done")
        self.assertEqual([i["kind"] for i in items], ["rights-request"] * 2)
        decided = self.decide("show", items[0]["id"])
        self.assertEqual((decided["about"]["put_back"], decided["decisions"][0]["reason"]),
                         ([kept], why[1]))

        # From all of whose entries nothing may be told, and of whom nothing is known.
        hidden, left_out = self.report("hidden.json", "--as-json", child=D)
        self.assertEqual(len(left_out), 2)
        empty, left_out = self.report("empty.json", "--as-json", child=NOT_HELD)
        self.assertEqual((left_out, hidden.replace(D, NOT_HELD)), ([], empty))
        for secret in (kept, looks[1]["practitioner"], F, D):
            self.assertNotIn(secret, area.log("school"))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_only_lead_officers_look(self):
        self.running_with_officers(duties='"approver"')
        for command in (["looked", "--record", "3", "--own", "/dev/null"],
                        ["subject-access", "/dev/null", "--record", "3", "--own", "/dev/null"],
                        ["ledger", "take", "/tmp/never"],
                        ["inbox", "lift", "--record", "3", "--reason", "why"]):
            self.refused(self.as_second(*command), "user")

    def test_what_is_sealed_is_taken_out_and_swept(self):
        area = self.running_with_officers(all_clocks=True)
        asked = [self.receipt(F, "section-17")]
        self.move_clock(77 * DAY)
        area.until("they are told", lambda: "ledger-to-take" in self.kinds())
        file = area.home / "first.taken"
        taken = self.answer(area.whoelse("school", "ledger", "take", file, "--json"))
        self.assertGreaterEqual(taken["entries"], 1)
        again = area.whoelse("school", "ledger", "take", file)
        self.assertEqual(again.returncode, 1)   # never over it
        self.assertNotIn("ledger-to-take", self.kinds())
        both = self.looks("--taken", file)   # at the node too: shown once
        self.assertEqual([look["question"] for look in both], asked)
        area.move_clock(91 * DAY)
        area.until("it is swept", lambda: self.looks() == [])
        self.assertNotIn("ledger-lost", self.kinds())
        self.assertEqual(self.looks("--taken", file), both)
        ledger = area.whoelse("school", "ledger", "export").stdout
        self.assertIn("\nrow ", ledger)   # frame hash, index and the wire's hash stay
        damaged = area.home / "cut.taken"
        damaged.write_bytes(file.read_bytes()[:-256])
        self.assertIn("taken: ", self.as_officer("looked", "--taken", damaged, code=2))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_a_shield_of_ones_own_is_lifted_by_two_people(self):
        area = self.running_with_officers()
        self.shield(F)
        area.until("the shield is on the disk", lambda: self.shield_pending()["3"])

        def lift(*more):
            return area.whoelse("school", "inbox", "lift", "--nhs-number", "-", "--json",
                                "--reason", "the order ended", *more, stdin=F + "\n")
        self.refused(lift(), "nhs-number")   # the notice waits for a decision
        self.move_clock(11 * MINUTE)
        area.until("the notice is shown", lambda: "shield-notice" in self.kinds())
        notice = next(i["id"] for i in self.items() if i["kind"] == "shield-notice")
        self.decide("approve", notice)
        item = self.answer(lift())
        self.assertEqual(item["state"], "waits for a second person")
        self.refused(area.whoelse("school", "inbox", "refuse", item["id"], "--reason", "x"), "user")
        self.assertTrue(self.shield_pending()["3"])
        second = self.as_second("inbox", "refuse", item["id"], "--reason", "I read the order",
                                "--json")
        self.assertEqual(self.answer(second)["state"], "done")
        self.assertFalse(self.shield_pending()["3"])
        self.move_clock(0)
        area.until_attached("school")
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")
        self.shield(F)   # people there send it anew: it acts anew
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")


class RepeatedNotices(EndToEnd):
    def covered(self):
        return {slug: sum(c["log_size"] for c in self.area.status(slug)["coordinators"])
                for slug in ("social", "school")}

    def move_clock(self, ms):
        """Everybody's. A leaf that no checkpoint covered yet would be late by it."""
        receipts = self.answer(self.area.whoelse("social", "receipt", "list", "--json"))["receipts"]
        asked = sum(not receipt["nothing_came"] for receipt in receipts)
        self.area.until("every leaf covered", lambda: all(
            size >= self.leaves[slug] + 2 * asked for slug, size in self.covered().items()))
        self.area.move_clock(ms)

    def test_who_takes_the_child_on_later_is_silent_too(self):
        area = self.new_area()
        area.add_agency("social", kind="social-care", ask="concern,section-47,emergency")
        area.add_agency("school", services={"Teaching": "universal"})
        slugs = ("social", "school")
        for slug in slugs:
            area.program[slug] = "whoelse-node-moved-clock"
        for slug in area.coordinators:
            area.program[slug] = "whoelse-coordinator-moved-clock"
        area.sign()
        area.start_all(*slugs)
        self.assertEqual(area.load("social", csv(row(1, F))).returncode, 0)
        self.assertEqual(area.load("school", csv(row(1, D, service="Teaching"))).returncode, 0)
        for slug in slugs:
            area.until_enrolled(slug)
            area.until_attached(slug)
        self.leaves = self.covered()
        self.answer(area.whoelse("social", "shield", "--nhs-number", "-", "--born", "2015-03-14",
                                 "--i-do-not-know-them", "--role", "out-of-hours practitioner",
                                 "--json", stdin=F + "\n"))
        # The new school, which nobody told.
        self.assertEqual(area.load("school", csv(row(1, D, service="Teaching"),
                                                 row(2, F, service="Teaching"))).returncode, 0)
        self.move_clock(11 * MINUTE)
        area.until_enrolled("school")
        area.until("the school answers", lambda: self.statuses(
            area.ask("social", F))["school"] == "disclosed")
        weeks = itertools.count(8 * DAY, 8 * DAY)
        patience = 0

        # A week that finds a stream cut, as a leap of the clock may, is a notice that comes the week after.
        def silent():
            nonlocal patience
            records = self.answer(area.whoelse("school", "records", "list", "--json"))["records"]
            if not records[-1]["shield_pending"] and time.monotonic() > patience:
                self.move_clock(next(weeks))
                patience = time.monotonic() + 15
            return records[-1]["shield_pending"]
        area.until("the repetition came", silent)
        area.until("the school is silent", lambda: self.statuses(
            area.ask("social", F))["school"] == "nothing_disclosed")
        receipts = self.answer(area.whoelse("social", "receipt", "list", "--json"))["receipts"]
        self.assertIn("repetition", {r["asked_as"] for r in receipts})


if __name__ == "__main__":
    unittest.main(verbosity=2)
