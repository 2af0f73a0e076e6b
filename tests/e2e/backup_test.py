#!/usr/bin/env python3
"""A node that is backed up while it runs and comes back from it: every command of the page, and what
other agencies see meanwhile."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import unittest

from area import WHOELSE, StartRefused, csv, row
from inbox_test import D, E, F, Officers

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operating" / "node-store.md"
FILE = "node.backup"


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

    def node(self, verb, **options):
        """A command of the page, in the folder where the node's configuration is."""
        folder = self.area.folder("school")
        environment = dict(os.environ, WHOELSE_DOOR="run/door")
        return subprocess.run([WHOELSE, "node", *commands()[verb]], cwd=folder, env=environment,
                              capture_output=True, text=True, timeout=90, **options)

    def done(self, verb):
        result = self.node(verb)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def is_refused(self, verb, why):
        result = self.node(verb)
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

    def test_a_backup_that_is_killed_leaves_no_file_of_its_name(self):
        area = self.running_with_officers()
        part = self.file().with_name(FILE + ".part")
        making = subprocess.Popen([WHOELSE, "node", *commands()["backup"]], cwd=part.parent,
                                  env=dict(os.environ, WHOELSE_DOOR="run/door"),
                                  stdout=subprocess.DEVNULL)
        area.until("it is being made", lambda: part.exists() or making.poll() is not None)
        making.kill()
        making.wait()
        if self.file().exists():
            self.done("verify")   # it was quicker: then it is whole
        else:
            self.done("backup")   # and what it left is not in the way

    def test_no_node_starts_in_half_a_restore(self):
        area = self.running_with_officers()
        area.stop("school")
        (self.data() / "RESTORING").touch()
        with self.assertRaises(StartRefused) as refused:
            area.start("school")
        self.assertEqual(refused.exception.code, 74)
        self.assertIn("restore again", refused.exception.log)


if __name__ == "__main__":
    unittest.main(verbosity=2)
