#include "node/trail.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<TrailFile>(AsText(input));
  const auto file = TrailFile::Parse(AsText(input));
  HoldPlaced(file.status());
  if (!file.ok() || !CheckTrail(*file).ok()) return;
  Hold(CheckKept(*file, file->head) == Kept::kHolds, "a trail that holds ends in its head");
}
