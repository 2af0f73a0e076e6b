#include "crypto/threshold.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/crypto/batch.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

constexpr uint64_t kSeeds = 12;   // of every property below; printed when it fails

struct Sharing {
  uint16_t threshold;
  uint16_t n;
  Scalar key;
  std::vector<KeyShare> shares;

  Element group_key() const { return Element::BaseMultiply(key); }
};

// Random key, 2 <= threshold <= n <= 6.
Sharing RandomSharing(Random& random) {
  const auto n = static_cast<uint16_t>(2 + random.Below(5));
  const auto threshold = static_cast<uint16_t>(2 + random.Below(n - 1u));
  const Scalar key = Scalar::Random(random);
  return {threshold, n, key, SplitKey(key, threshold, n, random)};
}

std::vector<ShareKey> PublicKeys(std::span<const KeyShare> shares) {
  std::vector<ShareKey> keys;
  for (const KeyShare& share : shares) {
    keys.push_back({share.x, Element::BaseMultiply(share.value)});
  }
  return keys;
}

// `count` of the shares, in random order.
std::vector<KeyShare> Draw(std::vector<KeyShare> shares, size_t count, Random& random) {
  std::vector<KeyShare> drawn;
  while (drawn.size() < count) {
    const auto at = shares.begin() + static_cast<ptrdiff_t>(random.Below(shares.size()));
    drawn.push_back(*at);
    shares.erase(at);
  }
  return drawn;
}

std::vector<PartialEvaluation> Evaluate(std::span<const KeyShare> shares, const Batch& batch) {
  std::vector<PartialEvaluation> partials;
  for (const KeyShare& share : shares) {
    partials.push_back({share.x, BlindEvaluate(share.value, batch.blinded)});
  }
  return partials;
}

std::vector<Bytes> OutputsUnderOneKey(const Scalar& key, const Batch& batch) {
  return Outputs(batch, BlindEvaluate(key, batch.blinded));
}

template <typename T>
void ExpectInvalidArgument(const absl::StatusOr<T>& result) {
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Threshold, AnySubsetEqualsTheOprfUnderTheKey) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SeededRandom random(seed);
    const Sharing sharing = RandomSharing(random);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << sharing.threshold << " of "
                                    << sharing.n);
    const Batch batch = RandomBatch(2, random);
    const std::vector<KeyShare> subset = Draw(sharing.shares, sharing.threshold, random);
    const auto combined = Combine(Evaluate(subset, batch)).value();
    EXPECT_EQ(Outputs(batch, combined), OutputsUnderOneKey(sharing.key, batch));
  }
}

TEST(Threshold, OneTooFewGivesSomethingElse) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SeededRandom random(seed);
    const Sharing sharing = RandomSharing(random);
    const Batch batch = RandomBatch(1, random);
    const std::vector<KeyShare> subset = Draw(sharing.shares, sharing.threshold - 1u, random);
    const auto combined = Combine(Evaluate(subset, batch)).value();
    EXPECT_NE(Outputs(batch, combined), OutputsUnderOneKey(sharing.key, batch)) << "seed " << seed;
  }
}

TEST(Threshold, CombinesTheLargestBatch) {
  SeededRandom random(1024);
  const Scalar key = Scalar::Random(random);
  const std::vector<KeyShare> shares = SplitKey(key, 2, 3, random);
  const Batch batch = RandomBatch(1024, random);
  const auto combined = Combine(Evaluate(Draw(shares, 2, random), batch)).value();
  ASSERT_EQ(combined.size(), 1024u);
  const std::vector<EvaluatedElement> expected = BlindEvaluate(key, batch.blinded);
  for (size_t i = 0; i < 1024; ++i) EXPECT_EQ(combined[i].element, expected[i].element) << i;
}

