#include "audit/proof_file.h"

#include "tests/fuzz/fuzz.h"

void whoelse::Fuzz(ByteView input) {
  RoundTrip<ProofFile>(AsText(input));
  HoldPlaced(ProofFile::Parse(AsText(input)).status());
}
