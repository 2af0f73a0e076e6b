// Answers and the wires that carry them: every byte of the vectors, strictness, who can open what.
#include "protocol/answer.h"

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

AnswerEntry EntryOf(const json& fields) {
  return {fields["kind"],    fields["flags"], fields["since"], fields["verified_on"],
          fields["organisation"], fields["service"], fields["team"], fields["name"],
          fields["role"],    fields["phone"], fields["email"]};
}

Answer AnswerOf(const json& fields) {
  Answer answer;
  answer.disclosed = fields["status"] == 1;
  answer.roster_version = fields["roster_version"];
  answer.complete = {fields["complete"][0], fields["complete"][1]};
  answer.enrolled_through = fields["enrolled_through"];
  answer.policy_hash = HexFixed<Digest>(fields["policy_hash"]);
  answer.confirm = HexFixed<Digest>(fields["confirm"]);
  answer.more = fields["more"] == 1;
  for (const json& entry : fields["entries"]) answer.entries.push_back(EntryOf(entry));
  return answer;
}

void ExpectSame(const Answer& a, const Answer& b) {
  EXPECT_EQ(a.disclosed, b.disclosed);
  EXPECT_EQ(a.roster_version, b.roster_version);
  EXPECT_EQ(a.complete, b.complete);
  EXPECT_EQ(a.enrolled_through, b.enrolled_through);
  EXPECT_EQ(a.policy_hash, b.policy_hash);
  EXPECT_EQ(a.confirm, b.confirm);
  EXPECT_EQ(a.more, b.more);
  EXPECT_EQ(a.entries, b.entries);
}

const json& AnswerVector(size_t i) { return ProtocolVectors()["answers"][i]; }
const json& QuestionOf(const json& v) { return QuestionVector(v["question"]); }
FrameHash HashOfVector(const json& v) { return HexFixed<FrameHash>(QuestionOf(v)["FH"]); }
Secret<32> ReplySecretOf(const json& v) {
  return Secret<32>::From(HexArray<32>(QuestionOf(v)["reply_secret_key"]));
}
X25519PublicKey ReplyKeyOf(const json& v) {
  return HexFixed<X25519PublicKey>(QuestionOf(v)["reply_key"]);
}

TEST(Answer, VectorsByteForByte) {
  ASSERT_EQ(ProtocolVectors()["answers"].size(), 4u);
  for (const json& v : ProtocolVectors()["answers"]) {
    SCOPED_TRACE(std::string(v["question"]) + ", agency " + v["agency"].dump());
    const AgencyId agency = v["agency"];
    const FrameHash hash = HashOfVector(v);
    const Answer answer = AnswerOf(v["fields"]);
    const Bytes bytes = answer.Sign(IdentityKeyOfAgency(agency), hash, agency);
    EXPECT_EQ(ToHex(bytes), v["answer"]);
    EXPECT_EQ(ToHex(ByteView(bytes).first(kAnswerSize - kSignatureSize)), v["signed_part"]);
    EXPECT_EQ(ToHex(ByteView(bytes).last(kSignatureSize)), v["signature"]);
    size_t at = 1 + 1 + 8 + 8 + 4 + 32 + 32 + 1 + 1;
    for (const json& entry : v["entry_bytes"]) {
      EXPECT_EQ(ToHex(ByteView(bytes).subspan(at, kEntrySize)), entry);
      at += kEntrySize;
    }
    const auto parsed = Answer::Parse(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ExpectSame(*parsed, answer);
    EXPECT_TRUE(AnswerSignedBy(IdentityKeyOfAgency(agency).verify_key(), hash, agency, bytes));
    if (!answer.disclosed) continue;
    const auto content_key = Secret<32>::From(HexArray<32>(QuestionOf(v)["CK"]));
    EXPECT_EQ(ConfirmValue(content_key, hash, agency), answer.confirm);
  }
}

TEST(Wire, VectorsByteForByte) {
  for (const json& v : ProtocolVectors()["answers"]) {
    SCOPED_TRACE(std::string(v["question"]) + ", agency " + v["agency"].dump());
    ScriptedRandom random{Hex(v["ephemeral_secret_key"])};
    const auto sealed =
        SealAnswer(Hex(v["answer"]), HashOfVector(v), v["agency"], ReplyKeyOf(v), random);
    ASSERT_TRUE(sealed.ok()) << sealed.status();
    EXPECT_EQ(random.left(), 0u);
    EXPECT_EQ(ToHex(*sealed), v["wire"]);
    EXPECT_EQ(ToHex(WireHash(*sealed)), v["wire_hash"]);
    const auto wire = Wire::Parse(*sealed);
    ASSERT_TRUE(wire.ok());
    EXPECT_EQ(wire->agency, v["agency"]);
    EXPECT_EQ(wire->frame_hash, HashOfVector(v));
    EXPECT_EQ(ToHex(wire->ephemeral_key), v["epk"]);
    const auto opened = OpenWire(*wire, ReplySecretOf(v));
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(ToHex(*opened), v["answer"]);
  }
}

TEST(Answer, RefusedBytes) {
  ExpectRefused("answer", 27, [](ByteView b) { return Answer::Parse(b); });
  ExpectRefused("wire", 3, [](ByteView b) { return Wire::Parse(b); });
}

// The answer's bytes, changed in some places.
absl::Status Altered(size_t vector, const std::vector<std::pair<size_t, uint8_t>>& changes) {
  Bytes bytes = Hex(AnswerVector(vector)["answer"]);
  for (const auto& [at, value] : changes) bytes[at] = value;
  return Answer::Parse(bytes).status();
}

TEST(Answer, MoreNeedsFourEntries) {
  constexpr size_t kMore = 87;
  EXPECT_TRUE(Altered(2, {{kMore, 0}}).ok());                          // four, and no more
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(2, {{kMore, 2}})));
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(0, {{kMore, 1}})));      // two, and more
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(1, {{kMore, 1}})));      // none, and more
}

