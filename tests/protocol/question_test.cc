// Statements, slots and frames: every byte of the vectors, the rules of form, what tampering gives.
#include "protocol/question.h"

#include <gmock/gmock.h>
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
using ::testing::HasSubstr;

constexpr char kOneVersion[] = "one key version, number only";
constexpr char kTwoVersions[] = "two key versions, number and UPN";

TEST(Question, VectorsByteForByte) {
  const json& questions = ProtocolVectors()["questions"];
  ASSERT_EQ(questions.size(), 5u);
  for (const json& q : questions) {
    SCOPED_TRACE(q["name"]);
    ScriptedRandom random = RandomOf(q);
    const Question made = BuildVector(q, random);
    EXPECT_EQ(random.left(), 0u);
    const Frame& frame = made.frame;
    EXPECT_EQ(ToHex(made.statement), q["statement"]);
    EXPECT_EQ(ToHex(made.r), q["statement_fields"]["r"]);
    EXPECT_EQ(ToHex(made.content_key.Reveal()), q["CK"]);
    EXPECT_EQ(ToHex(made.reply_secret_key.Reveal()), q["reply_secret_key"]);
    EXPECT_EQ(ToHex(frame.header().reply_key), q["reply_key"]);
    EXPECT_EQ(ToHex(frame.header().asker_tag), q["asker_tag"]);
    EXPECT_EQ(ToHex(frame.header().commitment), q["commitment"]);
    EXPECT_EQ(ToHex(frame.header_bytes()), q["header"]);
    EXPECT_EQ(ToHex(frame.header_hash()), q["header_hash"]);
    EXPECT_EQ(ToHex(frame.body()), q["body"]);
    EXPECT_EQ(ToHex(frame.bytes()), q["frame"]);
    EXPECT_EQ(ToHex(frame.hash()), q["FH"]);
    EXPECT_EQ(ReceiptNumber(frame.hash()), q["receipt_number"]);
    EXPECT_EQ(frame.header().expires_s(), q["issued_s"].get<TimeS>() + 120);
    EXPECT_EQ(frame.header().key_versions(), q["key_versions"].get<std::vector<KeyVersion>>());
  }
}

TEST(Question, VectorsAreReadAndOpened) {
  for (const json& q : ProtocolVectors()["questions"]) {
    SCOPED_TRACE(q["name"]);
    const Bytes bytes = Hex(q["frame"]);
    const auto frame = Frame::Parse(bytes, VectorFederation());
    ASSERT_TRUE(frame.ok()) << frame.status();
    EXPECT_EQ(ToHex(frame->header().Serialize()), q["header"]);
    const auto body = OpenBody(*frame, Secret<32>::From(HexArray<32>(q["CK"])));
    ASSERT_TRUE(body.ok()) << body.status();
    EXPECT_EQ(ToHex(body->statement), q["statement"]);
    EXPECT_EQ(ToHex(body->signature), q["signature"]);
    EXPECT_TRUE(QuestionSignedBy(IdentityKeyOfAgency(q["agency"]).verify_key(), *frame,
                                 body->signature));
    const auto statement = Statement::Parse(body->statement);
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(statement->Serialize(), body->statement.bytes);
    EXPECT_EQ(TagAsker(statement->r, statement->agency), frame->header().asker_tag);
    EXPECT_EQ(CommitTo(body->statement), frame->header().commitment);
  }
}

