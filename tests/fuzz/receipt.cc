#include "audit/receipt.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<Receipt>(AsText(input));
  HoldPlaced(Receipt::Parse(AsText(input)).status());
}
