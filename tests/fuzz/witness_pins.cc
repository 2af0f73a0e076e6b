#include "node/witness.h"
#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  if (const auto pins = Witness::ParsePins(input); pins.ok()) {
    HoldSame(Witness::SerializePins(*pins), input);
  }
  RoundTrip<LogWatch::Memory>(input);
}
