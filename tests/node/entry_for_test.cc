// What the asker reads of a record.
#include <gtest/gtest.h>

#include "node/policy_entry.h"
#include "node/policy_looser.h"

namespace whoelse {
namespace {

const DisclosingAgency kAgency = {.name = "Northbridge Family Services",
                                  .duty_line = "01632 960999"};

const Date kToday = *Date::Parse("2026-03-11");

Record FullRecord() {
  Record record;
  record.organisation = "Hilltop School";
  record.service = "Special needs";
  record.team = "Upper school";
  record.name = "Zo\xC3\xAB Marsh";
  record.role = "SENCO";
  record.phone = "01632 960123";
  record.email = "senco@hilltop.example";
  record.duty_phone = "01632 960001";
  record.address = "1 Hidden Road";
  record.former_addresses = {{"2 Hidden Road", "NB1 1AA"}};
  record.start = *Date::Parse("2022-01-08");
  record.verified_on = *Date::Parse("2026-02-01");
  record.lead_professional = true;
  record.service_class = ServiceClass::kUniversal;
  return record;
}

Disclosure Deciding(Outcome outcome) {
  return {.outcome = outcome, .row = kRowUniversal, .by = DecidedBy::kRow, .ended = false,
          .assessment_shown = false};
}

AnswerEntry DutyLine(const std::string& organisation, const std::string& service,
                     const std::string& phone) {
  AnswerEntry entry;
  entry.kind = EntryKind::kDutyLine;
  entry.organisation = organisation;
  entry.service = service;
  entry.phone = phone;
  return entry;
}

TEST(EntryFor, AContactCarriesEverything) {
  const AnswerEntry entry =
      EntryFor(FullRecord(), Deciding(Outcome::kContact), kAgency, false, kToday);
  const AnswerEntry expected = {.kind = EntryKind::kContact,
                                .flags = kEntryLeadProfessional,
                                .since = 19000,
                                .verified_on = 20485,
                                .organisation = "Hilltop School",
                                .service = "Special needs",
                                .team = "Upper school",
                                .name = "Zo\xC3\xAB Marsh",
                                .role = "SENCO",
                                .phone = "01632 960123",
                                .email = "senco@hilltop.example"};
  EXPECT_EQ(entry, expected);
}

TEST(EntryFor, ADutyLineCarriesOrganisationServiceAndLineOnly) {
  Record record = FullRecord();
  AnswerEntry expected = DutyLine("Hilltop School", "Special needs", "01632 960001");
  EXPECT_EQ(EntryFor(record, Deciding(Outcome::kDutyLine), kAgency, false, kToday), expected);
  record.duty_phone.clear();
  expected.phone = kAgency.duty_line;
  EXPECT_EQ(EntryFor(record, Deciding(Outcome::kDutyLine), kAgency, false, kToday), expected);
}

TEST(EntryFor, AProtectedServiceIsTheAgencysNeutralNameAndLine) {
  Record record = FullRecord();
  record.service_class = ServiceClass::kProtected;
  const AnswerEntry expected = DutyLine(kAgency.name, "", kAgency.duty_line);
  EXPECT_EQ(EntryFor(record, Deciding(Outcome::kDutyLine), kAgency, false, kToday), expected);
  EXPECT_EQ(EntryFor(record, Deciding(Outcome::kContact), kAgency, false, kToday), expected);
}

// The policy says duty line before and after, so the entry alone could tell of the lowering.
TEST(EntryFor, WhatWasProtectedStaysNeutralUntilTheLooserClassActs) {
  const Asked asked = {.purpose = Purpose::kSection17,
                       .by_description = false,
                       .asker_in_s16la = true,
                       .asker_may_ask_section47 = false,
                       .asker_in_same_area = true};
  Record before = FullRecord();
  before.service_class = ServiceClass::kProtected;
  before.consent = {ConsentState::kGiven, ConsentBy::kYoungPerson, true, {}, {}, {}};
  Record lowered = before;
  lowered.service_class = ServiceClass::kTargeted;
  HoldBackLooser(before, kToday, lowered);
  const auto told = [&](const Record& record, const char* day) {
    const Date on = *Date::Parse(day);
    const Disclosure disclosure = Decide(PolicyTable::Default(), record, asked, on);
    return EntryFor(record, disclosure, kAgency, false, on);
  };
  const AnswerEntry neutral = DutyLine(kAgency.name, "", kAgency.duty_line);
  EXPECT_EQ(told(before, "2026-03-11"), neutral);
  EXPECT_EQ(told(lowered, "2026-03-11"), neutral);
  EXPECT_EQ(told(lowered, "2026-03-31"), neutral);
  EXPECT_EQ(told(lowered, "2026-04-01").organisation, "Hilltop School");
  LetThrough(lowered);
  EXPECT_EQ(told(lowered, "2026-03-11").organisation, "Hilltop School");
}

TEST(EntryFor, SaysNothingWhenNothingIsDisclosed) {
  for (const Outcome outcome : {Outcome::kBrokered, Outcome::kUrgent, Outcome::kNothing}) {
    EXPECT_EQ(EntryFor(FullRecord(), Deciding(outcome), kAgency, true, kToday), AnswerEntry());
  }
}

TEST(EntryFor, Flags) {
  Record record = FullRecord();
  record.about_parent_or_carer = true;
  record.superseded = true;
  Disclosure disclosure = Deciding(Outcome::kDutyLine);
  disclosure.ended = true;
  disclosure.assessment_shown = true;
  EXPECT_EQ(EntryFor(record, disclosure, kAgency, true, kToday).flags,
            kEntryAboutParentOrCarer | kEntrySuperseded | kEntryEnded | kEntryAssessmentExists |
                kEntryBirthDateDiffers);
  disclosure.outcome = Outcome::kContact;
  EXPECT_EQ(EntryFor(record, disclosure, kAgency, true, kToday).flags, kEntryFlagsKnown);
}

TEST(EntryFor, AnAssessmentIsToldFromSection17Up) {
  Record record = FullRecord();
  record.assessment_exists = true;
  for (uint8_t number = 1; number <= 8; ++number) {
    const Asked asked = {.purpose = static_cast<Purpose>(number),
                         .by_description = false,
                         .asker_in_s16la = true,
                         .asker_may_ask_section47 = false,
                         .asker_in_same_area = true};
    const Disclosure disclosure = Decide(PolicyTable::Default(), record, asked, kToday);
    const AnswerEntry entry = EntryFor(record, disclosure, kAgency, false, kToday);
    EXPECT_EQ((entry.flags & kEntryAssessmentExists) != 0, asked.purpose > Purpose::kEarlyHelp);
  }
}

TEST(EntryFor, DaysOutsideTheFieldAreUnknown) {
  Record record = FullRecord();
  record.start = *Date::Parse("1969-12-31");
  record.verified_on = *Date::Parse("2149-06-07");
  const AnswerEntry entry = EntryFor(record, Deciding(Outcome::kContact), kAgency, false, kToday);
  EXPECT_EQ(entry.since, 0);
  EXPECT_EQ(entry.verified_on, 0);
  record.verified_on = *Date::Parse("2149-06-06");
  const AnswerEntry last = EntryFor(record, Deciding(Outcome::kContact), kAgency, false, kToday);
  EXPECT_EQ(last.verified_on, 65535);
}

TEST(EntryFor, WhatTheRosterSaysOfTheAgencyIsMadeToFit) {
  Record record = FullRecord();
  record.service_class = ServiceClass::kProtected;
  const auto entry = [&](const std::string& name, const std::string& line) {
    return EntryFor(record, Deciding(Outcome::kDutyLine), {name, line}, false, kToday);
  };
  EXPECT_EQ(entry(std::string(48, 'x'), std::string(20, '0')).organisation, std::string(48, 'x'));
  EXPECT_EQ(entry(std::string(48, 'x'), std::string(20, '0')).phone, std::string(20, '0'));
  // No half character, and no half telephone number.
  const AnswerEntry cut = entry(std::string(47, 'x') + "\xC3\xA9" + "y", std::string(21, '0'));
  EXPECT_EQ(cut.organisation, std::string(47, 'x'));
  EXPECT_EQ(cut.phone, "");
  EXPECT_TRUE(Fits(cut));
}

}  // namespace
}  // namespace whoelse
