#!/usr/bin/env python3
"""The life of records at real nodes: what other agencies see of it, and every command of the page."""

import os
import pathlib
import pwd
import re
import shlex
import unittest

from area import by_agency, csv, number, row
from e2e_test import A, B, C, EndToEnd
from inbox_test import D, F, Officers

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "records.md"
FILES = {"export.csv", "changes.csv", "whole.csv", "caseworks.toml"}
MAPPING = '[columns]\nsource_id = "Case Ref"\n\n[words.restrictions]\n"Nil" = "none"\n'


class RecordLife(EndToEnd):
    def change(self, area, *arguments, stdin=""):
        done = area.whoelse("school", "records", *arguments, stdin=stdin)
        self.assertEqual(done.returncode, 0, done.stderr)

    def of_school(self, area, nhs):
        return by_agency(self.answer(area.ask("social", nhs)))["school"]

    def test_a_number_that_is_superseded_and_then_closed(self):
        area = self.running()
        self.change(area, "supersede", "--nhs-number", "-", "--by", C, stdin=A)
        area.until_enrolled("school")
        old, new = self.of_school(area, A), self.of_school(area, C)
        self.assertEqual([e["superseded_number"] for e in old["involvements"]], [True])
        self.assertEqual([e["superseded_number"] for e in new["involvements"]], [False])
        self.assertEqual(old["involvements"][0]["name"], new["involvements"][0]["name"])
        self.change(area, "close", "--nhs-number", "-", stdin=C)
        self.assertEqual(self.of_school(area, C)["status"], "nothing_disclosed")
        # What the node lists shows nobody who was whom.
        listed = area.whoelse("school", "records", "list", "--json").stdout
        self.assertNotIn(C, listed)

    def test_what_is_erased_is_found_no_more_and_does_not_come_back(self):
        area = self.running()
        asked = self.answer(area.ask("school", A, "coordination"))["receipt"]
        self.change(area, "erase", "--id", "1", "--reason", "a court decided it")
        self.assertEqual(self.of_school(area, A)["status"], "nothing_disclosed")
        # The receipt of what was asked there stays, and names nobody.
        kept = area.whoelse("school", "receipt", "show", asked)
        self.assertEqual(kept.returncode, 0, kept.stderr)
        for secret in (A, "Testwood"):
            self.assertNotIn(secret, kept.stdout)
        again = self.answer(area.load("school", csv(row(1, A), row(2, B))))
        self.assertEqual((again["imported"], again["left_out"]), (1, 1))

    def test_the_lead_professional_is_given_up_and_proposed(self):
        area = self.running()
        self.change(area, "lead", "--id", "1", "--yes")
        self.assertEqual(self.answer(area.ask("social", A))["lead_professional"]["state"], "conflict")
        self.change(area, "lead", "--id", "1", "--no")
        self.assertEqual(self.answer(area.ask("social", A))["lead_professional"]["state"], "named")

    def test_a_snapshot_that_forgets_half_the_school_changes_nothing(self):
        area = self.running()
        self.assertEqual(area.load("school", csv(row(1, A), row(2, B))).returncode, 0)
        file = area.home / "half.csv"
        file.write_text(csv(row(1, A)))
        refused = area.whoelse("school", "records", "import", file, "--mode", "snapshot")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("1 of 2", refused.stderr)
        self.assertNotIn('"end": "2', area.whoelse("school", "records", "list", "--json").stdout)
        done = area.whoelse("school", "records", "import", file, "--mode", "snapshot",
                            "--allow-many-ends", "--json")
        self.assertEqual(self.answer(done)["ended"], 1)


