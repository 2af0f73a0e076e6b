#include "crypto/random.h"

#include <array>

#include "crypto/require.h"

namespace whoelse {

uint64_t Random::Below(uint64_t bound) {
  Require(bound > 0);
  // 2^64 modulo bound: values below it are drawn again, else small results would come more often.
  const uint64_t excess = (0 - bound) % bound;
  for (;;) {
    std::array<uint8_t, 8> bytes;
    Fill(bytes);
    uint64_t value = 0;
    for (const uint8_t byte : bytes) value = value << 8 | byte;
    if (value >= excess) return value % bound;
  }
}

void SystemRandom::Fill(std::span<uint8_t> out) { randombytes_buf(out.data(), out.size()); }

bool InitCrypto() { return sodium_init() >= 0; }

}  // namespace whoelse
