#!/usr/bin/env python3
"""An auditor's work on a federation of real programs, with our tools and with the Go project's."""

import collections
import json
import os
import pathlib
import subprocess
import unittest

from area import WAIT_S, number_of
from e2e_test import A, B, C
from guests import needs_root
from receipts_test import Witnessed

SOURCE = pathlib.Path(__file__).resolve().parents[2]
HOUR_MS = 3_600_000
SOCIAL_ID, SCHOOL_ID, CENTRE_ID = 1001, 1002, 1003
PROVED, BAD_INPUT, REFUTED, NOT_PROVABLE = 0, 2, 5, 6


def go_verifier(folder):
    """The program of docs/operating/audit.md, built as that page says, with Debian's packages."""
    program = folder / "verify"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                   "GOCACHE": str(folder / "gocache")}
    built = subprocess.run(["go", "build", "-o", program, SOURCE / "tests/audit/go/verify.go"],
                           env=environment, capture_output=True, text=True, timeout=WAIT_S)
    assert built.returncode == 0, built.stderr
    return program


def second_person(folder):
    """An Ed25519 public key, 64 hexadecimal digits, made as docs/operating/audit.md says."""
    file = folder / "second-person.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", file], check=True)
    der = subprocess.run(["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"],
                         check=True, capture_output=True).stdout
    return der[-32:].hex()


def flip(path, byte):
    content = bytearray(path.read_bytes())
    content[byte] ^= 1
    path.write_bytes(content)


class Audited(Witnessed):
    def audited(self, **parameters):
        self.area = self.witnessed(public_logs=True, **parameters)
        return self.area

    def report(self, done, code=0):
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return json.loads(done.stdout)

    def asked(self, *children):
        """The receipts of these questions, when all are COMPLETE."""
        numbers = [self.answer(self.area.ask("social", child))["receipt"] for child in children]
        for number in numbers:
            self.complete(self.area, number)
        return numbers

    def mirrored(self, code=0, rosters=None):
        """Over HTTPS, from the coordinators as they run; by coordinator's name."""
        sources = [part for url in self.area.log_url.values() for part in ("--from", url)]
        report = self.report(self.area.audit("mirror", *sources, "--into", self.area.home / "mirror",
                                             rosters=rosters), code)
        return {log["coordinator"]: log for log in report["logs"].values()}


class VerifiedReceipts(Audited):
    def test_what_an_export_proves(self):
        area = self.audited()
        for slug in ("school", "centre"):
            area.stop(slug)   # one witness is no quorum
        number = self.answer(area.ask("social", A), 3)["receipt"]
        pending = self.report(area.audit("verify", self.export(number)), NOT_PROVABLE)
        self.assertEqual(pending["verdict"], "not provable yet")
        area.start("school")
        self.complete(area, number)
        file = self.export(number)
        proved = self.report(area.audit("verify", file))
        self.assertEqual((proved["verdict"], proved["summary"]), (
            "proved", "Asked 3: 1 gave a sealed answer, 2 did not answer (NOT_ATTACHED)."))
        self.assertEqual(set(f["finding"] for f in proved["findings"]), {"proved"})
        self.assertNotIn("state", proved)

    def test_no_line_of_it_can_be_changed(self):
        area = self.audited()
        file = self.export(*self.asked(A))
        good = file.read_text()
        self.report(area.audit("verify", file))
        for i, line in enumerate(good.splitlines(keepends=True)):
            if line == "state COMPLETE\n":
                continue   # the asker's word, on which nothing rests
            before = sum(len(l) for l in good.splitlines(keepends=True)[:i])
            at = before + len(line) // 2
            file.write_text(good[:at] + chr(ord(good[at]) ^ 1) + good[at + 1:])
            done = area.audit("verify", file)
            self.assertIn(done.returncode, (BAD_INPUT, REFUTED, NOT_PROVABLE), line)
            self.assertNotIn('"verdict": "proved"', done.stdout)
            if done.returncode == BAD_INPUT:
                self.assertRegex(done.stderr, r"line \d+|byte \d+", line)