TEST(Answer, StatusAndContentAgree) {
  constexpr size_t kStatus = 1, kConfirm = 54, kCount = 86, kFirstEntry = 88;
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(1, {{kStatus, 1}})));    // disclosed, no entry
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(0, {{kStatus, 0}})));    // nothing, but entries
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(1, {{kConfirm, 1}})));
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(1, {{kFirstEntry + 6, 'x'}})));
  // An entry of kind none in the middle is no entry.
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(0, {{kFirstEntry, 0}})));
  EXPECT_TRUE(absl::IsInvalidArgument(Altered(0, {{kCount, 3}, {kFirstEntry + 2 * 298 + 6, 'x'}})));
}

TEST(Answer, SignedForOneQuestionByOneAgency) {
  const json& v = AnswerVector(0);
  const Bytes bytes = Hex(v["answer"]);
  const VerifyKey key = IdentityKeyOfAgency(1002).verify_key();
  const FrameHash hash = HashOfVector(v), other_hash = HashOfVector(AnswerVector(2));
  EXPECT_TRUE(AnswerSignedBy(key, hash, 1002, bytes));
  EXPECT_FALSE(AnswerSignedBy(key, other_hash, 1002, bytes));
  EXPECT_FALSE(AnswerSignedBy(key, hash, 1001, bytes));
  EXPECT_FALSE(AnswerSignedBy(IdentityKeyOfAgency(1001).verify_key(), hash, 1002, bytes));
  EXPECT_FALSE(AnswerSignedBy(key, hash, 1002, ByteView(bytes).first(kAnswerSize - 1)));
  EXPECT_FALSE(AnswerSignedBy(key, hash, 1002, {}));
  for (size_t i = 0; i < bytes.size(); i += 13) {
    Bytes altered = bytes;
    altered[i] ^= 1;
    EXPECT_FALSE(AnswerSignedBy(key, hash, 1002, altered)) << i;
  }
}

TEST(Answer, MutantsThatParseAreTheirBytes) {
  std::vector<Bytes> answers;
  for (const json& v : ProtocolVectors()["answers"]) answers.push_back(Hex(v["answer"]));
  const SigningKey key = IdentityKeyOfAgency(1001);
  ExpectRoundTrips(answers, 20270103, [&](const Bytes& bytes) -> std::optional<Bytes> {
    const auto answer = Answer::Parse(bytes);
    if (!answer.ok()) return std::nullopt;
    // Signing writes the bytes; the signature is then the one that came.
    Bytes again = answer->Sign(key, FrameHash(), 1001);
    std::copy(bytes.end() - kSignatureSize, bytes.end(), again.end() - kSignatureSize);
    return again;
  });
}

TEST(Wire, MutantsThatParseAreTheirBytes) {
  ExpectRoundTrips({Hex(AnswerVector(0)["wire"])}, 20270104,
                   [](const Bytes& bytes) -> std::optional<Bytes> {
                     const auto wire = Wire::Parse(bytes);
                     if (!wire.ok()) return std::nullopt;
                     return wire->Serialize();
                   });
}

