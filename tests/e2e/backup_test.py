#!/usr/bin/env python3
"""A node that is backed up while it runs and comes back from it: every command of the page, and what
other agencies see meanwhile."""

import itertools
import os
import pathlib
import re
import shlex
import signal
import subprocess
import unittest

from area import WHOELSE, StartRefused, csv, numbers, row
from inbox_test import D, E, F, Officers

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "node-store.md"
FILE = "node.backup"
MANY = 20_000   # records: what is made of so many can be killed in the middle


def commands():
    """Of the page, by what they do."""
    lines = re.findall(r"(?m)^whoelse node (.*)$", PAGE.read_text())
    return {shlex.split(line)[0]: shlex.split(line) for line in lines}


class Backups(Officers):
    """With one clock that moves for all, so that nobody waits for the minute after a restore."""

    @staticmethod
    def fill(area, register=100):
        Officers.fill(area, register)
        area.program["social"] = "whoelse-node-moved-clock"
        for coordinator in area.coordinators:
            area.program[coordinator] = "whoelse-coordinator-moved-clock"

    def process(self, verb, file=FILE):
        """A command of the page, begun in the folder where the node's configuration is."""
        arguments = [file if part == FILE else part for part in commands()[verb]]
        return subprocess.Popen([WHOELSE, "node", *arguments], cwd=self.area.folder("school"),
                                env=dict(os.environ, WHOELSE_DOOR="run/door"), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @staticmethod
    def ended(process):
        output = process.communicate(timeout=90)
        return subprocess.CompletedProcess(process.args, process.returncode, *output)

    def node(self, verb, file=FILE):
        return self.ended(self.process(verb, file))

    def killed(self, process, when):
        """Whether it was, by a signal that comes as soon as this holds; else it had ended before."""
        while process.poll() is None and not when():
            pass
        process.kill()
        return self.ended(process).returncode == -signal.SIGKILL

    def done(self, verb):
        result = self.node(verb)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def is_refused(self, verb, why, file=FILE):
        result = self.node(verb, file)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(why, result.stderr)

    def file(self):
        return self.area.folder("school") / FILE

    def data(self):
        return self.area.folder("school") / "data"

    def school(self, child):
        return self.statuses_of(self.ask(child))["school"]

    def statuses_of(self, done):
        self.assertIn(done.returncode, (0, 3), done.stderr)
        return self.statuses(done, done.returncode)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_the_page(self):
        self.assertEqual(set(commands()), {"backup", "verify", "restore"})
        area = self.running_with_officers()
        self.assertEqual(self.school(F), "disclosed")
        self.done("backup")
        self.assertEqual(self.file().stat().st_mode & 0o777, 0o600)
        self.is_refused("backup", "there is one of that name")
        self.done("verify")
        # Since: a notice about a child who was here.
        self.shield(F)
        area.until("the shield is on the disk", lambda: self.shield_pending()["3"])
        area.stop("school", signal.SIGKILL)
        self.is_refused("restore", "empty")
        self.data().rename(self.data().with_name("lost"))
        self.done("restore")
        area.start("school")
        area.until_attached("school")
        self.assertEqual(self.school(F), "no_answer")
        self.assertEqual(area.load("school", csv(row(1, D, service="Counselling"),
                                                 row(2, E, service="Refuge"),
                                                 row(3, F, service="Teaching"))).returncode, 0)
        area.until_enrolled("school")
        self.move_clock(70_000)
        area.until("it answers", lambda: self.school(E) != "no_answer")
        # Not by the notice, which it has forgotten: nobody is told of anybody.
        self.assertFalse(self.shield_pending()["3"])
        self.assertEqual(self.school(F), "nothing_disclosed")
        self.lift()
        self.assertEqual(self.school(F), "disclosed")

    def lift(self):
        item = next(i["id"] for i in self.items() if i["kind"] == "restored-from-backup")
        first = self.decide("refuse", item, "--reason", "the exports are in, a week has passed")
        self.assertEqual(first["state"], "waits for a second person")
        self.assertEqual(self.school(F), "nothing_disclosed")
        second = self.as_second("inbox", "refuse", item, "--reason", "looked at it too", "--json")
        self.assertEqual(self.answer(second)["state"], "done")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become a second person")
    def test_only_the_nodes_own_account_makes_one(self):
        self.running_with_officers()
        other = self.as_second("node", "backup", "/dev/shm/whoelse-not-written")
        self.assertEqual(other.returncode, 2, other.stderr)
        self.assertIn("user", other.stderr)
        self.assertFalse(pathlib.Path("/dev/shm/whoelse-not-written").exists())

    def test_what_is_not_whole_is_refused_and_changes_nothing(self):
        area = self.running_with_officers()
        self.done("backup")
        area.stop("school")
        good = self.file().read_bytes()
        self.data().rename(self.data().with_name("lost"))
        for bad, why in ((good[:-1], "cut off"), (good + b"x", "changed"), (b"", "none"),
                         (good[:len(good) // 2] + bytes([good[len(good) // 2] ^ 1])
                          + good[len(good) // 2 + 1:], "changed")):
            self.file().write_bytes(bad)
            self.is_refused("verify", why)
            self.is_refused("restore", why)
            self.assertFalse(self.data().exists())
        self.file().write_bytes(good)
        config = area.folder("school") / "node.toml"
        text = config.read_text()
        config.write_text(re.sub(r"(?m)^master_key = .*$",
                                 f"master_key = '{self.other_key()}'", text))
        self.is_refused("restore", "master key")
        self.assertFalse(self.data().exists())
        config.write_text(text)
        self.done("restore")

    def other_key(self):
        key = self.area.home / "other.key"
        key.write_text("17" * 32 + "\n")
        key.chmod(0o600)
        return key

    def running_with_many(self):
        area = self.running_with_officers()
        some = itertools.islice(numbers(), 10, 10 + MANY)
        rows = csv(*(row(f"X{i}", n, service="Teaching") for i, n in enumerate(some)))
        self.assertEqual(area.load("school", rows).returncode, 0)
        return area

    def test_a_backup_that_is_killed_leaves_no_file_of_its_name(self):
        self.running_with_many()
        part = self.file().with_name(FILE + ".part")
        if not self.killed(self.process("backup"), lambda: part.exists() and part.stat().st_size):
            self.done("verify")   # it was quicker: then it is whole
            return
        self.assertFalse(self.file().exists())
        self.is_refused("verify", "cut off", part.name)   # whoever renames it by hand
        self.is_refused("restore", "cut off", part.name)
        self.done("backup")                               # nor is it in the way
        self.done("verify")
        self.assertFalse(part.exists())

    def test_a_backup_of_a_node_that_is_killed_leaves_no_file(self):
        area = self.running_with_many()
        part = self.file().with_name(FILE + ".part")
        making = self.process("backup")
        area.until("it is being made", lambda: part.exists() or making.poll() is not None)
        area.stop("school", signal.SIGKILL)
        if self.ended(making).returncode == 0:
            self.done("verify")
            return
        self.assertEqual((making.returncode, self.file().exists(), part.exists()), (1, False, False))

    def test_a_restore_that_is_killed_is_begun_again(self):
        area = self.running_with_many()
        held = area.status("school")["records"]
        self.done("backup")
        area.stop("school")
        self.data().rename(self.data().with_name("lost"))
        halves = 0
        for there in ("RESTORING", "CURRENT", "*.sst"):   # the mark, a database, something in it
            self.killed(self.process("restore"), lambda: any(self.data().rglob(there)))
            if (self.data() / "RESTORING").exists():
                halves += 1
                self.does_not_start("restore again")
                self.is_refused("restore", "empty")
            self.data().rename(self.data().with_name(f"killed-at-{there.strip('*.')}"))
        self.assertGreater(halves, 0)
        self.done("restore")
        area.start("school")
        self.assertEqual(area.status("school")["records"], held)

    def does_not_start(self, remedy):
        said = self.area.log("school").count(remedy)
        with self.assertRaises(StartRefused) as refused:
            self.area.start("school")
        self.assertEqual(refused.exception.code, 74)
        self.assertEqual(refused.exception.log.count(remedy), said + 1)

    def test_no_node_starts_in_half_a_restore(self):
        area = self.running_with_officers()
        area.stop("school")
        (self.data() / "RESTORING").touch()
        self.does_not_start("restore again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
