#include "crypto/hash.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

std::array<uint8_t, 32> CountingKey() {
  std::array<uint8_t, 32> key;
  std::iota(key.begin(), key.end(), uint8_t{0});
  return key;
}

// Expected values of BLAKE2b from another implementation (Python's hashlib).
TEST(H, HashesTheLengthOfTheLabelTheLabelAndTheMessage) {
  EXPECT_EQ(ToHex(H("a", AsBytes("bc"))),
            "dc4de427ae6bedec4d12128a638a811251ab883c1636e5e835dd7e4dc4f5f43d");
  EXPECT_EQ(ToHex(H("", {})), "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314");
}

TEST(H, PartsAreOneMessageAndTheLabelIsNoPartOfIt) {
  EXPECT_EQ(H("a", {AsBytes("b"), AsBytes(""), AsBytes("c")}), H("a", AsBytes("bc")));
  EXPECT_NE(H("ab", AsBytes("c")), H("a", AsBytes("bc")));
}

TEST(HDeathTest, LabelLongerThanItsLengthByteIsOurOwnBug) {
  EXPECT_DEATH(H(std::string(256, 'x'), {}), "");
}

TEST(K, IsKeyed) {
  EXPECT_EQ(ToHex(K(CountingKey(), "a", {AsBytes("b"), AsBytes("c")}).Reveal()),
            "bde9333fa3c7ba85575395a10b78349475fb2cf04035e9044ec491fbf983a29a");
  EXPECT_EQ(ToHex(K512(CountingKey(), "a", {AsBytes("bc")}).Reveal()),
            "60d57a68e4c7226dbfac4b012a5b0de0055bc48015914161cdec6ed5148ec5af"
            "30ed014e1d26ff60807e1ed55c50c2391c51982a5685694232b2135176dd5593");
}

// X = K512(seed, dummy label, nonce || j) of the dummy slots of every published question.
TEST(K512, MakesTheDummySlotsOfThePublishedQuestions) {
  int dummies = 0;
  for (const auto& question : Vectors("protocol-1.json")["questions"]) {
    const auto seed = HexArray<32>(question["statement_fields"]["seed"]);
    const Bytes nonce = Hex(question["nonce"]);
    for (const auto& slot : question["slots"]) {
      if (!slot["dummy"].get<bool>()) continue;
      const uint8_t j = slot["j"];
      const Secret<64> x = K512(seed, "whoelse/1/dummy", {nonce, {&j, 1}});
      EXPECT_EQ(ToHex(x.Reveal()), slot["X"]);
      EXPECT_EQ(ToHex(x.Reveal().first(16)), slot["check"]);
      EXPECT_EQ(ToHex(x.Reveal().subspan(16, 32)), slot["wrap"]);
      ++dummies;
    }
  }
  EXPECT_EQ(dummies, 4);
}

// The first entries of the table of 128-bit outputs in the authors' reference code: key 00 to 0f,
// messages empty and 00.
TEST(Siphash, EqualsThePublishedVectors) {
  const auto counting = CountingKey();
  const auto key = std::span(counting).first<16>();
  EXPECT_EQ(ToHex(Siphash(key, {})), "a3817f04ba25a8e66df67214c7550293");
  EXPECT_EQ(ToHex(Siphash(key, Bytes{0})), "da87c1d86b99af44347659119b22fc45");
}

// FIPS 180-4's examples for "abc".
TEST(Sha2, EqualsThePublishedExamples) {
  EXPECT_EQ(ToHex(Sha256({AsBytes("a"), AsBytes("bc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha512().Add(AsBytes("ab")).Add(AsBytes("c")).Finish().Reveal()),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

}  // namespace
}  // namespace whoelse