TEST(Question, SlotsOfTheVectors) {
  for (const json& q : ProtocolVectors()["questions"]) {
    SCOPED_TRACE(q["name"]);
    const auto frame = Frame::Parse(Hex(q["frame"]), VectorFederation());
    ASSERT_TRUE(frame.ok());
    const auto nonce = HexFixed<QuestionNonce>(q["nonce"]);
    const Bytes seed = Hex(q["statement_fields"]["seed"]);
    const std::vector<std::optional<SubKeys>> keys = SlotKeysOf(q);
    ASSERT_EQ(frame->header().slots.size(), q["slots"].size());
    for (const json& slot : q["slots"]) {
      const uint8_t j = slot["j"];
      const Slot& read = frame->header().slots[j];
      EXPECT_EQ(ToHex(read.check), slot["check"]);
      EXPECT_EQ(ToHex(read.wrap), slot["wrap"]);
      if (!keys[j]) {
        EXPECT_EQ(DummySlot(seed, nonce, j), read);
        continue;
      }
      EXPECT_EQ(CheckValue(keys[j]->check.Reveal(), nonce, j), read.check);
      EXPECT_EQ(ToHex(Unwrap(read, keys[j]->wrap, nonce, j).Reveal()), q["CK"]);
      // Another place gives another slot: else equal children would show by equal slots.
      EXPECT_NE(CheckValue(keys[j]->check.Reveal(), nonce, j ^ 1), read.check);
      EXPECT_NE(ToHex(Unwrap(read, keys[j]->wrap, nonce, j ^ 1).Reveal()), q["CK"]);
    }
  }
}

TEST(Question, RefusedFramesAndStatements) {
  ExpectRefused("frame", 21, [](ByteView b) { return Frame::Parse(b, VectorFederation()); });
  ExpectRefused("statement", 27, [](ByteView b) { return Statement::Parse(b); });
}

// A question from its seed, of random fields that are well formed.
Question RandomQuestion(uint64_t seed) {
  SeededRandom random(seed);
  json q = QuestionVector(random.Below(2) == 0 ? kOneVersion : kTwoVersions);
  json& fields = q["statement_fields"];
  fields["purpose"] = 1 + random.Below(8);
  fields["power"] = 1 + random.Below(8);
  fields["role"] = 1 + random.Below(3);
  fields["flags"] = random.Below(2) * kFlagOutOfHours + random.Below(2) * kFlagShieldNotice;
  fields["born"] = random.Below(2) == 0 ? 0 : 20150314;
  return BuildVector(q, random);
}

TEST(Question, EverySlotOfAFrameIsItsOwn) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    const Question question = RandomQuestion(seed);
    const std::vector<Slot>& slots = question.frame.header().slots;
    for (size_t a = 0; a < slots.size(); ++a) {
      for (size_t b = 0; b < a; ++b) {
        EXPECT_NE(slots[a].check, slots[b].check) << "seed " << seed;
        EXPECT_NE(slots[a].wrap, slots[b].wrap) << "seed " << seed;
      }
    }
  }
}

TEST(Question, FreshRandomnessEachTime) {
  SeededRandom random(1);
  const json& q = QuestionVector(kOneVersion);
  const Question a = BuildVector(q, random), b = BuildVector(q, random);
  EXPECT_NE(a.frame.header().nonce, b.frame.header().nonce);
  EXPECT_NE(a.frame.header().reply_key, b.frame.header().reply_key);
  EXPECT_NE(a.frame.header().asker_tag, b.frame.header().asker_tag);
  EXPECT_NE(a.frame.header().slots[0].check, b.frame.header().slots[0].check);
}

TEST(Question, ABodyOpensUnderItsHeaderAndKeyOnly) {
  const json& q = QuestionVector(kOneVersion);
  const Question question = BuildVector(q);
  const Bytes bytes = ToBytes(question.frame.bytes());
  int opened = 0;
  for (size_t i = 0; i < bytes.size(); i += i < 270 ? 1 : 37) {
    Bytes altered = bytes;
    altered[i] ^= 0x10;
    const auto frame = Frame::Parse(altered, VectorFederation());
    if (!frame.ok()) continue;
    ++opened;
    EXPECT_TRUE(absl::IsUnauthenticated(OpenBody(*frame, question.content_key).status())) << i;
    EXPECT_NE(frame->hash(), question.frame.hash()) << i;
  }
  EXPECT_GT(opened, 200);
  const auto other = Secret<32>::From(HexArray<32>(q["reply_secret_key"]));
  EXPECT_TRUE(absl::IsUnauthenticated(OpenBody(question.frame, other).status()));
}

