#!/usr/bin/env python3
"""Reads the include lines of every source file and checks the arrow of ARCHITECTURE.md.

Debian puts all headers into one folder, so the compiler finds whatever is asked for: this is the only
thing that keeps the core pure, the rooms apart and the clock one.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Room -> rooms that it may include. Nobody includes a room that is not here.
ROOMS = {
    "crypto": set(),
    "protocol": {"crypto"},
    "audit": {"crypto", "protocol"},
    "vault": {"crypto"},
    "proto": set(),
    "rpc": {"crypto", "protocol", "proto"},
    "node": {"crypto", "protocol", "audit", "vault", "rpc", "proto"},
    "coordinator": {"crypto", "protocol", "audit", "vault", "rpc", "proto"},
    "cli": {"crypto", "protocol", "audit", "vault", "rpc", "proto", "node", "coordinator"},
}

# Rooms and files whose code is pure: no I/O, clock, thread, storage, transport.
PURE_ROOMS = {"crypto", "protocol", "audit"}
CORE = {
    "node": {"again", "alarm_gate", "answer_access", "answered_watch", "approval", "asked_for", "asker_rules",
             "asking", "backup_file", "backup_parts", "caseload", "conflict", "csv", "day_of", "deed",
             "enrolment", "evaluation", "field_error", "fishing", "folded", "former_addresses", "give_opening", "holder", "hours",
             "identifier",
             "import", "import_columns", "import_csv", "import_fhir", "import_mapping",
             "import_row", "import_twins", "inbox", "inbox_counts", "inbox_document", "index",
             "json_text", "justify", "kept_answer", "lead_key", "ledger", "local_role", "log_watch", "lowering",
             "month_end",
             "noted", "noted_json", "notice_repeats", "opening", "organisations", "policy", "policy_entry",
             "policy_explain", "policy_in_force", "policy_looser", "policy_table", "private_checks",
             "public_checks", "reading", "receipting", "record", "record_cells", "record_life",
             "report", "report_receipt", "report_text", "requester", "shield_notice",
             "subject_access", "taken_file", "trail", "watch", "watch_document", "who_looked",
             "witness", "word_list", "words", "working_calendar"},
    "coordinator": {"add_checkpoint", "cosigned", "evaluator", "handed_in", "key_events", "log_files",
                    "log_reader", "log_writer", "relay", "state"},
}
IMPURE = re.compile(
    r"^(grpc|google/protobuf|rocksdb/|openssl/|toml|CLI/|proto/|rpc/|vault/|"
    r"(thread|mutex|shared_mutex|condition_variable|future|atomic|fstream|filesystem|iostream|"
    r"ctime|csignal|unistd\.h|time\.h|sys/.*|fcntl\.h)$)")

# What time of day it is comes through the one Clock, which tests move. gRPC's alarms know no other.
WALL_CLOCK = re.compile(r"\bsystem_clock::now\b|\btime\(nullptr\)|\bclock_gettime\b|\babsl::Now\b")
MAY_READ_IT = {"rpc/clock.h", "coordinator/event_loop.cc"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def is_core(room, path):
    return room in PURE_ROOMS or path.stem in CORE.get(room, ())


def problems():
    for room, allowed in ROOMS.items():
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix not in (".h", ".cc"):
                continue
            core = is_core(room, path)
            text = path.read_text(encoding="utf-8")
            if core and re.search(r"\bchrono::\w*_clock\b", text):   # its calendar is pure
                yield f"{path.relative_to(ROOT)}: a core file reads a clock"
            if WALL_CLOCK.search(text) and str(path.relative_to(ROOT)) not in MAY_READ_IT:
                yield f"{path.relative_to(ROOT)}: reads the time past the injected Clock"
            for include in INCLUDE.findall(text):
                where = f"{path.relative_to(ROOT)}: includes {include}"
                target = include.split("/")[0]
                if target in ROOMS and target != room and target not in allowed:
                    yield f"{where}: {room}/ may not know {target}/"
                if core and IMPURE.match(include):
                    yield f"{where}: a core file does no I/O and knows no clock or thread"
                if core and target == room and not is_core(room, pathlib.Path(include)):
                    yield f"{where}: a core file includes an edge file"


def main():
    # The test can fail: it must see through these.
    assert IMPURE.match("grpcpp/grpcpp.h") and IMPURE.match("thread") and IMPURE.match("rocksdb/db.h")
    assert WALL_CLOCK.search("auto t = std::chrono::system_clock::now();")
    assert INCLUDE.findall('#include "rpc/clock.h"\n') == ["rpc/clock.h"]
    found = list(problems())
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
