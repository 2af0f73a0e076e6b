#!/usr/bin/env python3
"""End to end: the real programs on free ports of this machine."""

import json
import signal
import unittest

from area import Area, StartRefused, by_agency, csv, number, row

SOCIAL = dict(kind="social-care",
              ask="coordination,early-help,concern,section-17,section-47,missing-child,emergency")
A, B, C = number(0), number(1), number(2)


class EndToEnd(unittest.TestCase):
    def setUp(self):
        self.area = None

    def tearDown(self):
        if self.area:
            result = self._outcome.result
            failed = any(test is self for test, _ in result.errors + result.failures)
            self.area.close(failed)

    def new_area(self, **parameters):
        self.area = Area(**parameters)
        return self.area

    def running(self, register=100, **parameters):
        """Social care and a school, running, enrolled: the school holds A, social care A and B."""
        area = self.new_area(**parameters)
        self.fill(area, register)
        area.sign()
        self.start(area)
        return area

    @staticmethod
    def fill(area, register=100, witness=False):
        area.add_agency("social", witness=witness, **SOCIAL)
        area.add_agency("school", services={"Child protection": "universal"}, register=register,
                        witness=witness)

    def start(self, area):
        area.start_all("social", "school")
        self.load(area)
        for slug in ("social", "school"):
            area.until_enrolled(slug)
            area.until_attached(slug)

    def load(self, area):
        self.assertEqual(area.load("social", csv(row(1, A, lead="yes"), row(2, B))).returncode, 0)
        self.assertEqual(area.load("school", csv(row(1, A, name="Sam Oakhill"))).returncode, 0)

    def answer(self, done, code=0):
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def statuses(self, done, code=0):
        return {n: a["status"] for n, a in by_agency(self.answer(done, code)).items()}


class WholePath(EndToEnd):
    def test_an_agency_joins_imports_enrols_asks_and_is_asked(self):
        area = self.running()
        answer = self.answer(area.ask("social", A))
        self.assertEqual(answer["lead_professional"]["state"], "named")
        self.assertTrue(answer["all_answered"] and answer["may_be_incomplete"])
        self.assertRegex(answer["receipt"], r"^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$")
        school = by_agency(answer)["school"]
        self.assertEqual(school["status"], "disclosed")
        self.assertEqual(school["involvements"][0]["name"], "Sam Oakhill")
        self.assertEqual(school["lines"][0]["phone"], "01632 960001")
        self.assertEqual(self.statuses(area.ask("social", C)),
                         {"social": "nothing_disclosed", "school": "nothing_disclosed"})

        area.add_agency("centre", kind="childrens-centre", services={"Child protection": "universal"})
        area.sign()
        for slug in ("social", "school"):
            area.until_roster(slug, 2)
        area.start("centre")
        self.assertEqual(area.load("centre", csv(row(7, B))).returncode, 0)
        area.until_enrolled("centre")
        area.until_attached("centre")
        self.assertEqual(self.statuses(area.ask("social", B)),
                         {"social": "disclosed", "school": "nothing_disclosed", "centre": "disclosed"})
        self.assertEqual(self.statuses(area.ask("centre", B, "coordination"))["social"], "disclosed")

        for slug in area.coordinators + ["social", "school", "centre"]:
            area.stop(slug)
            area.start(slug)
            for node in ("social", "school", "centre"):
                area.until_attached(node)
            self.assertEqual(self.statuses(area.ask("social", B))["centre"], "disclosed", slug)
        self.assertEqual(area.status("school")["alarms"], [])

    def test_killed_programs_keep_what_was_acknowledged(self):
        area = self.running()
        for slug in ("social", "school", area.coordinators[0]):
            area.stop(slug, signal.SIGKILL)
            area.start(slug)
        for node in ("social", "school"):
            area.until_attached(node)
            self.assertEqual(area.status(node)["key_versions"][0]["pending"], 0)
        self.assertEqual(self.statuses(area.ask("social", A))["school"], "disclosed")

    def test_one_coordinator_down_and_a_node_down(self):
        area = self.running()
        area.stop(area.coordinators[0], signal.SIGKILL)
        self.assertEqual(self.statuses(area.ask("social", A))["school"], "disclosed")
        area.stop("school")
        answer = self.answer(area.ask("social", A), code=3)
        school = by_agency(answer)["school"]
        self.assertEqual((school["status"], answer["all_answered"]), ("no_answer", False))
        self.assertIn(school["reason"], ("not connected", "closed at this hour"))

    def test_a_key_version_and_a_refresh_come_and_go(self):
        area = self.running()
        version = 1
        for option in (("--refresh",), ("--new-key-version",), ("--activate-key-version", "2"),
                       ("--retire-key-version", "1")):
            area.sign(*option)
            version += 1
            for node in ("social", "school"):
                area.until_roster(node, version)
                area.until_enrolled(node)
                area.until_attached(node)
            self.assertEqual(self.statuses(area.ask("social", A))["school"], "disclosed", option)

    def test_enrolment_at_the_constant_rate(self):
        area = self.area = Area(enrol_interval_s=1)
        area.add_agency("social", register=1, **SOCIAL)   # a bulk window that two elements fill
        area.sign()
        area.start_all("social")
        rows = [row(i, number(i)) for i in range(6)]
        self.assertEqual(area.load("social", csv(*rows)).returncode, 0)
        area.until_enrolled("social")
        area.until_attached("social")
        self.assertEqual(self.statuses(area.ask("social", number(5))), {"social": "disclosed"})

    def test_a_shield_notice_is_in_force_at_once_and_survives(self):
        area = self.running()
        sent = area.whoelse("social", "shield", "--nhs-number", "-", "--i-do-not-know-them",
                            "--role", "out-of-hours practitioner", stdin=A + "\n")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        silent = {"social": "nothing_disclosed", "school": "nothing_disclosed"}
        self.assertEqual(self.statuses(area.ask("social", A)), silent)
        area.until("the notice is on the school's disk", lambda: '"shield_pending": true' in area.whoelse(
            "school", "records", "list", "--json").stdout)
        area.stop("school", signal.SIGKILL)
        area.start("school")
        area.until_attached("school")
        # A new export that knows nothing of the shield does not lower it.
        self.assertEqual(area.load("school", csv(row(1, A, name="Kit Larkrise"))).returncode, 0)
        self.assertEqual(self.statuses(area.ask("social", A)), silent)


