#!/usr/bin/env python3
"""Writes the fuzz targets' seeds from the vectors and from the examples of docs/formats/.

seeds.py writes them anew; seeds.py --check fails when they are not what it would write. Inputs that
once broke a target are in the same folders, named found-*, and are left alone.
"""

import base64
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEEDS = ROOT / "tests" / "fuzz" / "seeds"
VECTORS = json.loads((ROOT / "tests/vectors/protocol-1.json").read_text(encoding="utf-8"))
FORMATS = ROOT / "docs" / "formats"


def example(page, name):
    """The block ```text NAME of a page, as the tests of the pages read it."""
    text = (FORMATS / page).read_text(encoding="utf-8")
    return re.search(rf"\n```text {name}\n(.*?\n)```\n", text, re.S).group(1)


def fenced(page, language):
    """The page's first block of this language."""
    return re.search(rf"(?ms)^```{language}\n(.*?)^```$", (FORMATS / page).read_text()).group(1)


def hex_lines(block):
    """The bytes of a block of lines: a name and hexadecimal, or hexadecimal*times."""
    out = b""
    for line in block.splitlines():
        value, _, times = line.split()[1].partition("*")
        out += bytes.fromhex(value) * int(times or 1)
    return out


def vector(path):
    """The bytes of the hexadecimal string at this path of protocol-1.json."""
    value = VECTORS
    for step in path.split("/"):
        value = value[int(step) if step.isdigit() else step]
    return bytes.fromhex(value)


def roster_text():
    """Small: the page's example. The text of the vectors' roster is five times as long."""
    return example("roster.md", "note").partition("\n\n\u2014 ")[0].encode() + b"\n"


def signed_roster():
    note = b"{}\n\n\xe2\x80\x94 root AAAAAAA=\n"   # nothing in it is looked at here
    return b"".join([
        len(note).to_bytes(4, "big"), note,
        (1).to_bytes(2, "big"), (101).to_bytes(2, "big"), vector("consent/signature"),
        (1).to_bytes(2, "big"), (1002).to_bytes(4, "big"), vector("consent/identity_signature")])


def roster_state():
    stored = len(signed_roster()).to_bytes(4, "big") + signed_roster()
    leaves = b"".join(log.to_bytes(2, "big") + (1800000000000 + log).to_bytes(8, "big")
                      for log in (101, 102))
    return stored + stored + (8).to_bytes(8, "big") + (2).to_bytes(2, "big") + leaves


def record():
    """A record as node/record.cc writes it: no dates but the birth, consent not asked."""
    texts = ["L1", "Robin", "Marsh", "", "", "", "1 High Street", "NB1 1AA", "",
             "Northbridge Council", "E0900", "Family help", "East team", "Alex Turner", "Family worker", "01632 960101",
             "alex.turner@northbridge.example", "01632 960100", "caseworks", "INV-1001",
             "9990000018", "A123456789012"]
    coded = b"".join(bytes([len(text)]) + text.encode() for text in texts)
    dates = (20150302).to_bytes(4, "big") + bytes(5 * 4)
    basis = bytes([2, 0, 1, 1, 1]) + bytes(2 * 4) + bytes([0b101])
    earlier = (20260401).to_bytes(4, "big") + b"\x01" + basis
    return b"\x03" + coded + dates + (1).to_bytes(2, "big") + bytes(4) + basis + earlier


def record_with_former_addresses():
    """The same record, with the last part that version 4 has."""
    homes = [["12 High Street", "NB1 1AA"], ["3 Mill Lane", ""]]
    coded = b"".join(bytes([len(text)]) + text.encode() for home in homes for text in home)
    return b"\x04" + record()[1:] + bytes([len(homes)]) + coded


def policy_state():
    """A state as node/policy_in_force.cc writes it: every cell nothing, and contact from April on."""
    return b"\x01\x01" + (20260401).to_bytes(4, "big") + b"\x01" * 78 + b"\x05" * 78


