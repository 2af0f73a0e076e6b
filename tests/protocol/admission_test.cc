// A relay's admissions and a node's refusals.
#include "protocol/admission.h"

#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/protocol/question_vectors.h"
#include "tests/protocol/refused.h"
#include "tests/protocol/round_trip.h"
#include "tests/support/doc.h"
#include "tests/support/hex_lines.h"

namespace whoelse {
namespace {

using nlohmann::json;

uint32_t KeyIdOf(const json& hex) {
  const Bytes bytes = Hex(hex);
  return Reader(bytes).U32();
}

Admission AdmissionOf(const json& v) {
  Admission a{v["coordinator"], KeyIdOf(v["log_key_id"]), v["index"], v["time_ms"],
              HexFixed<FrameHash>(QuestionVector(v["question"])["FH"]), {}};
  a.Sign(AdmissionKeyOf(a.coordinator - 101), VectorFederation());
  return a;
}

Refusal RefusalOf(const json& v) {
  Refusal r{v["agency"], HexFixed<FrameHash>(QuestionVector(v["question"])["FH"]), v["code"],
            v["roster_version"], v["index"], v["time_ms"], {}};
  r.Sign(IdentityKeyOfAgency(r.agency));
  return r;
}

TEST(Admission, VectorsByteForByte) {
  ASSERT_EQ(ProtocolVectors()["admissions"].size(), 2u);
  for (const json& v : ProtocolVectors()["admissions"]) {
    const Admission made = AdmissionOf(v);
    EXPECT_EQ(ToHex(made.Serialize()), v["bytes"]);
    const auto parsed = Admission::Parse(Hex(v["bytes"]));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->coordinator, made.coordinator);
    EXPECT_EQ(parsed->log_key_id, made.log_key_id);
    EXPECT_EQ(parsed->index, made.index);
    EXPECT_EQ(parsed->time_ms, made.time_ms);
    EXPECT_EQ(parsed->frame_hash, made.frame_hash);
    EXPECT_TRUE(parsed->SignedBy(AdmissionKeyOf(made.coordinator - 101).verify_key(),
                                 VectorFederation()));
  }
}

TEST(Admission, IsOfOneKeyAndFederationAndEveryByteOfIt) {
  const Bytes bytes = Hex(ProtocolVectors()["admissions"][0]["bytes"]);
  const VerifyKey key = AdmissionKeyOf(0).verify_key();
  FederationId other = VectorFederation();
  other.data()[0] ^= 1;
  EXPECT_FALSE(Admission::Parse(bytes)->SignedBy(key, other));
  EXPECT_FALSE(Admission::Parse(bytes)->SignedBy(AdmissionKeyOf(1).verify_key(),
                                                 VectorFederation()));
  for (size_t i = 0; i < bytes.size(); ++i) {
    Bytes altered = bytes;
    altered[i] ^= 1;
    EXPECT_FALSE(Admission::Parse(altered)->SignedBy(key, VectorFederation())) << i;
  }
}

TEST(Refusal, VectorsByteForByte) {
  ASSERT_EQ(ProtocolVectors()["refusals"].size(), 11u);
  for (const json& v : ProtocolVectors()["refusals"]) {
    const Refusal made = RefusalOf(v);
    EXPECT_EQ(ToHex(made.Serialize()), v["bytes"]) << Name(made.code);
    const auto parsed = Refusal::Parse(Hex(v["bytes"]));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->agency, made.agency);
    EXPECT_EQ(parsed->frame_hash, made.frame_hash);
    EXPECT_EQ(parsed->code, made.code);
    EXPECT_EQ(parsed->roster_version, made.roster_version);
    EXPECT_EQ(parsed->index, made.index);
    EXPECT_EQ(parsed->time_ms, made.time_ms);
    EXPECT_TRUE(parsed->SignedBy(IdentityKeyOfAgency(1004).verify_key()));
  }
}

TEST(Refusal, NamesOfTheCodes) {
  const json& names = ProtocolVectors()["codes"]["refusal"];
  ASSERT_EQ(names.size(), kRefusalNames.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(Name(static_cast<RefusalCode>(i + 1)), names[i].get<std::string>());
  }
}

TEST(Refusal, IsOfOneAgencyAndEveryByteOfIt) {
  const Bytes bytes = Hex(ProtocolVectors()["refusals"][0]["bytes"]);
  const VerifyKey key = IdentityKeyOfAgency(1004).verify_key();
  EXPECT_FALSE(Refusal::Parse(bytes)->SignedBy(IdentityKeyOfAgency(1003).verify_key()));
  for (size_t i = 0; i < bytes.size(); ++i) {
    Bytes altered = bytes;
    altered[i] ^= 1;
    const auto parsed = Refusal::Parse(altered);
    EXPECT_FALSE(parsed.ok() && parsed->SignedBy(key)) << i;
  }
}

TEST(Admission, RefusedBytes) {
  ExpectRefused("admission", 3, [](ByteView b) { return Admission::Parse(b); });
  ExpectRefused("refusal", 6, [](ByteView b) { return Refusal::Parse(b); });
}

TEST(Admission, MutantsThatParseAreTheirBytes) {
  ExpectRoundTrips({Hex(ProtocolVectors()["admissions"][1]["bytes"])}, 20270105,
                   [](const Bytes& bytes) -> std::optional<Bytes> {
                     const auto admission = Admission::Parse(bytes);
                     if (!admission.ok()) return std::nullopt;
                     return admission->Serialize();
                   });
}

TEST(Refusal, MutantsThatParseAreTheirBytes) {
  std::vector<Bytes> refusals;
  for (const json& v : ProtocolVectors()["refusals"]) refusals.push_back(Hex(v["bytes"]));
  ExpectRoundTrips(refusals, 20270106, [](const Bytes& bytes) -> std::optional<Bytes> {
    const auto refusal = Refusal::Parse(bytes);
    if (!refusal.ok()) return std::nullopt;
    return refusal->Serialize();
  });
}

TEST(AdmissionPages, ExamplesAreWhatTheCodeMakes) {
  EXPECT_EQ(ToHex(AdmissionOf(ProtocolVectors()["admissions"][0]).Serialize()),
            ToHex(BytesOfLines(DocExample("docs/formats/admission.md", "admission"))));
  EXPECT_EQ(ToHex(RefusalOf(ProtocolVectors()["refusals"][9]).Serialize()),
            ToHex(BytesOfLines(DocExample("docs/formats/refusal.md", "refusal"))));
}

}  // namespace
}  // namespace whoelse
