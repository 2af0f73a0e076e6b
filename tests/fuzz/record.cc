#include "node/record.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  if (const auto record = Record::Decode(input); record.ok()) HoldSame(record->Encode(), input);
}

}  // namespace whoelse
