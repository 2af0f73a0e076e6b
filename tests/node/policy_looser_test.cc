// Stricter at once, looser on its day: for a word and a class on a record.
#include "node/policy_looser.h"

#include <gtest/gtest.h>


#include "node/policy.h"
#include "tests/node/record_maker.h"
#include "tests/support/random.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

Date Day(const char* iso) { return *Date::Parse(iso); }

TEST(PolicyLooser, TheFirstOfTheNextMonth) {
  EXPECT_EQ(FirstOfNextMonth(Day("2026-03-01")), Day("2026-04-01"));
  EXPECT_EQ(FirstOfNextMonth(Day("2026-03-31")), Day("2026-04-01"));
  EXPECT_EQ(FirstOfNextMonth(Day("2026-12-31")), Day("2027-01-01"));
  EXPECT_EQ(FirstOfNextMonth(Day("9999-12-31")), Day("9999-12-31"));
}

const Asked kAsked{Purpose::kConcern, false, true, false, true};

Outcome On(const char* day, const Record& record) {
  return Decide(PolicyTable::Default(), record, kAsked, Day(day)).outcome;
}

Record Counselling() {
  Record record;
  record.service_class = ServiceClass::kSensitive;
  record.born = Day("2012-01-05");
  record.start = Day("2020-01-01");
  return record;
}

RowBasis Basis(ServiceClass service_class) {
  RowBasis basis;
  basis.service_class = service_class;
  return basis;
}

Record Agreed(Record record, const char* on) {
  record.consent = {ConsentState::kGiven, ConsentBy::kYoungPerson, true, Day(on), {}, {}};
  return record;
}

TEST(PolicyLooser, AConsentGivenWaits) {
  const Record before = Counselling();
  Record after = Agreed(before, "2026-03-10");
  HoldBackLooser(before, Day("2026-03-11"), after);
  EXPECT_EQ(On("2026-03-11", after), Outcome::kBrokered);
  EXPECT_EQ(On("2026-03-31", after), Outcome::kBrokered);
  EXPECT_EQ(Decide(PolicyTable::Default(), after, kAsked, Day("2026-03-31")).by,
            DecidedBy::kLooserWaits);
  EXPECT_EQ(On("2026-04-01", after), Outcome::kContact);
  EXPECT_EQ(LooserOn(after, Day("2026-03-31")), Day("2026-04-01"));
  EXPECT_EQ(LooserOn(after, Day("2026-04-01")), std::nullopt);
  LetThrough(after);
  EXPECT_EQ(LooserOn(after, Day("2026-03-11")), std::nullopt);
  EXPECT_EQ(On("2026-03-11", after), Outcome::kContact);
}

TEST(PolicyLooser, AConsentTakenBackActsAtOnce) {
  const Record before = Agreed(Counselling(), "2026-01-10");
  Record after = before;
  after.consent.state = ConsentState::kRefused;
  HoldBackLooser(before, Day("2026-03-11"), after);
  EXPECT_EQ(On("2026-03-11", after), Outcome::kBrokered);
  // And given again on another day: the refusal lasts for the rest of the month.
  Record again = Agreed(after, "2026-03-12");
  HoldBackLooser(after, Day("2026-03-12"), again);
  EXPECT_EQ(On("2026-03-31", again), Outcome::kBrokered);
  EXPECT_EQ(On("2026-04-01", again), Outcome::kContact);
}

TEST(PolicyLooser, AClassLoweredWaitsAndAClassRaisedDoesNot) {
  Record before = Counselling();
  Record after = before;
  after.service_class = ServiceClass::kTargeted;
  HoldBackLooser(before, Day("2026-03-11"), after);
  EXPECT_EQ(On("2026-03-31", after), Outcome::kBrokered);
  EXPECT_EQ(On("2026-04-01", after), Outcome::kContact);
  Record raised = after;
  raised.service_class = ServiceClass::kProtected;
  HoldBackLooser(after, Day("2026-04-01"), raised);
  EXPECT_EQ(On("2026-04-01", raised), Outcome::kBrokered);
}

TEST(PolicyLooser, TheStrictestClassActsUntilItsDay) {
  const Record before = Counselling();
  Record after = before;
  after.service_class = ServiceClass::kTargeted;
  EXPECT_EQ(StrictestClass(before, Day("2026-03-11")), ServiceClass::kSensitive);
  HoldBackLooser(before, Day("2026-03-11"), after);
  EXPECT_EQ(StrictestClass(after, Day("2026-03-31")), ServiceClass::kSensitive);
  EXPECT_EQ(ActingBeside(after, Day("2026-03-31")).size(), 1u);
  EXPECT_EQ(StrictestClass(after, Day("2026-04-01")), ServiceClass::kTargeted);
  EXPECT_TRUE(ActingBeside(after, Day("2026-04-01")).empty());
}