TEST(Lagrange, AddsUpToOne) {
  // The constant polynomial 1 has the value 1 at 0.
  const std::vector<uint16_t> xs = {65'535, 3, 1, 40'000};
  const std::vector<Scalar> lambdas = LagrangeAtZero(xs).value();
  const Scalar sum =
      std::accumulate(lambdas.begin() + 1, lambdas.end(), lambdas[0], std::plus<Scalar>());
  EXPECT_TRUE(sum.ConstantTimeEquals(Scalar::FromU64(1)));
}

TEST(Lagrange, RefusesBadAbscissae) {
  ExpectInvalidArgument(LagrangeAtZero({}));
  ExpectInvalidArgument(LagrangeAtZero(std::vector<uint16_t>{0}));
  ExpectInvalidArgument(LagrangeAtZero(std::vector<uint16_t>{1, 0}));
  ExpectInvalidArgument(LagrangeAtZero(std::vector<uint16_t>{2, 1, 2}));
  EXPECT_TRUE(LagrangeAtZero(std::vector<uint16_t>{1}).ok());
}

TEST(Combine, RefusesBadAbscissaeAndLengths) {
  SeededRandom random(1);
  const Batch batch = RandomBatch(2, random);
  const auto good = Evaluate(SplitKey(Scalar::Random(random), 2, 2, random), batch);
  ASSERT_TRUE(Combine(good).ok());
  ExpectInvalidArgument(Combine({}));
  auto bad = good;
  bad[0].x = bad[1].x;
  ExpectInvalidArgument(Combine(bad));
  bad[0].x = 0;
  ExpectInvalidArgument(Combine(bad));
  bad = good;
  bad[1].elements.pop_back();
  ExpectInvalidArgument(Combine(bad));
}

TEST(Combine, RefusesASumThatIsTheIdentity) {
  // Lagrange coefficients of 1 and 2 are 2 and -1: 2 * G - 1 * 2G.
  const Element g = Element::Generator();
  const std::vector<PartialEvaluation> partials = {{1, {{g}}}, {2, {{g.Add(g).value()}}}};
  ExpectInvalidArgument(Combine(partials));
}

TEST(Refresh, KeepsTheKeyAndOldSharesDoNotCombineWithNewOnes) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SeededRandom random(seed);
    const Sharing sharing = RandomSharing(random);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << sharing.threshold << " of "
                                    << sharing.n);
    const std::vector<KeyShare> fresh = RefreshShares(sharing.shares, sharing.threshold, random);
    ASSERT_EQ(fresh.size(), sharing.shares.size());
    const Batch batch = RandomBatch(1, random);
    const std::vector<Bytes> expected = OutputsUnderOneKey(sharing.key, batch);

    std::vector<KeyShare> subset = Draw(fresh, sharing.threshold, random);
    EXPECT_EQ(Outputs(batch, Combine(Evaluate(subset, batch)).value()), expected);

    subset[0] = sharing.shares[subset[0].x - 1u];
    EXPECT_NE(Outputs(batch, Combine(Evaluate(subset, batch)).value()), expected);

    std::vector<ShareKey> keys = PublicKeys(fresh);
    EXPECT_TRUE(SharingIsConsistent(sharing.group_key(), keys, sharing.threshold));
    keys[0] = PublicKeys(sharing.shares)[0];
    EXPECT_FALSE(SharingIsConsistent(sharing.group_key(), keys, sharing.threshold));
  }
}

TEST(SharingIsConsistent, RefusesAnyWrongShareKey) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SeededRandom random(seed);
    const Sharing sharing = RandomSharing(random);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << sharing.threshold << " of "
                                    << sharing.n);
    const std::vector<ShareKey> keys = PublicKeys(sharing.shares);
    EXPECT_TRUE(SharingIsConsistent(sharing.group_key(), keys, sharing.threshold));
    for (size_t i = 0; i < keys.size(); ++i) {
      std::vector<ShareKey> wrong = keys;
      wrong[i].key = wrong[i].key.Add(Element::Generator()).value();
      EXPECT_FALSE(SharingIsConsistent(sharing.group_key(), wrong, sharing.threshold)) << i;
      wrong = keys;
      wrong[i].x = 7;
      EXPECT_FALSE(SharingIsConsistent(sharing.group_key(), wrong, sharing.threshold)) << i;
    }
    std::vector<ShareKey> swapped = keys;
    std::swap(swapped[0].key, swapped[1].key);
    EXPECT_FALSE(SharingIsConsistent(sharing.group_key(), swapped, sharing.threshold));
    EXPECT_FALSE(SharingIsConsistent(keys[0].key, keys, sharing.threshold)) << "group key";
  }
}

