#include "crypto/oprf.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

// A list of the published vectors: hexadecimal strings with commas between them.
std::vector<Bytes> HexList(const nlohmann::json& list) {
  std::istringstream in(list.get<std::string>());
  std::vector<Bytes> items;
  for (std::string item; std::getline(in, item, ',');) items.push_back(Hex(item));
  return items;
}

// One published vector, run as client and evaluator would.
void RunVector(OprfMode mode, const Scalar& key, const nlohmann::json& vector) {
  const std::vector<Bytes> inputs = HexList(vector["Input"]);
  const std::vector<Bytes> blinds = HexList(vector["Blind"]);
  ASSERT_EQ(inputs.size(), vector["Batch"].get<size_t>());
  ASSERT_EQ(blinds.size(), inputs.size());

  std::vector<Scalar> scalars;
  std::vector<BlindedElement> blinded;
  for (size_t i = 0; i < inputs.size(); ++i) {
    scalars.push_back(Scalar::Decode(blinds[i]).value());
    blinded.push_back(Blind(mode, inputs[i], scalars[i])->blinded);
    EXPECT_EQ(ToBytes(blinded[i].element.bytes()), HexList(vector["BlindedElement"]).at(i));
  }
  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(key, blinded);
  const std::vector<Scalar> inverses = BatchInvert(scalars);
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_EQ(ToBytes(evaluated.at(i).element.bytes()),
              HexList(vector["EvaluationElement"]).at(i));
    const Element unblinded = Unblind(evaluated[i], inverses[i]).value();
    EXPECT_EQ(ToBytes(Finalize(inputs[i], unblinded)->Reveal()), HexList(vector["Output"]).at(i));
  }
  if (mode == OprfMode::kVoprf) {
    const Element public_key = Element::BaseMultiply(key);
    const Scalar r = Scalar::Decode(Hex(vector["Proof"]["r"])).value();
    const Proof proof = GenerateProof(key, public_key, blinded, evaluated, r);
    EXPECT_EQ(ToHex(proof.Encode()), vector["Proof"]["proof"]);
    EXPECT_TRUE(VerifyProof(public_key, blinded, evaluated,
                            Proof::Decode(Hex(vector["Proof"]["proof"])).value()));
  }
}

TEST(Oprf, EqualsThePublishedVectors) {
  int run = 0;
  for (const auto& suite : Vectors("rfc9497-ristretto255-sha512.json")) {
    ASSERT_EQ(suite["identifier"], "ristretto255-SHA512");
    const auto mode = static_cast<OprfMode>(suite["mode"].get<int>());
    ASSERT_TRUE(mode == OprfMode::kOprf || mode == OprfMode::kVoprf);
    const Scalar key =
        DeriveKey(mode, HexArray<32>(suite["seed"]), Hex(suite["keyInfo"])).value();
    EXPECT_EQ(ToHex(key.Reveal()), suite["skSm"]);
    if (mode == OprfMode::kVoprf) {
      EXPECT_EQ(ToHex(Element::BaseMultiply(key).bytes()), suite["pkSm"]);
    }
    for (const auto& vector : suite["vectors"]) {
      SCOPED_TRACE("mode " + suite["mode"].dump() + " input " + vector["Input"].dump());
      RunVector(mode, key, vector);
      ++run;
    }
  }
  EXPECT_EQ(run, 5);
}

TEST(Oprf, TheBlindLeavesNoTraceInTheOutput) {
  SeededRandom random(1);
  const Bytes input = {1, 2, 3};
  const Scalar key = Scalar::Random(random);
  std::vector<Bytes> outputs;
  for (int i = 0; i < 3; ++i) {
    const Blinding blinding = Blind(OprfMode::kVoprf, input, Scalar::Random(random)).value();
    const EvaluatedElement evaluated = BlindEvaluate(key, {&blinding.blinded, 1})[0];
    const Element unblinded = Unblind(evaluated, blinding.blind.Invert()).value();
    outputs.push_back(ToBytes(Finalize(input, unblinded)->Reveal()));
  }
  EXPECT_EQ(outputs[0], outputs[1]);
  EXPECT_EQ(outputs[0], outputs[2]);
}

TEST(Oprf, RefusesAZeroBlind) {
  EXPECT_EQ(Blind(OprfMode::kVoprf, Bytes{1}, Scalar::FromU64(0)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Unblind({Element::Generator()}, Scalar::FromU64(0)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Oprf, LengthsThatDoNotFitTwoBytesAreRefused) {
  const std::array<uint8_t, 32> seed{};
  const Bytes longest(65'535), too_long(65'536);
  EXPECT_TRUE(Finalize(longest, Element::Generator()).ok());
  EXPECT_EQ(Finalize(too_long, Element::Generator()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(DeriveKey(OprfMode::kOprf, seed, longest).ok());
  EXPECT_EQ(DeriveKey(OprfMode::kOprf, seed, too_long).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(OprfDeathTest, AZeroKeyIsOurOwnBug) {
  const BlindedElement blinded{Element::Generator()};
  EXPECT_DEATH(BlindEvaluate(Scalar::FromU64(0), {&blinded, 1}), "");
}

}  // namespace
}  // namespace whoelse
