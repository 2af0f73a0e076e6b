#!/usr/bin/env python3
"""Disks that are full or fail: nothing is written below the floor, no failed write is tried again,
nothing that was acknowledged is lost."""

import os
import resource
import subprocess
import unittest

from area import StartRefused, WAIT_S, csv, row
from e2e_test import A, B, EndToEnd

MIB = 1 << 20
DISK_MIB = 256   # RocksDB sets some 70 aside for its log
NODE_EXIT, COORDINATOR_EXIT = 74, 70


class Disks(EndToEnd):
    def end_of(self, slug):
        process = self.area.processes.pop(slug)
        code = process.wait(timeout=WAIT_S)
        process.stdout.close()
        return code

    def assert_nothing_lost(self):
        area = self.area
        area.start("school")
        area.until_attached("school")
        self.assertEqual(area.status("school")["records"], 2)
        for child in (A, B):
            self.assertEqual(self.statuses(area.ask("social", child))["school"], "disclosed")
        self.assertEqual(area.status("school")["alarms"], [])


class FullDisk(Disks):
    def setUp(self):
        super().setUp()
        self.mounts = []

    def tearDown(self):
        if self.area:
            for name in list(self.area.processes):
                self.area.stop(name)
        for mount in self.mounts:
            subprocess.run(["umount", mount], check=True)
        super().tearDown()

    def test_a_node_stops_at_the_floor_and_loses_nothing(self):
        area = self.running_with_small_disk("school")
        self.assertEqual(area.load("school", csv(row(2, B, name="Kit Larkrise"))).returncode, 0)
        area.until_enrolled("school")
        self.fill_disk("school", below=64)
        answer = self.statuses(area.ask("social", A), 3)
        self.assertEqual(answer, {"social": "disclosed", "school": "no_answer"})
        self.assertEqual(self.end_of("school"), NODE_EXIT)
        self.assertIn("Free some space and start again", area.log("school"))
        self.free("school")
        self.assert_nothing_lost()

    def test_a_coordinator_takes_nothing_below_its_floor(self):
        area = self.running_with_small_disk("coordinator-1")
        self.fill_disk("coordinator-1", below=16)
        area.until("it says so", lambda: self.statuses(area.ask("social", A))["school"] == "disclosed"
                   and '"event":"disk_full"' in area.log("coordinator-1"))
        size = area.log_size("social", 101)
        self.free("coordinator-1")
        area.until("it takes questions again", lambda: area.ask("social", A).returncode == 0
                   and area.log_size("social", 101) > size + 1)
        self.assertEqual(area.status("social")["alarms"], [])

    def running_with_small_disk(self, slug):
        area = self.new_area()
        self.fill(area)
        area.sign()
        data = area.folder(slug) / "data"
        data.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", data],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        self.mounts.append(data)
        with self.assertRaises(StartRefused) as refused:
            area.start(slug)
        self.assertRegex(refused.exception.log, "free some space|less free space than min_free_mb")
        subprocess.run(["mount", "-o", f"remount,size={DISK_MIB}m", data], check=True)
        self.start(area)
        return area

    def fill_disk(self, slug, below):
        data = self.area.folder(slug) / "data"
        space = os.statvfs(data)
        with open(data / "ballast", "wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, space.f_bavail * space.f_frsize - below * MIB + MIB)

    def free(self, slug):
        (self.area.folder(slug) / "data" / "ballast").unlink()


class FailedWrite(Disks):
    """No space check sees these coming: from some byte on, the kernel refuses to write."""

    def test_a_node(self):
        area = self.running_where_writes_can_fail("school")
        self.assertEqual(area.load("school", csv(row(2, B))).returncode, 0)
        area.until_enrolled("school")
        self.fail_writes("school")
        area.until("it ended", lambda: area.ask("social", A).returncode == 3
                   and area.processes["school"].poll() is not None)
        self.assertEqual(self.end_of("school"), NODE_EXIT)
        self.assert_nothing_lost()

    def test_a_coordinator(self):
        area = self.running_where_writes_can_fail("coordinator-1")
        self.fail_writes("coordinator-1")
        area.until("it ended", lambda: self.statuses(area.ask("social", A))["school"] == "disclosed"
                   and area.processes["coordinator-1"].poll() is not None)
        self.assertEqual(self.end_of("coordinator-1"), COORDINATOR_EXIT)
        area.start("coordinator-1")
        for slug in ("social", "school"):
            area.until_attached(slug)
            self.assertEqual(area.status(slug)["alarms"], [])   # the log is the one they know

    def running_where_writes_can_fail(self, slug):
        area = self.new_area()
        self.fill(area)
        area.sign()
        area.keeps_signals.add(slug)   # SIGXFSZ stays ignored, so that write() fails instead
        self.start(area)
        return area

    def fail_writes(self, slug):
        """Once the write-ahead log has grown a little, in the middle of a record."""
        sizes = [file.stat().st_size for file in (self.area.folder(slug) / "data").iterdir()]
        limit = max(sizes) + 4196
        resource.prlimit(self.area.processes[slug].pid, resource.RLIMIT_FSIZE, (limit, limit))


if __name__ == "__main__":
    unittest.main(verbosity=2)
