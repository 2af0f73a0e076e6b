// The property "what parses serialises back to the same bytes", on damaged messages.
#ifndef WHOELSE_TESTS_PROTOCOL_ROUND_TRIP_H_
#define WHOELSE_TESTS_PROTOCOL_ROUND_TRIP_H_

#include <gtest/gtest.h>

#include <string>

#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {

// Every byte there is: these formats are binary.
inline std::string AllBytes() {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  return all;
}

// `reserialise` gives what parsed as bytes again, nullopt for what it refuses. Each of `originals`
// must survive as it is; of its mutants some must parse and some must not, or nothing was tried.
template <typename Reserialise>
void ExpectRoundTrips(const std::vector<Bytes>& originals, uint64_t seed, Reserialise reserialise) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  const std::string alphabet = AllBytes();
  int parsed = 0, refused = 0;
  for (const Bytes& original : originals) {
    EXPECT_EQ(reserialise(original), original);
    for (int i = 0; i < 400; ++i) {
      const Bytes mutant = Mutate(original, alphabet, random);
      const std::optional<Bytes> again = reserialise(mutant);
      if (!again) {
        ++refused;
        continue;
      }
      ++parsed;
      ASSERT_EQ(ToHex(*again), ToHex(mutant)) << "mutant " << i;
    }
  }
  EXPECT_GT(parsed, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_PROTOCOL_ROUND_TRIP_H_
