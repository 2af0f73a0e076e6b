"""What the tests of faults have in common: questions without end, a relay that cheats."""

import json
import subprocess
import threading

from area import BIN, by_agency


class Load:
    """Asks one question after the other from `slug` until it is left; keeps what came of each."""

    def __init__(self, area, slug, nhs):
        self.area, self.slug, self.nhs = area, slug, nhs
        self.outcomes = []   # (exit code, answer or None)
        self.stopping = False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopping:
            done = self.area.ask(self.slug, self.nhs)
            self.outcomes.append((done.returncode, json.loads(done.stdout) if done.stdout else None))

    def __enter__(self):
        self.thread.start()
        self.until_more(1)
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()

    def until_more(self, count):
        """Until so many more questions have ended that began after this call."""
        wanted = len(self.outcomes) + count + 1
        self.area.until("more questions asked", lambda: len(self.outcomes) >= wanted
                        or not self.thread.is_alive())

    def statuses(self, name):
        """What this agency's status was in each answer that came."""
        return [by_agency(answer)[name]["status"] for _, answer in self.outcomes
                if answer and name in by_agency(answer)]


class Crook:
    """The cheating program at a coordinator's endpoint; the honest one runs behind it."""

    def __init__(self, area, slug):
        self.area, self.slug = area, slug
        self.process = None

    def __enter__(self):
        with open(self.area.home / f"crooked-{self.slug}.log", "ab") as log:
            self.process = subprocess.Popen(
                [str(BIN / "crooked-coordinator"), str(self.area.federation), self.slug,
                 self.area.upstream[self.slug]],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def tell(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "ok\n"

    def honest(self):
        self.tell("honest")