// Whoever holds the child could put a signed statement into a frame of its own: the signature is
// over that header's hash, probes included.
TEST(Question, TheSignatureIsOfThisHeader) {
  SeededRandom random(2);
  const json& q = QuestionVector(kOneVersion);
  const Question a = BuildVector(q, random), b = BuildVector(q, random);
  const auto opened = OpenBody(a.frame, a.content_key);
  ASSERT_TRUE(opened.ok());
  const VerifyKey key = IdentityKeyOfAgency(1003).verify_key();
  EXPECT_TRUE(QuestionSignedBy(key, a.frame, opened->signature));
  EXPECT_FALSE(QuestionSignedBy(key, b.frame, opened->signature));
  EXPECT_FALSE(QuestionSignedBy(IdentityKeyOfAgency(1002).verify_key(), a.frame,
                                opened->signature));
}

TEST(Question, AskerTagsOpenToOneAgency) {
  const auto r = HexFixed<Opening32>(QuestionVector(kOneVersion)["statement_fields"]["r"]);
  Opening32 other = r;
  other.data()[31] ^= 1;
  EXPECT_NE(TagAsker(r, 1003), TagAsker(r, 1002));
  EXPECT_NE(TagAsker(r, 1003), TagAsker(other, 1003));
}

TEST(Frame, NamesWhatIsWrong) {
  const Bytes good = Hex(QuestionVector(kOneVersion)["frame"]);
  const auto message = [&](size_t at, uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    return std::string(Frame::Parse(bytes, VectorFederation()).status().message());
  };
  EXPECT_THAT(message(0, 2), HasSubstr("version"));
  EXPECT_THAT(message(1, 2), HasSubstr("class"));
  EXPECT_THAT(message(2, 0xff), HasSubstr("federation"));
  EXPECT_THAT(message(29, 0), HasSubstr("key versions"));
  EXPECT_THAT(message(41, 1), HasSubstr("issued"));
  EXPECT_THAT(message(45, 0x65), HasSubstr("relays"));
  EXPECT_THAT(message(161, 1), HasSubstr("tag"));
}

// Class 2 exists in the protocol and not in this program: a frame of it is refused loudly.
TEST(Frame, ByDescriptionIsRefused) {
  Bytes bytes = Hex(QuestionVector(kOneVersion)["frame"]);
  bytes[1] = 2;
  bytes.resize(kHeaderFixedSize + kSlotsByDescription * kSlotSize + kBodySize);
  EXPECT_TRUE(absl::IsInvalidArgument(Frame::Parse(bytes, VectorFederation()).status()));
}

TEST(Frame, HashIsOverAnyBytes) {
  EXPECT_EQ(Frame::HashOf({}), Retag<FrameHash>(H("whoelse/1/frame", ByteView{})));
  const Bytes junk = {1, 2, 3};
  EXPECT_NE(Frame::HashOf(junk), Frame::HashOf({}));
}

TEST(Frame, MutantsThatParseAreTheirBytes) {
  std::vector<Bytes> frames;
  for (const json& q : ProtocolVectors()["questions"]) frames.push_back(Hex(q["frame"]));
  ExpectRoundTrips(frames, 20270101, [](const Bytes& bytes) -> std::optional<Bytes> {
    const auto frame = Frame::Parse(bytes, VectorFederation());
    if (!frame.ok()) return std::nullopt;
    EXPECT_EQ(frame->bytes().size(), bytes.size());
    return Writer().Raw(frame->header().Serialize()).Raw(frame->body()).Take();
  });
}

TEST(Statement, MutantsThatParseAreTheirBytes) {
  std::vector<Bytes> statements;
  for (const json& q : ProtocolVectors()["questions"]) statements.push_back(Hex(q["statement"]));
  ExpectRoundTrips(statements, 20270102, [](const Bytes& bytes) -> std::optional<Bytes> {
    const auto statement = Statement::Parse(bytes);
    if (!statement.ok()) return std::nullopt;
    return statement->Serialize();
  });
}

