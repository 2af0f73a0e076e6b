#include "audit/ledger_file.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<LedgerFile>(AsText(input));
  HoldPlaced(LedgerFile::Parse(AsText(input)).status());
}
