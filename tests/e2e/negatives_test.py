#!/usr/bin/env python3
"""Receipts that say who disclosed nothing, who could not process the question, and who did not answer."""

import concurrent.futures
import json
import unittest

from area import csv, row
from audit_test import Audited
from e2e_test import A, C, SOCIAL
from guests import needs_root


class Negatives(Audited):
    @needs_root
    def test_who_disclosed_nothing_who_could_not_and_who_did_not_answer(self):
        area = self.new_area()
        area.add_agency("social", witness=True, **SOCIAL)
        area.add_agency("school", witness=True, services={"Child protection": "universal"})
        for slug in ("centre", "nursery"):   # one never imports, of one the node never runs
            area.add_agency(slug)
        area.sign()
        self.let_officers_in(area)
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
        for export, came in ((self.export, "gave a sealed answer"),
                             (self.export_opened, "disclosed nothing")):
            audited = self.report(area.audit("verify", export(number)))
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
