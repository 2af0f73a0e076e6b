#!/usr/bin/env python3
"""What was asked before stays provable, and open to auditors, when rosters, witnesses and log keys change."""

import shutil
import unittest

from audit_test import Audited, NOT_PROVABLE
from e2e_test import A, C


class ChangedKeys(Audited):
    def test_a_receipt_outlives_rosters_key_versions_and_its_log(self):
        area = self.audited()
        rosters = [self.kept_roster(1)]
        complete, = self.asked(A)
        for slug in ("school", "centre"):
            area.stop(slug)   # one witness is no quorum
        pending = self.answer(area.ask("social", A), 3)["receipt"]
        for slug in ("school", "centre"):
            area.start(slug)

        # Keys and witnesses change; what was asked under the first roster is completed under the next.
        area.sign("--new-key-version")
        rosters.append(self.kept_roster(2))
        self.until_everywhere(2)
        area.tool("remove-agency", area.federation, "centre")
        area.sign()
        rosters.append(self.kept_roster(3))
        self.until_everywhere(3)
        self.complete(area, pending)
        for receipt in (complete, pending):
            proved = self.report(area.audit("verify", self.export(receipt), rosters=rosters))
            self.assertEqual(proved["verdict"], "proved")
        # Without the roster that it was asked under nothing is said to be proved.
        self.report(area.audit("verify", self.export(complete), rosters=rosters[1:]), NOT_PROVABLE)

        self.mirrored(rosters=rosters)
        before = self.questions_by_log(rosters)
        self.end_the_log("coordinator-1")
        rosters.append(self.kept_roster(4))
        self.until_everywhere(4)
        for receipt in (complete, pending):
            self.assertEqual(self.shown(area, receipt)["state"], "COMPLETE")
            self.report(area.audit("verify", self.export(receipt), rosters=rosters))
        renewed = []

        def through_the_new_log():
            renewed.extend(self.asked(C))
            return 101 in self.relays_of(renewed[-1])
        area.until("a question in the new log", through_the_new_log)
        self.report(area.audit("verify", self.export(renewed[-1]), rosters=rosters))
        # Old and new log stand side by side, each with its own key and origin.
        self.mirrored(rosters=rosters)
        checked = self.report(area.audit("check", area.home / "mirror", rosters=rosters))
        self.assertEqual(sorted(log["origin"] for log in checked["logs"].values()), [
            "testfield/coordinator-1/log", "testfield/coordinator-1/log-2",
            "testfield/coordinator-2/log", "testfield/coordinator-3/log"])

        # Who asked what is in the log that ended is open to auditors still, or they are told that not.
        after = self.questions_by_log(rosters)
        self.assertEqual(after["testfield/coordinator-1/log"], before["testfield/coordinator-1/log"])
        self.assertGreaterEqual(after["testfield/coordinator-1/log-2"], 1)
        shutil.move(area.home / "ended-data", area.home / "nowhere")
        area.stop("coordinator-1")
        area.start("coordinator-1")
        volumes = self.report(area.audit("volumes", *self.desk(), rosters=rosters), NOT_PROVABLE)
        self.assertEqual([log["log"] for log in volumes["tables_that_nobody_opens"]],
                         ["testfield/coordinator-1/log"])
        self.assertEqual(volumes["side_tables_at_fault"], [])

    def kept_roster(self, version):
        kept = self.area.home / f"roster-{version}.signed"
        shutil.copy(self.area.federation / "roster.signed", kept)
        return kept

    def until_everywhere(self, version):
        for slug in self.area.processes.keys() - set(self.area.coordinators):
            if slug == "centre" and version > 2:
                continue   # not of the roster any more
            self.area.until_roster(slug, version)
            self.area.until_attached(slug)

    def relays_of(self, number):
        return {f["relay"] for f in self.shown(self.area, number)["findings"] if f["relay"]}

    def desk(self):
        return "--credential", self.area.credential, "--logs", self.area.home / "mirror"

    def questions_by_log(self, rosters):
        self.mirrored(rosters=rosters)
        volumes = self.report(self.area.audit("volumes", *self.desk(), rosters=rosters))
        self.assertEqual(volumes["side_tables_at_fault"], [])
        questions = {}
        for row in volumes["volumes"]:
            questions[row["log"]] = questions.get(row["log"], 0) + row["questions"]
        return questions

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
        config = folder / "coordinator.toml"
        config.write_text(config.read_text().replace(
            "[log]\n", f"[log]\nended = [ '{area.home / 'ended-data'}' ]\n"))
        area.start(coordinator)


if __name__ == "__main__":
    unittest.main(verbosity=2)
