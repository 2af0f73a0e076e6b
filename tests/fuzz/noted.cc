#include "node/noted.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  if (const auto noted = Noted::Decode(input); noted.ok()) HoldSame(noted->Encode(), input);
}

}  // namespace whoelse
