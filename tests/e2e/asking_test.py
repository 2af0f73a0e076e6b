#!/usr/bin/env python3
"""Around a question: lists of children, who reads an answer, asking again, watching."""

import datetime
import json
import os
import signal
import subprocess
import unittest

from area import WHOELSE, csv, number, row
from e2e_test import A, B, C, SOCIAL, EndToEnd
from inbox_test import E, HOUR, NOT_HELD, SECOND_PERSON, Officers

DAY = 24 * HOUR
WEEK = 7 * DAY


def deeds(test, slug, *which):
    """Of these kinds, as the node's trail has them: who, what, about what."""
    listed = test.answer(test.area.whoelse(slug, "trail", "list", "--json"))["entries"]
    return [(d["user"], d["deed"], d["about"]) for d in listed if d["deed"] in which]


class Moved(EndToEnd):
    """Social care and a school in an area all of whose clocks a test moves."""

    def running_moved(self, change=lambda text: text, **parameters):
        area = self.new_area(deadline_ms=500, **parameters)
        self.fill(area)
        area.sign()
        config = area.folder("social") / "node.toml"
        config.write_text(change(config.read_text()))
        for slug in area.coordinators:
            area.program[slug] = "whoelse-coordinator-moved-clock"
        for slug in ("social", "school"):
            area.program[slug] = "whoelse-node-moved-clock"
        self.start(area)
        self.now = 0
        return area

    def logged(self, receipt):
        """Both leaves are under a checkpoint, so that a clock may move without making them late."""
        def proved():
            shown = self.answer(self.area.whoelse("social", "receipt", "show", receipt, "--json"))
            found = {f["claim"]: f["finding"] for f in shown["findings"]}
            return found.get("logged") == "proved" and found.get("answers") == "proved"
        self.area.until("the receipt's leaves are covered", proved)

    def move(self, ms):
        self.now += ms
        self.area.move_clock(self.now)

    def clock(self):
        return int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000) + self.now

    def to_three_in_the_morning(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        night = (now + datetime.timedelta(days=1)).replace(hour=3, minute=0)
        self.move(int((night - now).total_seconds() * 1000))

    def receipts(self, slug="social"):
        """But for what the node asks by itself, about shields, at a rate of its own, and for what has
        no answer yet."""
        listed = self.answer(self.area.whoelse(slug, "receipt", "list", "--json"))["receipts"]
        return [receipt for receipt in listed
                if receipt["asked_as"] != "repetition" and not receipt["nothing_came"]]


class Caseload(Moved):
    CHILDREN = [number(20 + i) for i in range(5)]

    def load(self, area):
        rows = [row(i, n) for i, n in enumerate(self.CHILDREN)]
        self.assertEqual(area.load("social", csv(*rows)).returncode, 0)
        self.assertEqual(area.load("school", csv(row(1, self.CHILDREN[0], name="Sam Oakhill"))
                                   ).returncode, 0)

    def file(self, *lines):
        path = self.area.home / "caseload.csv"
        path.write_text("source_id,purpose,case\n" + "".join(f"{line}\n" for line in lines))
        return path

    def ask_list(self, *options, code=0):
        done = self.area.whoelse("social", "ask", "--list", self.area.home / "caseload.csv",
                                 "--i-do-not-know-them", "--json", *options)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[:-1], lines[-1]

    def test_a_list_breaks_off_and_goes_on(self):
        area = self.running_moved(lambda text: text.replace("questions = 100000", "questions = 4"))
        # Nothing is asked while a row is wrong.
        self.file("0,section-17,C-0", "77,section-17,C-1", "1,emergency,C-1", "1,section-17,",
                  "0,section-17,C-0", "1,section-99,C-1")
        problems, result = self.ask_list(code=2)
        self.assertEqual([(p["line"], p["column"]) for p in problems],
                         [(3, "source_id"), (4, "purpose"), (5, "case"), (6, ""), (7, "purpose")])
        self.assertEqual((result["asked"], self.receipts()), (0, []))

        # Killed after the first child, it goes on with the second. One question of four is kept back.
        self.file(*(f"{i},section-17,C-{i}" for i in range(5)))
        environment = dict(os.environ, WHOELSE_DOOR=str(area.folder("social") / "run" / "door"))
        command = subprocess.Popen(
            [WHOELSE, "ask", "--list", area.home / "caseload.csv", "--i-do-not-know-them", "--json"],
            stdout=subprocess.PIPE, text=True, env=environment)
        first = json.loads(command.stdout.readline())
        command.kill()
        command.wait()
        command.stdout.close()
        self.assertEqual((first["line"], first["asked_before"]), (2, False))
        contacts = {a["name"]: a["status"] for a in first["answer"]["agencies"]}
        self.assertEqual(contacts["school"], "disclosed")
        area.until("the node heard of it", lambda: self.area.whoelse(
            "social", "ask", "--list", "-", stdin="x").returncode == 2)
        rows, result = self.ask_list(code=4)
        self.assertEqual([r["asked_before"] for r in rows], [True, False, False])
        self.assertEqual(rows[0]["receipt"], first["receipt"])
        self.assertEqual(rows[0]["answer"]["agencies"], first["answer"]["agencies"])
        self.assertEqual((result["asked"], result["left"], result["ended"]), (2, 2, "used up"))
        self.assertIn("midnight", result["goes_on"])
        self.assertEqual(area.ask("social", self.CHILDREN[4]).returncode, 0)   # the one kept back

        # Nor does a node that is killed forget, and the next day has questions for the rest.
        area.stop("social", signal.SIGKILL)
        area.start("social")
        area.until_attached("social")
        rows, result = self.ask_list(code=4)
        self.assertEqual((len(rows), result["asked"], result["asked_before"]), (3, 0, 3))
        self.logged(self.receipts()[0]["receipt"])
        self.move(DAY)
        rows, result = self.ask_list()
        self.assertEqual((result["asked"], result["asked_before"], result["left"]), (2, 3, 0))
        self.assertEqual(len({r["receipt"] for r in rows}), 5)
        self.assertEqual({r["asked_as"] for r in self.receipts()}, {"of a list", "by itself"})
        self.assertEqual([d[1:] for d in deeds(self, "social", "ask-list")],
                         4 * [("ask-list", "rows=5")])   # none of the list with bad rows
        # All of them anew, as far as the day goes.
        rows, result = self.ask_list("--anew", code=4)
        self.assertEqual((result["asked"], result["asked_before"], result["left"]), (1, 0, 4))

        # Seven days, for each child from its last question of a list on: the second and the third are due.
        self.logged(self.receipts()[0]["receipt"])
        self.move(WEEK - DAY + HOUR)
        rows, result = self.ask_list(code=3)   # no register was imported since
        self.assertEqual([r["asked_before"] for r in rows], [True, False, False, True, True])
        self.assertEqual((result["asked"], result["ended"]), (2, "all"))


class HandedOver(Officers):
    """The school's practitioner asks; its second person is a colleague."""

    def receipts_of_second(self):
        return json.loads(self.as_second("receipt", "list", "--json").stdout)["receipts"]

    def test_an_answer_is_read_by_who_asked_and_whom_they_hand_it_to(self):
        area = self.running_with_officers(duties='"practitioner"')
        answer = self.answer(area.ask("school", E, "coordination"))
        receipt = answer["receipt"]
        again = self.answer(area.whoelse("school", "receipt", "answer", receipt, "--json"))
        self.assertEqual(again["agencies"], answer["agencies"])

        read = ("receipt", "answer", receipt, "--i-do-not-know-them", "--json")
        # A colleague sees nothing of it, not even that it is there.
        self.assertEqual(self.receipts_of_second(), [])
        unknown = self.as_second("receipt", "show", "0000-0000-0000-0000").stderr
        for command in (("receipt", "show", receipt), ("receipt", "export", receipt),
                        ("receipt", "export", receipt, "--with-opening"), read,
                        ("receipt", "hand-over", receipt, "--to", SECOND_PERSON, "--reason", "x")):
            done = self.as_second(*command)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (2, "", unknown), command)

        hand = ("receipt", "hand-over", receipt, "--reason", "takes over tonight", "--to")
        for nobody in ("somebody", "root"):
            self.refused(area.whoelse("school", *hand, nobody), "to")
        self.answer(area.whoelse("school", *hand, SECOND_PERSON, "--json"))
        self.assertEqual([r["receipt"] for r in self.receipts_of_second()], [receipt])
        self.refused(self.as_second(*read[:3]), "i-do-not-know-them")
        handed = json.loads(self.as_second(*read).stdout)
        self.assertEqual(handed["agencies"], answer["agencies"])
        # They read it, and no more: they neither pass it on nor take it along.
        self.refused(self.as_second(*hand, "root"), "number")
        self.refused(self.as_second("receipt", "export", receipt, "--with-opening"), "with-opening")
        shown = self.answer(area.whoelse("school", "receipt", "show", receipt, "--json"))
        self.assertEqual([(h["to"], h["reason"]) for h in shown["handed_over"]],
                         [(f"local:{SECOND_PERSON}", "takes over tonight")])
        (_, handed, about), (reader, *read_by) = deeds(self, "school", "receipt-hand-over",
                                                       "receipt-answer")   # not of who asked
        self.assertEqual((handed, about), ("receipt-hand-over", f"receipt={receipt}"))
        self.assertEqual((reader, *read_by), (f"local:{SECOND_PERSON}", "receipt-answer", about))

        area.until("its leaves are covered", lambda: self.covered() >= self.leaves + 2)
        area.move_clock(72 * HOUR + 60_000)
        self.refused(self.as_second(*read), "number")
        self.assertEqual(self.receipts_of_second(), [])
        late = area.whoelse("school", "receipt", "answer", receipt)
        self.refused(late, "number")
        self.assertIn("72 hours", late.stderr)
        self.assertEqual(area.whoelse("school", "receipt", "show", receipt).returncode, 0)

    def test_not_to_the_childs_own_family(self):
        area = self.running_with_officers(duties='"practitioner"')
        receipt = self.answer(area.ask("school", E, "coordination"))["receipt"]
        area.stop("school")
        config = area.folder("school") / "node.toml"
        config.write_text(config.read_text().replace(
            f"[people.{SECOND_PERSON}]", f"[people.{SECOND_PERSON}]\nsurname = 'Testwood'"))
        area.start("school")
        area.until_attached("school")
        hand = ("receipt", "hand-over", receipt, "--reason", "takes over", "--to")
        own = area.whoelse("school", *hand, SECOND_PERSON)
        self.refused(own, "to")
        self.assertEqual(own.stderr, area.whoelse("school", *hand, "somebody").stderr)


