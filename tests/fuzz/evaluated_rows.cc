#include "audit/entry.h"
#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  const auto rows = ParseEvaluatedRows(input);
  HoldPlaced(rows.status());
  if (rows.ok()) HoldSame(EncodeEvaluatedRows(*rows), input);
}
