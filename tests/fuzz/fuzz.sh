#!/usr/bin/env bash
# fuzz.sh PROGRAM SECONDS: runs a fuzz target from its seeds. What it finds on its way is forgotten;
# an input that breaks the target is kept under the build folder. WHOELSE_SEED repeats a run.
set -euo pipefail
program=$1
seconds=$2
target=$(basename "$program")
target=${target#fuzz_}
here=$(cd "$(dirname "$0")" && pwd)
found=$(dirname "$(dirname "$program")")/found
input=$found/$target-$(date +%Y%m%d-%H%M%S)
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
mkdir -p "$found"

options=(-max_total_time="$seconds" -seed="${WHOELSE_SEED:-0}" -timeout=60
         -exact_artifact_path="$input")
# New inputs go to the first folder, the others are only read.
"$program" "${options[@]}" "$corpus" "$here/seeds/$target" && exit
[ -f "$input" ] && cat >&2 <<REPORT

Fuzz target $target: an input breaks it. To repeat it:
  $program $input
Put the cause right with a test, and keep the input as tests/fuzz/seeds/$target/found-WHAT.
REPORT
exit 1