TEST(SharingIsConsistent, RefusesAnotherThreshold) {
  SeededRandom random(20);
  const Scalar key = Scalar::Random(random);
  const Element group_key = Element::BaseMultiply(key);
  const std::vector<ShareKey> keys = PublicKeys(SplitKey(key, 3, 5, random));
  for (const int other : {0, 1, 2, 4, 5, 6}) {
    const auto threshold = static_cast<uint16_t>(other);
    EXPECT_FALSE(SharingIsConsistent(group_key, keys, threshold)) << threshold;
  }
  EXPECT_TRUE(SharingIsConsistent(group_key, keys, 3));
}

TEST(SharingIsConsistent, RefusesBadAbscissae) {
  SeededRandom random(21);
  const Scalar key = Scalar::Random(random);
  const Element group_key = Element::BaseMultiply(key);
  const std::vector<ShareKey> good = PublicKeys(SplitKey(key, 2, 3, random));
  std::vector<ShareKey> bad = good;
  bad.push_back(good[1]);
  EXPECT_FALSE(SharingIsConsistent(group_key, bad, 2)) << "one twice";
  bad = good;
  bad.push_back({0, group_key});
  EXPECT_FALSE(SharingIsConsistent(group_key, bad, 2)) << "zero is the key itself";
  EXPECT_FALSE(SharingIsConsistent(group_key, {}, 2));
  EXPECT_FALSE(SharingIsConsistent(group_key, {good.data(), 1}, 2)) << "fewer than the threshold";
}

TEST(ThresholdDeathTest, OfOneIsOurOwnBug) {
  SeededRandom random(22);
  const Scalar key = Scalar::Random(random);
  EXPECT_DEATH(SplitKey(key, 1, 3, random), "");
  EXPECT_DEATH(SplitKey(key, 4, 3, random), "");
  EXPECT_DEATH(RefreshShares(SplitKey(key, 2, 3, random), 1, random), "");
}

// The sharings of protocol.md's vectors, dealt from their polynomials.
TEST(Threshold, EqualsThePublishedSharings) {
  const auto& keys = Vectors("protocol-1.json")["keys"];
  const uint16_t threshold = keys["threshold"];
  for (const auto& version : keys["key_versions"]) {
    ScriptedRandom random;
    for (size_t i = 1; i < threshold; ++i) random.PushScalar(Hex(version["coefficients"][i]));
    const Scalar key = Scalar::Decode(Hex(version["coefficients"][0])).value();
    const auto n = static_cast<uint16_t>(version["shares"].size());
    const std::vector<KeyShare> shares = SplitKey(key, threshold, n, random);
    EXPECT_EQ(random.left(), 0u);

    EXPECT_EQ(ToHex(Element::BaseMultiply(key).bytes()), version["group_key"]);
    const std::vector<ShareKey> share_keys = PublicKeys(shares);
    for (size_t i = 0; i < n; ++i) {
      EXPECT_EQ(shares[i].x, keys["coordinators"][i]["x"]);
      EXPECT_EQ(ToHex(shares[i].value.Reveal()), version["shares"][i]["share"]);
      EXPECT_EQ(ToHex(share_keys[i].key.bytes()), version["shares"][i]["share_key"]);
    }
    EXPECT_TRUE(SharingIsConsistent(Element::BaseMultiply(key), share_keys, threshold));
  }
}

}  // namespace
}  // namespace whoelse
