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
Outcome Decided(const Record& record, Purpose purpose) { return Decided(record, AskedFor(purpose)); }

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

TEST(Strictest, AShieldNoticeAloneAlreadySilences) {
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
  EXPECT_EQ(capped.by, DecidedBy::kCap);
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
      EXPECT_EQ(decided.by, DecidedBy::kEnded);
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
      EXPECT_EQ(Decide(PolicyTable::Default(), record, asked, kToday).by, DecidedBy::kNewPlace);
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

// --- every combination

class Precedence : public testing::Test {
 protected:
  Disclosure Now() const { return Decide(PolicyTable::Default(), record_, asked_, kToday); }

  // The decision with one thing changed, which is put back.
  template <typename V>
  Outcome With(V& member, const V& value) {
    const V before = member;
    member = value;
    const Outcome outcome = Now().outcome;
    member = before;
    return outcome;
  }
  std::string Case() const {
    std::string text = "class " + std::to_string(static_cast<int>(record_.service_class)) +
                       " consent " + std::to_string(static_cast<int>(record_.consent.state)) +
                       " by " + std::to_string(static_cast<int>(record_.consent.by)) + " " +
                       std::string(Name(asked_.purpose));
    for (const auto& [name, value] : std::vector<std::pair<const char*, bool>>{
             {" born", record_.born.has_value()}, {" parent", record_.about_parent_or_carer},
             {" shielded", record_.restrictions.shielded}, {" closed", record_.restrictions.closed},
             {" covert", record_.restrictions.covert},
             {" call-back", record_.restrictions.call_back_only},
             {" ended", record_.end.has_value()}, {" new", !record_.start.has_value()},
             {" described", asked_.by_description}, {" s16LA", asked_.asker_in_s16la},
             {" s47", asked_.asker_may_ask_section47}, {" same-area", asked_.asker_in_same_area}}) {
      if (value) text += name;
    }
    return text;
  }
  void Require(bool holds, const char* what) {
    if (!holds) ADD_FAILURE() << what << ": " << Case();
  }

  void CheckAddingNeverLoosens(Outcome now) {
    Restrictions& r = record_.restrictions;
    for (bool* flag : {&r.shielded, &r.closed, &r.covert, &r.call_back_only, &r.subject_access_exempt,
                       &record_.shield_pending}) {
      Require(With(*flag, true) >= now, "a restriction loosens");
    }
    Require(With(record_.end, std::optional<Date>(kToday)) >= now || record_.end.has_value(),
            "an end loosens");
    Require(With(record_.start, std::optional<Date>()) >= now, "an unknown start loosens");
    Require(With(asked_.by_description, true) >= now, "a description loosens");
    Require(With(asked_.asker_in_s16la, false) >= now, "outside s16LA loosens");
    Require(With(asked_.asker_in_same_area, false) >= now, "another area loosens");
    Require(With(asked_.asker_may_ask_section47, false) >= now, "without section-47 loosens");
    if (record_.consent.state == ConsentState::kGiven) {
      Require(With(record_.consent.state, ConsentState::kNotAsked) >= now, "not asked loosens");
    }
    if (record_.consent.state != ConsentState::kRefused) {
      Require(With(record_.consent.state, ConsentState::kRefused) >= now, "a refusal loosens");
    }
    Require(With(record_.consent.competent, false) >= now ||
                record_.consent.state == ConsentState::kRefused,
            "an agreement without competence loosens");
  }

  void CheckBounds(const Disclosure& now) {
    const Restrictions& r = record_.restrictions;
    if (r.shielded || r.closed || r.covert) Require(!now.Discloses(), "a silent record speaks");
    if (asked_.purpose == Purpose::kSection47 || asked_.purpose == Purpose::kEmergency) {
      Require(now.outcome != Outcome::kNothing, "nobody learns of it");
    }
    if (r.call_back_only || asked_.by_description || !asked_.asker_in_s16la || record_.end ||
        record_.service_class == ServiceClass::kProtected) {
      Require(now.outcome != Outcome::kContact, "a cap is passed");
    }
    if (record_.end && now.Discloses()) {
      Require(now.ended && *record_.end == Day("2025-12-01") && !record_.about_parent_or_carer &&
                  record_.service_class <= ServiceClass::kJustice &&
                  asked_.purpose >= Purpose::kConcern,
              "an ended involvement is told");
    }
    Require(now.ended == record_.end.has_value(), "the mark of an end");
  }

  void CheckAllQuestions() {
    for (uint8_t number = 1; number <= 8; ++number) {
      for (unsigned bits = 0; bits < 16; ++bits) {
        asked_ = {.purpose = static_cast<Purpose>(number),
                  .by_description = (bits & 1) != 0,
                  .asker_in_s16la = (bits & 2) != 0,
                  .asker_may_ask_section47 = (bits & 4) != 0,
                  .asker_in_same_area = (bits & 8) != 0};
        const Disclosure now = Now();
        CheckBounds(now);
        CheckAddingNeverLoosens(now.outcome);
      }
    }
  }

  void CheckAllOf(ServiceClass service_class) {
    record_ = RecordOf(service_class);
    const std::optional<Date> births[] = {std::nullopt, Day("2016-01-05"), Day("2009-01-05")};
    const std::optional<Date> ends[] = {std::nullopt, Day("2025-12-01"), Day("2024-12-01")};
    const std::optional<Date> starts[] = {std::nullopt, Day("2020-01-01")};
    for (const auto& [state, by] : std::vector<std::pair<ConsentState, ConsentBy>>{
             {ConsentState::kNotAsked, ConsentBy::kNobody},
             {ConsentState::kGiven, ConsentBy::kYoungPerson},
             {ConsentState::kGiven, ConsentBy::kParent},
             {ConsentState::kGiven, ConsentBy::kAdultConcerned},
             {ConsentState::kRefused, ConsentBy::kYoungPerson},
             {ConsentState::kRefused, ConsentBy::kParent},
             {ConsentState::kRefused, ConsentBy::kAdultConcerned}}) {
      for (const auto& born : births) {
        for (const auto& end : ends) {
          for (const auto& start : starts) {
            for (unsigned bits = 0; bits < 64; ++bits) {
              record_.consent.state = state;
              record_.consent.by = by;
              record_.born = born;
              record_.end = end;
              record_.start = start;
              record_.about_parent_or_carer = (bits & 1) != 0;
              record_.restrictions = {.shielded = (bits & 2) != 0,
                                      .closed = (bits & 4) != 0,
                                      .call_back_only = (bits & 8) != 0,
                                      .covert = (bits & 16) != 0};
              record_.consent.competent = (bits & 32) != 0;
              CheckAllQuestions();
            }
            if (HasFailure()) return;
          }
        }
      }
    }
  }

  Record record_;
  Asked asked_{};
};

TEST_F(Precedence, Universal) { CheckAllOf(ServiceClass::kUniversal); }
TEST_F(Precedence, Targeted) { CheckAllOf(ServiceClass::kTargeted); }
TEST_F(Precedence, Justice) { CheckAllOf(ServiceClass::kJustice); }
TEST_F(Precedence, Sensitive) { CheckAllOf(ServiceClass::kSensitive); }
TEST_F(Precedence, Protected) { CheckAllOf(ServiceClass::kProtected); }

}  // namespace
}  // namespace whoelse