class AskedAgain(Moved):
    def test_those_that_were_closed_are_asked_when_they_open(self):
        area = self.running_moved()
        self.to_three_in_the_morning()
        area.stop("school")
        asked = self.answer(area.ask("social", A), code=3)
        reasons = {a["name"]: a["reason"] for a in asked["agencies"]}
        self.assertEqual(reasons["school"], "closed at this hour")
        receipt = asked["receipt"]
        again = ("ask", "--again", receipt, "--json")
        without = area.whoelse("social", *again)
        self.assertEqual(without.returncode, 2)
        self.assertIn("i-do-not-know-them", without.stderr)
        waits = self.answer(area.whoelse("social", *again, "--i-do-not-know-them"))
        self.assertEqual(waits["agencies"], ["school"])
        self.assertEqual([d[1:] for d in deeds(self, "social", "ask-again")],
                         [("ask-again", f"receipt={receipt}")])   # none of what was refused
        opens = datetime.datetime.fromtimestamp(waits["at_ms"] / 1000, datetime.timezone.utc)
        self.assertIn((opens.hour, opens.minute // 5), ((8, 6), (7, 6)))   # 08:30 in London
        self.assertIn("asked again on", self.receipts()[0]["again"])
        self.logged(receipt)

        area.start("school")
        area.until_attached("school")
        area.stop("social", signal.SIGKILL)   # what waits survives
        area.start("social")
        area.until_attached("social")
        self.move(waits["at_ms"] - self.clock() + 1000)
        area.until("it was asked again", lambda: len(self.receipts()) == 2)
        second, first = self.receipts()
        self.assertEqual((second["asked_as"], second["of"]), ("again", receipt))
        area.until("the list says so", lambda: self.receipts()[1]["again"] ==
                   f"asked again: {second['receipt']}")
        page = self.answer(area.whoelse("social", "receipt", "answer", second["receipt"], "--json"))
        self.assertEqual({a["name"]: a["status"] for a in page["agencies"]}["school"], "disclosed")

    def test_the_rules_hold_then_too(self):
        area = self.running_moved(lambda text: text.replace("questions = 100000", "questions = 1"))
        self.to_three_in_the_morning()
        area.stop("school")
        receipt = self.answer(area.ask("social", A), code=3)["receipt"]
        emergency = area.ask("social", A, "emergency", extra=("--reason", "self-harm"))
        for number_of, what in ((json.loads(emergency.stdout)["receipt"], "out-of-hours lines"),
                                ("0000-0000-0000-0000", "receipt list")):
            done = area.whoelse("social", "ask", "--again", number_of, "--i-do-not-know-them")
            self.assertEqual(done.returncode, 2)
            self.assertIn(what, done.stderr)
        waits = self.answer(area.whoelse("social", "ask", "--again", receipt,
                                         "--i-do-not-know-them", "--at", "05:30", "--json"))
        self.logged(receipt)
        self.move(waits["at_ms"] - self.clock() + 1000)   # the day's one question is used up
        area.until("it is not asked", lambda: "used up" in (self.receipts()[-1]["again"] or ""))
        self.assertEqual(len(self.receipts()), 2)


class Watched(Moved):
    def watches(self):
        return self.answer(self.area.whoelse("social", "watch", "list", "--json"))["watches"]

    def watch(self, receipt):
        return self.answer(self.area.whoelse("social", "watch", "show", receipt, "--json"))

    def a_week_later(self):
        """One question is asked in it, whatever is watched; its leaves are covered."""
        before = self.questions()
        self.move(WEEK)
        self.area.until("a question", lambda: self.questions() > before)

    def questions(self):
        """That the school answered."""
        ledger = self.area.whoelse("school", "ledger", "export").stdout
        return sum(line.startswith("row ") for line in ledger.splitlines())

    def teach(self, *rows):
        self.assertEqual(self.area.load("school", csv(*rows)).returncode, 0)

    def test_a_child_is_watched_until_the_record_ends(self):
        area = self.running_moved(lambda text: text + "\n[watch]\na_week = 1\n")
        receipt = self.answer(area.ask("social", A, "section-17"))["receipt"]
        add = ("watch", "add", receipt, "--case")
        for words, done in (("case", area.whoelse("social", *add, "C-9", "--i-do-not-know-them")),
                            ("i-do-not-know-them", area.whoelse("social", *add, "C-1"))):
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"whoelse: {words}: ", done.stderr)
        concern = self.answer(area.ask("social", A, "concern",
                                       extra=("--role", "safeguarding lead")))["receipt"]
        not_held = self.answer(area.ask("social", C, "section-17"))["receipt"]
        for other in (concern, not_held):
            done = area.whoelse("social", "watch", "add", other, "--case", "C-1",
                                "--i-do-not-know-them")
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.answer(area.whoelse("social", *add, "C-1", "--i-do-not-know-them", "--json"))
        self.logged(not_held)

        # Nothing is different; then there is another contact, which a restart does not lose.
        self.a_week_later()
        area.until("it was asked", lambda: self.watches()[0]["asked_ms"])
        self.assertEqual(self.watch(receipt)["differences"], [])
        newest = self.receipts()[0]
        self.assertEqual((newest["asked_as"], newest["of"], newest["case_reference"]),
                         ("watch", receipt, "C-1"))
        self.logged(newest["receipt"])
        self.teach(row(1, A, name="Kit Larkrise"))
        area.stop("social", signal.SIGKILL)
        area.start("social")
        area.until_attached("social")
        self.a_week_later()
        area.until("it is told", lambda: self.watch(receipt)["differences"])
        told, = self.watch(receipt)["differences"]
        self.assertEqual((told["what"], told["agency"], told["service"]),
                         ("changed", "school", "Child protection"))
        page = self.answer(area.whoelse("social", "receipt", "answer", told["receipt"], "--json"))
        self.assertIn("Kit Larkrise", json.dumps(page))
        self.logged(told["receipt"])

        # The record here ends, and with it the watch; the week's question goes on, about nobody.
        today = datetime.datetime.fromtimestamp(self.clock() / 1000, datetime.timezone.utc)
        ended = area.whoelse("social", "records", "end", "--id", "1", "--on",
                             (today - datetime.timedelta(days=1)).date().isoformat())
        self.assertEqual(ended.returncode, 0, ended.stderr)
        listed = len(self.receipts())
        self.a_week_later()
        area.until("it ended", lambda: "no live record" in (self.watches()[0]["ended"] or ""))
        self.assertEqual(len(self.receipts()), listed)

    def test_a_person_ends_it_and_so_do_six_weeks(self):
        area = self.running_moved(lambda text: text + "\n[watch]\na_week = 1\n")
        a, b = (self.answer(area.ask("social", child, "section-47"))["receipt"] for child in (A, B))
        done = area.whoelse("social", "watch", "add", a, "--case", "C-1", "--i-do-not-know-them")
        self.assertEqual(done.returncode, 0, done.stderr)
        full = area.whoelse("social", "watch", "add", b, "--case", "C-1", "--i-do-not-know-them")
        self.assertEqual(full.returncode, 4, full.stderr)   # the rate has room for one a week
        self.assertEqual(area.whoelse("social", "watch", "end", b).returncode, 2)
        self.assertEqual(area.whoelse("social", "watch", "end", a).returncode, 0)
        self.assertRegex(self.watches()[0]["ended"], "^by local:")
        done = area.whoelse("social", "watch", "add", b, "--case", "C-1", "--i-do-not-know-them")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([d[1:] for d in deeds(self, "social", "watch-add", "watch-end")],
                         [("watch-add", f"receipt={a}"), ("watch-end", f"receipt={a}"),
                          ("watch-add", f"receipt={b}")])
        self.logged(b)
        self.move(6 * WEEK + HOUR)
        area.until("six weeks are over", lambda: any(
            "six weeks" in (w["ended"] or "") for w in self.watches()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
