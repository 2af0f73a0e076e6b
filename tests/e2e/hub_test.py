#!/usr/bin/env python3
"""A hub of two schools: to a lead officer of the one, what is the other's is not there."""

import os
import re
import unittest

from area import HEADER, StartRefused, csv, number, row
from inbox_test import D, E, F, HOUR, NOT_HELD, Officers, SECOND_PERSON

HILLTOP, MEADOW = "100001", "100002"
ORGANISATIONS = f"""
[organisations.{HILLTOP}]
name = "Hilltop School"
policy = "policy.toml"

[organisations.{MEADOW}]
name = "Meadow Lane School"
policy = "policy.toml"

[organisations.{MEADOW}.caps]
emergencies = 1
"""
NOBODYS = "0000-0000-0000"


@unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
class Hub(Officers):
    """One person acts for all of the hub; the second one for Hilltop alone, with every duty."""

    more_rows = ()   # of the first import, each with whose it is

    def configure(self, area, slug, duties):
        super().configure(area, slug, duties)
        config = area.folder(slug) / "node.toml"
        text, n = re.subn(r"(?m)^policy = .*\n", "", config.read_text())
        text, m = re.subn(rf"(?m)^\[people\.(?!{SECOND_PERSON})\w+\]\n",
                          r"\g<0>organisations = 'all'\n", text)
        text, k = re.subn(rf"(?m)^\[people\.{SECOND_PERSON}\]\n",
                          rf"\g<0>organisations = ['{HILLTOP}']\n", text)
        self.assertEqual((n, m, k), (1, 1, 1), text)
        config.write_text(text + ORGANISATIONS)

    def export(self, *rows):
        """Of rows and whose each is."""
        file = self.public / "export.csv"
        lines = [HEADER + ",organisation_code"] + [f"{line},{code}" for line, code in rows]
        file.write_text("\n".join(lines) + "\n")
        file.chmod(0o644)
        return str(file)

    def load(self, area):
        """Hilltop has D and F, Meadow Lane E and F. Both number their rows alike."""
        self.assertEqual(area.load("social", csv(*(row(i, n) for i, n in enumerate((D, E, F))))
                                   ).returncode, 0)
        done = area.whoelse("school", "records", "import", self.export(
            (row(1, D, service="Counselling"), HILLTOP), (row(2, F, service="Counselling"), HILLTOP),
            (row(1, E, service="Counselling"), MEADOW), (row(2, F, service="Refuge"), MEADOW),
            *self.more_rows), "--json")
        self.assertEqual(self.answer(done)["imported"], 4 + len(self.more_rows))

    def a_hub(self, **options):
        return self.running_with_officers(
            duties='"practitioner", "lead officer", "record manager"', **options)

    def hilltops(self, *arguments):
        return self.answer(self.as_second(*arguments, "--json"))

    def records(self, who):
        return {(r["source"], r["source_id"]): r for r in who("records", "list")["records"]}

    def everybodys(self, *arguments):
        return self.answer(self.area.whoelse("school", *arguments, "--json"))

    def same_words(self, field, theirs, nobodys):
        """What is another's is refused as what is not there."""
        for done in (theirs, nobodys):
            self.refused(done, field)
        self.assertEqual(theirs.stderr, nobodys.stderr)

    def test_what_waits_at_one_school_is_not_there_for_the_other(self):
        area = self.a_hub()
        for child in (D, E, F):
            self.assertEqual(self.statuses(self.ask(child, "section-17"))["school"],
                             "nothing_disclosed")
        self.move_clock(8 * 24 * HOUR)
        area.until("all that waits", lambda: len(self.items()) == 4)
        whose = {(i["organisations"][0], self.everybodys("inbox", "show", i["id"])["about"][
            "decisions"][0]["record"]): i["id"] for i in self.items()}
        self.assertEqual({code for code, _ in whose}, {HILLTOP, MEADOW})
        of_meadow = [item for (code, _), item in whose.items() if code == MEADOW]
        mine = self.hilltops("inbox", "list")["items"]
        self.assertEqual({i["id"] for i in mine}, set(whose.values()) - set(of_meadow))
        held = {r["record"] for r in self.records(self.hilltops).values()}
        for item in mine:   # of the child of both schools, only what is decided of Hilltop's record
            page = self.hilltops("inbox", "show", item["id"])
            self.assertEqual(len(page["about"]["decisions"]), 1)
            self.assertIn(page["about"]["decisions"][0]["record"], held)
        for item in of_meadow:
            self.same_words("id", self.as_second("inbox", "show", item),
                            self.as_second("inbox", "show", NOBODYS))
            decide = ("--outcome", "contacted")
            self.same_words("id", self.as_second("inbox", "done", item, *decide),
                            self.as_second("inbox", "done", NOBODYS, *decide))
        self.hilltops("inbox", "done", mine[0]["id"], "--outcome", "contacted")
        self.assertEqual(sum(c["raised"] for c in self.hilltops("inbox", "counts")["counts"]), 2)
        self.assertEqual({i["id"] for i in self.items()}, set(whose.values()) - {mine[0]["id"]})

    def test_who_fills_a_register_silences_ones_own_alone(self):
        """One record more than are looked at of a school; no item tells the other of it."""
        self.more_rows = [(row(100 + i, F, service="Teaching"), HILLTOP) for i in range(40)]
        area = self.a_hub()
        self.assertEqual(self.statuses(self.ask(F, "section-17"))["school"], "nothing_disclosed")
        self.move_clock(8 * 24 * HOUR)
        area.until("an item of each", lambda: len(self.items()) == 2)
        pages = {i["organisations"][0]: self.everybodys("inbox", "show", i["id"])["about"]
                 for i in self.items()}
        self.assertEqual(len(pages[HILLTOP]["decisions"]), 40)
        self.assertTrue(pages[HILLTOP]["more_records"])
        self.assertEqual(len(pages[MEADOW]["decisions"]), 1)
        self.assertNotIn("more_records", pages[MEADOW])

    def test_records_of_the_other_school_are_not_there(self):
        area = self.a_hub()
        all_records = self.records(self.everybodys)
        self.assertEqual(len(all_records), 4)
        self.assertEqual(set(self.records(self.hilltops)),
                         {(f"{HILLTOP}/school", "1"), (f"{HILLTOP}/school", "2")})
        self.assertEqual(self.hilltops("records", "list", "--nhs-number", E)["records"], [])
        self.assertEqual(len(self.hilltops("records", "list", "--nhs-number", F)["records"]), 1)
        exported = self.as_second("records", "export").stdout
        self.assertEqual((E in exported, D in exported), (False, True))
        of_meadow, nobodys = (("--source", f"{MEADOW}/school", "--id", one) for one in ("1", "99"))
        for verb in (("end", "--on", "2026-03-31"), ("lead", "--yes"), ("unmerge",),
                     ("erase", "--reason", "a court decided it"), ("merge", "--into", "1")):
            self.same_words("id", self.as_second("records", *verb, *of_meadow),
                            self.as_second("records", *verb, *nobodys))
        for verb in (("close",), ("supersede", "--by", number(9))):
            self.same_words("nhs-number", self.as_second("records", *verb, "--nhs-number", E),
                            self.as_second("records", *verb, "--nhs-number", NOT_HELD))
        lift = ("inbox", "lift", "--reason", "she is safe", "--record")
        self.same_words("nhs-number",
                        self.as_second(*lift, str(all_records[f"{MEADOW}/school", "1"]["record"])),
                        self.as_second(*lift, "99"))
        # By who acts for both, it has to be said whose.
        self.refused(area.whoelse("school", "records", "end", "--id", "1", "--on", "2026-03-31"),
                     "source")

        rows = [(row(1, D, service="Counselling"), HILLTOP), (row(1, NOT_HELD), MEADOW)]
        refused = self.as_second("records", "import", self.export(*rows))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("line 3, organisation_code: is of none of the organisations for which you "
                      "import; ", refused.stderr)
        snapshot = ("records", "import", "--mode", "snapshot", "--allow-many-ends")
        self.assertEqual(self.hilltops(*snapshot, self.export(rows[0]))["ended"], 1)
        self.assertEqual([key for key, r in self.records(self.everybodys).items() if r["end"]],
                         [(f"{HILLTOP}/school", "2")])
        self.hilltops("records", "erase", "--id", "2", "--reason", "the family asked")
        self.assertEqual(self.of_meadow(self.records(self.everybodys)), self.of_meadow(all_records))

    @staticmethod
    def of_meadow(records):
        return {key: record for key, record in records.items() if key[0] == f"{MEADOW}/school"}

    def ask_here(self, who, child, *more, purpose="coordination"):
        return who("ask", "--nhs-number", child, "--born", "2015-03-14", "--purpose", purpose,
                   "--i-do-not-know-them", "--json", *more)

    def test_each_asks_for_its_own_and_reads_its_own(self):
        area = self.a_hub(all_clocks=True)

        def whole(*arguments):
            return area.whoelse("school", *arguments)
        # A child of the other school is one that is not held.
        self.same_words("purpose", self.ask_here(self.as_second, E),
                        self.ask_here(self.as_second, NOT_HELD))
        mine = self.answer(self.ask_here(self.as_second, D))["receipt"]
        self.refused(self.ask_here(whole, E), "organisation")
        self.refused(self.ask_here(self.as_second, D, "--organisation", MEADOW), "organisation")
        theirs = self.answer(self.ask_here(whole, E, "--organisation", MEADOW))["receipt"]
        ours = self.answer(self.ask_here(whole, D, "--organisation", HILLTOP))["receipt"]
        self.assertEqual({r["receipt"] for r in self.hilltops("receipt", "list")["receipts"]},
                         {mine, ours})

        # Meadow Lane has a cap of its own, and nobody else's emergencies count for it.
        def danger(code):
            return self.ask_here(whole, F, "--organisation", code, "--reason", "self-harm",
                                 purpose="emergency")
        self.answer(danger(HILLTOP))
        self.assertEqual([danger(MEADOW).returncode for _ in range(2)], [0, 4])
        self.answer(danger(HILLTOP))

        self.asked += 6
        self.move_clock(8 * 24 * HOUR)   # the next session has begun
        opened = area.whoelse("social", "ledger", "open", "--own",
                              area.federation / "lead" / "social.key", "--json")
        entries = {e["question"]: e for e in self.answer(opened)["entries"]
                   if e["purpose"] != "emergency"}
        self.assertEqual({question: e["organisation"] for question, e in entries.items()},
                         {mine: HILLTOP, theirs: MEADOW, ours: HILLTOP})
        self.same_words("number", self.as_second("receipt", "show", theirs),
                        self.as_second("receipt", "show", "0000-0000-0000-0000"))
        justify = ("--reference", entries[theirs]["practitioner"])
        self.same_words("number", self.as_second("justify", "show", theirs, *justify),
                        self.as_second("justify", "show", "0000-0000-0000-0000", *justify))
        self.assertEqual(self.hilltops("justify", "show", ours, *justify)["organisations"], [HILLTOP])

    def test_what_is_the_whole_hubs_is_for_who_acts_for_all(self):
        area = self.a_hub()
        for command in (("trail", "list"), ("trail", "export"), ("ledger", "take", "/tmp/never")):
            self.refused(self.as_second(*command), "user")
        self.everybodys("trail", "list")
        let = ("policy", "let-through", "--reason", "the board decided it")
        self.refused(self.as_second(*let, "--organisation", MEADOW), "organisation")
        self.refused(self.as_second(*let, "--organisation", HILLTOP), "policy")   # nothing waits

    def test_a_person_of_whom_it_is_not_said_stops_the_start(self):
        area = self.a_hub()
        area.stop("school")
        config = area.folder("school") / "node.toml"
        config.write_text(re.sub(r"(?m)^organisations = \[.*\n", "", config.read_text()))
        with self.assertRaises(StartRefused) as refused:
            area.start("school")
        self.assertEqual(refused.exception.code, 2)
        self.assertIn(f'people.{SECOND_PERSON}.organisations: should list the codes',
                      refused.exception.log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
