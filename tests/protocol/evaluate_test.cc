// The messages of an evaluation: requests, and responses that name their maker.
#include "protocol/evaluate.h"

#include <gtest/gtest.h>

#include "crypto/oprf.h"
#include "protocol/limits.h"
#include "tests/protocol/question_vectors.h"
#include "tests/protocol/refused.h"
#include "tests/protocol/round_trip.h"
#include "tests/support/doc.h"
#include "tests/support/hex_lines.h"

namespace whoelse {
namespace {

using nlohmann::json;

Scalar ShareOf(KeyVersion kv, CoordinatorId coordinator) {
  for (const json& share : ProtocolVectors()["keys"]["key_versions"][kv - 1]["shares"]) {
    if (share["coordinator"] == coordinator) return *Scalar::Decode(Hex(share["share"]));
  }
  throw std::runtime_error("no share");
}

// What a coordinator makes of a request, with the given scalar in its proof.
EvaluateResponse Evaluate(const json& v, const json& r) {
  const CoordinatorId id = r["coordinator"];
  const Scalar share = ShareOf(v["kv"], id);
  std::vector<BlindedElement> blinded;
  for (const json& b : v["blinded"]) blinded.push_back({*Element::Decode(Hex(b))});
  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(share, blinded);
  EvaluateResponse response{id, v["kv"], v["sharing_epoch"], {}, {}, {}};
  for (const EvaluatedElement& e : evaluated) {
    response.elements.emplace_back(e.element.bytes().first<32>());
  }
  const Proof proof = GenerateProof(share, Element::BaseMultiply(share), blinded, evaluated,
                                    *Scalar::Decode(Hex(r["proof_r"])));
  const Bytes proof_bytes = proof.Encode();
  std::copy(proof_bytes.begin(), proof_bytes.end(), response.proof.data());
  response.Sign(AdmissionKeyOf(id - 101), VectorFederation(), Hex(v["request"]));
  return response;
}

TEST(EvaluateRequest, Vectors) {
  ASSERT_EQ(ProtocolVectors()["pseudonyms"].size(), 4u);
  for (const json& v : ProtocolVectors()["pseudonyms"]) {
    EvaluateRequest made{v["roster_version"], v["kv"], v["sharing_epoch"], v["kind"], {}};
    for (const json& b : v["blinded"]) made.elements.push_back(HexFixed<EncodedElement>(b));
    EXPECT_EQ(ToHex(made.Serialize()), v["request"]);
    EXPECT_EQ(ToHex(H("whoelse/1/evaluate", made.Serialize())), v["request_hash"]);
    const auto parsed = EvaluateRequest::Parse(Hex(v["request"]));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->roster_version, made.roster_version);
    EXPECT_EQ(parsed->kv, made.kv);
    EXPECT_EQ(parsed->sharing_epoch, made.sharing_epoch);
    EXPECT_EQ(parsed->kind, made.kind);
    EXPECT_EQ(parsed->elements, made.elements);
  }
}

TEST(EvaluateResponse, VectorsByteForByte) {
  int responses = 0;
  for (const json& v : ProtocolVectors()["pseudonyms"]) {
    for (const json& r : v["responses"]) {
      ++responses;
      const EvaluateResponse made = Evaluate(v, r);
      for (size_t i = 0; i < made.elements.size(); ++i) {
        EXPECT_EQ(ToHex(made.elements[i]), r["evaluated"][i]);
      }
      EXPECT_EQ(ToHex(made.proof), r["proof"]);
      EXPECT_EQ(ToHex(made.Serialize()), r["response"]);
      const auto parsed = EvaluateResponse::Parse(Hex(r["response"]));
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      EXPECT_EQ(parsed->Serialize(), made.Serialize());
      EXPECT_TRUE(parsed->SignedBy(AdmissionKeyOf(made.coordinator - 101).verify_key(),
                                   VectorFederation(), Hex(v["request"])));
    }
  }
  EXPECT_EQ(responses, 8);
}

// Kept as evidence, a response must be about one request, by one coordinator, and whole.
TEST(EvaluateResponse, IsOfOneRequestKeyAndFederation) {
  const json& v = ProtocolVectors()["pseudonyms"][0];
  const Bytes bytes = Hex(v["responses"][0]["response"]), request = Hex(v["request"]);
  const VerifyKey key = AdmissionKeyOf(0).verify_key();
  const auto response = EvaluateResponse::Parse(bytes);
  ASSERT_TRUE(response->SignedBy(key, VectorFederation(), request));
  FederationId other = VectorFederation();
  other.data()[15] ^= 1;
  EXPECT_FALSE(response->SignedBy(key, other, request));
  EXPECT_FALSE(response->SignedBy(AdmissionKeyOf(1).verify_key(), VectorFederation(), request));
  EXPECT_FALSE(response->SignedBy(key, VectorFederation(),
                                  Hex(ProtocolVectors()["pseudonyms"][1]["request"])));
  for (size_t i = 0; i < bytes.size(); ++i) {
    Bytes altered = bytes;
    altered[i] ^= 1;
    const auto parsed = EvaluateResponse::Parse(altered);
    EXPECT_FALSE(parsed.ok() && parsed->SignedBy(key, VectorFederation(), request)) << i;
  }
}

TEST(EvaluateRequest, UpTo1024Elements) {
  EvaluateRequest request{7, 1, 1, EvaluationKind::kBulk, {}};
  request.elements.resize(kEvaluateElementsMax);
  EXPECT_EQ(request.Serialize().size(), kEvaluateRequestMax);
  EXPECT_TRUE(EvaluateRequest::Parse(request.Serialize()).ok());
  request.elements.resize(kEvaluateElementsMax + 1);
  EXPECT_TRUE(absl::IsInvalidArgument(EvaluateRequest::Parse(request.Serialize()).status()));
  EvaluateResponse response{101, 1, 1, {}, {}, {}};
  response.elements.resize(kEvaluateElementsMax);
  EXPECT_TRUE(EvaluateResponse::Parse(response.Serialize()).ok());
  response.elements.resize(kEvaluateElementsMax + 1);
  EXPECT_TRUE(absl::IsInvalidArgument(EvaluateResponse::Parse(response.Serialize()).status()));
  response.elements.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(EvaluateResponse::Parse(response.Serialize()).status()));
}

