// What two people take from a record: each exactly what it says, of a record that has it.
#include "node/lowering.h"

#include <gtest/gtest.h>

#include "node/inbox_document.h"
#include "node/policy_looser.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/record_maker.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

const Date kToday = *Date::FromYmd(20261123);
const std::map<std::string, ServiceClass> kMap = {{"General practice", ServiceClass::kUniversal}};

Record Restricted(uint64_t bits, ServiceClass service_class = ServiceClass::kUniversal) {
  Record record = BasicRecord();
  record.restrictions = RestrictionsOf(bits);
  record.service_class = service_class;
  return record;
}

// Of each word, every record beside what it should be afterwards.
TEST(LoweringTest, EachTakesWhatItSaysAndNothingElse) {
  struct Case {
    Lowered what;
    bool Restrictions::*restriction;
  };
  constexpr Case kCases[] = {{Lowered::kShield, &Restrictions::shielded},
                             {Lowered::kCovert, &Restrictions::covert},
                             {Lowered::kCallBackOnly, &Restrictions::call_back_only},
                             {Lowered::kSubjectAccessExempt, &Restrictions::subject_access_exempt},
                             {Lowered::kClosed, &Restrictions::closed}};
  ASSERT_EQ(std::size(kCases) + 1, kLoweredNames.size());   // and the class, below
  for (const Case& c : kCases) {
    for (uint64_t bits = 0; bits < 32; ++bits) {
      SCOPED_TRACE(std::string(Name(c.what)) + " " + std::to_string(bits));
      const Record before = Restricted(bits);
      // What was closed keeps all that it has until its number is open.
      const bool takes = before.restrictions.closed == (c.what == Lowered::kClosed);
      Record expected = before;
      if (takes) expected.restrictions.*c.restriction = false;
      Record after = before;
      Lower({c.what}, kToday, after);
      EXPECT_EQ(after, expected);
      const bool stands = takes && (c.what == Lowered::kShield ||
                                    before.restrictions.*c.restriction);
      EXPECT_EQ(Stands({c.what}, before), stands);
    }
  }
}

TEST(LoweringTest, AShieldGoesWithTheNoticeThatPutIt) {
  Record record = Restricted(0);
  record.shield_pending = true;
  Lower({Lowered::kShield}, kToday, record);
  EXPECT_FALSE(record.shield_pending);
  record = Restricted(2);   // closed
  record.shield_pending = true;
  Lower({Lowered::kShield}, kToday, record);
  EXPECT_TRUE(record.shield_pending);
}

// It is of the number, and stays when the child is hidden no more.
TEST(LoweringTest, WhatStandsBesideAClosedNumberIsOpenedAsThatIs) {
  Record record = Restricted(1);   // shielded
  record.beside_closed = true;
  EXPECT_TRUE(Stands({Lowered::kClosed}, record));
  Lower({Lowered::kShield}, kToday, record);
  EXPECT_FALSE(record.restrictions.shielded);
  EXPECT_TRUE(record.beside_closed);
  Lower({Lowered::kClosed}, kToday, record);
  EXPECT_FALSE(record.beside_closed);
}

TEST(LoweringTest, AClassFallsToTheMapsAndActsFromTheFirstOfTheMonth) {
  Record record = Restricted(8, ServiceClass::kSensitive);
  Lower({Lowered::kServiceClass, kMap}, kToday, record);
  EXPECT_EQ(record.service_class, ServiceClass::kUniversal);
  EXPECT_TRUE(record.restrictions.covert);
  EXPECT_EQ(LooserOn(record, kToday), *Date::FromYmd(20261201));
  ASSERT_EQ(record.earlier.size(), 1u);
  EXPECT_EQ(record.earlier[0].service_class, ServiceClass::kSensitive);
}

TEST(LoweringTest, AClassNeverRisesAndOneThatIsNotInTheMapStays) {
  struct {
    const char* service;
    uint64_t bits;
    ServiceClass service_class;
  } const cases[] = {{"General practice", 0, ServiceClass::kUniversal},
                     {"general practice", 0, ServiceClass::kSensitive},
                     {"Counselling", 0, ServiceClass::kSensitive},
                     {"General practice", 2, ServiceClass::kSensitive}};   // closed
  for (const auto& c : cases) {
    Record record = Restricted(c.bits, c.service_class);
    record.service = c.service;
    const Record before = record;
    EXPECT_FALSE(Stands({Lowered::kServiceClass, kMap}, record)) << c.service;
    Lower({Lowered::kServiceClass, kMap}, kToday, record);
    EXPECT_EQ(record, before) << c.service;
  }
  Record stricter = Restricted(0, ServiceClass::kUniversal);
  Lower({Lowered::kServiceClass, {{stricter.service, ServiceClass::kProtected}}}, kToday, stricter);
  EXPECT_EQ(stricter.service_class, ServiceClass::kUniversal);
}

TEST(LoweringTest, AnItemSaysWhatItIsAboutAlsoFromTheDisk) {
  SeededRandom random(7);
  for (size_t i = 1; i <= kLoweredNames.size(); ++i) {
    Lowering lowering{static_cast<Lowered>(i)};
    if (lowering.what == Lowered::kServiceClass) lowering.classes = kMap;
    SCOPED_TRACE(Name(lowering.what));
    const InboxItem item =
        LoweringItem(lowering, {7, 9}, At(20261123, 10), TestCalendar(), random);
    const auto read = ReadItem(ItemDocument(item));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(LoweringOf(*read), lowering);
    EXPECT_EQ(read->records, (std::vector<RecordId>{7, 9}));
    const bool shield = lowering.what == Lowered::kShield;
    EXPECT_EQ(VerbToLower(item.kind), shield ? Verb::kRefuse : Verb::kApprove);
  }
}

TEST(LoweringTest, WhatIsDamagedOrOfAnotherKindLowersNothing) {
  EXPECT_FALSE(LoweringOf(ItemOf(ItemKind::kShieldNotice)));
  for (const char* about : {"", "{}", "[]", R"({"lower":7})", R"({"lower":"everything"})",
                            R"({"lower":"class","classes":{"Choir":"open"}})",
                            R"({"lower":"class","classes":["universal"]})"}) {
    InboxItem item = ItemOf(ItemKind::kRestrictionToLower);
    item.about = about;
    EXPECT_FALSE(LoweringOf(item)) << about;
  }
}

}  // namespace
}  // namespace whoelse
