// What an opened question leaves behind: of one size, whatever it was.
#include "node/noted.h"

#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "node/noted_json.h"
#include "node/policy_table.h"
#include "tests/protocol/round_trip.h"
#include "tests/support/doc.h"
#include "tests/support/hex_lines.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

Noted Example() {
  Noted noted;
  noted.received_ms = 1'800'000'002'365;
  noted.frame_hash = HexFixed<FrameHash>(
      "3674f2f9c9c1e82f1f910db1088e19ed129641ba6f1882dd31f3983b55671831");
  noted.agency = 1003;
  noted.practitioner_ref = HexFixed<PersonRef>("0858bc22b77384987589dbf7706112c9");
  noted.organisation = "E10000099";
  noted.purpose = Purpose::kSection17;
  noted.power = Power::kCa2004S16La;
  noted.article6 = Article6::kPublicTask;
  noted.article9 = Article9::kSafeguarding;
  noted.flags = kFlagOutOfHours;
  noted.reasons = Noted::kPossibleWrongChild;
  noted.decisions = {{17, Outcome::kContact, 0}, {2'000'000, Outcome::kBrokered, 5}};
  return noted;
}

void ExpectSame(const Noted& a, const Noted& b) {
  EXPECT_EQ(a.received_ms, b.received_ms);
  EXPECT_EQ(a.frame_hash, b.frame_hash);
  EXPECT_EQ(a.agency, b.agency);
  EXPECT_EQ(a.practitioner_ref, b.practitioner_ref);
  EXPECT_EQ(a.organisation, b.organisation);
  EXPECT_EQ(a.purpose, b.purpose);
  EXPECT_EQ(a.power, b.power);
  EXPECT_EQ(a.article6, b.article6);
  EXPECT_EQ(a.article9, b.article9);
  EXPECT_EQ(a.flags, b.flags);
  EXPECT_EQ(a.reasons, b.reasons);
  ASSERT_EQ(a.decisions.size(), b.decisions.size());
  for (size_t i = 0; i < a.decisions.size(); ++i) {
    EXPECT_EQ(a.decisions[i].record, b.decisions[i].record);
    EXPECT_EQ(a.decisions[i].outcome, b.decisions[i].outcome);
    EXPECT_EQ(a.decisions[i].row, b.decisions[i].row);
    EXPECT_EQ(a.decisions[i].more, b.decisions[i].more);
    EXPECT_EQ(a.decisions[i].two_children, b.decisions[i].two_children);
  }
}

TEST(Noted, OpensForWhomItIsSealedTo) {
  SeededRandom random(20261122);
  std::vector<Secret<32>> keys;
  for (int i = 0; i < 3; ++i) keys.push_back(random.NewSecret<32>());
  const Bytes sealed = SealTo(X25519Public(keys[2]), Example().Encode());
  const auto opened = OpenNoted(sealed, keys);
  ASSERT_TRUE(opened.ok()) << opened.status();
  ExpectSame(*opened, Example());
  const nlohmann::ordered_json json = NotedJson(*opened);
  EXPECT_EQ(json["agency"], 1003);
  EXPECT_EQ(json["purpose"], "section-17");
  EXPECT_EQ(json["basis"],
            "Children Act 2004, section 16LA; UK GDPR article 6(1)(e); UK GDPR article 9(2)(g) with "
            "Data Protection Act 2018, Schedule 1, paragraph 18");
  EXPECT_EQ(json["decisions"][1]["outcome"], "brokered");
  keys.pop_back();
  EXPECT_TRUE(absl::IsUnauthenticated(OpenNoted(sealed, keys).status()));
  EXPECT_TRUE(absl::IsDataLoss(
      OpenNoted(SealTo(X25519Public(keys[0]), Bytes(kNotedSize, 1)), keys).status()));
}

