// What stands over the table: whose word counts, caps, ended involvements, new places, and what an
// entry says.
#include <gtest/gtest.h>

#include "node/policy.h"

namespace whoelse {
namespace {

const Date kToday = *Date::Parse("2026-03-11");
Date Day(const char* iso) { return *Date::Parse(iso); }

Record RecordOf(ServiceClass service_class) {
  Record record;
  record.born = Day("2016-01-05");
  record.start = Day("2020-01-01");
  record.service_class = service_class;
  return record;
}

Asked AskedFor(Purpose purpose) {
  return {.purpose = purpose,
          .by_description = false,
          .asker_in_s16la = true,
          .asker_may_ask_section47 = false,
          .asker_in_same_area = true};
}

Outcome Decided(const Record& record, const Asked& asked) {
  return Decide(PolicyTable::Default(), record, asked, kToday).outcome;
}
Outcome Decided(const Record& record, Purpose purpose) {
  return Decided(record, AskedFor(purpose));
}

// --- whose word counts

Record WithWord(ServiceClass service_class, ConsentState state, ConsentBy by) {
  Record record = RecordOf(service_class);
  record.consent.state = state;
  record.consent.by = by;
  record.consent.on = Day("2026-02-01");
  return record;
}

TEST(Consent, AYoungPersonsWordCountsWhenCompetentOrFromSixteen) {
  Record record =
      WithWord(ServiceClass::kSensitive, ConsentState::kGiven, ConsentBy::kYoungPerson);
  EXPECT_EQ(Decided(record, Purpose::kConcern), Outcome::kBrokered);      // ten years old
  record.consent.competent = true;
  EXPECT_EQ(Decided(record, Purpose::kConcern), Outcome::kContact);
  record.consent.competent = false;
  record.born = Day("2010-02-01");                                        // 16 on that very day
  EXPECT_EQ(Decided(record, Purpose::kConcern), Outcome::kContact);
  record.born = Day("2010-02-02");                                        // 16 since, 15 then
  EXPECT_EQ(Decided(record, Purpose::kConcern), Outcome::kBrokered);
}

TEST(Consent, NobodyIsPresumedSixteenByADoubtfulBirthDate) {
  Record given = WithWord(ServiceClass::kSensitive, ConsentState::kGiven, ConsentBy::kYoungPerson);
  given.born = Day("2009-01-01");
  given.born_disputed = true;
  EXPECT_EQ(Decided(given, Purpose::kConcern), Outcome::kBrokered);
  given.born = std::nullopt;
  EXPECT_EQ(Decided(given, Purpose::kConcern), Outcome::kBrokered);
  // The doubt falls on the side of silence: a refusal counts.
  Record refused = given;
  refused.consent.state = ConsentState::kRefused;
  EXPECT_EQ(Decided(refused, Purpose::kCoordination), Outcome::kNothing);
}

TEST(Consent, AParentsWordDoesNotStandInForTheYoungPersons) {
  for (const ServiceClass service_class : {ServiceClass::kSensitive, ServiceClass::kProtected}) {
    for (const ConsentBy by :
         {ConsentBy::kParent, ConsentBy::kAdultConcerned, ConsentBy::kNobody}) {
      for (const ConsentState state : {ConsentState::kGiven, ConsentState::kRefused}) {
        Record record = WithWord(service_class, state, by);
        record.consent.competent = true;
        for (const Purpose purpose : {Purpose::kCoordination, Purpose::kSection47}) {
          EXPECT_EQ(Decided(record, purpose), Decided(RecordOf(service_class), purpose));
        }
      }
    }
  }
}

TEST(Consent, OnlyTheAdultsOwnWordOpensTheAdultsService) {
  for (const ConsentBy by : {ConsentBy::kParent, ConsentBy::kYoungPerson, ConsentBy::kNobody,
                             ConsentBy::kAdultConcerned}) {
    Record record = WithWord(ServiceClass::kSensitive, ConsentState::kGiven, by);
    record.consent.competent = true;
    record.about_parent_or_carer = true;
    EXPECT_EQ(Decided(record, Purpose::kCoordination),
              by == ConsentBy::kAdultConcerned ? Outcome::kDutyLine : Outcome::kBrokered);
  }
}

TEST(Consent, AnyonesObjectionCountsForATargetedService) {
  for (const ConsentBy by : {ConsentBy::kParent, ConsentBy::kYoungPerson, ConsentBy::kNobody}) {
    const Record record = WithWord(ServiceClass::kTargeted, ConsentState::kRefused, by);
    EXPECT_EQ(Decided(record, Purpose::kEarlyHelp), Outcome::kBrokered);
    EXPECT_EQ(Decided(record, Purpose::kSection17), Outcome::kContact);
  }
}

TEST(Consent, HoldsForItsPurposesAndDays) {
  Record record =
      WithWord(ServiceClass::kSensitive, ConsentState::kGiven, ConsentBy::kYoungPerson);
  record.consent.competent = true;
  record.consent.purposes = {Purpose::kEarlyHelp, Purpose::kSection17};
  EXPECT_EQ(Decided(record, Purpose::kEarlyHelp), Outcome::kDutyLine);
  EXPECT_EQ(Decided(record, Purpose::kSection17), Outcome::kContact);
  EXPECT_EQ(Decided(record, Purpose::kCoordination), Outcome::kBrokered);
  EXPECT_EQ(Decided(record, Purpose::kYouthJustice), Outcome::kBrokered);   // the same column
  record.consent.until = kToday;
  EXPECT_EQ(Decided(record, Purpose::kSection17), Outcome::kContact);
  record.consent.until = Day("2026-03-10");
  EXPECT_EQ(Decided(record, Purpose::kSection17), Outcome::kBrokered);
  record.consent.until = std::nullopt;
  record.consent.on = Day("2026-03-12");                                   // not given yet
  EXPECT_EQ(Decided(record, Purpose::kSection17), Outcome::kBrokered);
}

TEST(Consent, ARefusalHoldsForEveryPurposeAndWithoutEnd) {
  Record record =
      WithWord(ServiceClass::kSensitive, ConsentState::kRefused, ConsentBy::kYoungPerson);
  record.consent.competent = true;
  record.consent.purposes = {Purpose::kEarlyHelp};
  record.consent.until = Day("2026-02-02");
  EXPECT_EQ(Decided(record, Purpose::kCoordination), Outcome::kNothing);
  EXPECT_EQ(Decided(record, Purpose::kSection47), Outcome::kUrgent);
}

// --- the strictest row

TEST(Strictest, OfTheRowsThatApply) {
  Record record = RecordOf(ServiceClass::kJustice);
  record.about_parent_or_carer = true;
  record.consent.state = ConsentState::kGiven;
  record.consent.by = ConsentBy::kAdultConcerned;
  EXPECT_EQ(Decided(record, Purpose::kCoordination), Outcome::kBrokered);   // justice
  EXPECT_EQ(Decided(record, Purpose::kSection17), Outcome::kDutyLine);      // the adult agreed
  EXPECT_EQ(Decided(record, Purpose::kEmergency), Outcome::kDutyLine);      // justice
  EXPECT_EQ(Decided(record, Purpose::kSection47), Outcome::kContact);
  record.restrictions.covert = true;
  const Disclosure covert =
      Decide(PolicyTable::Default(), record, AskedFor(Purpose::kSection47), kToday);
  EXPECT_EQ(covert.outcome, Outcome::kUrgent);
  EXPECT_EQ(covert.row, kRowCovert);
}

TEST(Strictest, NothingBecomesUrgentWhereAPersonMustLearnOfIt) {
  PolicyTable table = PolicyTable::Default();
  table.cells[kRowUniversal].fill(Outcome::kNothing);
  const Record record = RecordOf(ServiceClass::kUniversal);
  for (uint8_t number = 1; number <= 8; ++number) {
    const Purpose purpose = static_cast<Purpose>(number);
    const bool seen = purpose == Purpose::kSection47 || purpose == Purpose::kEmergency;
    EXPECT_EQ(Decide(table, record, AskedFor(purpose), kToday).outcome,
              seen ? Outcome::kUrgent : Outcome::kNothing);
  }
}

TEST(Strictest, AShieldNoticeOrADisputeAloneAlreadySilences) {
  for (uint8_t number = 1; number <= 8; ++number) {
    const Purpose purpose = static_cast<Purpose>(number);
    Record pending = RecordOf(ServiceClass::kUniversal);
    pending.shield_pending = true;
    Record shielded = RecordOf(ServiceClass::kUniversal);
    shielded.restrictions.shielded = true;
    Record closed = RecordOf(ServiceClass::kUniversal);
    closed.restrictions.closed = true;
    EXPECT_FALSE(Decide(PolicyTable::Default(), pending, AskedFor(purpose), kToday).Discloses());
    EXPECT_EQ(Decided(pending, purpose), Decided(shielded, purpose));
    EXPECT_EQ(Decided(closed, purpose), Decided(shielded, purpose));
    Record disputed = RecordOf(ServiceClass::kUniversal);
    disputed.in_dispute = true;
    EXPECT_EQ(Decided(disputed, purpose), Decided(shielded, purpose));
  }
}

// --- caps

TEST(Caps, AtMostADutyLine) {
  const Record plain = RecordOf(ServiceClass::kUniversal);
  Record call_back = plain;
  call_back.restrictions.call_back_only = true;
  Asked described = AskedFor(Purpose::kSection47);
  described.by_description = true;
  Asked outside = AskedFor(Purpose::kSection47);
  outside.asker_in_s16la = false;
  EXPECT_EQ(Decided(plain, Purpose::kSection47), Outcome::kContact);
  EXPECT_EQ(Decided(call_back, Purpose::kSection47), Outcome::kDutyLine);
  EXPECT_EQ(Decided(plain, described), Outcome::kDutyLine);
  EXPECT_EQ(Decided(plain, outside), Outcome::kDutyLine);
  const Disclosure capped = Decide(PolicyTable::Default(), plain, outside, kToday);
  EXPECT_EQ(capped.by, DecidedBy::kOutsideS16La);
  EXPECT_EQ(capped.row, kRowUniversal);
}

TEST(Ended, WithinTwelveMonthsFromSection17UpADutyLineMarkedEnded) {
  Record record = RecordOf(ServiceClass::kUniversal);
  for (const char* end : {"2026-03-11", "2026-01-01", "2025-03-11"}) {
    record.end = Day(end);
    for (uint8_t number = 1; number <= 8; ++number) {
      const Purpose purpose = static_cast<Purpose>(number);
      const Disclosure decided =
          Decide(PolicyTable::Default(), record, AskedFor(purpose), kToday);
      EXPECT_EQ(decided.outcome, purpose <= Purpose::kEarlyHelp ? Outcome::kNothing
                                                                : Outcome::kDutyLine)
          << end << ", " << Name(purpose);
      EXPECT_TRUE(decided.ended);
      EXPECT_EQ(decided.by, DecidedBy::kEndedRecently);
    }
  }
}

TEST(Ended, NotBeforeTheDay) {
  Record record = RecordOf(ServiceClass::kUniversal);
  record.end = Day("2026-03-12");
  const Disclosure decided =
      Decide(PolicyTable::Default(), record, AskedFor(Purpose::kCoordination), kToday);
  EXPECT_EQ(decided.outcome, Outcome::kContact);
  EXPECT_FALSE(decided.ended);
}

TEST(Ended, LongerAgoOrSensitiveOrProtectedOrAboutAParentNothing) {
  Record long_ago = RecordOf(ServiceClass::kUniversal);
  long_ago.end = Day("2025-03-10");
  Record parents = RecordOf(ServiceClass::kUniversal);
  parents.about_parent_or_carer = true;
  parents.consent.state = ConsentState::kGiven;
  parents.consent.by = ConsentBy::kAdultConcerned;
  parents.end = Day("2026-03-01");
  Record sensitive = WithWord(ServiceClass::kSensitive, ConsentState::kGiven,
                              ConsentBy::kYoungPerson);
  sensitive.consent.competent = true;
  sensitive.end = Day("2026-03-01");
  Record protected_one = sensitive;
  protected_one.service_class = ServiceClass::kProtected;
  for (const Record& record : {long_ago, parents, sensitive, protected_one}) {
    for (uint8_t number = 1; number <= 8; ++number) {
      const Purpose purpose = static_cast<Purpose>(number);
      const Outcome expected = purpose == Purpose::kSection47   ? Outcome::kBrokered
                               : purpose == Purpose::kEmergency ? Outcome::kUrgent
                                                                : Outcome::kNothing;
      EXPECT_EQ(Decided(record, purpose), expected) << Name(purpose);
    }
  }
}

TEST(Ended, TwelveMonthsOfALeapDay) {
  Record record = RecordOf(ServiceClass::kUniversal);
  record.end = Day("2024-02-29");
  const Asked asked = AskedFor(Purpose::kConcern);
  EXPECT_EQ(Decide(PolicyTable::Default(), record, asked, Day("2025-02-28")).outcome,
            Outcome::kDutyLine);
  EXPECT_EQ(Decide(PolicyTable::Default(), record, asked, Day("2025-03-01")).outcome,
            Outcome::kNothing);
}

// --- new places

TEST(NewPlace, IsNotToldToAnotherArea) {
  for (const ServiceClass service_class : {ServiceClass::kUniversal, ServiceClass::kTargeted}) {
    Record record = RecordOf(service_class);
    record.start = Date::FromDays(kToday.days() - 179);
    for (uint8_t number = 1; number <= 8; ++number) {
      const Purpose purpose = static_cast<Purpose>(number);
      Asked asked = AskedFor(purpose);
      EXPECT_EQ(Decided(record, asked), Outcome::kContact);
      asked.asker_in_same_area = false;
      EXPECT_EQ(Decided(record, asked), purpose == Purpose::kMissingChild ? Outcome::kUrgent
                                                                          : Outcome::kBrokered);
      EXPECT_EQ(Decide(PolicyTable::Default(), record, asked, kToday).by,
                purpose == Purpose::kMissingChild ? DecidedBy::kNewPlaceMissingChild
                                                  : DecidedBy::kNewPlace);
    }
  }
}

TEST(NewPlace, ForOneHundredAndEightyDaysOrWhenItsAgeIsUnknown) {
  Asked asked = AskedFor(Purpose::kSection17);
  asked.asker_in_same_area = false;
  Record record = RecordOf(ServiceClass::kUniversal);
  record.start = Date::FromDays(kToday.days() - 180);
  EXPECT_EQ(Decided(record, asked), Outcome::kContact);
  record.start = std::nullopt;
  EXPECT_EQ(Decided(record, asked), Outcome::kBrokered);
  record.start = Date::FromDays(kToday.days() + 30);
  EXPECT_EQ(Decided(record, asked), Outcome::kBrokered);
  record.service_class = ServiceClass::kJustice;
  EXPECT_EQ(Decided(record, asked), Outcome::kContact);
}

}  // namespace
}  // namespace whoelse
