#include "audit/receipt.h"

#include <gtest/gtest.h>

#include "tests/audit/receipt_maker.h"
#include "tests/support/doc.h"
#include "tests/support/mutate.h"

namespace whoelse {
namespace {

using absl::StatusCode;

constexpr uint64_t kSeed = 20260501;

Question VectorQuestion() { return BuildVector(ProtocolVectors()["questions"][0]); }

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  const size_t at = text.find(what);
  if (at == std::string::npos) throw std::runtime_error("nothing to replace");
  return text.replace(at, what.size(), with);
}

// The whole line that begins with `word`, with its LF.
std::string LineOf(const std::string& text, const std::string& word) {
  const size_t at = ("\n" + text).find("\n" + word);
  if (at == std::string::npos) throw std::runtime_error("no line " + word);
  return text.substr(at, text.find('\n', at) + 1 - at);
}

// A retry: the second relay brings what the first did not, and the rest once more.
Receipt Retried(const Question& question, Random& random) {
  Receipt receipt = ReceiptOf(question, random);
  std::vector<ReceiptItem> items = receipt.parts[0].items;
  items[3].what = WireOf(question, kPolice, false, random);
  items[4].what = RelayCode::kDeadline;
  TestLog other(kOtherRelay);
  receipt.parts.push_back(PartOf(question, other, kOtherRelay, std::move(items), 1));
  return receipt;
}

TEST(Receipt, RoundTripsInEveryShape) {
  SeededRandom random(kSeed);
  const Question question = VectorQuestion();
  Receipt no_relay = ReceiptOf(question, random);
  no_relay.parts.clear();
  Receipt only_admitted = ReceiptOf(question, random);
  only_admitted.state = ReceiptState::kPending;
  only_admitted.parts[0].asked.reset();
  only_admitted.parts[0].answered.reset();
  only_admitted.parts[0].checkpoint.reset();
  Receipt broken_off = ReceiptOf(question, random);
  broken_off.parts[0].answered_index.reset();
  broken_off.parts[0].answered.reset();
  broken_off.parts[0].items[2].what = std::monostate();
  Receipt not_admitted = ReceiptOf(question, random);
  not_admitted.parts[0] = {kRelay, {}, {}, {}, {}, {}, not_admitted.parts[0].items};
  Receipt opened = Retried(question, random);
  opened.opening = OpeningOf(question);

  for (const Receipt* receipt : {&no_relay, &only_admitted, &broken_off, &not_admitted, &opened}) {
    const std::string text = receipt->Serialize();
    const auto parsed = Receipt::Parse(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->Serialize(), text);
    EXPECT_EQ(parsed->state, receipt->state);
    ASSERT_EQ(parsed->parts.size(), receipt->parts.size());
    for (size_t i = 0; i < parsed->parts.size(); ++i) {
      EXPECT_EQ(parsed->parts[i].items, receipt->parts[i].items);
      EXPECT_EQ(parsed->parts[i].asked, receipt->parts[i].asked);
      EXPECT_EQ(parsed->parts[i].answered, receipt->parts[i].answered);
      EXPECT_EQ(parsed->parts[i].answered_index, receipt->parts[i].answered_index);
    }
    EXPECT_EQ(parsed->opening.has_value(), receipt->opening.has_value());
  }
  const auto parsed = Receipt::Parse(opened.Serialize());
  EXPECT_EQ(parsed->opening->statement, question.statement);
  EXPECT_TRUE(std::ranges::equal(parsed->opening->content_key.Reveal(),
                                 question.content_key.Reveal()));
  EXPECT_TRUE(std::ranges::equal(parsed->opening->reply_secret_key.Reveal(),
                                 question.reply_secret_key.Reveal()));
}

TEST(Receipt, SaysNothingThatOpensTheQuestionUnlessTold) {
  SeededRandom random(kSeed);
  const Question question = VectorQuestion();
  Receipt receipt = ReceiptOf(question, random);
  const std::string sealed = receipt.Serialize();
  EXPECT_TRUE(sealed.ends_with("\nopening none\n"));
  receipt.opening = OpeningOf(question);
  const std::string opened = receipt.Serialize();
  for (ByteView secret : {ByteView(question.content_key.Reveal()),
                          ByteView(question.reply_secret_key.Reveal())}) {
    EXPECT_EQ(sealed.find(ToHex(secret)), std::string::npos);
    EXPECT_NE(opened.find(ToHex(secret)), std::string::npos);
  }
}

// docs/formats/receipt.md: all but the line of the frame.
TEST(Receipt, ThePagesExampleIsReal) {
  const Question question = VectorQuestion();
  const Admission admission = Admit(question.frame.hash(), 2, kAskedAt);
  TestLog log;
  log.Append(RosterEntry{7, RosterOf(7)->hash});
  log.Append(KeyEventEntry{KeyEvent::kActivated, 1, {}});
  Receipt receipt{ReceiptState::kComplete, RosterOf(7)->hash, question.frame, {}, std::nullopt};
  receipt.parts.push_back(
      PartOf(question, log, kRelay,
             {{kSurgery, RefusalOf(question, kSurgery, RefusalCode::kBusy, admission)},
              {kSchools, RelayCode::kDeadline},
              {kSocialCare, RelayCode::kNotAttached},
              {kPolice, RelayCode::kNotAttached},
              {kSharedNode, RelayCode::kQueueFull}}));
  const std::string text = receipt.Serialize();
  EXPECT_EQ(Replaced(text, LineOf(text, "frame "), ""),
            DocExample("docs/formats/receipt.md", "receipt"));
}

// An area whose schools all have their own node, asked through both relays.
TEST(Receipt, OfTwoHundredAgenciesStaysSmall) {
  SeededRandom random(kSeed);
  Receipt receipt = ReceiptOf(VectorQuestion(), random);
  std::vector<ReceiptItem>& items = receipt.parts[0].items;
  items.clear();
  for (AgencyId agency = 1001; agency <= 1200; ++agency) {
    Bytes wire(kWireSize);
    random.Fill(wire);
    items.push_back({agency, std::move(wire)});
  }
  // As deep as a log of a billion leaves.
  receipt.parts[0].asked->proof.resize(30);
  receipt.parts[0].answered->proof.resize(30);
  ReceiptPart other = receipt.parts[0];
  other.relay = kOtherRelay;
  other.admission->coordinator = kOtherRelay;
  receipt.parts.push_back(std::move(other));
  const std::string text = receipt.Serialize();
  EXPECT_LT(text.size(), 400u << 10);
  const auto parsed = Receipt::Parse(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Serialize(), text);
}

TEST(Receipt, RefusesWhatItDoesNotWriteAndSaysWhere) {
  SeededRandom random(kSeed);
  Receipt receipt = Retried(VectorQuestion(), random);
  receipt.opening = OpeningOf(VectorQuestion());
  const std::string good = receipt.Serialize();
  ASSERT_TRUE(Receipt::Parse(good).ok());
  const Admission& admission = *receipt.parts[0].admission;
  Admission other_frame = admission;
  other_frame.frame_hash.data()[0] ^= 1;
  const auto admission_of = [](const Admission& a) { return Base64Encode(a.Serialize()); };
  const std::string hash = LineOf(good, "hash ");
  std::string hashes;
  for (size_t i = 0; i <= kInclusionProofMax; ++i) hashes += hash;
  const std::string surgery = LineOf(good, "1001 wire ");
  const std::vector<std::tuple<const char*, std::string, const char*>> cases = {
      {"empty", "", "line 1 (byte 0)"},
      {"another version", Replaced(good, "v1", "v2"), "line 1 (byte 8)"},
      {"a space more", Replaced(good, "receipt v1", "receipt  v1"), "line 1 (byte 0)"},
      {"CRLF", Replaced(good, "v1\n", "v1\r\n"), "line 1 (byte 8)"},
      {"another number", Replaced(good, "number ", "number 0"), "line 2 (byte 26)"},
      {"an unknown state", Replaced(good, "state COMPLETE", "state complete"), "line 3"},
      {"another federation", Replaced(good, "federation ", "federation 0"), "line 4"},
      {"another roster version", Replaced(good, "roster 7", "roster 8"), "line 5"},
      {"a leading zero", Replaced(good, "roster 7", "roster 07"), "line 5"},
      {"an upper-case hash", Replaced(good, LineOf(good, "roster"), "roster 7 " +
                                      std::string(64, 'A') + "\n"), "line 5"},
      {"a frame cut off", Replaced(good, LineOf(good, "frame"), "frame V0VF\n"), "line 6"},
      {"three relays", Replaced(good, "relays 2", "relays 3"), "line 7"},
      {"one relay said", Replaced(good, "relays 2", "relays 1"), "'opening' should stand"},
      {"a relay that the frame does not name", Replaced(good, "relay 101", "relay 103"), "line 8"},
      {"the same relay twice", Replaced(good, "relay 102", "relay 101"), "stands here twice"},
      {"another relay's admission", Replaced(good, admission_of(admission),
                                             admission_of(*receipt.parts[1].admission)),
       "line 9 (byte "},
      {"another frame's admission",
       Replaced(good, admission_of(admission), admission_of(other_frame)), "another frame's"},
      {"an admission cut short", Replaced(good, admission_of(admission), "AAEC"), "118 bytes"},
      {"leaves without an admission", Replaced(good, admission_of(admission), "none"), "line 10"},
      {"another index than the admission's", Replaced(good, "asked 2 ", "asked 1 "), "line 10"},
      {"an entry that is no hex", Replaced(good, "asked 2 01", "asked 2 0x"), "line 10"},
      {"an empty entry", Replaced(good, LineOf(good, "asked 2"), "asked 2 \n"), "line 10"},
      {"asked without its leaf", Replaced(good, LineOf(good, "asked 2"), "asked 2\n"), "line 10"},
      {"a hash of 31 bytes",
       Replaced(good, hash, "hash huSmGN9NpSqtTxaePMuIXs8uplkCoR0HYPvj7tE8VQ==\n"), "32 bytes"},
      {"64 hashes", Replaced(good, hash, hashes), "too many hashes"},
      {"two spaces", Replaced(good, "answered 3 ", "answered  3 "), "number of fields"},
      {"a huge index", Replaced(good, "answered 3 ", "answered 9223372036854775808 "), "index"},
      {"no checkpoint", Replaced(good, "checkpoint\n" + receipt.parts[0].checkpoint->Serialize(),
                                 "checkpoint none\n"), "need a checkpoint"},
      {"a checkpoint of four lines", Replaced(good, "checkpoint\n", "checkpoint\nx\n"), "note"},
      {"a size with a zero", Replaced(good, "\n4\n", "\n04\n"), "checkpoint"},
      {"fewer agencies than said", Replaced(good, "agencies 5", "agencies 4"), "'relay'"},
      {"an agency twice", Replaced(good, "1003 wire", "1002 wire"), "stands here twice"},
      {"an agency of 33 bits", Replaced(good, "1003 wire", "4294967296 wire"), "the agency"},
      {"a wire called refusal", Replaced(good, "1001 wire", "1001 refusal"), "length of its kind"},
      {"a wire called answer", Replaced(good, "1001 wire", "1001 answer"), "'wire' or 'refusal'"},
      {"an unknown relay code", Replaced(good, "NOT_ATTACHED", "BUSY"), "no word for what came"},
      {"same in the first part", Replaced(good, surgery, "1001 same\n"), "nothing of this agency"},
      {"the same written out", Replaced(good, "1001 same\n", surgery), "'same'"},
      {"an opening of nobody", Replaced(good, "opening\n", "opening nobody\n"), "'none'"},
      {"a statement cut short", Replaced(good, LineOf(good, "statement"), "statement AAEC\n"),
       "1,024 bytes"},
      {"a key in upper case", Replaced(good, LineOf(good, "content_key"), "content_key " +
                                       std::string(64, 'F') + "\n"), "lower-case"},
      {"no last LF", good.substr(0, good.size() - 1), "the file ends"},
      {"more at the end", good + "\n", "more follows"},
  };
  for (const auto& [why, text, where] : cases) {
    const absl::Status status = Receipt::Parse(text).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << why;
    EXPECT_NE(status.message().find(where), absl::string_view::npos) << why << ": " << status;
  }
}

// Whoever mistypes a key into a receipt must not find it again in a log.
TEST(Receipt, ARefusalRepeatsNothingOfTheFile) {
  SeededRandom random(kSeed);
  const Question question = VectorQuestion();
  Receipt receipt = ReceiptOf(question, random);
  receipt.opening = OpeningOf(question);
  const std::string secret = ToHex(question.content_key.Reveal());
  const std::string text = Replaced(receipt.Serialize(), secret, secret + "0");
  const absl::Status status = Receipt::Parse(text).status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.message().find(secret.substr(0, 8)), absl::string_view::npos) << status;
}

TEST(Receipt, WhatParsesSerialisesBack) {
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  // Without wires, so that the damage lands where the rules are.
  const Question question = VectorQuestion();
  Receipt receipt = Retried(question, random);
  for (ReceiptPart& part : receipt.parts) {
    for (ReceiptItem& item : part.items) item.what = RelayCode::kNotAttached;
    part.items[0].what = RefusalOf(question, kSurgery, RefusalCode::kBusy, *part.admission);
  }
  receipt.parts[1].items[0] = receipt.parts[0].items[0];
  const std::string good = receipt.Serialize();
  const size_t after_frame = good.find("\nrelays");
  size_t parsed_back = 0;
  for (int i = 0; i < 4'000; ++i) {
    const Bytes tail = Mutate(ToBytes(AsBytes(good.substr(after_frame))),
                              "\n 0123456789abf+/=AQgwnorme_\xE2\x80\x94", random);
    const std::string text = good.substr(0, after_frame) + ToString(tail);
    const auto parsed = Receipt::Parse(text);
    if (!parsed.ok()) continue;
    ++parsed_back;
    ASSERT_EQ(parsed->Serialize(), text);
  }
  EXPECT_GT(parsed_back, 100u);
}

}  // namespace
}  // namespace whoelse
