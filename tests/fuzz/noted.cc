#include "node/noted.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  const auto noted = Noted::Decode(input);
  if (!noted.ok()) return;
  HoldSame(input.size() == kNotedSize ? noted->Encode() : noted->EncodeWhole(), input);
}

}  // namespace whoelse
