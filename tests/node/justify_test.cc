// Why a question was put: the words, the references, and who may look.
#include "node/justify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/node/inbox_maker.h"

namespace whoelse {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;

const std::string kNumber = "6STF-5YE9-R7M2-Y7WH";
const TimeMs kNow = At(20261123, 10);

ForeignQuestion Dans() { return {kNumber, ToHex(ActorOf("dan").ref)}; }
AskedInMonth Asked() { return {kNumber, At(20261110, 10), Purpose::kConcern, "C-7", ActorOf("dan").ref}; }

TEST(Justify, WhatIsNoQuestionOrNoReferenceIsSaidSo) {
  EXPECT_FALSE(CheckForeign(Dans()));
  for (const char* bad : {"", "6STF5YE9R7M2Y7WH", "6STF-5YE9-R7M2-Y7WL", "6stf-5ye9-r7m2-y7wh"}) {
    EXPECT_EQ(CheckForeign({bad, Dans().reference})->field, "question") << bad;
  }
  for (const std::string& bad : {std::string(), std::string("dan"), std::string(32, '0'),
                                 Dans().reference + "00"}) {
    EXPECT_EQ(CheckForeign({kNumber, bad})->field, "reference") << bad;
  }
}

TEST(Justify, TheHolderHasTwoWorkingDaysAndTheWordsForTheLine) {
  SeededRandom random(1);
  const InboxItem item =
      JustificationAsked(Dans(), 1003, "Hilltop School", {}, kNow, TestCalendar(), random);
  EXPECT_EQ(item.from, 1003u);
  EXPECT_EQ(item.due_ms, At(20261125, 17));
  const std::string say = ordered_json::parse(item.about)["say"];
  EXPECT_THAT(say, HasSubstr("Hilltop School"));
  EXPECT_THAT(say, HasSubstr("whoelse justify show " + kNumber + " --reference " + Dans().reference));
  EXPECT_TRUE(IsAbout(item, ItemKind::kJustificationAsked, Dans()));
  EXPECT_FALSE(IsAbout(item, ItemKind::kJustificationDue, Dans()));
  EXPECT_FALSE(IsAbout(item, ItemKind::kJustificationAsked, {kNumber, ToHex(ActorOf("erin").ref)}));
}

TEST(Justify, AReferenceHasToBeTheQuestions) {
  EXPECT_FALSE(CheckReference(Dans(), Asked(), ActorOf("alice")));
  const auto other = CheckReference({kNumber, ToHex(ActorOf("erin").ref)}, Asked(), ActorOf("alice"));
  ASSERT_TRUE(other);
  EXPECT_EQ(other->field, "reference");
}

TEST(Justify, NobodyLooksIntoTheirOwnQuestion) {
  const auto own = CheckReference(Dans(), Asked(), ActorOf("dan"));
  ASSERT_TRUE(own);
  EXPECT_EQ(own->field, "user");
}

TEST(Justify, TheManagerOrALeadOfficerRecordsIt) {
  SeededRandom random(1);
  const StaffMember dan{ActorOf("dan").ref, "local:dan", ActorOf("bob").ref};
  const InboxItem item = JustificationDue(Asked(), &dan, kNow, TestCalendar(), random);
  EXPECT_EQ(ordered_json::parse(item.about)["user"], "local:dan");
  EXPECT_EQ(item.desk(kNow), Desk::kManager);
  EXPECT_EQ(item.desk(item.due_ms + 1), Desk::kDeputy);
  Actor bob = ActorOf("bob");
  bob.roles = {LocalRole::kManager};
  const auto acted = Act(item, {Verb::kApprove, "", "she is on the team's list"}, bob, kNow);
  ASSERT_EQ(acted.index(), 0u);
  EXPECT_EQ(std::get<Acted>(acted).item.steps.back().outcome, "justified");
  // Somebody who works here no more has no manager: a lead officer's.
  const InboxItem left = JustificationDue(Asked(), nullptr, kNow, TestCalendar(), random);
  EXPECT_EQ(left.desk(kNow), Desk::kLeadOfficer);
  EXPECT_EQ(Act(left, {Verb::kApprove, "", "why"}, bob, kNow).index(), 1u);
}

}  // namespace
}  // namespace whoelse
