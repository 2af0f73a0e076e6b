#!/usr/bin/env python3
"""Programs that die at the worst moment: what was acknowledged is there, what was not is reported."""

import itertools
import signal
import subprocess
import unittest

from area import WHOELSE, csv, number, number_of, numbers, row
from e2e_test import A, SOCIAL, EndToEnd
from faults import Load


class Kills(EndToEnd):
    def test_in_the_middle_of_questions(self):
        area = self.running()
        with Load(area, "social", A) as load:
            for slug in ("school", "coordinator-1", "coordinator-2", "social", "coordinator-3"):
                load.until_more(1)
                area.stop(slug, signal.SIGKILL)
                area.start(slug)
            for node in ("social", "school"):
                area.until_attached(node)
            load.until_more(2)
        # Never "nothing": the school holds this child and discloses.
        self.assertLessEqual(set(load.statuses("school")), {"disclosed", "no_answer"})
        self.assertEqual(load.statuses("school")[-1], "disclosed")
        for code, answer in load.outcomes:
            self.assertIn(code, (0, 3) if answer else (1,))
        # The nodes watched every leaf: no log lost a question that it had admitted.
        for node in ("social", "school"):
            self.assertEqual(area.status(node)["alarms"], [])
        # A frame that a holder answered was asked by somebody: also when its asker died over it, it is
        # in the list that months, reviews and auditors go by.
        ledger = area.whoelse("school", "ledger", "export")
        self.assertEqual(ledger.returncode, 0, ledger.stderr)
        frames = {number_of(line.split()[4]) for line in ledger.stdout.splitlines()
                  if line.startswith("row ")}
        listed = {slug: self.receipts(slug) for slug in ("social", "school")}
        everything = {one["receipt"] for receipts in listed.values() for one in receipts}
        self.assertGreater(len(frames), 0)
        self.assertLessEqual(frames, everything)
        # And whoever was given a receipt's number has the receipt.
        answered = [answer["receipt"] for _, answer in load.outcomes if answer]
        came = {one["receipt"] for one in listed["social"] if not one["nothing_came"]}
        self.assertLessEqual(set(answered), came)
        for receipt in answered:
            shown = area.whoelse("social", "receipt", "show", receipt, "--json")
            self.assertEqual(self.answer(shown)["receipt"], receipt)

    def receipts(self, slug):
        return self.answer(self.area.whoelse(slug, "receipt", "list", "--limit", "1000",
                                             "--json"))["receipts"]

    def test_a_node_in_the_middle_of_an_import(self):
        area = self.running()
        before = area.status("school")["records"]
        count = 20_000
        while True:
            rows = [row(f"X{i}", n) for i, n in enumerate(itertools.islice(numbers(), 10, 10 + count))]
            file = area.home / "export.csv"
            file.write_text(csv(*rows))
            importing = self.import_process(area, "school", file)
            area.until("the import is under way", lambda: importing.poll() is not None
                       or area.status("school")["records"] > before)
            seen = area.status("school")["records"]
            area.stop("school", signal.SIGKILL)
            output = importing.communicate(timeout=60)
            if importing.returncode != 0:
                break
            count *= 2   # this machine was quicker than the kill
            area.start("school")
            before = area.status("school")["records"]
        self.assertEqual(importing.returncode, 1)
        self.assertIn("the node went away", output[1])
        area.start("school")
        area.until_attached("school")
        # The import before this one was acknowledged, and so is every record that status has shown.
        self.assertGreaterEqual(area.status("school")["records"], seen)
        self.assertEqual(self.statuses(area.ask("social", A))["school"], "disclosed")
        again = self.answer(area.whoelse("school", "records", "import", file, "--json"))
        self.assertEqual(again["imported"] + again["unchanged"], count)
        self.assertLess(again["imported"], count)

    def test_a_coordinator_in_the_middle_of_an_enrolment(self):
        area = self.running(register=5000)
        self.answer(area.ask("social", A))
        sizes = {c["coordinator"]: c["log_size"] for c in area.status("school")["coordinators"]}
        count = 400
        while True:
            rows = [row(f"X{i}", n) for i, n in enumerate(itertools.islice(numbers(), 10, 10 + count))]
            self.assertEqual(area.load("school", csv(*rows)).returncode, 0)
            area.stop("coordinator-1", signal.SIGKILL)
            if area.status("school")["key_versions"][0]["pending"] > 0:
                break
            count *= 2   # this machine enrolled them before the kill
            area.start("coordinator-1")
        area.until_enrolled("school")
        self.assertEqual(self.statuses(area.ask("social", number(300)))["school"], "disclosed")
        area.start("coordinator-1")
        area.until_attached("school")
        # Whoever was enrolled through it is found, its log goes on from where it was, and no node
        # has anything to say against it.
        self.assertEqual(self.statuses(area.ask("social", number(10)))["school"], "disclosed")
        for coordinator in area.status("school")["coordinators"]:
            self.assertGreaterEqual(coordinator["log_size"], sizes[coordinator["coordinator"]])
        for node in ("social", "school"):
            self.assertEqual(area.status(node)["alarms"], [])

    @staticmethod
    def import_process(area, slug, file):
        door = str(area.folder(slug) / "run" / "door")
        return subprocess.Popen([WHOELSE, "records", "import", str(file), "--door", door, "--json"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Quota(EndToEnd):
    def test_it_outlives_the_death_of_whoever_counts(self):
        area = self.new_area()
        area.add_agency("social", ask_per_day=2, **SOCIAL)
        area.sign()
        area.start_all("social")
        area.load("social", csv(row(1, A)))
        area.until_enrolled("social")
        area.until_attached("social")
        # Each evaluator and each relay counts its own, so a few more pass than one of them allows.
        codes = [area.ask("social", A).returncode for _ in range(6)]
        self.assertEqual((codes[:2], codes[-1]), ([0, 0], 4))
        for slug in area.coordinators:
            area.stop(slug, signal.SIGKILL)
            area.start(slug)
        area.until_attached("social")
        done = area.ask("social", A)
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("midnight UTC", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
