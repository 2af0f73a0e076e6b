#!/usr/bin/env python3
"""What threat-model/claims.md names exists: tests, end to end too, fuzz targets, scenarios. Every game
and every fuzz target is on the page."""

import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.M)
NAME = re.compile(r"`([A-Z]\w*\.(?:[A-Z]|test_)\w*)`")
FUZZ = re.compile(r"\bfuzz ([a-z_]+)")
SCENARIOS = re.compile(r"scenarios? (\d\d(?:, \d\d)*)")


def end_to_end():
    for path in (ROOT / "tests/e2e").glob("*_test.py"):
        for suite in ast.parse(path.read_text(encoding="utf-8")).body:
            for case in getattr(suite, "body", []) if isinstance(suite, ast.ClassDef) else []:
                if isinstance(case, ast.FunctionDef) and case.name.startswith("test_"):
                    yield f"{suite.name}.{case.name}"


def main():
    # The test can fail: it must see through these.
    assert TEST.findall("TEST_F(A,\n       B) {") == [("A", "B")]
    assert NAME.findall("test `A.B`, not `a.md`") == ["A.B"]
    tests = {
        f"{suite}.{case}"
        for path in (ROOT / "tests").rglob("*.cc")
        for suite, case in TEST.findall(path.read_text(encoding="utf-8"))
    }
    tests |= set(end_to_end())
    games = {name for name in tests if re.match(r"Game\d", name)}
    fuzzers = {path.name for path in (ROOT / "tests/fuzz/seeds").iterdir()}
    scenarios = {path.name[:2] for path in (ROOT / "tests/scenarios").glob("[0-9][0-9]-*.txt")}
    page = (ROOT / "threat-model/claims.md").read_text(encoding="utf-8")
    claimed = set(NAME.findall(page))
    fuzzed = set(FUZZ.findall(page))
    played = {number for numbers in SCENARIOS.findall(page) for number in numbers.split(", ")}
    assert len(claimed) > 20 and len(games) > 5 and len(fuzzed) > 15 and len(played) > 9
    found = [f"claims.md names {name}, which is no test" for name in sorted(claimed - tests)]
    found += [f"claims.md names fuzz {name}, which is no target" for name in sorted(fuzzed - fuzzers)]
    found += [f"claims.md names scenario {name}, which is none" for name in sorted(played - scenarios)]
    found += [f"claims.md does not name {name}" for name in sorted(games - claimed)]
    found += [f"claims.md does not name fuzz {name}" for name in sorted(fuzzers - fuzzed)]
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
