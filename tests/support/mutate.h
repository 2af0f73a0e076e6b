// Seeded damage to bytes, for the property "what parses serialises back to the same bytes".
#ifndef WHOELSE_TESTS_SUPPORT_MUTATE_H_
#define WHOELSE_TESTS_SUPPORT_MUTATE_H_

#include <algorithm>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/random.h"

namespace whoelse {

// `bytes` after one to three small changes: a byte replaced, put in, or taken out; a piece
// repeated; the end cut off. New bytes come from `alphabet`, so that text formats stay near to well
// formed.
inline Bytes Mutate(Bytes bytes, std::string_view alphabet, Random& random) {
  const auto letter = [&] { return static_cast<uint8_t>(alphabet[random.Below(alphabet.size())]); };
  for (uint64_t changes = 1 + random.Below(3); changes > 0; --changes) {
    const auto at = static_cast<std::ptrdiff_t>(random.Below(bytes.size() + 1));
    const bool inside = static_cast<size_t>(at) < bytes.size();
    switch (random.Below(8)) {
      case 0:
        bytes.insert(bytes.begin() + at, letter());
        break;
      case 1:
        if (inside) bytes.erase(bytes.begin() + at);
        break;
      case 2: {
        const Bytes piece(bytes.begin() + at, bytes.begin() + std::min<std::ptrdiff_t>(
                                                  at + 40, std::ssize(bytes)));
        bytes.insert(bytes.begin() + at, piece.begin(), piece.end());
        break;
      }
      case 3:
        bytes.resize(static_cast<size_t>(at));
        break;
      default:
        if (inside) bytes[static_cast<size_t>(at)] = letter();
    }
  }
  return bytes;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_MUTATE_H_