class RecordDuties(Officers):
    """Who may touch records: whom [people] says so of, and nobody else who can open the door."""

    def commands(self, source_id, nhs):
        """Every command about records, about what is there or not."""
        export = self.public / "export.csv"
        export.write_text(csv(row(source_id, nhs)))
        export.chmod(0o644)
        one = ("--id", source_id)
        return {"list": ("--nhs-number", nhs), "import": (str(export),), "export": (),
                "end": (*one, "--on", "2026-03-31"), "lead": (*one, "--yes"),
                "supersede": ("--nhs-number", nhs, "--by", number(9)), "close": ("--nhs-number", nhs),
                "merge": (*one, "--into", "2"), "unmerge": one,
                "erase": (*one, "--reason", "a court decided it"),
                "let-through": (*one, "--reason", "she asked for it")}

    def refusals(self, commands):
        said = {}
        for verb, arguments in commands.items():
            done = self.as_second("records", verb, *arguments)
            self.refused(done, "user")
            said[verb] = done.stderr
        return said

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_a_practitioner_of_the_group_touches_no_record(self):
        area = self.running_with_officers(duties='"practitioner", "approver"')
        before = area.whoelse("school", "records", "list", "--json").stdout
        held = self.refusals(self.commands("1", D))
        self.assertEqual(held, self.refusals(self.commands("77", number(11))))
        self.assertEqual(area.whoelse("school", "records", "list", "--json").stdout, before)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_a_lead_officer_reads_closes_and_erases_only(self):
        self.running_with_officers()
        commands = self.commands("3", F)
        self.refused(self.as_second("records", "let-through", *commands.pop("let-through")),
                     "id")   # nothing in it waits
        for verb in ("list", "close", "erase"):
            done = self.as_second("records", verb, *commands.pop(verb))
            self.assertEqual(done.returncode, 0, done.stderr)
        self.refusals(commands)

    def test_a_consent_that_waits_acts_on_a_lead_officers_word(self):
        area = self.running_with_officers()
        header, line = csv(row(1, D, service="Counselling")).splitlines()
        agreed = (f"{header},consent,consent_by,consent_competent,consent_on\n"
                  f"{line},given,young person,yes,2025-01-10\n")
        self.assertEqual(area.load("school", agreed).returncode, 0)

        def answered():
            return self.statuses(area.ask("social", D, "section-17"))["school"]

        def waits():
            listed = area.whoelse("school", "records", "list", "--nhs-number", D, "--json")
            return self.answer(listed)["records"][0]["looser_on"]
        self.assertEqual(answered(), "nothing_disclosed")
        self.assertRegex(waits(), r"^\d{4}-\d{2}-01$")
        let = ("records", "let-through", "--reason", "she asked for it", "--id")
        self.refused(area.whoelse("school", *let[:2], "--id", "1"), "reason")
        for nothing_waits in ("3", "77"):
            self.refused(area.whoelse("school", *let, nothing_waits), "id")
        self.assertEqual(answered(), "nothing_disclosed")
        self.assertEqual(area.whoelse("school", *let, "1").returncode, 0)
        self.assertEqual((answered(), waits()), ("disclosed", None))
        self.refused(area.whoelse("school", *let, "1"), "id")
        trail = self.answer(area.whoelse("school", "trail", "list", "--json"))["entries"]
        said = [(d["duty"], d["reason"]) for d in trail if d["deed"] == "records-let-through"]
        self.assertEqual(said, [("lead officer", "she asked for it")])

    def as_the_account(self, area, entry):
        """The school's node, with this in place of what [people] says of the account it runs under."""
        config = area.folder("school") / "node.toml"
        rest = re.sub(r"(?ms)^\[people\..*?(?=^\[(?!people))", "", config.read_text())
        config.write_text(rest + "\n" + entry)
        area.stop("school")
        area.start("school")

    def test_the_nodes_own_account_does_what_the_configuration_says_and_no_more(self):
        area = self.new_area()
        self.fill(area)
        area.sign()
        self.start(area)
        self.as_the_account(area, "")
        for arguments in (("records", "list"), ("inbox", "list"), ("ledger", "export"),
                          ("receipt", "list")):
            done = area.whoelse("school", *arguments)
            self.refused(done, "user")
        self.refused(area.ask("school", D), "user")
        self.assertEqual(area.whoelse("school", "status").returncode, 0)   # names nobody
        # A timer's.
        self.as_the_account(area, f"[people]\n{pwd.getpwuid(os.geteuid()).pw_name} = "
                                  "['record manager']\n\n")
        self.assertEqual(area.load("school", csv(row(1, D))).returncode, 0)
        self.refused(area.ask("school", D, "coordination"), "role")
        self.refused(area.whoelse("school", "inbox", "list"), "user")


