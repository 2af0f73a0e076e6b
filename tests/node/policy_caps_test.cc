// Every row, every column, every set of caps: the strictest holds, and the command that explains
// says which rules there were.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "node/policy.h"

namespace whoelse {
namespace {

const Date kToday = *Date::Parse("2026-03-11");
Date Day(const char* iso) { return *Date::Parse(iso); }

// domain.md's caps over a live record of a universal, targeted or justice service, by column.
struct CapOf {
  DecidedBy by;
  const char* at_most;
  void (*apply)(Record& record, Asked& asked);
};
const std::vector<CapOf> kCaps = {
    {DecidedBy::kCallBackOnly, "duty_line duty_line duty_line duty_line duty_line duty_line",
     [](Record& r, Asked&) { r.restrictions.call_back_only = true; }},
    {DecidedBy::kByDescription, "duty_line duty_line duty_line duty_line duty_line duty_line",
     [](Record&, Asked& a) { a.by_description = true; }},
    {DecidedBy::kOutsideS16La, "duty_line duty_line duty_line duty_line duty_line duty_line",
     [](Record&, Asked& a) { a.asker_in_s16la = false; }},
    {DecidedBy::kNewPlace, "brokered brokered brokered brokered brokered brokered",
     [](Record& r, Asked& a) {
       a.asker_in_same_area = false;
       r.start = Day("2026-01-01");
     }},
    {DecidedBy::kEndedRecently, "nothing nothing duty_line duty_line duty_line duty_line",
     [](Record& r, Asked&) { r.end = Day("2026-02-01"); }},
    {DecidedBy::kEndedLongAgo, "nothing nothing nothing nothing brokered nothing",
     [](Record& r, Asked&) { r.end = Day("2025-02-01"); }},
};

Outcome At(const char* cells, size_t column) {
  std::istringstream words(cells);
  std::string word;
  for (size_t i = 0; i <= column; ++i) words >> word;
  return *ByName<Outcome>(word, kOutcomeNames);
}

struct RowOf {
  PolicyRow row;
  void (*apply)(Record& record);
};
void Agreed(Record& record, ConsentState state, ConsentBy by) {
  record.consent.state = state;
  record.consent.by = by;
  record.consent.competent = true;
}
const std::vector<RowOf> kRows = {
    {kRowUniversal, [](Record& r) { r.service_class = ServiceClass::kUniversal; }},
    {kRowTargeted, [](Record& r) { r.service_class = ServiceClass::kTargeted; }},
    {kRowTargetedObjection,
     [](Record& r) {
       r.service_class = ServiceClass::kTargeted;
       Agreed(r, ConsentState::kRefused, ConsentBy::kParent);
     }},
    {kRowJustice, [](Record& r) { r.service_class = ServiceClass::kJustice; }},
    {kRowSensitiveAgreed,
     [](Record& r) {
       r.service_class = ServiceClass::kSensitive;
       Agreed(r, ConsentState::kGiven, ConsentBy::kYoungPerson);
     }},
    {kRowSensitiveNotAsked, [](Record& r) { r.service_class = ServiceClass::kSensitive; }},
    {kRowSensitiveRefused,
     [](Record& r) {
       r.service_class = ServiceClass::kSensitive;
       Agreed(r, ConsentState::kRefused, ConsentBy::kYoungPerson);
     }},
    {kRowProtectedAgreed,
     [](Record& r) {
       r.service_class = ServiceClass::kProtected;
       Agreed(r, ConsentState::kGiven, ConsentBy::kYoungPerson);
     }},
    {kRowProtectedOtherwise, [](Record& r) { r.service_class = ServiceClass::kProtected; }},
    {kRowAdultAgreed,
     [](Record& r) {
       r.service_class = ServiceClass::kSensitive;
       r.about_parent_or_carer = true;
       Agreed(r, ConsentState::kGiven, ConsentBy::kAdultConcerned);
     }},
    {kRowAdultOtherwise,
     [](Record& r) {
       r.service_class = ServiceClass::kSensitive;
       r.about_parent_or_carer = true;
     }},
    {kRowCovert,
     [](Record& r) {
       r.service_class = ServiceClass::kUniversal;
       r.restrictions.covert = true;
     }},
    {kRowShieldedOrClosed,
     [](Record& r) {
       r.service_class = ServiceClass::kUniversal;
       r.restrictions.closed = true;
     }},
};

// What has to come, from domain.md's words: the strictest of the cell and the caps, and a person
// who always learns of it in section-47 and emergency.
Outcome Expected(PolicyRow row, const Record& record, const Asked& asked, unsigned caps) {
  const size_t column = ColumnOf(asked.purpose);
  const bool sensitive = record.service_class >= ServiceClass::kSensitive;
  const bool place = record.service_class <= ServiceClass::kTargeted;
  Outcome strictest = PolicyTable::Default().cells[row][column];
  const auto at_most = [&](Outcome outcome) { strictest = std::max(strictest, outcome); };
  if (record.service_class == ServiceClass::kProtected) at_most(Outcome::kDutyLine);
  for (size_t i = 0; i < kCaps.size(); ++i) {
    if ((caps >> i & 1) == 0) continue;
    if (kCaps[i].by == DecidedBy::kNewPlace && !place) continue;
    at_most(At(kCaps[i].at_most, column));
    if (kCaps[i].by == DecidedBy::kNewPlace && asked.purpose == Purpose::kMissingChild) {
      at_most(Outcome::kUrgent);
    }
    if (kCaps[i].by == DecidedBy::kEndedRecently && (sensitive || record.about_parent_or_carer)) {
      at_most(At("nothing nothing nothing nothing brokered nothing", column));
    }
  }
  const bool seen = asked.purpose == Purpose::kSection47 || asked.purpose == Purpose::kEmergency;
  return strictest == Outcome::kNothing && seen ? Outcome::kUrgent : strictest;
}

TEST(PolicyCaps, EveryRowColumnAndSetOfCaps) {
  ASSERT_EQ(kRows.size(), kPolicyRows);
  for (const RowOf& row : kRows) {
    for (uint8_t number = 1; number <= kPurposeNames.size(); ++number) {
      for (unsigned caps = 0; caps < 1u << kCaps.size(); ++caps) {
        Record record;
        record.born = Day("2012-01-05");
        record.start = Day("2020-01-01");
        row.apply(record);
        Asked asked{static_cast<Purpose>(number), false, true, false, true};
        for (size_t i = 0; i < kCaps.size(); ++i) {
          if (caps >> i & 1) kCaps[i].apply(record, asked);
        }
        const Explanation explained = Explain(PolicyTable::Default(), record, asked, kToday);
        const std::string which = std::string(kPolicyRowNames[row.row]) + ", " +
                                  std::string(Name(asked.purpose)) + ", caps " +
                                  std::to_string(caps);
        EXPECT_EQ(Name(explained.disclosure.outcome), Name(Expected(row.row, record, asked, caps)))
            << which;
        EXPECT_EQ(explained.disclosure, Decide(PolicyTable::Default(), record, asked, kToday))
            << which;
        EXPECT_TRUE(std::ranges::any_of(explained.rules, [&](const RuleSaid& said) {
          return said.outcome == explained.disclosure.outcome;
        })) << which << ": no rule says what was decided";
      }
    }
  }
}

TEST(PolicyCaps, ExplainNamesRowsAndCapsInTheirOrder) {
  Record record;
  record.service_class = ServiceClass::kUniversal;
  record.start = Day("2026-01-01");
  record.restrictions.covert = true;
  const Asked asked{Purpose::kMissingChild, false, false, false, false};
  std::vector<std::string> rules;
  for (const RuleSaid& said : Explain(PolicyTable::Default(), record, asked, kToday).rules) {
    rules.push_back(std::string(said.rule) + ": " + std::string(Name(said.outcome)));
  }
  EXPECT_EQ(rules, (std::vector<std::string>{
                       "universal: contact", "covert: brokered", "asker outside s16LA: duty_line",
                       "new place, asked from another area: brokered",
                       "new place, asked from another area about a missing child: urgent"}));
}

}  // namespace
}  // namespace whoelse
