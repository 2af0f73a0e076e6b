#!/usr/bin/env python3
"""Receipts end to end: three witnesses, a question, and what its asker can hand to an auditor."""

import base64
import os
import unittest

from area import csv, row
from e2e_test import A, C, SOCIAL, EndToEnd
from guests import FIRST, SECOND, Guests, needs_root


class Witnessed(EndToEnd):
    def witnessed(self, programs=None, **parameters):
        """As `running`, with a third agency; all three nodes are witnesses, two are a quorum."""
        area = self.new_area(**parameters)
        area.program.update(programs or {})
        area.add_agency("social", witness=True, **SOCIAL)
        area.add_agency("school", witness=True, services={"Child protection": "universal"})
        area.add_agency("centre", witness=True, services={"Child protection": "sensitive"})
        area.add_auditor()
        area.sign()
        self.let_officers_in(area)
        area.start_all("social", "school", "centre")
        for slug in ("social", "school", "centre"):
            self.assertEqual(area.load(slug, csv(row(1, A))).returncode, 0)
        for slug in ("social", "school", "centre"):
            area.until_enrolled(slug)
            area.until_attached(slug)
        return area

    def let_officers_in(self, area):
        """Two lead officers at social care, beside who asks there."""
        if os.geteuid() == 0:
            self.officers = Guests(area, "social", '"lead officer"')
            self.addCleanup(self.officers.close)

    def shown(self, area, number):
        return self.answer(area.whoelse("social", "receipt", "show", number, "--json"))

    def complete(self, area, number):
        area.until("the receipt is complete", lambda: self.shown(area, number)["state"] == "COMPLETE")
        return self.shown(area, number)

    def export(self, number, *options):
        """The file of this receipt of social care's."""
        file = self.area.home / f"{number}.receipt"
        done = self.area.whoelse("social", "receipt", "export", number, "-o", file, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return file

    def propose(self, number, reason="the auditor's authority CR-2026-17"):
        return self.officers.whoelse(FIRST, "receipt", "propose-opening", number, "--json",
                                     "--reason", reason)

    def open_by(self, account, number):
        return self.officers.whoelse(account, "receipt", "export", number, "--with-opening")

    def export_opened(self, number):
        """The same with its opening, as one lead officer gets it when another has approved."""
        item = self.answer(self.propose(number))["id"]
        self.answer(self.officers.whoelse(SECOND, "inbox", "approve", item, "--reason",
                                          "saw the authority", "--json"))
        done = self.open_by(FIRST, number)
        self.assertEqual(done.returncode, 0, done.stderr)
        file = self.area.home / f"{number}.opened"
        file.write_text(done.stdout)
        return file


class Receipts(Witnessed):
    def test_a_contact_and_a_negative_are_proved_alike(self):
        area = self.witnessed()
        for child, summary in ((A, "Asked 3: 3 gave a contact or a duty line."),
                               (C, "Asked 3: 3 disclosed nothing.")):
            answer = self.answer(area.ask("social", child))
            self.assertEqual(answer["receipt_state"], "PENDING")
            shown = self.complete(area, answer["receipt"])
            self.assertEqual(shown["verdict"], "proved")
            self.assertEqual(shown["summary"], summary)
            sealed = area.whoelse("social", "receipt", "export", answer["receipt"])
            self.assertEqual(sealed.returncode, 0, sealed.stderr)
            self.assertTrue(sealed.stdout.startswith("whoelse receipt v1\nnumber " + answer["receipt"]))
            self.assertTrue(sealed.stdout.endswith("\nopening none\n"))
        listed = self.answer(area.whoelse("social", "receipt", "list", "--json"))["receipts"]
        self.assertEqual([r["state"] for r in listed], ["COMPLETE", "COMPLETE"])
        self.assertEqual(area.whoelse("social", "receipt", "show", "0000-0000-0000-0000").returncode, 2)

    @needs_root
    def test_an_opening_takes_two_lead_officers(self):
        area = self.witnessed()
        number = self.answer(area.ask("social", A))["receipt"]

        def refused(done, field):
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
            self.assertIn(f"whoelse: {field}: ", done.stderr)
        # Who asked neither takes it nor says one of the words, and is a lead officer.
        mine = area.whoelse("social", "receipt", "export", number, "--with-opening")
        refused(mine, "with-opening")
        refused(area.whoelse("social", "receipt", "propose-opening", number, "--reason", "x"), "user")
        refused(self.open_by(FIRST, number), "with-opening")
        refused(self.propose("0000-0000-0000-0000"), "number")
        refused(self.propose(number, reason=" "), "reason")
        item = self.answer(self.propose(number))["id"]
        refused(self.propose(number), "number")   # it is proposed already

        def approve(account):
            return self.officers.whoelse(account, "inbox", "approve", item, "--reason", "I saw it")
        refused(approve(FIRST), "user")
        refused(area.whoelse("social", "inbox", "approve", item, "--reason", "mine"), "user")
        refused(self.open_by(FIRST, number), "with-opening")
        self.assertEqual(approve(SECOND).returncode, 0)
        refused(self.open_by(SECOND, number), "with-opening")
        opened = self.open_by(FIRST, number)
        line = next(x for x in opened.stdout.splitlines() if x.startswith("statement "))
        self.assertIn(A.encode(), base64.b64decode(line.split()[1]))
        deeds = self.answer(self.officers.whoelse(SECOND, "trail", "list", "--json"))["entries"]
        self.assertEqual(
            [(d["user"], d["deed"]) for d in deeds if f"receipt={number}" in d["about"]],
            [(f"local:{FIRST}", "receipt-propose-opening"), (f"local:{SECOND}", "inbox"),
             (f"local:{FIRST}", "receipt-open")])

    def test_a_receipt_is_completed_after_a_restart_and_with_one_witness_away(self):
        area = self.witnessed()
        area.stop("centre")
        done = area.ask("social", A)
        number = self.answer(done, 3)["receipt"]
        area.stop("social")
        area.start("social")
        area.until_attached("social")
        self.complete(area, number)

    def test_the_ledger_has_every_question_and_names_nobody(self):
        area = self.witnessed()
        for child in (A, C):
            self.answer(area.ask("social", child))
        for slug in ("social", "school", "centre"):
            ledger = area.whoelse(slug, "ledger", "export").stdout
            self.assertEqual(sum(line.startswith("row ") for line in ledger.splitlines()), 2)
            self.assertNotIn(A, ledger)


if __name__ == "__main__":
    unittest.main(verbosity=2)
