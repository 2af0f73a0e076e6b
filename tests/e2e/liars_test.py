#!/usr/bin/env python3
"""Coordinators that lie, each of its own kind: named, worked around, and never a false "nothing"."""

import collections
import json
import re
import subprocess
import unittest

from area import by_agency
from audit_test import NOT_PROVABLE, REFUTED, go_verifier
from e2e_test import A, EndToEnd
from faults import Crook

# All of lying_coordinator.cc's are played in the simulation; here those that go another way each.
SIGNED_LIES = ("another-key", "one-element", "old-response")
UNSIGNED_LIES = ("not-signed", "cut-short")

Tree = collections.namedtuple("Tree", "size root")


class LyingEvaluator(EndToEnd):
    def test_each_lie_is_found_and_the_others_are_asked(self):
        area = self.running_with_a_liar()
        for lie in SIGNED_LIES:
            self.lie.write_text(lie)
            self.ask_until(lambda: self.liars() == ["coordinator-1"], lie)
            self.assertIn('"event":"evaluation_wrong","coordinator":101', area.log("social"))
            # An alarm with what proves it, kept also over the restart that the next lie begins with.
            area.until("its alarm", lambda: [
                (a["log"], a["alarm"], a["times"]) for a in area.status("social")["alarms"]
            ] == [("testfield/coordinator-1/log", "EVALUATION_WRONG", 1 + SIGNED_LIES.index(lie))])
            self.assertEqual(area.whoelse("social", "status").returncode, 6)
        kept = area.status("social")["alarms"]
        for lie in UNSIGNED_LIES:   # nothing to show to others: no accusation, the next one is asked
            self.lie.write_text(lie)
            self.ask_until(lambda: "lied\n" in area.log("coordinator-1"), lie)
            self.assertEqual(self.liars(), [])
            self.assertEqual(area.status("social")["alarms"], kept)
        # With one honest evaluator left no question can be asked; that is an error and not "nothing".
        area.stop("coordinator-2")
        area.stop("coordinator-3")
        done = area.ask("social", A)
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def liars(self):
        return [c["name"] for c in self.area.status("social")["coordinators"] if c["evaluates_wrongly"]]

    def running_with_a_liar(self):
        area = self.new_area()
        self.lie = area.home / "lie"
        self.lie.write_text("")
        area.program["coordinator-1"] = "whoelse-coordinator-lying"
        self.fill(area)
        area.sign()
        self.start(area)
        return area

    def ask_until(self, lied, lie):
        """Asks, each time right, until the liar was among those whom chance chose and has lied."""
        area = self.area
        (area.home / "coordinator-1.log").write_text("")
        area.stop("social")   # who failed or lied is avoided for a while: a new process has no memory
        area.start("social")
        area.until_attached("social")
        (area.home / "social.log").write_text("")

        def asked():
            self.assertEqual(self.statuses(area.ask("social", A)),
                             {"social": "disclosed", "school": "disclosed"}, lie)
            return lied()
        area.until(f"the liar lied: {lie}", asked)


