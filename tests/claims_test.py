#!/usr/bin/env python3
"""Every test that threat-model/claims.md names exists, and every game is on the page."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.M)
NAME = re.compile(r"`([A-Z]\w*\.[A-Z]\w*)`")


def main():
    # The test can fail: it must see through these.
    assert TEST.findall("TEST_F(A,\n       B) {") == [("A", "B")]
    assert NAME.findall("test `A.B`, not `a.md`") == ["A.B"]
    tests = {
        f"{suite}.{case}"
        for path in (ROOT / "tests").rglob("*.cc")
        for suite, case in TEST.findall(path.read_text(encoding="utf-8"))
    }
    claimed = set(NAME.findall((ROOT / "threat-model/claims.md").read_text(encoding="utf-8")))
    games = {name for name in tests if re.match(r"Game\d", name)}
    assert len(claimed) > 20 and len(games) > 5
    found = [f"claims.md names {name}, which is no test" for name in sorted(claimed - tests)]
    found += [f"claims.md does not name {name}" for name in sorted(games - claimed)]
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
