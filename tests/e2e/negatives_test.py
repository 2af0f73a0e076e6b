#!/usr/bin/env python3
"""Receipts that say who disclosed nothing, who could not process the question, and who did not answer;
and receipts that outlive the rosters and keys they were made under."""

import concurrent.futures
import json
import shutil
import unittest

from area import csv, row
from audit_test import Audited, NOT_PROVABLE
from e2e_test import A, C, SOCIAL


class Negatives(Audited):
    def test_who_disclosed_nothing_who_could_not_and_who_did_not_answer(self):
        area = self.new_area()
        area.add_agency("social", witness=True, **SOCIAL)
        area.add_agency("school", witness=True, services={"Child protection": "universal"})
        for slug in ("centre", "nursery"):   # one never imports, of one the node never runs
            area.add_agency(slug)
        area.sign()
        area.start_all("social", "school", "centre")
        for slug in ("social", "school"):
            self.assertEqual(area.load(slug, csv(row(1, A))).returncode, 0)
            area.until_enrolled(slug)
        for slug in ("social", "school", "centre"):
            area.until_attached(slug)
        number = self.answer(area.ask("social", C), 3)["receipt"]
        words = ("Asked 4: 2 {}, 1 could not process the question (NOT_READY), "
                 "1 did not answer (NOT_ATTACHED).")
        shown = self.complete(area, number)
        self.assertEqual((shown["verdict"], shown["summary"]),
                         ("proved", words.format("disclosed nothing")))
        self.assertEqual([(a["name"], a["reason"]) for a in shown["agencies"]],
                         [("social", None), ("school", None), ("centre", "NOT_READY"),
                          ("nursery", "NOT_ATTACHED")])
        text = area.whoelse("social", "receipt", "show", number).stdout
        self.assertIn(words.format("disclosed nothing"), " ".join(text.split()))
        # The asker's word is as good without it: an auditor reads the same of the file alone.
        for options, came in (((), "gave a sealed answer"), (("--with-opening",), "disclosed nothing")):
            audited = self.report(area.audit("verify", self.export(number, *options)))
            self.assertEqual((audited["verdict"], audited["summary"]), ("proved", words.format(came)))

    def test_nodes_that_are_busy_say_so_and_it_is_proved(self):
        area = self.witnessed(slot_frames=1, slot_ms=1000, deadline_ms=4000)
        refused = []

        def some_were_refused():
            with concurrent.futures.ThreadPoolExecutor() as pool:
                answers = list(pool.map(lambda _: area.ask("social", C), range(4)))
            for done in answers:
                answer = json.loads(done.stdout)
                if "BUSY" in {a.get("reason_code") for a in answer["agencies"]}:
                    refused.append(answer["receipt"])
            return refused
        area.until("a question that came when a slot was full", some_were_refused)
        shown = self.complete(area, refused[0])
        self.assertRegex(shown["summary"], r"^Asked 3: .*\d could not process the question \(BUSY\)")
        audited = self.report(area.audit("verify", self.export(refused[0])))
        self.assertRegex(audited["summary"], r"\d could not process the question \(BUSY\)")


class ChangedKeys(Audited):
    def test_a_receipt_outlives_rosters_key_versions_and_its_log(self):
        area = self.audited()
        rosters = [self.kept_roster(1)]
        complete, = self.asked(A)
        for slug in ("school", "centre"):
            area.stop(slug)   # one witness is no quorum
        pending = self.answer(area.ask("social", A), 3)["receipt"]
        relays = {p["relay"] for p in self.shown(area, pending)["findings"] if p["relay"]}
        for slug in ("school", "centre"):
            area.start(slug)

        # Keys and witnesses change; what was asked under the first roster is completed under the next.
        area.sign("--new-key-version")
        rosters.append(self.kept_roster(2))
        area.tool("remove-agency", area.federation, "centre")
        area.sign()
        rosters.append(self.kept_roster(3))
        for slug in ("social", "school"):
            area.until_roster(slug, 3)
            area.until_attached(slug)
        self.complete(area, pending)
        for receipt in (complete, pending):
            proved = self.report(area.audit("verify", self.export(receipt), rosters=rosters))
            self.assertEqual(proved["verdict"], "proved")
        # Without the roster that it was asked under nothing is said to be proved.
        self.report(area.audit("verify", self.export(complete), rosters=rosters[1:]), NOT_PROVABLE)

        self.mirrored(rosters=rosters)
        self.end_the_log("coordinator-1")
        rosters.append(self.kept_roster(4))
        for receipt in (complete, pending):
            self.assertEqual(self.shown(area, receipt)["state"], "COMPLETE")
            self.report(area.audit("verify", self.export(receipt), rosters=rosters))
        self.assertTrue(relays)
        renewed = []

        def through_the_new_log():
            renewed.extend(self.asked(A))
            return area.log_size("social", 101) > 2
        area.until("a question in the new log", through_the_new_log)
        self.report(area.audit("verify", self.export(renewed[-1]), rosters=rosters))
        # Old and new log stand side by side, each with its own key and origin.
        self.mirrored(rosters=rosters)
        checked = self.report(area.audit("check", area.home / "mirror", rosters=rosters))
        self.assertEqual(sorted(log["origin"] for log in checked["logs"].values()), [
            "testfield/coordinator-1/log", "testfield/coordinator-1/log-2",
            "testfield/coordinator-2/log", "testfield/coordinator-3/log"])

    def kept_roster(self, version):
        kept = self.area.home / f"roster-{version}.signed"
        shutil.copy(self.area.federation / "roster.signed", kept)
        return kept

    def end_the_log(self, coordinator):
        """As docs/operating/log.md says, when a log cannot go on."""
        area = self.area
        area.stop(coordinator)
        area.tool("renew-log-key", area.federation, coordinator)
        area.sign()
        folder = area.folder(coordinator)
        shutil.move(area.logs / coordinator, area.home / "ended")
        for place in ("data", "second-checkpoint"):
            shutil.move(folder / place, area.home / f"ended-{place}")
        area.start(coordinator)
        for slug in ("social", "school"):
            area.until_roster(slug, 4)
            area.until_attached(slug)


if __name__ == "__main__":
    unittest.main(verbosity=2)