// Each rule of form by its own message: the vectors say refused, not why.
TEST(Statement, NamesTheField) {
  const Bytes good = Hex(QuestionVector("one key version, number and UPN")["statement"]);
  struct Case {
    const char* field;
    std::vector<std::pair<size_t, uint8_t>> bytes;
  };
  const std::vector<Case> cases = {
      {"version", {{0, 2}}},
      {"organisation", {{137, ' '}}},
      {"organisation", {{137, 0}}},
      {"organisation", {{137, 0xc3}, {138, 0xa9}}},
      {"role", {{153, 0}}},
      {"role", {{153, 5}}},
      {"purpose", {{154, 9}}},
      {"power", {{155, 9}}},
      {"article6", {{156, 3}}},
      {"article6", {{156, 0}, {157, 2}}},
      {"article9", {{157, 4}}},
      {"flags", {{159, 32}}},
      {"flags", {{159, kFlagApproved | kFlagApprovalToFollow}, {121, 1}}},
      {"approver_ref", {{159, kFlagApproved}, {121, 0}}},
      {"born", {{163, 99}}},
      {"born", {{160, 0}, {161, 0}, {162, 0}, {163, 1}}},
      {"subject: type", {{164, 2}}},
      {"subject: length", {{165, 63}}},
      {"subject: value", {{166, 'x'}}},
      {"subject: padding", {{227, 1}}},
      {"subject: a dummy", {{228, 0}}},
      {"padding", {{292, 'd'}}},
      {"padding", {{1023, 1}}},
  };
  for (const Case& c : cases) {
    Bytes bytes = good;
    for (const auto& [at, value] : c.bytes) bytes[at] = value;
    const absl::Status status = Statement::Parse(bytes).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.field));
  }
}

TEST(Statement, WhoAsksAndWhoApproves) {
  Statement s = *Statement::Parse(Hex(QuestionVector(kOneVersion)["statement"]));
  const auto status = [&] { return Statement::Parse(s.Serialize()).status(); };
  ASSERT_TRUE(status().ok());
  // Nobody approves a question of their own.
  s.approver_ref = s.practitioner_ref;
  EXPECT_THAT(std::string(status().message()), HasSubstr("approver_ref"));
  s.approver_ref.data()[0] ^= 1;
  s.flags = kFlagApproved;
  EXPECT_TRUE(status().ok());
  // Only the node itself asks in nobody's name.
  s.flags = 0;
  s.approver_ref = PersonRef();
  s.practitioner_ref = PersonRef();
  EXPECT_THAT(std::string(status().message()), HasSubstr("practitioner_ref"));
  s.role = Role::kNodeItself;
  EXPECT_TRUE(status().ok());
}

TEST(ReceiptNumber, IsTheFirst80BitsInCrockfordBase32) {
  FrameHash hash;
  EXPECT_EQ(ReceiptNumber(hash), "0000-0000-0000-0000");
  std::fill_n(hash.data(), 10, uint8_t{0xff});
  EXPECT_EQ(ReceiptNumber(hash), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
  // 0 1 2 ... 15 in groups of five bits, then the next 80 bits do not count.
  const Bytes counting = Hex("00443214c74254b635cf");
  std::copy(counting.begin(), counting.end(), hash.data());
  EXPECT_EQ(ReceiptNumber(hash), "0123-4567-89AB-CDEF");
  hash.data()[10] = 0xff;
  EXPECT_EQ(ReceiptNumber(hash), "0123-4567-89AB-CDEF");
}

// The pages show the first question of the vectors, field by field.
TEST(QuestionPages, ExamplesAreWhatTheCodeMakes) {
  const Question question = BuildVector(QuestionVector(kOneVersion));
  EXPECT_EQ(ToHex(question.frame.bytes()),
            ToHex(BytesOfLines(DocExample("docs/formats/frame.md", "frame"))));
  EXPECT_EQ(ToHex(question.statement),
            ToHex(BytesOfLines(DocExample("docs/formats/statement.md", "statement"))));
}

}  // namespace
}  // namespace whoelse
