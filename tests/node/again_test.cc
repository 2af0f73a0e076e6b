// When and how a question is put once more.
#include "node/again.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

using ::testing::HasSubstr;

// In London; Monday 2027-01-11 is in winter time.
TimeMs At(uint32_t ymd, int hour, int minute) {
  return MsOf({*Date::FromYmd(ymd), hour * 60 + minute});
}

RosterAgency Agency(AgencyId id, const std::string& hours) {
  RosterAgency agency = *RosterOf(7)->FindAgency(kSurgery);
  agency.id = id;
  agency.duty.hours = hours;
  agency.out_of_hours.hours = "at all other times";
  return agency;
}

TEST(Again, WhenTheAgenciesOpen) {
  const RosterAgency early = Agency(1, "Mon-Fri 08:30-17:00"), late = Agency(2, "Mon-Fri 09:00-12:00");
  const TimeMs night = At(20270111, 2, 10);
  EXPECT_EQ(WhenOpen({&early}, night), At(20270111, 8, 30));
  EXPECT_EQ(WhenOpen({&early, &late}, night), At(20270111, 9, 0));   // both
  EXPECT_EQ(WhenOpen({&early}, At(20270115, 18, 0)), At(20270118, 8, 30));   // over a weekend
  EXPECT_EQ(WhenOpen({&early}, At(20270327, 12, 0)), At(20270329, 8, 30));   // and into summer time
  // Never both at once: when one is, the sooner.
  const RosterAgency monday = Agency(3, "Mon 10:00-11:00"), tuesday = Agency(4, "Tue 10:00-11:00");
  EXPECT_EQ(WhenOpen({&tuesday, &monday}, night), At(20270111, 10, 0));
  const RosterAgency odd = Agency(5, "when the caretaker is in");
  EXPECT_EQ(WhenOpen({&odd}, night), std::nullopt);
}

TEST(Again, AtATime) {
  EXPECT_EQ(NextAt("08:30", At(20270111, 2, 0)), At(20270111, 8, 30));
  EXPECT_EQ(NextAt("08:30", At(20270111, 8, 30)), At(20270112, 8, 30));
  for (const char* wrong : {"", "8:30", "24:00", "08:60", "08.30", "ab:cd"}) {
    EXPECT_EQ(NextAt(wrong, At(20270111, 2, 0)), std::nullopt) << wrong;
  }
}

TEST(Again, OfThoseThatWereClosed) {
  Roster roster = *RosterOf(7);
  for (RosterAgency& agency : roster.agencies) {
    agency.duty.hours = agency.id == kPolice ? "24 hours" : "Mon-Fri 08:30-17:00";
  }
  std::vector<std::pair<AgencyId, Reading>> readings(3);
  readings[0].first = kSurgery;
  readings[1].first = kPolice;
  readings[2].first = kSchools;
  readings[2].second.kind = Reading::Kind::kAnswered;
  const auto ids = [&](TimeMs asked, bool any) {
    std::vector<AgencyId> all;
    for (const RosterAgency* agency : Unanswered(readings, roster, asked, any)) {
      all.push_back(agency->id);
    }
    return all;
  };
  EXPECT_EQ(ids(At(20270111, 2, 0), false), std::vector<AgencyId>{kSurgery});
  EXPECT_EQ(ids(At(20270111, 10, 0), false), std::vector<AgencyId>{});
  EXPECT_EQ(ids(At(20270111, 10, 0), true), (std::vector<AgencyId>{kSurgery, kPolice}));
}

TEST(Again, TheSameQuestionIsTyped) {
  AskedBefore asked{BasicStatement(), "C-1", ""};
  const AskInput input = std::get<AskInput>(InputAgain(asked, "100001", true));
  EXPECT_EQ(input.nhs_number, kChild);
  EXPECT_EQ(input.organisation, "100001");
  EXPECT_EQ(input.upn, "");
  EXPECT_EQ(input.born, "2015-03-14");
  EXPECT_EQ(input.purpose, "section-17");
  EXPECT_EQ(input.case_reference, "C-1");
  EXPECT_EQ(input.role, "practitioner");
  EXPECT_EQ(input.power, "ca1989-s17");
  EXPECT_EQ(input.article6, "6(1)(e)");
  EXPECT_EQ(input.article9, "9(2)(g)");
  EXPECT_TRUE(input.does_not_know_them);
  asked.statement.article6 = Article6::kNone;
  asked.statement.article9 = Article9::kPart3;
  EXPECT_EQ(std::get<AskInput>(InputAgain(asked, "", true)).article6, "");
}

TEST(Again, WhatCannotWaitOrIsUsedUpIsNotPutAgain) {
  const auto refused = [](auto change) {
    AskedBefore asked{BasicStatement(), "C-1", ""};
    change(asked.statement);
    const auto input = InputAgain(asked, "", true);
    return std::holds_alternative<FieldError>(input);
  };
  EXPECT_FALSE(refused([](Statement&) {}));
  EXPECT_TRUE(refused([](Statement& s) { s.purpose = Purpose::kEmergency; }));
  EXPECT_TRUE(refused([](Statement& s) { s.flags = kFlagShieldNotice; }));
  EXPECT_TRUE(refused([](Statement& s) { s.flags = kFlagApproved; }));
  // By day a second person has to have said yes before; whom the agency holds needs nobody's word.
  EXPECT_TRUE(refused([](Statement& s) {
    s.role = Role::kOutOfHours;
    s.flags = kFlagOutOfHours | kFlagApprovalToFollow;
  }));
  EXPECT_FALSE(refused([](Statement& s) {
    s.role = Role::kOutOfHours;
    s.flags = kFlagOutOfHours;
  }));
}

TEST(Again, IsReadAsItWasWritten) {
  AgainRequest request{Frame::HashOf({}), "local:alice", 5, At(20270111, 8, 30), true, ""};
  EXPECT_EQ(*ReadAgain(AgainDocument(request)), request);
  EXPECT_EQ(WordsOf(request), "asked again on 2027-01-11 08:30");
  request.waits = false;
  request.outcome = "not asked again: for a reason";
  EXPECT_EQ(WordsOf(*ReadAgain(AgainDocument(request))), request.outcome);
  for (const char* damaged : {"", "[]", "{}", R"({"first":"00","user":1})"}) {
    EXPECT_TRUE(absl::IsDataLoss(ReadAgain(damaged).status())) << damaged;
  }
}

}  // namespace
}  // namespace whoelse
