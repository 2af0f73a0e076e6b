#include <gtest/gtest.h>

#include "crypto/oprf.h"
#include "tests/crypto/batch.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

// A batch with its evaluation under a key, and the proof of it.
struct Proved {
  Scalar key;
  Element public_key;
  std::vector<BlindedElement> blinded;
  std::vector<EvaluatedElement> evaluated;
  Proof proof;

  bool Verifies() const { return VerifyProof(public_key, blinded, evaluated, proof); }
};

Proved Prove(size_t size, Random& random) {
  const Scalar key = Scalar::Random(random);
  const Element public_key = Element::BaseMultiply(key);
  const Batch batch = RandomBatch(size, random);
  std::vector<EvaluatedElement> evaluated = BlindEvaluate(key, batch.blinded);
  const Proof proof =
      GenerateProof(key, public_key, batch.blinded, evaluated, Scalar::Random(random));
  return {key, public_key, batch.blinded, std::move(evaluated), proof};
}

TEST(Proof, OfAnyBatchVerifies) {
  for (const size_t size : {1, 2, 3, 10, 32}) {
    SeededRandom random(size);
    EXPECT_TRUE(Prove(size, random).Verifies()) << size;
  }
}

TEST(Proof, OfTheLargestBatchVerifiesAndSeesOneAlteredElement) {
  SeededRandom random(1024);
  Proved proved = Prove(1024, random);
  EXPECT_TRUE(proved.Verifies());
  std::swap(proved.evaluated[511], proved.evaluated[1023]);
  EXPECT_FALSE(proved.Verifies());
}

TEST(Proof, FailsWhenAnyElementIsAltered) {
  SeededRandom random(5);
  const Proved proved = Prove(4, random);
  for (size_t i = 0; i < 4; ++i) {
    Proved other = proved;
    other.evaluated[i].element = *other.evaluated[i].element.Add(Element::Generator());
    EXPECT_FALSE(other.Verifies()) << "evaluated " << i;
    other = proved;
    other.blinded[i].element = *other.blinded[i].element.Add(Element::Generator());
    EXPECT_FALSE(other.Verifies()) << "blinded " << i;
    other = proved;
    other.evaluated[i] = BlindEvaluate(Scalar::Random(random), {&other.blinded[i], 1})[0];
    EXPECT_FALSE(other.Verifies()) << "evaluated under another key " << i;
  }
}

TEST(Proof, FailsWhenElementsAreSwapped) {
  SeededRandom random(6);
  const Proved proved = Prove(4, random);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = i + 1; j < 4; ++j) {
      Proved other = proved;
      std::swap(other.evaluated[i], other.evaluated[j]);
      EXPECT_FALSE(other.Verifies()) << "evaluated " << i << ", " << j;
      std::swap(other.blinded[i], other.blinded[j]);
      EXPECT_FALSE(other.Verifies()) << "pairs " << i << ", " << j;
    }
  }
}

// The sum of all evaluated elements is right, so only the weights of the batch can tell.
TEST(Proof, FailsWhenErrorsCancel) {
  SeededRandom random(7);
  Proved proved = Prove(2, random);
  const Element error = Element::BaseMultiply(Scalar::Random(random));
  proved.evaluated[0].element = *proved.evaluated[0].element.Add(error);
  proved.evaluated[1].element = *proved.evaluated[1].element.Subtract(error);
  EXPECT_FALSE(proved.Verifies());
  proved.proof = GenerateProof(proved.key, proved.public_key, proved.blinded, proved.evaluated,
                               Scalar::Random(random));
  EXPECT_FALSE(proved.Verifies()) << "made for the wrong elements by who knows the key";
}

TEST(Proof, FailsWhenAnyByteOfItIsAltered) {
  SeededRandom random(8);
  Proved proved = Prove(1, random);
  const Bytes encoded = proved.proof.Encode();
  ASSERT_EQ(encoded.size(), Proof::kSize);
  int decoded = 0;
  for (size_t i = 0; i < encoded.size(); ++i) {
    Bytes altered = encoded;
    altered[i] ^= 1;
    const absl::StatusOr<Proof> proof = Proof::Decode(altered);
    if (!proof.ok()) continue;
    ++decoded;
    proved.proof = *proof;
    EXPECT_FALSE(proved.Verifies()) << "byte " << i;
  }
  EXPECT_GT(decoded, 60);
}

TEST(Proof, FailsForAnotherPublicKey) {
  SeededRandom random(9);
  Proved proved = Prove(2, random);
  proved.public_key = Element::BaseMultiply(Scalar::Random(random));
  EXPECT_FALSE(proved.Verifies());
}

TEST(Proof, FailsForListsOfDifferentOrNoLength) {
  SeededRandom random(10);
  const Proved proved = Prove(2, random);
  Proved other = proved;
  other.evaluated.pop_back();
  EXPECT_FALSE(other.Verifies());
  other = proved;
  other.blinded.pop_back();
  EXPECT_FALSE(other.Verifies());
  other.evaluated.pop_back();
  EXPECT_FALSE(other.Verifies()) << "the first element alone";
  other.blinded.clear();
  other.evaluated.clear();
  EXPECT_FALSE(other.Verifies());
}

TEST(Proof, FailsForMoreThanTwoBytesCanCount) {
  SeededRandom random(11);
  Proved proved = Prove(1, random);
  proved.blinded.resize(65'536, proved.blinded[0]);
  proved.evaluated.resize(65'536, proved.evaluated[0]);
  EXPECT_FALSE(proved.Verifies());
}

TEST(Proof, WithAZeroScalarFails) {
  SeededRandom random(12);
  const Proved proved = Prove(1, random);
  const Scalar zero = Scalar::FromU64(0);
  Proved other = proved;
  other.proof.c = zero;
  EXPECT_FALSE(other.Verifies());
  other = proved;
  other.proof.s = zero;
  EXPECT_FALSE(other.Verifies());
}

// s = -c * key makes both commitments the identity.
TEST(Proof, WithTheIdentityAsCommitmentFails) {
  SeededRandom random(13);
  Proved proved = Prove(1, random);
  proved.proof.s = Scalar::FromU64(0) - proved.proof.c * proved.key;
  EXPECT_FALSE(proved.Verifies());
}

TEST(Proof, DecodesTwoCanonicalScalarsOnly) {
  SeededRandom random(14);
  const Bytes encoded = Prove(1, random).proof.Encode();
  EXPECT_EQ(Proof::Decode(encoded)->Encode(), encoded);
  EXPECT_FALSE(Proof::Decode({}).ok());
  EXPECT_FALSE(Proof::Decode(ByteView(encoded).first(63)).ok());
  EXPECT_FALSE(Proof::Decode(Writer().Raw(encoded).U8(0).Take()).ok());
  for (const size_t last_byte : {31, 63}) {
    Bytes altered = encoded;
    altered[last_byte] |= 0x20;
    EXPECT_EQ(Proof::Decode(altered).status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ProofDeathTest, OfListsThatDoNotMatchIsOurOwnBug) {
  SeededRandom random(15);
  const Proved p = Prove(2, random);
  const Scalar r = Scalar::Random(random);
  EXPECT_DEATH(GenerateProof(p.key, p.public_key, p.blinded, {p.evaluated.data(), 1}, r), "");
  EXPECT_DEATH(GenerateProof(p.key, p.public_key, {}, {}, r), "");
  EXPECT_DEATH(
      GenerateProof(p.key, p.public_key, p.blinded, p.evaluated, Scalar::FromU64(0)), "");
}

}  // namespace
}  // namespace whoelse