def receipt():
    """The page leaves out the frame's line."""
    frame = base64.b64encode(vector("questions/0/frame")).decode()
    return example("receipt.md", "receipt").replace("\nrelays ", f"\nframe {frame}\nrelays ").encode()


def evaluated_rows():
    rows = [(1001, 1, 2, 20), (1001, 2, 2, 10_000), (1002, 4, 1, 8)]
    return b"".join(party.to_bytes(4, "big") + bytes([kind]) + kv.to_bytes(4, "big") +
                    elements.to_bytes(4, "big") for party, kind, kv, elements in rows)


def witness_memory():
    """A log of six leaves, which are two perfect subtrees."""
    hashes = vector("log/leaf_hashes/0") + vector("log/leaf_hashes/1")
    return (6).to_bytes(8, "big") + bytes([2]) + hashes + vector("log/checkpoint")


def witness_pins(count):
    origins = [f"log{i}.example/whoelse".encode() for i in range(count)]
    return b"whoelse witness pins 1\n" + count.to_bytes(4, "big") + b"".join(
        len(origin).to_bytes(2, "big") + origin +
        len(witness_memory()).to_bytes(4, "big") + witness_memory() for origin in origins)


def backup_file(*families):
    """Of (family, entries). The target puts the tags right, which are zeros here."""
    tag, entries = bytes(32), 0
    out = b"whoelse backup\r\n" + (1).to_bytes(2, "big") + bytes(range(16))
    out += (1001).to_bytes(4, "big") + (1800000000000).to_bytes(8, "big") + bytes(16) + tag
    for family, held in families:
        body = bytes([len(family)]) + family.encode()
        for key, value in held.items():
            body += len(key).to_bytes(2, "big") + key.encode() + len(value).to_bytes(4, "big") + value
        out += len(body).to_bytes(4, "big") + body + tag
        entries += len(held)
    return out + (9).to_bytes(4, "big") + b"\0" + entries.to_bytes(8, "big") + tag