class CheatingRelay(EndToEnd):
    def test_each_fault_is_an_alarm_that_names_the_log(self):
        """To a witness, within one question and its two checkpoints, with evidence that is kept. An
        agency is away, so that each question goes through both relays."""
        area = self.running_behind("coordinator-1", away="nursery", witness=True)
        with Crook(area, "coordinator-1") as crook:
            for slug in ("social", "school"):
                area.until_enrolled(slug)
                area.until_attached(slug)
            self.assertEqual(area.whoelse("school", "status").returncode, 0)
            crook.tell("skip 1002")
            self.ask_once()
            self.until_alarm("FRAME_WITHHELD", "school")
            self.assert_evidence("FRAME_WITHHELD", [".note", ".txt"])
            crook.honest()
            crook.tell("unlogged")
            self.ask_once()
            crook.honest()
            self.ask_once()   # the leaf at the index that the other one was admitted under
            self.until_alarm("FRAME_UNLOGGED", "school")
            self.assert_evidence("FRAME_UNLOGGED", [".note", ".txt"])
            crook.tell("drop 1002")
            receipt = self.ask_once()["receipt"]
            self.until_alarm("ANSWERED_DIFFERS", "social")
            area.until("the receipt is disputed", lambda: json.loads(area.whoelse(
                "social", "receipt", "show", receipt, "--json").stdout)["state"] == "DISPUTED")
            crook.honest()
            crook.tell("rewrite 1002")
            self.ask_once()
            self.until_alarm("CHECKPOINT_INVALID", "school")
            self.assert_evidence("CHECKPOINT_INVALID", [".note", ".note"])
            crook.honest()
            area.until_attached("school")   # on a new stream, which shows its history again
            self.ask_once()
            area.until("the log is followed again", lambda: area.log_size("school", 101) ==
                       area.log_size("social", 101))
            self.assert_refuted(receipt)   # by a checkpoint that a quorum has cosigned again
            for fault, alarm in (("truncate", "LOG_TRUNCATED"), ("fork", "LOG_REWRITTEN")):
                crook.tell(f"{fault} 1002")
                area.stop("school")
                area.start("school")
                self.until_alarm(alarm, "school")
                before, after = self.signed(self.assert_evidence(alarm, [".note", ".note"]))
                self.assertNotEqual(before.root, after.root)
                self.assertEqual(after.size < before.size, fault == "truncate")
                crook.honest()
            self.ask_once()
            # A cheat at one coordinator accuses no other.
            logs = {a["coordinator"] for slug in ("social", "school") for a in area.status(slug)["alarms"]}
            self.assertEqual(logs, {101})

    def test_a_stalled_log_gets_no_answers(self):
        area = self.running_behind("coordinator-1", clock="school")
        with Crook(area, "coordinator-1") as crook:
            for slug in ("social", "school"):
                area.until_enrolled(slug)
                area.until_attached(slug)
            crook.tell("stall 1002")
            size = area.log_size("social", 101)
            honest = [c["coordinator"] for c in area.status("social")["coordinators"]
                      if c["coordinator"] != 101]

            def sizes(slug):
                return [area.log_size(slug, log) for log in honest]
            before, asked = sum(sizes("social")) + size, 0

            def came_through():   # the asker draws its first relay
                nonlocal asked
                asked += 1
                self.answer(area.ask("social", A))
                return area.log_size("social", 101) > size
            area.until("a question through the stalling relay", came_through)
            # The clock would make a leaf of the honest relay late too, were it not covered yet.
            area.until("every leaf covered", lambda: sizes("social") == sizes("school") and
                       sum(sizes("social")) + area.log_size("social", 101) >= before + 2 * asked)
            area.move_clock(15_000)   # instead of waiting for the ten seconds
            self.until_alarm("LOG_BEHIND", "school")
            area.stop("coordinator-2")   # no other relay is left to ask through
            for _ in range(2):
                self.assertEqual(self.statuses(area.ask("social", A), 3)["school"], "no_answer")
            # It is the checkpoints that were missing: the same log answers when it shows them again.
            crook.honest()
            area.stop("school")
            area.start("school")
            area.until_attached("school", 2)
            self.assertEqual(self.statuses(area.ask("social", A))["school"], "disclosed")

    def running_behind(self, *slugs, clock=None, away=None, witness=False):
        """As running(), before each of these coordinators' endpoints is served by a Crook."""
        area = self.new_area(behind=slugs, public_logs=witness)
        if clock:
            area.program[clock] = "whoelse-node-moved-clock"
        self.fill(area, witness=witness)
        if away:
            area.add_agency(away, witness=witness)
        area.sign()
        area.start_all("social", "school")
        self.load(area)
        return area

    def ask_once(self):
        """The other relay makes the answer whole, but for the agency that is away."""
        answer = self.answer(self.area.ask("social", A), code=3)
        self.assertEqual({name: a["status"] for name, a in by_agency(answer).items()},
                         {"social": "disclosed", "school": "disclosed", "nursery": "no_answer"})
        return answer

    def until_alarm(self, alarm, at):
        area = self.area
        area.until(alarm, lambda: any(a["alarm"] == alarm for a in area.status(at)["alarms"]))
        shown = area.whoelse(at, "status")
        self.assertEqual(shown.returncode, 6)
        self.assertIn("testfield/coordinator-1/log", shown.stdout)

    def assert_evidence(self, alarm, kinds):
        """The school keeps these files about the first log; they, in order."""
        folder = self.area.folder("school") / "data" / "evidence"
        self.area.until(f"evidence of {alarm}",
                        lambda: len(list(folder.glob(f"101-{alarm}-*"))) >= len(kinds))
        files = sorted(folder.glob(f"101-{alarm}-*"))
        self.assertEqual([f.suffix for f in files], kinds)
        self.assertIn(files[0].name, self.area.status("school")["evidence"])
        return files

    def signed(self, notes):
        """What the log signed in each of these notes, by its public key and Go's packages alone."""
        done = subprocess.run([go_verifier(self.area.home), self.area.logs / "coordinator-1", *notes],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        trees = re.findall(r"signed by \S+, (\d+) entries, root (\S+)", done.stdout)
        return [Tree(int(size), root) for size, root in trees]

    def assert_refuted(self, number):
        """The receipt convicts the relay: what it handed over is not what its log says."""
        file = self.area.home / "disputed.receipt"

        def verified():   # the alarm comes from the stream, the proofs of the receipt some time after
            done = self.area.whoelse("social", "receipt", "export", number, "-o", file)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.checked = self.area.audit("verify", file)
            return self.checked.returncode != NOT_PROVABLE
        self.area.until("the receipt has its proofs", verified)
        self.assertEqual(self.checked.returncode, REFUTED, self.checked.stdout)
        refuted = [(f["claim"], f["relay"]) for f in json.loads(self.checked.stdout)["findings"]
                   if f["finding"] == "refuted"]
        self.assertEqual(refuted, [("answers", 101)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
