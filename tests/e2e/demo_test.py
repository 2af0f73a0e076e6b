#!/usr/bin/env python3
"""What the demo leaves behind verifies: with the Go project's packages, and with ours."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from area import BIN, WHOELSE
from audit_test import go_verifier


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="whoelse-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_its_logs_receipts_and_proofs_verify(self):
        home = self.folder / "demo"
        ran = subprocess.run([WHOELSE, "demo", "--once", "--programs", BIN, "--home", home],
                             capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, 0, ran.stderr + ran.stdout)
        self.assertIn("Every receipt is COMPLETE", ran.stdout)
        verify = go_verifier(self.folder)
        logs = sorted(p.parent for p in (home / "logs").glob("*/checkpoint"))
        self.assertEqual(len(logs), 3)
        questions = 0
        for log in logs:
            checked = self.audit(home, "check", log, "--json")
            content = json.loads(checked.stdout)["logs"][str(log)]
            self.assertEqual((content["result"], content["cosigned"]["quorum"]), ("good", True))
            questions += content["content"]["questions"]
            proofs = []
            for index in (0, content["entries"] - 1):
                proofs.append(self.folder / f"{log.name}-{index}.tlog-proof")
                self.audit(home, "prove", log, index, "--out", proofs[-1])
            done = subprocess.run([verify, log, *proofs], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f": {content['entries']} entries and 2 proofs verify", done.stdout)
        receipts = list((home / "receipts").iterdir())
        self.assertGreaterEqual(len(receipts), 8)
        self.assertGreaterEqual(questions, len(receipts))
        for receipt in receipts:
            self.audit(home, "verify", receipt)

    def audit(self, home, *arguments):
        done = subprocess.run([WHOELSE, "audit", *map(str, arguments), "--roster",
                               home / "roster.signed"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done


if __name__ == "__main__":
    unittest.main(verbosity=2)
