#!/usr/bin/env python3
"""The lead officer's inbox: what waits, who may decide it, what follows."""

import datetime
import http.server
import os
import pathlib
import pwd
import re
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest

from area import WHOELSE, csv, number, row
from e2e_test import EndToEnd
from faults import Crook

D, E, F = number(3), number(4), number(5)
NOT_HELD = number(7)   # by anybody
MINUTE, HOUR = 60_000, 3_600_000
SECOND_PERSON = "daemon"   # an account of every Debian


class Webhook:
    """An HTTPS server that writes down what is posted to it."""

    def __init__(self, home):
        self.posted = posted = []
        self.ca = home / "webhook.pem"
        key = home / "webhook.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", key, "-out", self.ca], check=True, capture_output=True)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                posted.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_port}/page"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Officers(EndToEnd):
    """An area whose school has a lead officer, a second person and a clock that moves."""

    def setUp(self):
        super().setUp()
        self.public = self.webhook = None

    def tearDown(self):
        super().tearDown()
        if self.webhook:
            self.webhook.close()
        if self.public:
            shutil.rmtree(self.public)

    def running_with_officers(self, duties='"lead officer"', all_clocks=False):
        area = self.new_area()
        self.fill(area)
        area.program["school"] = "whoelse-node-moved-clock"
        if all_clocks:   # what destroys by age waits until the coordinators' agree
            area.program["social"] = "whoelse-node-moved-clock"
            for slug in area.coordinators:
                area.program[slug] = "whoelse-coordinator-moved-clock"
        area.sign()
        self.public = pathlib.Path(tempfile.mkdtemp(prefix="whoelse-door-"))
        self.public.chmod(0o755)
        shutil.copy(WHOELSE, self.public / "whoelse")
        self.door = self.public / "run" / "door"
        self.configure(area, "school", duties)
        self.start(area)
        self.leaves, self.asked = self.covered(), 0
        return area

    def covered(self):
        return sum(c["log_size"] for c in self.area.status("school")["coordinators"])

    def ask(self, *arguments, **options):
        self.asked += 1
        return self.area.ask("social", *arguments, **options)

    def shield(self, child):
        self.asked += 1
        self.answer(self.area.whoelse("social", "shield", "--nhs-number", "-", "--born",
                                      "2015-03-14", "--i-do-not-know-them", "--role",
                                      "out-of-hours practitioner", "--json", stdin=child + "\n"))

    def move_clock(self, ms):
        """The school's. A leaf that no checkpoint covered yet would be late by it, and an alarm."""
        self.area.until("every leaf covered", lambda: self.covered() >= self.leaves + 2 * self.asked)
        self.area.move_clock(ms)

    @staticmethod
    def fill(area, register=100):
        area.add_agency("social", kind="social-care",
                        ask="coordination,early-help,concern,section-17,section-47,emergency")
        area.add_agency("school", services={"Counselling": "sensitive", "Refuge": "protected",
                                            "Teaching": "universal"})

    def load(self, area):
        self.assertEqual(area.load("social", csv(*(row(i, n) for i, n in enumerate((D, E, F))))
                                   ).returncode, 0)
        self.assertEqual(area.load("school", csv(row(1, D, service="Counselling"),
                                                 row(2, E, service="Refuge"),
                                                 row(3, F, service="Teaching"))).returncode, 0)

    def configure(self, area, slug, duties):
        """A session of half an hour that begins in five hours at the earliest, so that the moment of
        the test is in none; the second person; a door that both may use."""
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)
        config = area.folder(slug) / "node.toml"
        text = config.read_text()
        text, n = re.subn(r"(?m)^sessions = .*$",
                          f"sessions = 'Mon-Fri {later:%H}:00-{later:%H}:30'", text)
        text, m = re.subn(r"(?m)^\[people\.", f"[people.{SECOND_PERSON}]\nroles = [{duties}]\n\n[people.",
                          text, count=1)
        text, k = re.subn(r"(?m)^door = .*$", f"door = '{self.door}'\ndoor_group = '{SECOND_PERSON}'",
                          text)
        self.assertEqual((n, m, k), (1, 1, 1), text)
        self.webhook = Webhook(area.home)
        config.write_text(f"{text}\n[pager]\ncommand = ['{self.pager(area)}', '--to']\n"
                          f"webhook = '{self.webhook.url}'\nwebhook_ca = '{self.webhook.ca}'\n")
        link = area.folder(slug) / "run"   # where area.py looks for the door
        link.symlink_to(self.door.parent)

    @staticmethod
    def pager(area):
        """Writes down what it is told, and fails the first time."""
        script = area.home / "pager"
        script.write_text(f'#!/bin/sh\necho "$@" >> {area.home}/pages\n'
                          f'[ -e {area.home}/tried ] || {{ touch {area.home}/tried; exit 1; }}\n')
        script.chmod(0o755)
        return script

    def pages(self):
        file = self.area.home / "pages"
        return file.read_text().splitlines() if file.exists() else []

    def as_second(self, *arguments):
        user = pwd.getpwnam(SECOND_PERSON)
        return subprocess.run([self.public / "whoelse", *arguments], capture_output=True, text=True,
                              env={"WHOELSE_DOOR": str(self.door)}, user=user.pw_uid,
                              group=user.pw_gid, extra_groups=[], cwd="/", timeout=90)

    def items(self, slug="school", *more):
        return self.answer(self.area.whoelse(slug, "inbox", "list", "--json", *more))["items"]

    def kinds(self, slug="school"):
        return sorted(item["kind"] for item in self.items(slug))

    def until_kinds(self, *kinds):
        self.area.until(f"inbox {kinds}", lambda: self.kinds() == sorted(kinds))

    def decide(self, *arguments, code=0):
        return self.answer(self.area.whoelse("school", "inbox", *arguments, "--json"), code)

    def refused(self, done, field):
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(f"whoelse: {field}: ", done.stderr)

    def shield_pending(self):
        return {r["source_id"]: r["shield_pending"] for r in self.answer(
            self.area.whoelse("school", "records", "list", "--json"))["records"]}


