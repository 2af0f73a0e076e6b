#include "audit/entry.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  if (const auto entry = ParseLogEntry(input); entry.ok()) {
    HoldSame(SerializeLogEntry(*entry), input);
  }
}

}  // namespace whoelse
