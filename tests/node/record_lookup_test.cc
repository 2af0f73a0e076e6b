#include "node/record_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace whoelse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr KeyType kNhs = KeyType::kNhsNumber, kUpn = KeyType::kUpn;

Record Named(const std::string& number, const std::string& upn, const std::string& source_id) {
  Record record;
  if (!number.empty()) record.nhs_number = *NhsNumber::Parse(number);
  if (!upn.empty()) record.upn = *Upn::Parse(upn);
  record.source = "school";
  record.source_id = source_id;
  return record;
}

class RecordLookupTest : public ::testing::Test {
 protected:
  const std::string kOne = "9990000018", kTwo = "9990000026", kUpnOne = "A123456789012";
  SystemRandom random_;
  RecordLookup lookup_{random_};
};

TEST_F(RecordLookupTest, FindsAllOfAnIdentifierInOrder) {
  const Record one = Named(kOne, kUpnOne, "1"), other = Named(kTwo, "", "2");
  for (const RecordId id : {7u, 300u, 5u}) lookup_.Change(id, nullptr, &one);
  lookup_.Change(6, nullptr, &other);
  EXPECT_THAT(lookup_.FindByIdentifier(kNhs, kOne), ElementsAre(5, 7, 300));
  EXPECT_THAT(lookup_.FindByIdentifier(kUpn, kUpnOne), ElementsAre(5, 7, 300));
  EXPECT_THAT(lookup_.FindByIdentifier(kNhs, kTwo), ElementsAre(6));
  EXPECT_THAT(lookup_.FindByIdentifier(kUpn, kOne), IsEmpty());
}

TEST_F(RecordLookupTest, ForgetsWhatARecordWasCalledAndWhatIsGone) {
  const Record before = Named(kOne, kUpnOne, "1"), now = Named(kTwo, kUpnOne, "2");
  lookup_.Change(1, nullptr, &before);
  lookup_.Change(1, &before, &now);
  EXPECT_THAT(lookup_.FindByIdentifier(kNhs, kOne), IsEmpty());
  EXPECT_THAT(lookup_.FindByIdentifier(kNhs, kTwo), ElementsAre(1));
  EXPECT_THAT(lookup_.FindByIdentifier(kUpn, kUpnOne), ElementsAre(1));
  EXPECT_EQ(lookup_.FindBySource("school", "1"), 0u);
  EXPECT_EQ(lookup_.FindBySource("school", "2"), 1u);
  lookup_.Change(1, &now, nullptr);
  EXPECT_THAT(lookup_.FindByIdentifier(kNhs, kTwo), IsEmpty());
  EXPECT_THAT(lookup_.FindByIdentifier(kUpn, kUpnOne), IsEmpty());
  EXPECT_EQ(lookup_.FindBySource("school", "2"), 0u);
}

TEST_F(RecordLookupTest, WhoIsTheSameInAllThatSaysWhoseARecordIsAgrees) {
  Record held = Named(kOne, kUpnOne, "1");
  held.given_name = "Ada";
  held.preferred_name = "Addy";
  held.family_name = "Testwood";
  held.born = *Date::FromYmd(20150314);
  lookup_.Change(3, nullptr, &held);
  Record same = held;
  same.source_id = "2";
  same.service = "Family help";
  EXPECT_TRUE(lookup_.Agrees(3, same));
  EXPECT_FALSE(lookup_.Agrees(2, same));
  EXPECT_FALSE(lookup_.Agrees(4, same));
  const std::function<void(Record&)> differences[] = {
      [](Record& r) { r.nhs_number.reset(); }, [](Record& r) { r.upn.reset(); },
      [](Record& r) { r.born.reset(); },       [](Record& r) { r.given_name = "Ad"; },
      [](Record& r) { r.preferred_name = ""; }, [](Record& r) { r.family_name = "Test"; },
      [](Record& r) { std::swap(r.given_name, r.preferred_name); }};
  for (const auto& change : differences) {
    Record other = same;
    change(other);
    EXPECT_FALSE(lookup_.Agrees(3, other)) << &change - differences;
    lookup_.Change(3, &held, &other);
    EXPECT_TRUE(lookup_.Agrees(3, other)) << &change - differences;
    EXPECT_FALSE(lookup_.Agrees(3, same)) << &change - differences;
    lookup_.Change(3, &other, &held);
  }
  lookup_.Change(3, &held, nullptr);
  EXPECT_FALSE(lookup_.Agrees(3, same));
}

// What answers for it may be another child's by now.
TEST_F(RecordLookupTest, WhatAnotherRecordAnswersForAgreesWithNobody) {
  Record held = Named(kOne, "", "1");
  lookup_.Change(3, nullptr, &held);
  EXPECT_TRUE(lookup_.Agrees(3, held));
  const Record before = held;
  held.answered_by = 4;
  lookup_.Change(3, &before, &held);
  EXPECT_FALSE(lookup_.Agrees(3, before));
  EXPECT_FALSE(lookup_.Agrees(3, held));
  lookup_.Change(3, &held, &before);   // unmerged
  EXPECT_TRUE(lookup_.Agrees(3, before));
}

TEST_F(RecordLookupTest, ASourceAndAnIdAreNoOtherTwo) {
  Record record = Named("", "", "23");
  record.source = "1";
  lookup_.Change(1, nullptr, &record);
  EXPECT_EQ(lookup_.FindBySource("1", "23"), 1u);
  EXPECT_EQ(lookup_.FindBySource("12", "3"), 0u);
  EXPECT_EQ(lookup_.FindBySource("123", ""), 0u);
}

// What no row speaks of any more: a number that was closed gives its place in the source away.
TEST_F(RecordLookupTest, WhatHasNoSourceIsFoundByItsIdentifierAlone) {
  const Record before = Named(kOne, "", "1"), closed = Named(kOne, "", ""),
               next = Named(kTwo, "", "1");
  lookup_.Change(1, nullptr, &before);
  lookup_.Change(2, nullptr, &next);
  lookup_.Change(1, &before, &closed);
  EXPECT_EQ(lookup_.FindBySource("school", "1"), 2u);
  EXPECT_EQ(lookup_.FindBySource("school", ""), 0u);
  EXPECT_THAT(lookup_.FindByIdentifier(kNhs, kOne), ElementsAre(1));
}

}  // namespace
}  // namespace whoelse