TEST(Noted, SurvivesItsBytes) {
  const Bytes bytes = Example().Encode();
  EXPECT_EQ(bytes.size(), kNotedSize);
  const auto decoded = Noted::Decode(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_TRUE(decoded->Opened());
  ExpectSame(*decoded, Example());
}

// The disk tells no hit from a miss: one size, and zeros for whatever was not opened.
TEST(Noted, NothingOpenedIsZeros) {
  Noted noted;
  noted.received_ms = 5;
  noted.frame_hash = Example().frame_hash;
  EXPECT_FALSE(noted.Opened());
  EXPECT_EQ(noted.Encode(), Bytes(kNotedSize));
  const auto decoded = Noted::Decode(Bytes(kNotedSize));
  ASSERT_TRUE(decoded.ok());
  ExpectSame(*decoded, Noted{});
}

TEST(Noted, TwentyDecisionsFit) {
  Noted noted = Example();
  noted.decisions.assign(kNotedDecisionsMax, {1, Outcome::kNothing, 12});
  EXPECT_EQ(noted.Encode().size(), kNotedSize);
  EXPECT_EQ(Noted::Decode(noted.Encode())->decisions.size(), 20u);
  EXPECT_EQ(Noted::Decode(noted.Encode())->reasons, noted.reasons);
  EXPECT_FALSE(NotedJson(*Noted::Decode(noted.Encode())).contains("more_records"));
}

// The newest record of a child with many episodes is often the one that matters.
TEST(Noted, OfMoreDecisionsWhatMattersMostStays) {
  Noted noted = Example();
  noted.decisions.clear();
  for (RecordId id = 1; id <= 40; ++id) {
    noted.decisions.push_back({id, Outcome::kDutyLine, static_cast<uint8_t>(id % 11)});
  }
  noted.decisions.push_back({50, Outcome::kContact, kRowUniversal});
  noted.decisions.push_back({51, Outcome::kNothing, kRowSensitiveRefused});
  noted.decisions.push_back({52, Outcome::kNothing, Noted::kNoRow});
  noted.decisions.push_back({53, Outcome::kBrokered, kRowCovert});
  noted.decisions.push_back({54, Outcome::kBrokered, kRowShieldedOrClosed});
  noted.decisions.push_back({55, Outcome::kUrgent, kRowProtectedOtherwise});
  const Bytes bytes = noted.Encode();
  EXPECT_EQ(bytes.size(), kNotedSize);
  const Noted left = *Noted::Decode(bytes);
  EXPECT_EQ(left.reasons, noted.reasons | Noted::kMoreRecords);
  EXPECT_EQ(NotedJson(left)["more_records"], true);
  std::vector<RecordId> records;
  for (const Noted::Decision& decision : left.decisions) records.push_back(decision.record);
  // One of each outcome, then those that wait for people, those kept from the asker, those told; of
  // the told the stricter rows, and of one row the older record.
  EXPECT_EQ(records, (std::vector<RecordId>{55, 54, 52, 10, 50, 53, 51, 21, 32, 9,
                                            20, 31, 8,  19, 30, 7,  18, 29, 40, 6}));
  // What the node itself works off has all of them, as they came.
  const Bytes whole = noted.EncodeWhole();
  EXPECT_EQ(whole.size(), kNotedWholeSize);
  ExpectSame(*Noted::Decode(whole), noted);
  noted.decisions.assign(kRecordsLookedAt, {1, Outcome::kNothing, 12});
  EXPECT_EQ(noted.EncodeWhole().size(), kNotedWholeSize);
  ExpectSame(*Noted::Decode(noted.EncodeWhole()), noted);
  EXPECT_EQ(Noted().EncodeWhole(), Bytes(kNotedWholeSize));
}

TEST(Noted, WhatNoRowDecidedIsShownSo) {
  Noted noted = Example();
  noted.decisions = {{1, Outcome::kNothing, Noted::kNoRow}};
  EXPECT_EQ(NotedJson(*Noted::Decode(noted.Encode()))["decisions"][0]["row"],
            "none: no row was asked");
  noted.decisions[0].row = Noted::kBirthInDoubt;
  EXPECT_EQ(NotedJson(*Noted::Decode(noted.Encode()))["decisions"][0]["row"],
            "none: its date of birth is in doubt");
}

TEST(Noted, WhoseRecordsGaveAReasonIsKept) {
  Noted noted = Example();
  noted.reasons |= Noted::kMoreRecords | Noted::kTwoChildren;
  noted.decisions[0].two_children = true;
  noted.decisions[1].more = true;
  ExpectSame(*Noted::Decode(noted.Encode()), noted);
  ExpectSame(*Noted::Decode(noted.EncodeWhole()), noted);
}

TEST(Noted, WhatEncodeDidNotWriteIsDataLoss) {
  const Bytes good = Example().Encode();
  const auto altered = [&](size_t at, uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    return Noted::Decode(bytes).status();
  };
  constexpr size_t kAgency = 40, kPurpose = 76, kPower = 77, kArticle6 = 78, kArticle9 = 79,
                   kCount = 83, kDecisions = 84;
  EXPECT_TRUE(absl::IsDataLoss(altered(kPurpose, 0)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kPurpose, 9)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kPower, 200)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kArticle6, 3)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kArticle9, 4)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kCount, 13)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kCount, 1)));            // a decision after the last
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 4, 0)));    // an outcome that there is not
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 4, 6)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 4, 0x80)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 4, 0x40)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 4, 0x21)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 5, 13)));   // a row that there is not
  EXPECT_TRUE(absl::IsDataLoss(altered(kDecisions + 5, 253)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kCount, 21)));
  EXPECT_TRUE(absl::IsDataLoss(altered(kNotedSize - 1, 1)));
  Bytes nobody(kNotedSize);
  nobody[kAgency - 1] = 1;
  EXPECT_TRUE(absl::IsDataLoss(Noted::Decode(nobody).status()));
  EXPECT_TRUE(absl::IsDataLoss(Noted::Decode(ByteView(good).first(kNotedSize - 1)).status()));
  EXPECT_TRUE(absl::IsDataLoss(Noted::Decode({}).status()));
}

TEST(Noted, MutantsThatDecodeAreTheirBytes) {
  ExpectRoundTrips({Example().Encode(), Bytes(kNotedSize), Example().EncodeWhole()}, 20270113,
                   [](const Bytes& bytes) -> std::optional<Bytes> {
                     const auto noted = Noted::Decode(bytes);
                     if (!noted.ok()) return std::nullopt;
                     return bytes.size() == kNotedSize ? noted->Encode() : noted->EncodeWhole();
                   });
}

TEST(NotedPage, ExampleIsWhatTheCodeMakes) {
  EXPECT_EQ(ToHex(Example().Encode()),
            ToHex(BytesOfLines(DocExample("docs/formats/noted-ledger.md", "noted"))));
}

}  // namespace
}  // namespace whoelse
