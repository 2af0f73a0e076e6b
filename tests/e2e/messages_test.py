#!/usr/bin/env python3
"""Peers that speak another TLS, or send what no honest program sends."""

import os
import secrets
import socket
import ssl
import subprocess
import unittest

from area import BIN
from e2e_test import A, EndToEnd
from faults import Load


class Messages(EndToEnd):
    def test_tls_1_2_is_refused(self):
        area = self.running()
        self.assertEqual(self.handshake(area, ssl.TLSVersion.TLSv1_3), "TLSv1.3")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.handshake(area, ssl.TLSVersion.TLSv1_2)

    def test_oversize_and_mutated_messages_of_a_member(self):
        area = self.new_area(deadline_ms=400)
        self.fill(area)
        area.add_agency("centre", kind="childrens-centre")   # its keys are used by somebody else
        area.sign()
        self.start(area)
        seed = os.environ.get("WHOELSE_SEED") or str(secrets.randbits(32))
        print(f"WHOELSE_SEED={seed}")
        with Load(area, "social", A) as load:
            done = subprocess.run([BIN / "bad-member", area.folder("centre"), seed],
                                  capture_output=True, text=True, timeout=90)
            load.until_more(1)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        # The others were served all along.
        self.assertEqual(set(load.statuses("school")), {"disclosed"})
        for slug in ("social", "school"):
            self.assertEqual(area.status(slug)["alarms"], [])

    @staticmethod
    def handshake(area, version):
        """The version agreed with the first coordinator, as the school."""
        tls = area.folder("school") / "tls"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        context.load_cert_chain(tls / "certificate.pem", tls / "key.pem")
        context.minimum_version = context.maximum_version = version
        with socket.create_connection(area.endpoint["coordinator-1"], timeout=60) as raw:
            with context.wrap_socket(raw) as connection:
                if not connection.recv(1):   # it speaks only to whom it admits
                    raise ConnectionError("closed")
                return connection.version()


if __name__ == "__main__":
    unittest.main(verbosity=2)
