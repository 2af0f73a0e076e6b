// The pseudonyms of protocol.md's vectors, from the values to the sub-keys: every step of section 3
// in the order in which client and evaluators take it.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/oprf.h"
#include "crypto/threshold.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

using Json = nlohmann::json;

const Json& Keys() { return Vectors("protocol-1.json")["keys"]; }

// The entry of `list` whose `name` is `value`.
const Json& Find(const Json& list, const char* name, const Json& value) {
  for (const Json& entry : list) {
    if (entry[name] == value) return entry;
  }
  throw std::runtime_error("no such entry in the vectors");
}

uint16_t AbscissaOf(const Json& coordinator) {
  return Find(Keys()["coordinators"], "id", coordinator)["x"];
}

std::vector<BlindedElement> BlindAll(const Json& vector) {
  std::vector<BlindedElement> blinded;
  for (size_t i = 0; i < vector["oprf_inputs"].size(); ++i) {
    const Bytes input = Hex(vector["oprf_inputs"][i]);
    const Element hashed =
        Element::Hash(input, AsBytes(std::string("HashToGroup-OPRFV1-\1-ristretto255-SHA512")))
            .value();
    EXPECT_EQ(ToHex(hashed.bytes()), vector["hash_to_group"][i]);
    const Scalar blind = Scalar::Decode(Hex(vector["blinds"][i])).value();
    blinded.push_back(Blind(OprfMode::kVoprf, input, blind)->blinded);
    EXPECT_EQ(ToHex(blinded[i].element.bytes()), vector["blinded"][i]);
  }
  return blinded;
}

PartialEvaluation EvaluateAndProve(const Json& vector, const Json& response,
                                   std::span<const BlindedElement> blinded) {
  const Json& version = Find(Keys()["key_versions"], "kv", vector["kv"]);
  const Json& share = Find(version["shares"], "coordinator", response["coordinator"]);
  const Scalar key = Scalar::Decode(Hex(share["share"])).value();
  const Element share_key = Element::Decode(Hex(share["share_key"])).value();

  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(key, blinded);
  EXPECT_EQ(evaluated.size(), response["evaluated"].size());
  for (size_t i = 0; i < evaluated.size(); ++i) {
    EXPECT_EQ(ToHex(evaluated[i].element.bytes()), response["evaluated"][i]);
  }
  const Scalar r = Scalar::Decode(Hex(response["proof_r"])).value();
  const Proof proof = GenerateProof(key, share_key, blinded, evaluated, r);
  EXPECT_EQ(ToHex(proof.Encode()), response["proof"]);
  EXPECT_TRUE(VerifyProof(share_key, blinded, evaluated, proof));
  return {AbscissaOf(response["coordinator"]), evaluated};
}

void ExpectPseudonyms(const Json& vector, std::span<const EvaluatedElement> combined) {
  for (size_t i = 0; i < combined.size(); ++i) {
    EXPECT_EQ(ToHex(combined[i].element.bytes()), vector["combined"][i]);
    const Scalar blind = Scalar::Decode(Hex(vector["blinds"][i])).value();
    const Secret<64> output =
        Finalize(Hex(vector["oprf_inputs"][i]), Unblind(combined[i], blind.Invert()).value())
            .value();
    const auto s = output.Reveal().first<32>();
    EXPECT_EQ(ToHex(s), vector["S"][i]);
    const Bytes kv = Writer().U32(vector["kv"]).Take();
    EXPECT_EQ(ToHex(K(s, "whoelse/1/check", {kv}).Reveal().first(16)), vector["k_check"][i]);
    EXPECT_EQ(ToHex(K(s, "whoelse/1/wrap", {kv}).Reveal()), vector["k_wrap"][i]);
  }
}

TEST(Pseudonyms, EqualThePublishedOnes) {
  const Json& vectors = Vectors("protocol-1.json")["pseudonyms"];
  ASSERT_EQ(vectors.size(), 4u);
  for (const Json& vector : vectors) {
    SCOPED_TRACE(vector["request_hash"].dump());
    const std::vector<BlindedElement> blinded = BlindAll(vector);
    std::vector<PartialEvaluation> partials;
    std::vector<uint16_t> xs;
    for (const Json& response : vector["responses"]) {
      partials.push_back(EvaluateAndProve(vector, response, blinded));
      xs.push_back(partials.back().x);
    }
    const std::vector<Scalar> lambdas = LagrangeAtZero(xs).value();
    for (size_t i = 0; i < lambdas.size(); ++i) {
      EXPECT_EQ(ToHex(lambdas[i].Reveal()), vector["lagrange"][i]);
    }
    const std::vector<EvaluatedElement> combined = Combine(partials).value();
    ASSERT_EQ(combined.size(), vector["S"].size());
    ExpectPseudonyms(vector, combined);
  }
}

TEST(Pseudonyms, InputsAndRequestsHashToThePublishedValues) {
  const Bytes federation = Hex(Keys()["federation"]);
  int inputs = 0;
  for (const Json& vector : Vectors("protocol-1.json")["pseudonyms"]) {
    EXPECT_EQ(ToHex(H("whoelse/1/evaluate", Hex(vector["request"]))), vector["request_hash"]);
    for (size_t i = 0; i < vector["values"].size(); ++i) {
      const Json& value = vector["values"][i];
      if (value.is_null()) continue;   // a dummy: its input is random
      const Bytes canonical = Hex(value["value"]);
      const Bytes typed = Writer()
                              .U8(value["key_type"])
                              .U16(static_cast<uint16_t>(canonical.size()))
                              .Raw(canonical)
                              .Take();
      EXPECT_EQ(ToHex(H("whoelse/1/oprf-input", {federation, typed})), vector["oprf_inputs"][i]);
      ++inputs;
    }
  }
  EXPECT_GT(inputs, 3);
}

}  // namespace
}  // namespace whoelse
