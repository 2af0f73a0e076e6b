#include "protocol/roster.h"

#include "tests/fuzz/fuzz.h"

namespace whoelse {

// White space may differ, so what is written need not be what was read; what it says is.
void Fuzz(ByteView input) {
  const auto roster = Roster::Parse(AsText(input));
  if (!roster.ok()) return;
  const std::string written = roster->Serialize();
  auto again = Roster::Parse(written);
  Hold(again.ok(), "a roster that was read parses when it is written");
  HoldSame(again->Serialize(), written);
  again->hash = roster->hash;   // of the text, which differs
  Hold(*again == *roster, "what parses says the same when written and read again");
}

}  // namespace whoelse
