// The lists that managers confirm at a month's end.
#include "node/month_end.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "nlohmann/json.hpp"
#include "tests/node/inbox_maker.h"

namespace whoelse {
namespace {

using nlohmann::ordered_json;

const TimeMs kNow = At(20261202, 9);
const MonthEnd kNovember = MonthOf(202611);

AskedInMonth Asked(size_t i, const std::string& by, TimeMs at = At(20261110, 10)) {
  std::string number = std::to_string(1000 + i);
  return {number + "-" + number + "-" + number + "-" + number, at, Purpose::kConcern, "C-7",
          ActorOf(by).ref};
}
StaffMember Of(const std::string& user, const std::string& manager) {
  StaffMember one{ActorOf(user).ref, "local:" + user, std::nullopt};
  if (!manager.empty()) one.manager = ActorOf(manager).ref;
  return one;
}
const std::vector<StaffMember> kStaff = {Of("dan", "bob"), Of("erin", "bob"), Of("bob", "alice"),
                                         Of("alice", "")};

std::vector<InboxItem> Items(const std::vector<AskedInMonth>& asked, uint64_t seed = 1) {
  SeededRandom random(seed);
  return MonthItems(kNovember, asked, kStaff, kNow, TestCalendar(), random);
}
ordered_json QuestionsOf(const InboxItem& item) {
  return ordered_json::parse(item.about)["questions"];
}
size_t Checked(const InboxItem& item) {
  size_t n = 0;
  for (const ordered_json& one : QuestionsOf(item)) n += one["check_against_case"].get<bool>();
  return n;
}
InboxItem Refused(const InboxItem& item, const std::string& reason) {
  const auto acted = Act(item, {Verb::kRefuse, "", reason}, ActorOf("carol"), kNow);
  return std::get<Acted>(acted).item;
}

TEST(MonthEnd, MonthsAreLondons) {
  EXPECT_EQ(kNovember.begin, At(20261101, 0));
  EXPECT_EQ(kNovember.end, At(20261201, 0));
  EXPECT_EQ(MonthOf(202612).end, At(20270101, 0));
  EXPECT_EQ(MonthOf(202606).begin, At(20260601, 0));   // an hour before UTC's
}

TEST(MonthEnd, EachMonthIsListedOnceAlsoAfterALongTimeOff) {
  const auto months = [](std::optional<uint32_t> listed, TimeMs now) {
    std::vector<uint32_t> due;
    for (const MonthEnd& month : MonthsDue(listed, now)) due.push_back(month.yyyymm);
    return due;
  };
  EXPECT_EQ(months(202611, kNow), std::vector<uint32_t>());
  EXPECT_EQ(months(202610, kNow), std::vector<uint32_t>{202611});
  EXPECT_EQ(months(202610, At(20270203, 9)), (std::vector<uint32_t>{202611, 202612, 202701}));
  EXPECT_EQ(months(std::nullopt, kNow), std::vector<uint32_t>{202611});
  EXPECT_EQ(months(std::nullopt, At(20270101, 0)), std::vector<uint32_t>{202612});
}

// Whoever confirms one school's questions learns nothing of another's.
TEST(MonthEnd, AtAHubAListIsOfOneOrganisation) {
  AskedInMonth first = Asked(1, "dan"), second = Asked(2, "dan"), third = Asked(3, "erin");
  first.organisation = third.organisation = "100001";
  second.organisation = "100002";
  const auto items = Items({first, second, third, Asked(4, "erin")});
  std::map<std::vector<std::string>, size_t> questions;
  for (const InboxItem& item : items) {
    EXPECT_EQ(item.manager, ActorOf("bob").ref);
    questions[item.organisations] += QuestionsOf(item).size();
  }
  EXPECT_EQ(questions, (std::map<std::vector<std::string>, size_t>{
                           {{}, 1}, {{"100001"}, 2}, {{"100002"}, 1}}));
  const std::string number = first.question;
  for (const InboxItem& item : items) {
    if (item.organisations != std::vector<std::string>{"100001"}) continue;
    SeededRandom random(1);
    const auto raised = NotRecognisedItem(Refused(item, number + " is not ours"), kNow,
                                          TestCalendar(), random);
    EXPECT_EQ(std::get<InboxItem>(raised).organisations, item.organisations);
  }
}

TEST(MonthEnd, AManagerGetsTheirPeoplesAndNobodyTheirOwn) {
  const auto items = Items({Asked(1, "dan"), Asked(2, "erin"), Asked(3, "bob"), Asked(4, "alice"),
                            Asked(5, "gone"), Asked(6, "dan", At(20261201, 0)),
                            Asked(7, "dan", At(20261031, 23))});
  std::map<std::optional<PersonRef>, std::set<std::string>> listed;
  for (const InboxItem& item : items) {
    EXPECT_EQ(item.kind, ItemKind::kMonthlyQuestions);
    EXPECT_EQ(item.due_ms, TestCalendar().EndOfWorkingDay(kNow, 5));
    for (const ordered_json& one : QuestionsOf(item)) {
      listed[item.manager].insert(one["question"].get<std::string>().substr(0, 4));
    }
    if (item.manager) {
      EXPECT_EQ(std::ranges::count(item.asked_by, *item.manager), 0);
    }
  }
  EXPECT_EQ(listed.size(), 3u);
  EXPECT_EQ(listed[ActorOf("bob").ref], (std::set<std::string>{"1001", "1002"}));
  EXPECT_EQ(listed[ActorOf("alice").ref], std::set<std::string>{"1003"});
  EXPECT_EQ(listed[std::nullopt], (std::set<std::string>{"1004", "1005"}));   // lead officers'
}

TEST(MonthEnd, TwoInAHundredAreHeldAgainstTheCaseAndAtLeastOne) {
  for (const auto& [n, checked] : std::map<size_t, size_t>{{1, 1}, {50, 1}, {51, 2}, {100, 2}, {990, 20}}) {
    std::vector<AskedInMonth> asked;
    for (size_t i = 0; i < n; ++i) asked.push_back(Asked(i, "dan"));
    const auto items = Items(asked);
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(Checked(items[0]), checked) << n;
  }
}

// A node asks some hundred times a month by itself: no person's list has any of it, nor the draw.
TEST(MonthEnd, WhatTheNodeAskedByItselfIsInNobodysList) {
  std::vector<AskedInMonth> asked;
  for (size_t i = 0; i < 256; ++i) {
    AskedInMonth own = Asked(i, "");
    own.practitioner = PersonRef();
    own.as = i % 2 == 0 ? AskedAs::kBeat : AskedAs::kRepetition;
    asked.push_back(own);
  }
  EXPECT_TRUE(Items(asked).empty());
  // Of people, whichever way they had it asked: of who has no manager, for the lead officers.
  std::set<std::string> people;
  using enum AskedAs;
  for (const AskedAs as : {kByItself, kOfAList, kAgain, kWatch}) {
    asked.push_back(Asked(1000 + asked.size(), "alice"));
    asked.back().as = as;
    people.insert(asked.back().question);
  }
  // One that was kept before receipts said whose they are may be anybody's.
  asked.push_back(Asked(5000, ""));
  asked.back().practitioner = PersonRef();
  people.insert(asked.back().question);
  const auto items = Items(asked);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].manager, std::nullopt);
  EXPECT_EQ(Checked(items[0]), 1u);
  std::set<std::string> listed;
  for (const ordered_json& one : QuestionsOf(items[0])) listed.insert(one["question"]);
  EXPECT_EQ(listed, people);
}