class Inbox(Officers):
    def test_questions_that_a_person_decides(self):
        area = self.running_with_officers()
        self.assertEqual(self.statuses(self.ask(D, "section-17"))["school"],
                         "nothing_disclosed")
        self.assertEqual(self.statuses(self.ask(E))["school"], "nothing_disclosed")
        wrong = self.ask(F, "section-17", extra=["--contact-was-wrong"])
        self.assertEqual(self.statuses(wrong)["school"], "disclosed")
        # Ten minutes later the urgent one is there. The brokered one came before it, so it has been
        # written down too, and is not seen.
        self.move_clock(11 * MINUTE)
        self.until_kinds("urgent")
        area.until("the second try", lambda: self.pages() == ["--to lead officer"] * 2)
        self.assertIn('"event":"page_failed"', area.log("school"))
        self.assertEqual(self.webhook.posted, [("/page", b"lead officer")])   # what worked is not repeated
        self.assertEqual([c["kind"] for c in self.answer(
            area.whoelse("school", "inbox", "counts", "--json"))["counts"]], ["urgent"])
        self.move_clock(8 * 24 * HOUR)   # over a weekend and a bank holiday, if there is one
        self.until_kinds("brokered", "contact-was-wrong", "urgent")
        # The wrong contact, which has five working days, is on the deputy's desk on some days.
        area.until("who answers for it", lambda: "--to named officer" in self.pages()[2:])
        self.assertNotIn("--to lead officer", self.pages()[2:])
        urgent, wrong, brokered = sorted(self.items(), key=lambda item: item["kind"], reverse=True)
        self.assertEqual((urgent["overdue"], urgent["desk"]), (True, "named officer"))
        page = self.decide("show", brokered["id"])
        self.assertEqual((page["from"], page["about"]["purpose"]), ("social", "section-17"))
        self.assertEqual(page["ring"]["duty"]["phone"], "01632 960001")
        self.assertEqual(page["about"]["decisions"][0]["row"], "sensitive, not asked")

        whoelse = area.whoelse
        self.refused(whoelse("school", "inbox", "approve", brokered["id"]), "outcome")
        self.refused(whoelse("school", "inbox", "done", brokered["id"], "--outcome", "withheld"),
                     "reason")
        self.refused(whoelse("school", "inbox", "done", "0000-0000-0000", "--outcome", "contacted"),
                     "id")
        decided = self.decide("done", brokered["id"], "--outcome", "contacted")
        self.assertEqual(decided["state"], "done")
        self.decide("done", urgent["id"], "--outcome", "withheld", "--reason", "it would lead to her")
        self.refused(whoelse("school", "inbox", "done", urgent["id"], "--outcome", "contacted"), "id")
        self.decide("done", wrong["id"], "--outcome", "looked-at", "--reason", "she has moved rooms")
        self.assertEqual(self.kinds(), [])
        area.stop("school")
        area.start("school")
        done = {item["kind"]: item for item in self.items("school", "--done")}
        self.assertEqual(set(done), {"urgent", "brokered", "contact-was-wrong"})
        page = self.decide("show", done["urgent"]["id"])
        self.assertEqual(page["decisions"][0]["reason"], "it would lead to her")
        count = next(c for c in self.answer(whoelse("school", "inbox", "counts", "--json"))["counts"]
                     if c["kind"] == "urgent")
        self.assertEqual((count["raised"], count["overdue"], count["withheld"]), (1, 1, 1))

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_a_shield_is_lifted_by_two_people(self):
        area = self.running_with_officers()
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")
        self.shield(F)
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")
        area.until("the shield is on the disk", lambda: self.shield_pending()["3"])
        self.move_clock(11 * MINUTE)
        area.until("the notice is shown", lambda: "shield-notice" in self.kinds())
        notice = next(i["id"] for i in self.items() if i["kind"] == "shield-notice")
        first = self.decide("refuse", notice, "--reason", "another child of the same name")
        self.assertEqual(first["state"], "waits for a second person")
        self.refused(area.whoelse("school", "inbox", "refuse", notice, "--reason", "again"), "user")
        self.assertTrue(self.shield_pending()["3"])
        second = self.as_second("inbox", "refuse", notice, "--reason", "I rang the refuge", "--json")
        self.assertEqual(self.answer(second)["state"], "done")
        self.assertFalse(self.shield_pending()["3"])
        self.move_clock(0)
        area.until_attached("school")
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_a_second_person_approves_one_question_once(self):
        area = self.running_with_officers(duties='"approver"')

        def ask(child, *extra):
            return area.ask("school", child, "early-help", extra=extra)
        self.refused(ask(NOT_HELD), "approval")
        requested = ask(NOT_HELD, "--request-approval")
        item = self.answer(requested, 7)["approval_item"]
        self.refused(ask(NOT_HELD, "--approval", item), "approval")   # nobody has decided yet
        page = self.as_second("inbox", "show", item, "--json")
        self.assertEqual(self.answer(page)["about"]["case_reference"], "C-1")
        self.assertNotIn(NOT_HELD, page.stdout)
        self.refused(area.whoelse("school", "inbox", "approve", item), "user")   # one's own
        self.answer(self.as_second("inbox", "approve", item, "--json"))
        other = ask(number(8), "--approval", item)
        self.refused(other, "approval")
        self.assertEqual(self.statuses(ask(NOT_HELD, "--approval", item))["social"],
                         "nothing_disclosed")
        self.refused(ask(NOT_HELD, "--approval", item), "approval")   # used up

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_two_people_send_a_shield_notice(self):
        area = self.running_with_officers(duties='"approver"')

        def shield(*extra):
            return area.whoelse("school", "shield", "--nhs-number", "-", "--born", "2015-03-14",
                                "--i-do-not-know-them", "--json", *extra, stdin=F + "\n")
        self.refused(shield(), "approval")
        item = self.answer(shield("--request-approval"), 7)["approval_item"]
        self.answer(self.as_second("inbox", "approve", item, "--json"))
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")
        self.answer(shield("--approval", item))
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_who_has_no_duty_sees_nothing(self):
        area = self.running_with_officers(duties='"practitioner"')
        for arguments in (["list"], ["counts"], ["show", "0000-0000-0000"],
                          ["approve", "0000-0000-0000"]):
            self.refused(self.as_second("inbox", *arguments), "user")
        self.assertEqual(area.whoelse("school", "inbox", "list").returncode, 0)