class OpenedReceipts(Audited):
    @needs_root
    def test_an_opening_is_logged_and_accounts_for_every_slot(self):
        area = self.audited()
        number, = self.asked(A)
        key = second_person(area.home)
        authority = ("--credential", area.credential, "--authority", "CR-2026-17",
                     "--second-person", key)
        sealed = area.audit("open", self.export(number), *authority)
        self.assertEqual(sealed.returncode, BAD_INPUT)
        self.assertIn("--with-opening", sealed.stderr)
        file = self.export_opened(number)
        opened = self.report(area.audit("open", file, *authority))
        self.assertEqual(opened["verdict"], "proved")
        self.assertEqual(opened["summary"], "Asked 3: 3 gave a contact or a duty line.")
        self.assertEqual(opened["question"]["subject"]["nhs_number"], A)
        self.assertEqual([s["is"] for s in opened["slots"]],
                         ["the child that the statement names", "a dummy, of the statement's seed"])
        self.assertEqual(opened["disclosed_by_named_agencies"], [])
        self.assertNotIn("Fennimore", json.dumps(opened))
        named = self.report(area.audit("open", file, *authority, "--named", CENTRE_ID))
        shown, = named["disclosed_by_named_agencies"]
        self.assertEqual((shown["agency"], shown["kind"]), ("centre", "duty line"))
        printed = area.whoelse("social", "audit", "open", file, *authority, "--roster",
                               area.federation / "roster.signed")
        self.assertRegex(printed.stdout, "signed this question, for the purpose section-47; .*made from")
        # Every opening is a leaf, found by whoever reads the log.
        area.until("three openings in the published logs", lambda: sum(
            log["content"]["openings"] for log in self.mirrored().values()) == 3)
        no_second = area.audit("open", file, "--credential", area.credential, "--authority", "X")
        self.assertEqual(no_second.returncode, BAD_INPUT)
        self.assertIn("second-person", no_second.stderr)


class PublicLogs(Audited):
    def test_a_mirror_over_https_goes_on_and_go_verifies_it(self):
        area = self.audited()
        self.asked(A)
        first = self.mirrored()
        self.assertEqual([log["result"] for log in first.values()], 3 * ["good"])
        for log in first.values():
            self.assertTrue(log["cosigned"]["quorum"], log)
        self.asked(B)
        second = self.mirrored()
        for name, log in second.items():
            self.assertEqual(log["entries"], first[name]["entries"] + log["new_entries"])
        self.assertGreater(sum(log["new_entries"] for log in second.values()), 0)
        self.assertEqual(self.mirrored()["coordinator-1"]["new_entries"], 0)

        verify = go_verifier(area.home)
        for i, name in enumerate(area.coordinators):
            proof = area.home / f"{name}.tlog-proof"
            index = second[name]["entries"] - 1
            for folder in (area.logs / name, area.home / "mirror" / f"coordinator-{101 + i}"):
                proved = area.audit("prove", folder, index, "--out", proof)
                self.assertEqual(proved.returncode, 0, proved.stderr)
                checked = subprocess.run([verify, folder, proof], capture_output=True, text=True)
                self.assertEqual(checked.returncode, 0, checked.stderr)
                self.assertRegex(checked.stdout, r"\d+ entries and 1 proofs verify")

    def test_one_flipped_bit_of_a_copy_is_located(self):
        area = self.audited()
        self.asked(A)
        self.mirrored()
        copy = area.home / "mirror" / "coordinator-101"
        verify = go_verifier(area.home)
        files = [f for f in sorted(copy.rglob("*")) if f.is_file() and f.name != "log.vkey"]
        for file in files:
            flip(file, 7)
            checked = self.report(area.audit("check", copy), REFUTED)
            log, = checked["logs"].values()
            self.assertEqual(log["result"], "damaged")
            self.assertIn(str(file.relative_to(copy)), log["why"])
            self.assertNotEqual(subprocess.run([verify, copy], capture_output=True).returncode, 0)
            flip(file, 7)
        self.report(area.audit("check", copy))