TEST(PolicyLooser, ACarriedClassWaitsForTheSameDay) {
  Record lowered = Counselling();
  lowered.service_class = ServiceClass::kTargeted;
  HoldBackLooser(Counselling(), Day("2026-03-11"), lowered);
  Record universal = Counselling();
  universal.service_class = ServiceClass::kUniversal;
  Record other = universal;
  CarryClass(lowered, Day("2026-03-12"), other);
  EXPECT_EQ(other.service_class, ServiceClass::kTargeted);
  EXPECT_EQ(LooserOn(other, Day("2026-03-12")), Day("2026-04-01"));
  EXPECT_EQ(On("2026-03-31", other), Outcome::kBrokered);
  EXPECT_EQ(On("2026-04-01", other), Outcome::kContact);
  const Record once = other;
  CarryClass(lowered, Day("2026-03-13"), other);
  EXPECT_EQ(other, once);
  // By a clock that was put back no sooner; nothing that is over is carried, or acts anew.
  other = universal;
  CarryClass(lowered, Day("2026-02-27"), other);
  EXPECT_EQ(other.earlier_until, Day("2026-04-01"));
  other = universal;
  CarryClass(lowered, Day("2026-04-01"), other);
  EXPECT_EQ(StrictestClass(other, Day("2026-04-01")), ServiceClass::kTargeted);
  EXPECT_TRUE(other.earlier.empty());
  Record later = Counselling();
  later.service_class = ServiceClass::kTargeted;
  HoldBackLooser(Counselling(), Day("2026-04-02"), later);
  other = universal;
  other.earlier = {Basis(ServiceClass::kProtected)};
  other.earlier_until = Day("2026-04-01");
  CarryClass(later, Day("2026-04-02"), other);
  EXPECT_EQ(StrictestClass(other, Day("2026-04-02")), ServiceClass::kSensitive);
}

TEST(PolicyLooser, NothingIsHeldBackWhereNothingChanged) {
  const Record record = Agreed(Counselling(), "2026-03-10");
  Record same = record;
  same.name = "Kim Example";
  HoldBackLooser(record, Day("2026-03-11"), same);
  EXPECT_TRUE(same.earlier.empty());
  EXPECT_FALSE(same.earlier_until);
}

TEST(PolicyLooser, AWiderConsentKeepsWhatWasAgreedAlready) {
  Record before = Agreed(Counselling(), "2026-01-10");
  before.consent.purposes = {Purpose::kConcern};
  Record after = before;
  after.consent.purposes = {Purpose::kConcern, Purpose::kSection17};
  HoldBackLooser(before, Day("2026-03-11"), after);
  EXPECT_EQ(On("2026-03-11", after), Outcome::kContact);
  Asked other = kAsked;
  other.purpose = Purpose::kSection17;
  EXPECT_EQ(Decide(PolicyTable::Default(), after, other, Day("2026-03-31")).outcome,
            Outcome::kBrokered);
  EXPECT_EQ(Decide(PolicyTable::Default(), after, other, Day("2026-04-01")).outcome,
            Outcome::kContact);
}

TEST(PolicyLooser, AClockThatIsPutBackBringsNothingForward) {
  const Record before = Counselling();
  Record after = Agreed(before, "2026-03-10");
  HoldBackLooser(before, Day("2026-03-31"), after);
  Record later = after;
  later.service_class = ServiceClass::kTargeted;
  HoldBackLooser(after, Day("2026-02-27"), later);
  EXPECT_EQ(later.earlier_until, Day("2026-04-01"));
}

// Somebody asks every day, of every purpose, whatever happens to the record: within a month an answer
// never becomes looser, and on the day of a change it is already as strict as what was recorded.
TEST(PolicyLooser, RepeatedAskingShowsNoLooseningWithinAMonth) {
  const uint64_t seed = SeedOr(7101);
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int life = 0; life < 300; ++life) {
    Record record = Counselling();
    static_cast<RowBasis&>(record) = RandomBasis(random);
    std::array<Outcome, kPurposeNames.size()> strictest;   // of this month
    strictest.fill(Outcome::kContact);
    Date today = Day("2026-01-20");
    uint32_t month = 0;
    for (int step = 0; step < 70; ++step, today = Date::FromDays(today.days() + 1)) {
      // Days on which a word begins or ends by what was written when it was given are not changes.
      for (uint64_t changes = random.Below(3) == 0 ? 1 + random.Below(3) : 0; changes > 0;
           --changes) {
        Record after = record;
        static_cast<RowBasis&>(after) = RandomBasis(random);
        after.consent.on = Day("2026-01-01");
        after.consent.until = std::nullopt;
        HoldBackLooser(record, today, after);
        ASSERT_LE(after.earlier.size(), kEarlierMax);
        record = after;
      }
      record.consent.on = Day("2026-01-01");
      record.consent.until = std::nullopt;
      if (today.ymd() / 100 != month) strictest.fill(Outcome::kContact);
      month = today.ymd() / 100;
      for (size_t p = 0; p < strictest.size(); ++p) {
        Asked asked = kAsked;
        asked.purpose = static_cast<Purpose>(p + 1);
        const Outcome now = Decide(PolicyTable::Default(), record, asked, today).outcome;
        Record alone = record;
        LetThrough(alone);
        ASSERT_GE(now, Decide(PolicyTable::Default(), alone, asked, today).outcome);
        ASSERT_FALSE(IsLooser(now, strictest[p]))
            << "seed " << seed << " life " << life << " on " << today.Iso() << " for "
            << kPurposeNames[p];
        strictest[p] = std::max(strictest[p], now);
      }
    }
  }
}

}  // namespace
}  // namespace whoelse
