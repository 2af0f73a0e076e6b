"""Other accounts of this machine at a node's door: for what takes more than one person."""

import os
import pathlib
import pwd
import re
import shutil
import subprocess
import tempfile
import unittest

from area import WAIT_S, WHOELSE

FIRST, SECOND = "daemon", "bin"   # accounts of every Debian
needs_root = unittest.skipUnless(os.geteuid() == 0, "only root can become another person")


class Guests:
    """Lets both in at the door of a node that does not run yet; its folder is root's, so the door
    moves out of it."""

    def __init__(self, area, slug, roles):
        self.public = pathlib.Path(tempfile.mkdtemp(prefix="whoelse-door-"))
        self.public.chmod(0o755)
        shutil.copy(WHOELSE, self.public / "whoelse")
        self.door = self.public / "run" / "door"
        (area.folder(slug) / "run").symlink_to(self.door.parent)   # where area.py looks for it
        config = area.folder(slug) / "node.toml"
        text, n = re.subn(r"(?m)^door = .*$", f"door = '{self.door}'\ndoor_group = '{FIRST}'",
                          config.read_text())
        people = "".join(f"[people.{one}]\nroles = [{roles}]\n\n" for one in (FIRST, SECOND))
        text, m = re.subn(r"(?m)^\[people\.", people + "[people.", text, count=1)
        assert (n, m) == (1, 1), text
        config.write_text(text)

    def close(self):
        shutil.rmtree(self.public)

    def whoelse(self, account, *arguments):
        return subprocess.run([self.public / "whoelse", *map(str, arguments)], capture_output=True,
                              text=True, env={"WHOELSE_DOOR": str(self.door)},
                              user=pwd.getpwnam(account).pw_uid, group=pwd.getpwnam(FIRST).pw_gid,
                              extra_groups=[], cwd="/", timeout=WAIT_S)