def seeds():
    """(target, name, bytes): few and small, each something that its parser takes."""
    yield "admission", "vector", vector("admissions/0/bytes")
    yield "refusal", "vector", vector("refusals/0/bytes")
    yield "heartbeat", "vector", vector("heartbeats/0/bytes")
    yield "frame", "one-key-version", vector("questions/0/frame")
    two = next(q for q in VECTORS["questions"] if len(q["key_versions"]) == 2)
    yield "frame", "two-key-versions", bytes.fromhex(two["frame"])
    yield "statement", "vector", vector("questions/0/statement")
    for i, answer in enumerate(VECTORS["answers"]):
        yield "answer", f"answer-{i}", bytes.fromhex(answer["answer"])
    yield "answer", "wire", vector("answers/0/wire")
    yield "evaluate", "request", vector("pseudonyms/0/request")
    yield "evaluate", "response", hex_lines(example("evaluate.md", "response"))
    yield "note", "example", example("signed-note.md", "note").encode()
    yield "note", "vkey", example("signed-note.md", "vkey").strip().encode()
    cosigned = example("checkpoint.md", "cosigned")
    yield "checkpoint", "example", cosigned.partition("\n\n")[0].encode() + b"\n"
    yield "checkpoint", "cosignature", (1800000004).to_bytes(8, "big") + vector("consent/signature")
    proof = example("checkpoint.md", "proof")
    yield "proof_file", "example", (proof + "\n" + cosigned).encode()
    extra = proof.replace("\n", "\nextra YQ==\n", 1)
    yield "proof_file", "extra", (extra + "\n" + cosigned).encode()
    for i, line in enumerate(example("log-entries.md", "entries").splitlines(), 1):
        yield "entry", f"type-{i}", bytes.fromhex(line)
    yield "tile", "path", b"tile/1/x001/x234/067.p/6"
    yield "tile", "entries-path", b"tile/entries/000"
    yield "tile", "hashes", b"\x05" + bytes.fromhex(VECTORS["log"]["tiles"]["tile/0/000.p/6"])
    yield "tile", "bundle", b"\x05" + vector("log/bundle")
    yield "merkle", "six-leaves", bytes([5, 3, 4, 4, 0, 0])
    yield "merkle", "a-bit-turned", bytes([6, 2, 3, 2, 1, 1])
    yield "merkle", "one-left-out", bytes([62, 40, 33, 40, 2, 3])
    yield "receipt", "example", receipt()
    yield "ledger_file", "example", example("ledger.md", "ledger").encode()
    yield "evaluated_rows", "three", evaluated_rows()
    yield "witness_pins", "none", witness_pins(0)
    yield "witness_pins", "two-logs", witness_pins(2)
    yield "witness_pins", "one-memory", witness_memory()
    yield "add_checkpoint", "size", b"20852163\n"
    yield "add_checkpoint", "lines", cosigned.partition("\n\n")[2].encode()
    for i, url in enumerate(["https://w.example/prefix/", "https://[::1]:8443", "w.example:443"]):
        yield "http_address", f"address-{i}", url.encode()
    yield "log_folder", "whole", bytes([5, 7])
    yield "log_folder", "grown", bytes([6, 4])
    yield "log_folder", "shrunk", bytes([3, 5])
    yield "log_folder", "a-bit-turned", bytes([5, 5, 4, 15, 0, 77])
    yield "log_folder", "a-tile-taken-away", bytes([6, 7, 3, 3, 0, 0])
    yield "json", "object", b'{"a":[{"b":true,"c":18446744073709551615},[]],"d":"\\u00e9 \xc3\xa9"}'
    yield "roster", "example", roster_text()
    yield "signed_roster", "consents", signed_roster()
    yield "roster_state", "two-rosters", roster_state()
    yield "csv", "quotes", b'\xef\xbb\xbfa,"b, ""c"""\r\n,\n"two\nlines",d\n'
    yield "import", "example", (FORMATS / "records-example.csv").read_bytes()
    yield "import", "former-addresses", (
        b"source_id,nhs_number,given_name,family_name,born,service,restrictions,address,postcode,"
        b"former_addresses\n1,9990000018,Robin,Marsh,2015-03-02,Family help,none,3 Mill Lane,NB2 2BB,"
        b"\"12 High Street, Northbridge | NB1 1AA; 1 Quay, NB3 3CC; | NB4 4DD\"\n")
    yield "import_mapping", "example", fenced("records-csv.md", "toml").encode()
    yield "import_fhir", "example", fenced("records-fhir.md", "json").encode()
    yield "trail", "example", example("trail.md", "trail").encode()
    noted = hex_lines(example("noted-ledger.md", "noted"))
    yield "noted", "example", noted
    yield "noted", "whole", noted + bytes(1284 - len(noted))
    yield "record", "example", record()
    yield "record", "former-addresses", record_with_former_addresses()
    taken = hex_lines(example("taken-ledger.md", "taken"))
    yield "taken_file", "empty", taken
    yield "taken_file", "two", taken[:-12] + bytes(range(256)) * 2 + taken[-12:-1] + b"\2"
    yield "backup_file", "empty", backup_file()
    yield "backup_file", "two-families", backup_file(
        ("records", {"1": b"one", "2": b""}), ("inbox", {"open/7f3a-91c2-04be": b"item"}))
    yield "policy_file", "example", example("policy.md", "policy").encode()
    yield "policy_state", "looser-waits", policy_state()


def main():
    check = sys.argv[1:] == ["--check"]
    written = {SEEDS / target / name: content for target, name, content in seeds()}
    there = {p for p in SEEDS.rglob("*") if p.is_file() and not p.name.startswith("found-")}
    if check:
        wrong = sorted(there ^ written.keys()) + [p for p in there & written.keys()
                                                  if p.read_bytes() != written[p]]
        for path in wrong:
            print(f"{path.relative_to(ROOT)}: not what tests/fuzz/seeds.py writes: run it")
        sys.exit(1 if wrong else 0)
    for path in there - written.keys():
        path.unlink()
    for path, content in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
