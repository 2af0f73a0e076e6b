#include "protocol/note.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

void Fuzz(ByteView input) {
  RoundTrip<Note>(AsText(input));
  if (const auto key = NoteVerifier::Parse(AsText(input)); key.ok()) {
    HoldSame(key->Encode(), AsText(input));
  }
}

}  // namespace whoelse
