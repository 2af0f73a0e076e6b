#include "crypto/random.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <limits>

#include "crypto/bytes.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using Id = FixedBytes<struct IdTag, 16>;

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random;
  EXPECT_NE(random.NewFixed<Id>(), random.NewFixed<Id>());
  EXPECT_NE(ToBytes(random.NewSecret<32>().Reveal()), ToBytes(random.NewSecret<32>().Reveal()));
}

TEST(Below, DrawsAgainWhereTheLastRoundIsIncomplete) {
  // 2^64 = 1 modulo 3: of 0, 1, 2, ... the value 0 is the one too many.
  ScriptedRandom three = {Writer().U64(0).Take(), Writer().U64(1).Take()};
  EXPECT_EQ(three.Below(3), 1u);
  EXPECT_EQ(three.left(), 0u);

  const uint64_t bound = (uint64_t{1} << 63) + 1;
  ScriptedRandom large = {Writer().U64(bound - 3).Take(), Writer().U64(bound - 2).Take()};
  EXPECT_EQ(large.Below(bound), bound - 2);
  EXPECT_EQ(large.left(), 0u);
}

TEST(Below, StaysBelowAndReachesEveryValue) {
  SeededRandom random(1);
  EXPECT_EQ(random.Below(1), 0u);
  EXPECT_LT(random.Below(std::numeric_limits<uint64_t>::max()),
            std::numeric_limits<uint64_t>::max());
  std::array<int, 5> seen{};
  for (int i = 0; i < 500; ++i) ++seen.at(random.Below(5));
  for (const int count : seen) EXPECT_GT(count, 50);
}

TEST(SeededRandom, FollowsFromItsSeed) {
  SeededRandom a(7), b(7), c(8);
  const Id first = a.NewFixed<Id>();
  EXPECT_EQ(b.NewFixed<Id>(), first);
  EXPECT_NE(c.NewFixed<Id>(), first);
  EXPECT_NE(a.NewFixed<Id>(), first);
}

TEST(ScriptedRandom, FailsTheTestWhenAskedForSomethingElse) {
  ScriptedRandom random = {Bytes(16, 1)};
  EXPECT_NONFATAL_FAILURE(random.NewSecret<32>(), "asked for 32 bytes, the script has 16");
  EXPECT_EQ(ToBytes(random.NewFixed<Id>()), Bytes(16, 1));
  EXPECT_NONFATAL_FAILURE(random.NewFixed<Id>(), "the script has nothing more");
}

}  // namespace
}  // namespace whoelse