class BadInput(EndToEnd):
    def test_what_a_practitioner_types(self):
        area = self.running()
        wrong = A[:-1] + str((int(A[-1]) + 1) % 10)
        for done, field in ((area.ask("social", wrong), "nhs-number"),
                            (area.ask("social", A, case=None), "case"),
                            (area.ask("social", A, born=None), "born"),
                            (area.ask("social", A, born="2015-02-30"), "born"),
                            (area.ask("social", A, purpose="youth-justice"), "purpose"),
                            (area.ask("social", A, purpose="immigration"), "purpose"),
                            (area.ask("school", C, purpose="coordination"), "purpose"),
                            (area.ask("social", A, purpose="emergency"), "reason")):
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn(field, done.stderr)
            self.assertNotIn(A, done.stderr)

    def test_a_file_with_bad_rows(self):
        area = self.running()
        before = area.status("school")["records"]
        bad = csv(row(10, C), row(11, "9990000017"), row(12, C, born="31/02/2015"), row(13, C, restrictions=""))
        done = area.load("school", bad)
        self.assertEqual(done.returncode, 2)
        problems = json.loads(done.stdout)["problems"]
        self.assertEqual([p["line"] for p in problems], [3, 4, 5])
        self.assertEqual(area.status("school")["records"], before)
        file = area.home / "export.csv"
        done = area.whoelse("school", "records", "import", file, "--skip-bad", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(area.status("school")["records"], before + 1)
        ended = area.whoelse("school", "records", "end", "--source", "school", "--id", "10", "--on", "2026-01-31")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("2026-01-31", area.whoelse("school", "records", "list", "--json").stdout)

    def test_a_damaged_store_refuses_to_start(self):
        area = self.running()
        area.stop("school")
        area.start("school")
        area.stop("school")
        data = area.folder("school") / "data"
        for file in data.glob("*.sst"):
            content = bytearray(file.read_bytes())
            content[len(content) // 3] ^= 0x40
            file.write_bytes(bytes(content))
        with self.assertRaises(StartRefused) as refused:
            area.start("school")
        self.assertEqual(refused.exception.code, 74)
        self.assertIn("Restore", refused.exception.log)

    def test_another_master_key_and_another_certificate(self):
        area = self.running()
        area.stop("school")
        key = area.federation / "master" / "school.key"
        good = key.read_text()
        key.write_text("00" * 32 + "\n")
        with self.assertRaises(StartRefused):
            area.start("school")
        key.write_text(good)
        tls = area.folder("school") / "tls"
        for name in ("certificate.pem", "key.pem"):
            stolen = (area.folder("social") / "tls" / name).read_text()
            (tls / name).write_text(stolen)
        (area.folder("school") / "tls" / "key.pem").chmod(0o600)
        area.start("school")   # with another agency's key it is that agency, and answers nobody's frames
        answer = self.answer(area.ask("social", A), code=3)
        self.assertEqual(by_agency(answer)["school"]["status"], "no_answer")

    def test_a_clock_that_is_an_hour_off(self):
        area = self.running()
        area.stop("school")
        area.start("school", "whoelse-node-hour-ahead")
        area.until_attached("school")
        answer = self.answer(area.ask("social", A), code=3)
        self.assertEqual(by_agency(answer)["school"]["reason_code"], "CLOCK")
        self.assertEqual(area.ask("school", A, "coordination").returncode, 1)

    def test_the_day_s_cap(self):
        area = self.area = Area()
        area.add_agency("social", ask_per_day=2, **SOCIAL)
        area.sign()
        area.start_all("social")
        area.load("social", csv(row(1, A)))
        area.until_enrolled("social")
        area.until_attached("social")
        codes = [area.ask("social", A).returncode for _ in range(6)]
        # Each evaluator and each relay counts its own, so a few more pass than one of them allows.
        self.assertEqual(codes[:2], [0, 0])
        self.assertEqual(codes[-1], 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