TEST(Wire, OpensForOneKeyQuestionAndAgency) {
  const json& v = AnswerVector(0);
  const Wire good = *Wire::Parse(Hex(v["wire"]));
  const Secret<32> key = ReplySecretOf(v);
  EXPECT_TRUE(absl::IsUnauthenticated(OpenWire(good, ReplySecretOf(AnswerVector(2))).status()));
  Wire wire = good;
  wire.agency ^= 1;   // another agency's answer under this one's name
  EXPECT_TRUE(absl::IsUnauthenticated(OpenWire(wire, key).status()));
  wire = good;
  wire.frame_hash = HashOfVector(AnswerVector(2));
  EXPECT_TRUE(absl::IsUnauthenticated(OpenWire(wire, key).status()));
  wire = good;
  wire.ciphertext[700] ^= 1;
  EXPECT_TRUE(absl::IsUnauthenticated(OpenWire(wire, key).status()));
  wire = good;
  wire.ephemeral_key = X25519PublicKey();   // of low order: the shared secret would be a constant
  EXPECT_TRUE(absl::IsInvalidArgument(OpenWire(wire, key).status()));
}

TEST(Wire, IsSealedAnewAndAlwaysOfOneSize) {
  SeededRandom random(3);
  const json& v = AnswerVector(0);
  const Bytes disclosed = Hex(v["answer"]), nothing = Hex(AnswerVector(1)["answer"]);
  const auto seal = [&](const Bytes& answer) {
    return *SealAnswer(answer, HashOfVector(v), 1002, ReplyKeyOf(v), random);
  };
  const Bytes a = seal(disclosed), b = seal(disclosed), c = seal(nothing);
  EXPECT_EQ(a.size(), kWireSize);
  EXPECT_EQ(c.size(), kWireSize);
  EXPECT_NE(Wire::Parse(a)->ephemeral_key, Wire::Parse(b)->ephemeral_key);
  EXPECT_NE(Wire::Parse(a)->ciphertext, Wire::Parse(b)->ciphertext);
  const auto low = SealAnswer(disclosed, HashOfVector(v), 1002, X25519PublicKey(), random);
  EXPECT_TRUE(absl::IsInvalidArgument(low.status()));
}

TEST(Answer, ConfirmIsOfOneQuestionKeyAndAgency) {
  const json& v = AnswerVector(0);
  const auto key = Secret<32>::From(HexArray<32>(QuestionOf(v)["CK"]));
  const Digest confirm = ConfirmValue(key, HashOfVector(v), 1002);
  EXPECT_NE(ConfirmValue(key, HashOfVector(v), 1001), confirm);
  EXPECT_NE(ConfirmValue(key, HashOfVector(AnswerVector(2)), 1002), confirm);
  EXPECT_NE(ConfirmValue(ReplySecretOf(v), HashOfVector(v), 1002), confirm);
}

TEST(Answer, FitsItsFields) {
  const AnswerEntry good = AnswerOf(AnswerVector(0)["fields"]).entries[0];
  EXPECT_TRUE(Fits(good));
  const std::vector<std::pair<std::string AnswerEntry::*, size_t>> fields = {
      {&AnswerEntry::organisation, 48}, {&AnswerEntry::service, 40}, {&AnswerEntry::team, 32},
      {&AnswerEntry::name, 48},         {&AnswerEntry::role, 32},    {&AnswerEntry::phone, 20},
      {&AnswerEntry::email, 72}};
  for (const auto& [field, width] : fields) {
    AnswerEntry entry = good;
    entry.*field = std::string(width, 'x');
    EXPECT_TRUE(Fits(entry)) << width;
    entry.*field += 'x';
    EXPECT_FALSE(Fits(entry)) << width;
    entry.*field = "a\nb";
    EXPECT_FALSE(Fits(entry)) << width;
    entry.*field = "\xE2\x80\xAE";   // right-to-left override: another number than the one to dial
    EXPECT_FALSE(Fits(entry)) << width;
  }
}

TEST(AnswerPage, ExampleIsWhatTheCodeMakes) {
  const json& v = AnswerVector(0);
  const Bytes answer = AnswerOf(v["fields"]).Sign(IdentityKeyOfAgency(1002), HashOfVector(v), 1002);
  constexpr char kPage[] = "docs/formats/answer.md";
  EXPECT_EQ(ToHex(answer), ToHex(BytesOfLines(DocExample(kPage, "answer"))));
  ScriptedRandom random{Hex(v["ephemeral_secret_key"])};
  const auto wire = SealAnswer(answer, HashOfVector(v), 1002, ReplyKeyOf(v), random);
  EXPECT_EQ(ToHex(*wire), ToHex(BytesOfLines(DocExample(kPage, "wire"))));
}

}  // namespace
}  // namespace whoelse
