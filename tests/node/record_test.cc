#include "node/record.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/node/record_maker.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

TEST(Record, EncodesAndDecodesBack) {
  const uint64_t seed = 7001;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 1000; ++round) {
    const Record record = RandomRecord(random);
    const absl::StatusOr<Record> decoded = Record::Decode(record.Encode());
    ASSERT_TRUE(decoded.ok()) << "seed " << seed << " round " << round;
    ASSERT_EQ(*decoded, record) << "seed " << seed << " round " << round;
  }
}

TEST(Record, TextsOfEveryLengthComeBack) {
  for (const size_t length : {0, 1, 127, 128, 129, 16383, 16384, 70000}) {
    Record record;
    record.address = std::string(length, 'a');
    record.source_id = "after it";
    EXPECT_EQ(Record::Decode(record.Encode()).value(), record) << length;
  }
}

TEST(Record, TruncatedBytesAreDataLoss) {
  SeededRandom random(7002);
  const Bytes bytes = RandomRecord(random).Encode();
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(Record::Decode(ByteView(bytes).first(length)).status().code(),
              absl::StatusCode::kDataLoss)
        << length;
  }
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(Record::Decode(longer).ok());
}

TEST(Record, WhatDecodesEncodesToTheSameBytes) {
  const uint64_t seed = 7003;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  int decoded_at_all = 0;
  Bytes good;
  for (int round = 0; round < 10000; ++round) {
    if (round % 100 == 0) good = RandomRecord(random).Encode();
    const Bytes bytes =
        Mutate(good, std::string_view("\x00\x01\x02\x05\x80\x81\xff" "aA9", 10), random);
    const absl::StatusOr<Record> decoded = Record::Decode(bytes);
    if (!decoded.ok()) continue;
    ++decoded_at_all;
    ASSERT_EQ(decoded->Encode(), bytes) << "seed " << seed << " round " << round;
  }
  EXPECT_GT(decoded_at_all, 500);
}

// The last bytes of an encoding are flags u16, answered by u32, class, about a parent, consent
// state, by, competent, on u32, until u32, purposes, earlier_until u32, how many are earlier.
TEST(Record, RefusesUnknownValues) {
  const Bytes good = Record().Encode();
  const size_t end = good.size();
  const auto with = [&](size_t at, uint8_t value) {
    Bytes bytes = good;
    bytes[at] = value;
    return Record::Decode(bytes).ok();
  };
  EXPECT_TRUE(with(end - 25, 0x7f));
  EXPECT_FALSE(with(end - 25, 0x80));                         // a flag that nobody knows
  for (const size_t at : {end - 19, end - 17, end - 16}) EXPECT_FALSE(with(at, 0)) << at;
  EXPECT_FALSE(with(end - 19, 6));
  EXPECT_FALSE(with(end - 17, 4));
  EXPECT_FALSE(with(end - 16, 5));
  for (const size_t at : {end - 18, end - 15}) {              // neither true nor false
    EXPECT_TRUE(with(at, 1)) << at;
    EXPECT_FALSE(with(at, 2)) << at;
  }
  EXPECT_FALSE(with(0, 0));                                   // version
  EXPECT_FALSE(with(0, 2));
  EXPECT_FALSE(with(0, 4));
  EXPECT_FALSE(with(end - 7, 1));                             // consent.until: no such day
  EXPECT_FALSE(with(end - 1, 1));                             // something earlier without a day
}

TEST(Record, WhatIsEarlierHasADayAndABound) {
  Record record;
  record.earlier_until = *Date::Parse("2026-04-01");
  EXPECT_FALSE(Record::Decode(record.Encode()).ok());
  record.earlier.resize(kEarlierMax);
  EXPECT_EQ(Record::Decode(record.Encode()).value(), record);
  record.earlier.resize(kEarlierMax + 1);
  EXPECT_FALSE(Record::Decode(record.Encode()).ok());
}

TEST(Record, FormerAddressesHaveABound) {
  Record record;
  record.former_addresses.resize(kFormerAddressesMax, {"12 High Street", "NB1 1AA"});
  EXPECT_EQ(Record::Decode(record.Encode()).value(), record);
  EXPECT_TRUE(CheckTexts(record).ok());
  record.former_addresses.push_back({"1 Mill Lane", ""});
  EXPECT_FALSE(Record::Decode(record.Encode()).ok());
  EXPECT_FALSE(CheckTexts(record).ok());
}

// A store that a version without former addresses wrote is read, and reads what has none.
TEST(Record, WithoutFormerAddressesTheBytesAreAsBefore) {
  Record record;
  const Bytes before = record.Encode();
  EXPECT_EQ(before[0], 3);
  EXPECT_TRUE(Record::Decode(before)->former_addresses.empty());
  record.former_addresses = {{"12 High Street", "NB1 1AA"}};
  const Bytes after = record.Encode();
  EXPECT_EQ(after[0], 4);
  EXPECT_TRUE(std::equal(before.begin() + 1, before.end(), after.begin() + 1));
  Bytes none = before;
  none[0] = 4;
  none.push_back(0);   // has none, and would be said by the version
  EXPECT_FALSE(Record::Decode(none).ok());
}

