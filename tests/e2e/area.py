"""A small federation of real programs on loopback, in a folder of its own, for one test."""

import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ["WHOELSE_BIN"])
WHOELSE = str(BIN / "whoelse")
WAIT_S = 90

HEADER = ("source_id,nhs_number,given_name,family_name,born,service,team,professional_name,"
          "professional_role,professional_phone,professional_email,start,lead_professional,restrictions")


def row(source_id, number, born="2015-03-14", service="Child protection", lead="no",
        restrictions="none", name="Robin Fennimore"):
    return (f"{source_id},{number},Ada,Testwood,{born},{service},East,{name},Worker,01632 960123,"
            f"robin@agency.example,2020-01-01,{lead},{restrictions}")


def csv(*rows):
    return "\n".join((HEADER,) + rows) + "\n"


def number_of(frame_hash):
    """The receipt's number, of the frame's hash in hex: its first 80 bits."""
    bits = int(frame_hash[:20], 16)
    digits = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * i & 31] for i in reversed(range(16))]
    return "-".join("".join(digits[i:i + 4]) for i in range(0, 16, 4))


def numbers():
    """The valid NHS numbers of the reserved test range."""
    for head in range(999000000, 1000000000):
        digits = [int(c) for c in str(head)]
        check = (11 - sum(d * (10 - k) for k, d in enumerate(digits)) % 11) % 11
        if check != 10:
            yield f"{head}{check}"


