#include "node/taken_file.h"

#include <sstream>
#include <string>

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  std::istringstream file(ToString(input));
  std::string entries;
  uint64_t count = 0;
  const auto head = ReadTakenFile(file, [&](ByteView sealed) {
    entries += ToString(sealed);
    ++count;
    return absl::OkStatus();
  });
  if (!head.ok()) return;
  HoldSame(ToString(TakenFileHead(*head)) + entries + ToString(TakenFileEnd(count)), AsText(input));
}