TEST(Record, RefusesALengthInAnotherWriting) {
  Bytes bytes = Record().Encode();
  ASSERT_EQ(bytes[1], 0);   // the length of local_id
  bytes[1] = 0x80;
  bytes.insert(bytes.begin() + 2, 0);
  EXPECT_FALSE(Record::Decode(bytes).ok());
}

TEST(Record, RefusesANumberInAnotherWriting) {
  Record record;
  record.nhs_number = *NhsNumber::Parse("9990000018");
  record.upn = *Upn::Parse("L12345678901B");
  std::string bytes = ToString(record.Encode());
  ASSERT_TRUE(Record::Decode(AsBytes(bytes)).ok());
  std::string wrong = bytes;
  wrong.replace(wrong.find("9990000018"), 10, "9990000017");
  EXPECT_FALSE(Record::Decode(AsBytes(wrong)).ok());
  wrong = bytes;
  wrong.replace(wrong.find("L12345678901B"), 13, "A12345678901b");
  EXPECT_FALSE(Record::Decode(AsBytes(wrong)).ok());
  wrong = bytes;
  wrong.replace(wrong.find("\x0A" "9990000018"), 11, "\x0C" "999 0000 018");
  EXPECT_FALSE(Record::Decode(AsBytes(wrong)).ok());
}

TEST(Restrictions, RaiseIsTheStricterOfEach) {
  for (unsigned a = 0; a < 32; ++a) {
    for (unsigned b = 0; b < 32; ++b) {
      EXPECT_EQ(RestrictionsOf(a).Raise(RestrictionsOf(b)), RestrictionsOf(a | b));
    }
  }
}

TEST(Record, SameChildByNumberElseByUpn) {
  const auto child = [](const char* number, const char* upn) {
    Record record;
    if (*number) record.nhs_number = *NhsNumber::Parse(number);
    if (*upn) record.upn = *Upn::Parse(upn);
    return record;
  };
  const char* upn = "L12345678901B";
  EXPECT_TRUE(SameChild(child("9990000018", ""), child("9990000018", upn)));
  EXPECT_FALSE(SameChild(child("9990000018", upn), child("9990000026", upn)));
  EXPECT_FALSE(SameChild(child("9990000018", upn), child("", upn)));
  EXPECT_TRUE(SameChild(child("", upn), child("", upn)));
  EXPECT_FALSE(SameChild(child("", ""), child("", "")));
}

// An export that knows of no shield comes every night.
TEST(Record, AMachineOnlyRaisesRestrictionsAndClasses) {
  Record held, row;
  held.restrictions = {.shielded = true, .covert = true};
  held.shield_pending = held.in_dispute = held.beside_closed = true;
  held.service_class = ServiceClass::kProtected;
  held.name = "Sam Example";
  row.restrictions.call_back_only = true;
  row.service_class = ServiceClass::kUniversal;
  row.name = "Kim Example";
  const Record merged = MergeByMachine(held, row);
  EXPECT_EQ(merged.restrictions,
            (Restrictions{.shielded = true, .call_back_only = true, .covert = true}));
  EXPECT_TRUE(merged.shield_pending && merged.in_dispute && merged.beside_closed);
  EXPECT_EQ(merged.service_class, ServiceClass::kProtected);
  EXPECT_EQ(merged.name, "Kim Example");
  EXPECT_EQ(MergeByMachine(row, held).service_class, ServiceClass::kProtected);
}

TEST(Record, CheckTextsNamesTheFieldAndNotItsContent) {
  for (const RecordText& text : kRecordTexts) {
    Record record;
    record.*text.member = std::string(text.max, 'x');
    EXPECT_TRUE(CheckTexts(record).ok()) << text.name;
    record.*text.member += 'x';
    const absl::Status status = CheckTexts(record);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text.name;
    EXPECT_EQ(std::string(status.message()).find(text.name), 0u);
    EXPECT_EQ(std::string(status.message()).find("xxx"), std::string::npos);
  }
  Record record;
  record.name = "Alex \xE2\x80\xAE" "reversed";   // a bidirectional override
  EXPECT_FALSE(CheckTexts(record).ok());
  record.name = "Zo\xC3\xAB";
  EXPECT_TRUE(CheckTexts(record).ok());
  for (const Home& home : {Home{std::string(kAddressMax + 1, 'x'), ""},
                           Home{"", std::string(kPostcodeMax + 1, 'x')}, Home{"1\nRoad", ""}}) {
    record.former_addresses = {home};
    const std::string message(CheckTexts(record).message());
    EXPECT_NE(message.find("former_addresses"), std::string::npos);
    EXPECT_EQ(message.find("xxx"), std::string::npos);
  }
}

}  // namespace
}  // namespace whoelse