def number(i):
    """The i-th of them."""
    return next(itertools.islice(numbers(), i, None))


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Area:
    def __init__(self, coordinators=3, behind=(), public_logs=False, **parameters):
        """`behind`: coordinators whose endpoint is another program's; they listen in `upstream`.
        `public_logs`: every log is served at `log_url` and kept as files in `logs`."""
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="whoelse-e2e-"))
        self.federation = self.home / "federation"
        self.logs = self.home / "logs"
        self.processes = {}
        self.program = {}    # of those that do not run the ordinary one
        self.keeps_signals = set()   # those that ignore what this program ignores
        self.move_clock(0)
        arguments = {"slot-ms": 50, "roster-delay-h": 0, "enrol-interval-s": 600, "deadline-ms": 2000}
        arguments.update({k.replace("_", "-"): v for k, v in parameters.items()})
        options = [part for k, v in arguments.items() for part in (f"--{k}", str(v))]
        self.tool("init", self.federation, "--name", "Testfield", *options)
        self.coordinators = []
        self.endpoint, self.upstream, self.log_url = {}, {}, {}
        self.logs.mkdir()
        ports = free_ports(3 * coordinators)
        for i in range(coordinators):
            name = f"coordinator-{i + 1}"
            options = []
            if name in behind:
                self.upstream[name] = f"127.0.0.1:{ports.pop()}"
                options = ["--listen", self.upstream[name]]
            if public_logs:
                served = f"127.0.0.1:{ports.pop()}"
                self.log_url[name] = f"https://{served}"
                options += ["--log-listen", served, "--log-export", str(self.logs / name)]
            self.endpoint[name] = ("127.0.0.1", ports.pop())
            self.tool("add-coordinator", self.federation, name, "--endpoint",
                      "%s:%d" % self.endpoint[name], "--min-free-mb", "16", *options)
            self.coordinators.append(name)

    def close(self, failed=False):
        for name in list(self.processes):
            self.stop(name, signal.SIGKILL)
        if failed:
            print("kept for a look:", self.home)
        else:
            shutil.rmtree(self.home)

    def tool(self, *arguments):
        done = subprocess.run([WHOELSE, "federation", *map(str, arguments)], capture_output=True,
                              text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"federation {arguments[0]}: {done.stderr}")
        return done.stdout

    def add_agency(self, slug, kind="school", ask="coordination,early-help,concern,emergency",
                   services=None, register=100, certificate_days=365, area="Testfield",
                   ask_per_day=500, witness=False):
        file = self.home / f"{slug}.services"
        file.write_text("\n".join(f"{k} = {v}" for k, v in (services or {"Child protection": "targeted"}).items()))
        self.tool("add-agency", self.federation, slug, "--slug", slug, "--kind", kind, "--area",
                  area, "--organisation", slug.upper()[:16], "--ask", ask, "--register-size", register,
                  "--duty", "01632 960001", "--duty-hours", "Mon-Fri 08:30-17:00",
                  "--out-of-hours", "01632 960002", "--services", file, "--source", slug,
                  "--certificate-days", certificate_days, "--ask-per-day", ask_per_day,
                  "--policy-adopted-by", "Board of Testfield", "--policy-dpia", "DPIA-1",
                  *(["--witness"] if witness else []))
        # One user of this machine puts the questions of all practitioners.
        config = self.folder(slug) / "node.toml"
        config.write_text(re.sub(r"(?m)^(questions|shield_notices) = .*$", r"\1 = 100000",
                                 config.read_text()))

    def add_auditor(self):
        self.tool("add-auditor", self.federation, "Area Auditor")
        self.credential = self.federation / "auditors" / "area-auditor"

    def sign(self, *options):
        return self.tool("sign", self.federation, *options)

    def folder(self, slug):
        return self.federation / ("coordinators" if slug in self.coordinators else "agencies") / slug

    def start(self, slug, program=None):
        coordinator = slug in self.coordinators
        program = program or self.program.get(
            slug, "whoelse-coordinator" if coordinator else "whoelse-node")
        environment = {"WHOELSE_TEST_CLOCK": str(self.home / "clock"),
                       "WHOELSE_TEST_LIE": str(self.home / "lie")}
        config = self.folder(slug) / ("coordinator.toml" if coordinator else "node.toml")
        with open(self.home / f"{slug}.log", "ab") as log:
            process = subprocess.Popen([str(BIN / program), "--config", str(config)], stderr=log,
                                       stdout=subprocess.PIPE, env={**os.environ, **environment},
                                       restore_signals=slug not in self.keeps_signals)
        line = process.stdout.readline()
        if not line.startswith(b"ready"):
            process.wait(timeout=WAIT_S)
            process.stdout.close()
            raise StartRefused(process.returncode, self.log(slug))
        self.processes[slug] = process

    def start_all(self, *slugs):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(self.start, self.coordinators + list(slugs)))

    def stop(self, slug, how=signal.SIGTERM):
        process = self.processes.pop(slug)
        process.send_signal(how)
        code = process.wait(timeout=WAIT_S)
        process.stdout.close()
        return code

    def move_clock(self, ms):
        """Of the programs named ...-moved-clock, from now on."""
        (self.home / "clock.new").write_text(str(ms))
        os.replace(self.home / "clock.new", self.home / "clock")

    def log(self, slug):
        """What this program, in all its lives, wrote on standard error."""
        return (self.home / f"{slug}.log").read_text()

    # --- through a node's door ---------------------------------------------------------------------
    def whoelse(self, slug, *arguments, stdin=""):
        environment = dict(os.environ, WHOELSE_DOOR=str(self.folder(slug) / "run" / "door"))
        return subprocess.run([WHOELSE, *map(str, arguments)], input=stdin, capture_output=True,
                              text=True, env=environment, timeout=WAIT_S)

    def status(self, slug):
        return json.loads(self.whoelse(slug, "status", "--json").stdout)

    def log_size(self, slug, coordinator):
        """Of this coordinator's log, as this node has verified it."""
        return next(c["log_size"] for c in self.status(slug)["coordinators"]
                    if c["coordinator"] == coordinator)

    def load(self, slug, text):
        file = self.home / "export.csv"
        file.write_text(text)
        return self.whoelse(slug, "records", "import", file, "--json")

    def ask(self, slug, nhs, purpose="section-47", born="2015-03-14", case="C-1", extra=()):
        arguments = ["ask", "--nhs-number", "-", "--purpose", purpose, "--json",
                     "--i-do-not-know-them", *extra]
        if born:
            arguments += ["--born", born]
        if case:
            arguments += ["--case", case]
        return self.whoelse(slug, *arguments, stdin=nhs + "\n")

    # --- as an auditor, who has the rosters and what is public ---------------------------------------
    def audit(self, command, *arguments, rosters=None):
        options = [] if command == "prove" else ["--json"]
        for roster in rosters or [self.federation / "roster.signed"]:
            options += ["--roster", str(roster)]
        return subprocess.run([WHOELSE, "audit", command, *map(str, arguments), *options],
                              capture_output=True, text=True, timeout=WAIT_S)

    # --- conditions, never sleeps -----------------------------------------------------------------
    def until(self, what, condition):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)   # between two looks at the condition
        raise AssertionError(f"not within {WAIT_S} s: {what}")

    def until_attached(self, slug, coordinators=None):
        wanted = len(self.coordinators) if coordinators is None else coordinators
        self.until(f"{slug} attached", lambda: sum(
            c["attached"] for c in self.status(slug)["coordinators"]) >= wanted)

    def until_enrolled(self, slug):
        self.until(f"{slug} enrolled", lambda: self.status(slug)["imported"] and all(
            v["complete"] and v["pending"] == 0 for v in self.status(slug)["key_versions"]))

    def until_roster(self, slug, version):
        """At this node, and at every coordinator that runs: each looks at its file by itself."""
        self.until(f"{slug} has roster {version}",
                   lambda: self.status(slug)["roster_version"] == version)
        for coordinator in self.coordinators:
            if coordinator in self.processes:
                self.until(f"{coordinator} has roster {version}", lambda: (
                    f'"event":"roster_rules","roster_version":{version}}}'
                    in self.log(coordinator)))


class StartRefused(Exception):
    def __init__(self, code, log):
        super().__init__(f"exit {code}: {log[-2000:]}")
        self.code, self.log = code, log


def by_agency(answer):
    return {a["name"]: a for a in answer["agencies"]}