TEST(Evaluate, RefusedBytes) {
  ExpectRefused("evaluate request", 7, [](ByteView b) { return EvaluateRequest::Parse(b); });
  ExpectRefused("evaluate response", 5, [](ByteView b) { return EvaluateResponse::Parse(b); });
}

TEST(Evaluate, MutantsThatParseAreTheirBytes) {
  std::vector<Bytes> requests, responses;
  for (const json& v : ProtocolVectors()["pseudonyms"]) {
    requests.push_back(Hex(v["request"]));
    responses.push_back(Hex(v["responses"][0]["response"]));
  }
  ExpectRoundTrips(requests, 20270107, [](const Bytes& bytes) -> std::optional<Bytes> {
    const auto request = EvaluateRequest::Parse(bytes);
    if (!request.ok()) return std::nullopt;
    return request->Serialize();
  });
  ExpectRoundTrips(responses, 20270108, [](const Bytes& bytes) -> std::optional<Bytes> {
    const auto response = EvaluateResponse::Parse(bytes);
    if (!response.ok()) return std::nullopt;
    return response->Serialize();
  });
}

TEST(EvaluatePage, ExamplesAreWhatTheCodeMakes) {
  const json& v = ProtocolVectors()["pseudonyms"][0];
  constexpr char kPage[] = "docs/formats/evaluate.md";
  EXPECT_EQ(ToHex(EvaluateRequest::Parse(Hex(v["request"]))->Serialize()),
            ToHex(BytesOfLines(DocExample(kPage, "request"))));
  EXPECT_EQ(ToHex(Evaluate(v, v["responses"][0]).Serialize()),
            ToHex(BytesOfLines(DocExample(kPage, "response"))));
}

}  // namespace
}  // namespace whoelse