class DisputedRecords(Officers):
    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_whose_a_record_is_is_settled_by_two_people(self):
        area = self.running_with_officers()
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")

        def load(nhs, change):
            """Ben, whom the system has under a number; `change`: why it is another than before."""
            header, ben = csv(row(4, nhs, born="2018-07-02", service="Teaching")).splitlines()
            return self.answer(area.load(
                "school", f"{header},number_changed\n{ben.replace('Ada', 'Ben')},{change}\n"))
        self.assertEqual(load(F, "")["disputed"], 1)
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")
        item = next(i["id"] for i in self.items() if i["kind"] == "identity-conflict")
        load(number(8), "corrected")   # put right in the system
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")
        settle = ("done", item, "--outcome", "settled", "--reason")
        first = self.decide(*settle, "the number was the brother's")
        self.assertEqual(first["state"], "waits for a second person")
        self.refused(area.whoelse("school", "inbox", *settle, "once more"), "user")
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")
        second = self.as_second("inbox", *settle, "saw both files", "--json")
        self.assertEqual(self.answer(second)["state"], "done")
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")


class LoweredRecords(Officers):
    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_two_people_take_a_restriction_away_and_open_a_number(self):
        area = self.running_with_officers()

        def lift(what, *more):
            return area.whoelse("school", "inbox", "lift", "--what", what, "--nhs-number", "-",
                                "--reason", "it was a slip", "--json", *more, stdin=F + "\n")

        def held():
            listed = area.whoelse("school", "records", "list", "--nhs-number", "-", "--json",
                                  stdin=F + "\n")
            return self.answer(listed)["records"]

        def by_two(what):
            item = self.answer(lift(what))
            self.assertEqual(item["state"], "waits for a second person")
            self.refused(area.whoelse("school", "inbox", "approve", item["id"], "--reason", "x"),
                         "user")
            second = self.as_second("inbox", "approve", item["id"], "--reason", "saw the file",
                                    "--json")
            self.assertEqual(self.answer(second)["state"], "done")

        self.refused(lift("everything"), "what")
        self.refused(lift("covert"), "nhs-number")   # there is none
        self.refused(lift("class"), "nhs-number")

        def load(restrictions):
            return self.answer(area.load("school", csv(
                row(3, F, service="Teaching", restrictions=restrictions))))
        load("covert")
        load("none")   # takes nothing away
        self.assertEqual(self.statuses(self.ask(F))["school"], "nothing_disclosed")
        by_two("covert")
        self.assertEqual(self.statuses(self.ask(F))["school"], "disclosed")
        self.assertEqual(load("closed")["closed"], 1)
        self.refused(lift("shield"), "nhs-number")   # what was closed stays so
        by_two("closed")
        self.assertEqual([(r["closed"], r["shielded"]) for r in held()], [(False, True)])
        load("none")
        self.assertEqual([r["end"] for r in held()], [None])


class RecordsPage(EndToEnd):
    def files(self, home):
        def export(*rows):
            return csv(*rows).replace("source_id", "Case Ref").replace(",none", ",Nil")
        held = [row(f"INV-{1001 + i}", number(i)) for i in (0, 1, 4)]
        # Two rows of one involvement.
        held[2:2] = [row(f"INV-{1003 + i}", number(2)) for i in (0, 1)]
        held[-1] = row("INV-1005", number(4))
        (home / "caseworks.toml").write_text(MAPPING)
        (home / "export.csv").write_text(export(*held))
        (home / "whole.csv").write_text(csv(*held))
        header, *rows = csv(*held).splitlines()
        (home / "changes.csv").write_text("\n".join([
            header + ",action,consent,consent_by,consent_on", rows[0] + ",update,,,",
            rows[1] + ",update,given,parent,2025-03-01"]))   # which waits for its day

    def test_the_page(self):
        area = self.running()
        self.files(area.home)
        # The page's own system, of which the node holds nothing yet.
        config = area.folder("school") / "node.toml"
        config.write_text(config.read_text().replace("source = 'school'", "source = 'caseworks'"))
        area.stop("school")
        area.start("school")
        seen = set()
        for language, block in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", PAGE.read_text()):
            if language:
                continue
            for line in block.splitlines():
                program, *command = shlex.split(line)
                self.assertEqual((program, command[0]), ("whoelse", "records"))
                typed = [str(area.home / word) if word in FILES else word for word in command]
                old = {"supersede": number(1), "close": number(0)}.get(command[1], "")
                done = area.whoelse("school", *typed, stdin=old)
                self.assertEqual(done.returncode, 0, (line, done.stderr))
                seen.add(command[1])
        self.assertEqual(seen, {"import", "list", "end", "lead", "merge", "unmerge", "supersede",
                                "close", "erase", "let-through"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
