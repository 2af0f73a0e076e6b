#include "audit/checkpoint.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<Checkpoint>(AsText(input));
  RoundTrip<Cosignature>(input);
}