class Alarms(EndToEnd):
    def test_an_alarm_is_closed_in_the_inbox(self):
        area = self.new_area(behind=("coordinator-1",))
        self.fill(area)
        area.sign()
        area.start_all("social", "school")
        self.load(area)
        with Crook(area, "coordinator-1") as crook:
            for slug in ("social", "school"):
                area.until_enrolled(slug)
                area.until_attached(slug)
            self.assertEqual(area.whoelse("school", "status").returncode, 0)
            crook.tell("skip 1002")

            def alarmed():
                self.answer(area.ask("social", number(0)))
                return area.whoelse("school", "status").returncode == 6
            area.until("an alarm", alarmed)
            crook.honest()
            area.stop("school")   # it outlives the process
            area.start("school")
            alarms = area.status("school")["alarms"]
            self.assertEqual({a["alarm"] for a in alarms}, {"FRAME_WITHHELD"})
            items = self.answer(area.whoelse("school", "inbox", "list", "--json"))["items"]
            self.assertEqual({i["id"] for i in items}, {a["item"] for a in alarms})
            no_reason = area.whoelse("school", "inbox", "done", items[0]["id"], "--outcome", "looked-at")
            self.assertEqual(no_reason.returncode, 2)
            for item in items:
                self.assertEqual(area.whoelse("school", "status").returncode, 6)
                self.answer(area.whoelse("school", "inbox", "done", item["id"], "--outcome",
                                         "looked-at", "--reason", "told coordinator-1", "--json"))
            self.assertEqual(area.whoelse("school", "status").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