class AuditorsDesk(Audited):
    def test_reconcile_volumes_draw_and_census(self):
        moved = {f"coordinator-{i}": "whoelse-coordinator-moved-clock" for i in (1, 2, 3)}
        moved.update({slug: "whoelse-node-moved-clock" for slug in ("social", "school", "centre")})
        area = self.audited(programs=moved)
        numbers = self.asked(A, C)
        self.questions_in_both_logs()
        area.move_clock(2 * HOUR_MS)   # the hour's digests and tables of evaluations are due
        self.mirrored_until_hourly_leaves()
        desk = ("--credential", area.credential, "--logs", area.home / "mirror")

        def volumes_agree():
            self.mirrored()
            volumes = self.report(area.audit("volumes", *desk))
            self.assertEqual(volumes["side_tables_at_fault"], [])
            asked = collections.Counter()
            for volume in volumes["volumes"]:
                asked[volume["agency"]] += volume["questions"]
            return asked == {slug: len(own) for slug, own in self.everything().items() if own}
        area.until("the logs have every question", volumes_agree)
        everything = set().union(*self.everything().values())
        self.assertLessEqual(set(numbers), everything)

        draw = self.report(area.audit("draw", "--count", 1, *desk))
        again = self.report(area.audit("draw", "--count", 1, "--seed", draw["seed"], *desk))
        self.assertEqual(again["drawn"], draw["drawn"])
        self.assertIn(draw["drawn"][0]["receipt"], everything)
        self.assertEqual(draw["drawn_from"], len(everything))

        census = self.report(area.audit("census", *desk))
        self.assertEqual(census["tables_at_fault"], [])
        self.assertEqual({row["agency"] for row in census["census"] if row["bulk"]},
                         {"social", "school", "centre"})
        self.reconcile(numbers)

    def questions_in_both_logs(self):
        """Of the relays: a digest has the time of what was logged before it."""
        def there():
            self.asked(A)   # under a checkpoint: moved clocks make no leaf late
            asked = [log["content"]["questions"] for log in self.mirrored().values()]
            return sum(map(bool, asked)) == 2
        self.area.until("questions in the logs of both relays", there)

    def mirrored_until_hourly_leaves(self):
        def there():
            content = [log["content"] for log in self.mirrored().values()]
            return (sum(c["ledger_digests"] for c in content) >= 3 and
                    all(c["evaluation_tables"] >= 1 for c in content))
        self.area.until("hourly leaves in every log", there)

    def everything(self):
        """By node: nodes ask about nobody too, at a rate of their own."""
        return {slug: {row["receipt"] for row in self.answer(
                    self.area.whoelse(slug, "receipt", "list", "--json"))["receipts"]
                    if not row["nothing_came"]}
                for slug in ("social", "school", "centre")}

    def reconcile(self, numbers):
        area = self.area
        everything = self.everything()
        questions = sum(map(len, everything.values()))
        given = ["--logs", area.home / "mirror", "--credential", area.credential]
        ledgers = {}
        for slug in ("social", "school", "centre"):
            ledgers[slug] = area.home / f"{slug}.ledger"
            done = area.whoelse(slug, "ledger", "export", "-o", ledgers[slug])
            self.assertEqual(done.returncode, 0, done.stderr)
            given += ["--ledger", ledgers[slug]]
        (area.home / "receipts").mkdir()
        for number in everything["social"]:
            self.export(number).rename(area.home / "receipts" / number)
        given += ["--receipts-of", f"{SOCIAL_ID}={area.home / 'receipts'}"]
        clean = self.report(area.audit("reconcile", *given))
        self.assertEqual(clean["mismatches"], [])
        self.assertEqual(clean["compared"]["questions"], questions)
        self.assertEqual(clean["compared"]["ledger_rows"], 3 * questions)

        # A node that takes a row out of its ledger contradicts the leaf, and its own digest. Not any
        # row: of what a node asked by itself since the last digest nobody here has a receipt.
        good = ledgers["school"].read_text()
        ledgers["school"].write_text("".join(
            line for line in good.splitlines(keepends=True)
            if not line.startswith("row ") or number_of(line.split()[4]) != numbers[0]))
        found = self.report(area.audit("reconcile", *given), REFUTED)["mismatches"]
        self.assertEqual({m["at_fault"] for m in found}, {"school"})
        self.assertIn("answered off its ledger", {m["what"] for m in found})
        ledgers["school"].write_text(good)

        # An asker that keeps a question back is named by the side table.
        (area.home / "receipts" / numbers[0]).rename(area.home / "kept-back")
        found, = self.report(area.audit("reconcile", *given), REFUTED)["mismatches"]
        self.assertEqual((found["at_fault"], found["receipt"]), ("social", numbers[0]))
        self.rows_gone_too_early(ledgers["school"])

    def rows_gone_too_early(self, ledger):
        """A node whose clock is three months ahead lets go of rows that were logged today."""
        area = self.area
        # The copy has every digest by which rows may go: none is logged between it and the leap.
        area.stop("school")
        self.mirrored()
        area.move_clock(92 * 24 * HOUR_MS)
        area.start("school")

        def gone():
            done = area.whoelse("school", "ledger", "export", "-o", ledger)
            self.assertEqual(done.returncode, 0, done.stderr)
            return "\nwhole " in ledger.read_text()
        area.until("rows have gone", gone)
        given = ("--logs", area.home / "mirror", "--ledger", ledger)
        found = self.report(area.audit("reconcile", *given), REFUTED)["mismatches"]
        self.assertEqual({(m["at_fault"], m["what"]) for m in found},
                         {("school", "rows gone too early")})


if __name__ == "__main__":
    unittest.main(verbosity=2)
