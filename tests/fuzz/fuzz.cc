#include "tests/fuzz/fuzz.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "crypto/random.h"

namespace whoelse {

void Hold(bool holds, std::string_view property) {
  if (holds) return;
  std::cerr << "Broken: " << property << "\n";
  std::abort();
}

void HoldSame(ByteView written, ByteView read) {
  if (std::ranges::equal(written, read)) return;
  std::cerr << "Read    " << ToHex(read) << "\nWritten " << ToHex(written) << "\n";
  Hold(false, "what parses serialises back to the same bytes");
}

void HoldPlaced(const absl::Status& refusal) {
  if (refusal.ok()) return;
  Hold(std::string(refusal.message()).find("byte ") != std::string::npos,
       "a refusal says at which byte it broke");
}

}  // namespace whoelse

// What libFuzzer calls, by these names.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  whoelse::Hold(whoelse::InitCrypto(), "libsodium starts");
  return 0;
}
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  whoelse::Fuzz({data, size});
  return 0;
}
