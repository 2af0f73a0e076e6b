// Every combination of what a decision depends on: adding a restriction never raises disclosure.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "node/policy.h"

namespace whoelse {
namespace {

const Date kToday = *Date::Parse("2026-03-11");
Date Day(const char* iso) { return *Date::Parse(iso); }

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
    for (bool* flag : {&r.shielded, &r.closed, &r.covert, &r.call_back_only,
                       &r.subject_access_exempt, &record_.shield_pending, &record_.in_dispute,
                       &record_.beside_closed}) {
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
    record_ = Record();
    record_.service_class = service_class;
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
