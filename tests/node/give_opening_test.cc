// Two people give an opening to one of them: for a day, to who proposed it, of that question alone.
#include "node/give_opening.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/inbox_maker.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

const std::string kNumber = "6STF-5YE9-R7M2-Y7WH";
const TimeMs kProposed = At(20261123, 10), kApproved = At(20261123, 11);

InboxItem Item() {
  SeededRandom random(7);
  return OpeningItem({kNumber, At(20261110, 10), Purpose::kConcern, "C-7", ActorOf("dan").ref},
                     kProposed, TestCalendar(), random);
}
// Nothing when this person may not.
std::optional<InboxItem> After(const InboxItem& item, Verb verb, const char* who, TimeMs at) {
  const auto acted = Act(item, {verb, "", "authority CR-2026-17"}, ActorOf(who), at);
  const auto* const done = std::get_if<Acted>(&acted);
  return done == nullptr ? std::nullopt : std::optional(done->item);
}
InboxItem Given() {
  return *After(*After(Item(), Verb::kApprove, "alice", kProposed), Verb::kApprove, "bob",
                kApproved);
}
bool IsGiven(const InboxItem& item, const char* who, TimeMs now = kApproved) {
  return !CheckGiven(std::vector{item}, kNumber, ActorOf(who), now);
}

TEST(GiveOpening, ToWhoProposedItWhenAnotherApproved) {
  const InboxItem proposed = *After(Item(), Verb::kApprove, "alice", kProposed);
  EXPECT_EQ(proposed.state(), ItemState::kSecondPerson);
  EXPECT_FALSE(IsGiven(proposed, "alice"));
  EXPECT_FALSE(After(proposed, Verb::kApprove, "alice", kApproved));   // one's own
  EXPECT_TRUE(IsGiven(Given(), "alice"));
  for (const char* other : {"bob", "dan", "erin"}) EXPECT_FALSE(IsGiven(Given(), other)) << other;
}

TEST(GiveOpening, ForADay) {
  EXPECT_TRUE(IsGiven(Given(), "alice", kApproved + kOpeningGivenMs));
  EXPECT_FALSE(IsGiven(Given(), "alice", kApproved + kOpeningGivenMs + 1));
}

TEST(GiveOpening, OfThatQuestionAlone) {
  const std::vector<InboxItem> items = {Given()};
  EXPECT_TRUE(CheckGiven(items, "1000-1000-1000-1000", ActorOf("alice"), kApproved));
  const auto none = CheckGiven({}, kNumber, ActorOf("alice"), kApproved);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->field, "with-opening");
  EXPECT_THAT(none->remedy, HasSubstr("propose-opening"));
}

TEST(GiveOpening, NotWhenItWasRefused) {
  const InboxItem proposed = *After(Item(), Verb::kApprove, "alice", kProposed);
  const auto refused = After(proposed, Verb::kRefuse, "bob", kApproved);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(IsGiven(*refused, "alice"));
  EXPECT_FALSE(After(*refused, Verb::kApprove, "erin", kApproved));
}

TEST(GiveOpening, NotToOneWhoIsNoLeadOfficerAnyMore) {
  Actor left = ActorOf("alice");
  left.roles = {LocalRole::kApprover};
  EXPECT_TRUE(CheckGiven(std::vector{Given()}, kNumber, left, kApproved));
}

TEST(GiveOpening, WhoAskedSaysNeitherWord) {
  EXPECT_FALSE(After(Item(), Verb::kApprove, "dan", kProposed));
  EXPECT_FALSE(After(*After(Item(), Verb::kApprove, "alice", kProposed), Verb::kApprove, "dan",
                     kApproved));
}

TEST(GiveOpening, TheItemSaysWhichQuestionAndNotWhom) {
  EXPECT_EQ(OpeningQuestion(Item()), kNumber);
  EXPECT_EQ(OpeningQuestion(ItemOf(ItemKind::kJustificationDue)), "");
  EXPECT_THAT(Item().about, HasSubstr("C-7"));
  EXPECT_EQ(Item().about.find("999"), std::string::npos);
}

}  // namespace
}  // namespace whoelse
