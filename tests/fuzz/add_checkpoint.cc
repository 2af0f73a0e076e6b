#include "coordinator/add_checkpoint.h"

#include "tests/fuzz/fuzz.h"

// The input as both replies that a witness has: to an old size that is not its own, and its lines.
void whoelse::Fuzz(ByteView input) {
  if (const auto size = ParseWitnessSize(AsText(input))) {
    HoldSame(std::to_string(*size) + "\n", AsText(input));
  }
  const auto lines = ParseWitnessLines(AsText(input));
  HoldPlaced(lines.status());
  if (!lines.ok()) return;
  std::string all;
  for (const std::string& line : *lines) all += line;
  HoldSame(all, AsText(input));
}