TEST(MonthEnd, EachQuestionMayBeDrawn) {
  std::vector<AskedInMonth> asked;
  for (size_t i = 0; i < 10; ++i) asked.push_back(Asked(i, "dan"));
  std::set<size_t> drawn;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const ordered_json questions = QuestionsOf(Items(asked, seed).at(0));
    for (size_t i = 0; i < questions.size(); ++i) {
      if (questions[i]["check_against_case"].get<bool>()) drawn.insert(i);
    }
  }
  EXPECT_EQ(drawn.size(), 10u);
}

TEST(MonthEnd, AnItemHasNoMoreThanAReaderCanTake) {
  std::vector<AskedInMonth> asked(kQuestionsInItem + 1, Asked(1, "dan"));
  const auto items = Items(asked);
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(QuestionsOf(items[0]).size(), kQuestionsInItem);
  EXPECT_EQ(Checked(items[1]), 1u);
}

TEST(MonthEnd, WhatIsNotRecognisedGoesToALeadOfficerWhoDidNotAskIt) {
  const InboxItem list = Items({Asked(1, "dan"), Asked(2, "erin"), Asked(3, "erin")}).at(0);
  SeededRandom random(3);
  const auto raised = NotRecognisedItem(
      Refused(list, "1002-1002-1002-1002 is of no case of ours"), kNow, TestCalendar(), random);
  const InboxItem& item = std::get<InboxItem>(raised);
  EXPECT_EQ(item.kind, ItemKind::kNotRecognised);
  EXPECT_EQ(item.asked_by, std::vector{ActorOf("erin").ref});
  EXPECT_EQ(QuestionsOf(item).size(), 1u);
  EXPECT_EQ(ordered_json::parse(item.about)["item"], list.id);
  const auto none =
      NotRecognisedItem(Refused(list, "some are odd"), kNow, TestCalendar(), random);
  EXPECT_EQ(std::get<FieldError>(none).field, "reason");
}

}  // namespace
}  // namespace whoelse
