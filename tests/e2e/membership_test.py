#!/usr/bin/env python3
"""Who belongs to the federation, and under which keys, changes while questions are asked."""

import signal
import subprocess
import unittest

from area import BIN, WHOELSE, csv, number, row
from e2e_test import A, B, SOCIAL, EndToEnd
from faults import Crook, Load

CENTRE = dict(kind="childrens-centre", services={"Child protection": "universal"})


class Certificates(EndToEnd):
    def test_expired_at_connect_and_while_attached(self):
        area = self.running()
        area.stop("school")
        self.certificate_until(-5)
        area.start("school")
        area.until("both operators read what to do", lambda: all(
            "renew it under the same key with whoelse federation renew-certificate" in area.log("school")
            and "certificate expired: its owner renews it" in area.log(c) for c in area.coordinators))
        self.renew()
        area.until_attached("school")   # without a restart

        # A stream outlives its handshake: a sweep has to end it.
        for life in (5, 10, 20, 40):
            area.stop("school")
            self.certificate_until(life)
            area.start("school")
            area.until("attached once, or too late", lambda: self.attached() == 3
                       or "own certificate expired" in self.newest_log())
            if "own certificate expired" not in self.newest_log():
                break
        area.until("cut by the sweep", lambda: self.attached() == 0)
        self.assertIn('"event":"own_certificate"', self.newest_log())
        self.assertEqual(self.statuses(area.ask("social", A), 3)["school"], "no_answer")
        self.renew()
        area.until_attached("school")
        self.assertEqual(self.statuses(area.ask("social", A))["school"], "disclosed")

    def certificate_until(self, seconds):
        self.written = len(self.area.log("school"))
        subprocess.run([BIN / "certificate-until", self.area.folder("school"), str(seconds)],
                       check=True)

    def renew(self):
        subprocess.run([WHOELSE, "federation", "renew-certificate", self.area.folder("school")],
                       check=True, stdout=subprocess.DEVNULL)

    def newest_log(self):
        return self.area.log("school")[self.written:]

    def attached(self):
        return sum(c["attached"] for c in self.area.status("school")["coordinators"])


class Rosters(EndToEnd):
    def test_changes_under_load(self):
        """Never a false "nothing" through a refresh, a key version's life and agencies that come and
        go; who is revoked is cut off at once."""
        area = self.running()
        with Load(area, "social", A) as load:
            changes = [("--refresh",), ("--new-key-version",), ("--activate-key-version", "2"),
                       ("--retire-key-version", "1"), ("--refresh",)]
            for version, change in enumerate(changes, start=2):
                area.sign(*change)
                for node in ("social", "school"):
                    area.until_roster(node, version)
                    area.until_enrolled(node)
                load.until_more(1)
            self.assertEqual(load.statuses("school")[-1], "disclosed")
            seen = len(load.outcomes)
            area.tool("remove-agency", area.federation, "school")
            area.sign()
            area.until("the stream is cut", lambda: not any(
                c["attached"] for c in area.status("school")["coordinators"]))
            refused = area.ask("school", A, "coordination")
            area.until_roster("social", len(changes) + 2)
            load.until_more(1)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertEqual(set(load.statuses("school")[:seen]) - {"disclosed", "no_answer"}, set())
        self.assertNotIn("nothing_disclosed", load.statuses("school"))
        code, last = load.outcomes[-1]
        self.assertEqual((code, [a["name"] for a in last["agencies"]]), (0, ["social"]))
        for code, answer in load.outcomes:
            self.assertIn(code, (0, 3) if answer else (1,))

    def test_two_key_versions_and_what_is_complete_in_which(self):
        area = self.new_area(enrol_interval_s=86_400)
        area.add_agency("social", **SOCIAL)
        area.add_agency("school", register=1, services={"Child protection": "universal"})
        area.add_agency("centre", register=1, **CENTRE)
        area.sign()
        area.start_all("social", "school", "centre")
        others = [number(i) for i in range(10, 30)]
        area.load("social", csv(row(1, A)))
        area.load("school", csv(row(1, A), row(2, others[0])))
        for slug in ("social", "school"):
            area.until_enrolled(slug)
        # A register of one gives four elements in bulk for each key version, the rest has to wait for
        # the day's interval: so the centre is never complete, the school only in version 1.
        area.load("centre", csv(row(1, A), *(row(f"X{n}", n) for n in others)))
        area.load("school", csv(*(row(f"X{n}", n) for n in others[1:])))
        area.sign("--new-key-version")
        for slug in ("social", "school", "centre"):
            area.until_roster(slug, 2)
        area.until_enrolled("social")
        area.until("the school took what bulk it had",
                   lambda: self.versions("school")[1]["pending"] <= 17)
        area.sign("--activate-key-version", "2")
        for slug in ("social", "school", "centre"):
            area.until_roster(slug, 3)
            area.until_attached(slug)
        self.assertEqual([[v["complete"] for v in self.versions(slug)]
                          for slug in ("social", "school", "centre")],
                         [[True, True], [True, False], [False, False]])
        answer = self.answer(area.ask("social", A), 3)
        shown = {a["name"]: (a["status"], a.get("reason_code")) for a in answer["agencies"]}
        self.assertEqual(shown, {"social": ("disclosed", None), "school": ("disclosed", None),
                                 "centre": ("no_answer", "NOT_READY")})

    def versions(self, slug):
        return self.area.status(slug)["key_versions"]


class Withheld(EndToEnd):
    def test_rosters_and_heartbeats_that_do_not_come(self):
        area = self.new_area(behind=("coordinator-1", "coordinator-2"))
        area.program["school"] = "whoelse-node-moved-clock"
        self.fill(area)
        area.sign()
        area.start_all()
        with Crook(area, "coordinator-1") as one, Crook(area, "coordinator-2") as two:
            for crook in (one, two):
                crook.tell("no-beats")
            for slug in ("social", "school"):
                area.start(slug)
                area.load(slug, csv(row(1, A)))
                area.until_enrolled(slug)
                area.until_attached(slug)
            self.assert_unconfirmed("social", True)
            for crook in (one, two):
                crook.honest()
            self.restart("social", "school")
            area.until("two heartbeats", lambda: not area.status("social")["federation_unconfirmed"])
            self.assert_unconfirmed("social", False)
            area.move_clock(37 * 3_600_000)   # the newest heartbeat is older than 36 h now
            area.until("stale", lambda: area.status("school")["federation_unconfirmed"])
            area.move_clock(0)

            # A roster that is kept back: no question goes out under the old one as though it ruled.
            area.stop("coordinator-3")
            for crook in (one, two):
                crook.tell("no-rosters")
            area.add_agency("centre", **CENTRE)
            area.sign()
            area.until("the coordinators rule by it", lambda: all(
                '"event":"roster_rules","roster_version":2' in area.log(c)
                for c in area.coordinators[:2]))
            done = area.ask("social", A)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(area.status("social")["roster_version"], 1)
            for crook in (one, two):
                crook.honest()
            self.assertEqual(area.ask("social", A).returncode, 3)   # fetched: the centre has no node
            self.assertEqual(area.status("social")["roster_version"], 2)

    def assert_unconfirmed(self, slug, unconfirmed):
        answer = self.answer(self.area.ask(slug, A))
        self.assertEqual("unconfirmed" in " ".join(answer["notices"]), unconfirmed)
        self.assertEqual(self.area.status(slug)["federation_unconfirmed"], unconfirmed)

    def restart(self, *slugs):
        for slug in slugs:
            self.area.stop(slug, signal.SIGKILL)
            self.area.start(slug)
            self.area.until_attached(slug, 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
