#include "audit/checkpoint.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<Checkpoint>(AsText(input));
  HoldPlaced(Checkpoint::Parse(AsText(input)).status());
  RoundTrip<Cosignature>(input);
}
