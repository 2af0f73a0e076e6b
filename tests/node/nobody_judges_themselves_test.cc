// domain.md: nobody approves, reviews, audits or unshields what they asked. Random items of every
// kind, about anybody's questions; random people with any duties; random words.
#include <gtest/gtest.h>

#include <map>

#include "node/approval.h"
#include "node/justify.h"
#include "tests/node/inbox_maker.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

constexpr int kTries = 20'000;
const char* const kPeople[] = {"alice", "bob", "carol", "dan", "erin"};

class NobodyJudgesThemselves : public ::testing::Test {
 protected:
  NobodyJudgesThemselves() { RecordProperty("seed", std::to_string(seed_)); }
  template <typename T, size_t N>
  const T& OneOf(const std::array<T, N>& all) {
    return all[random_.Below(N)];
  }
  Actor AnyActor() {
    Actor actor = ActorOf(kPeople[random_.Below(std::size(kPeople))]);
    actor.roles.clear();
    for (size_t i = 1; i <= kLocalRoleNames.size(); ++i) {
      if (random_.Below(2) == 0) actor.roles.push_back(static_cast<LocalRole>(i));
    }
    return actor;
  }
  std::vector<PersonRef> Some() {
    std::vector<PersonRef> some;
    for (const char* one : kPeople) {
      if (random_.Below(3) == 0) some.push_back(ActorOf(one).ref);
    }
    return some;
  }
  InboxItem AnyItem() {
    InboxItem item = ItemOf(static_cast<ItemKind>(1 + random_.Below(kItemKindNames.size())), 1);
    item.asked_by = Some();
    if (random_.Below(2) == 0) item.manager = AnyActor().ref;
    return item;
  }
  Action AnyAction(const InboxItem& item) {
    const auto choices = RuleOf(item.kind).choices;
    const Choice& choice = choices[random_.Below(choices.size())];
    return {choice.verb, choice.verb == Verb::kDone ? std::string(choice.outcome) : "",
            "1000-1000-1000-1000 because it was so"};
  }

  const uint64_t seed_ = SeedOr(20261122);
  SeededRandom random_{seed_};
};

TEST_F(NobodyJudgesThemselves, InAnyDecision) {
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed_));
  std::map<ItemKind, int> decided, own_refused;
  for (int i = 0; i < kTries; ++i) {
    InboxItem item = AnyItem();
    // Up to three people one after the other, as far as it goes.
    for (int step = 0; step < 3; ++step) {
      const Actor actor = AnyActor();
      const bool own = std::ranges::count(item.asked_by, actor.ref) > 0;
      const auto acted = Act(item, AnyAction(item), actor, item.visible_ms);
      if (const auto* done = std::get_if<Acted>(&acted)) {
        ASSERT_FALSE(own) << Name(item.kind) << " was decided by who asked";
        ASSERT_TRUE(RuleOf(item.kind).decided_by.FirstOf(actor.roles));
        item = done->item;
        ++decided[item.kind];
      } else if (own && DutyToDecide(actor, item)) {
        ++own_refused[item.kind];
      }
    }
    for (const InboxItem::Step& step : item.steps) {
      ASSERT_EQ(std::ranges::count(item.asked_by, step.ref), 0);
    }
  }
  // Every kind was tried, both ways.
  EXPECT_EQ(decided.size(), kItemKindNames.size());
  EXPECT_EQ(own_refused.size(), kItemKindNames.size());
}

TEST_F(NobodyJudgesThemselves, InAMonthsList) {
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed_));
  const MonthEnd month = MonthOf(202611);
  for (int i = 0; i < kTries / 20; ++i) {
    std::vector<StaffMember> staff;
    for (const char* one : kPeople) {
      staff.push_back({ActorOf(one).ref, one, std::nullopt});
      const char* const manager = kPeople[random_.Below(std::size(kPeople))];
      if (manager != one && random_.Below(4) != 0) staff.back().manager = ActorOf(manager).ref;
    }
    std::vector<AskedInMonth> asked;
    for (size_t n = 1 + random_.Below(20); n > 0; --n) {
      asked.push_back({"1000-1000-1000-1000", month.begin, Purpose::kConcern, "C-1",
                       ActorOf(kPeople[random_.Below(std::size(kPeople))]).ref});
    }
    for (const InboxItem& list :
         MonthItems(month, asked, staff, month.end, TestCalendar(), random_)) {
      if (list.manager) {
        ASSERT_EQ(std::ranges::count(list.asked_by, *list.manager), 0);
      }
      // What comes of a list that is not recognised is no more theirs.
      const Actor actor = AnyActor();
      const auto acted = Act(list, {Verb::kRefuse, "", "1000-1000-1000-1000 is not ours"}, actor,
                             list.visible_ms);
      const auto* refused = std::get_if<Acted>(&acted);
      if (refused == nullptr) continue;
      const auto raised = NotRecognisedItem(refused->item, month.end, TestCalendar(), random_);
      const InboxItem& item = std::get<InboxItem>(raised);
      const Actor looker = AnyActor();
      if (std::ranges::count(item.asked_by, looker.ref) > 0) {
        ASSERT_EQ(Act(item, AnyAction(item), looker, item.visible_ms).index(), 1u);
      }
    }
  }
}

TEST_F(NobodyJudgesThemselves, InAnApprovalOrAJustification) {
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed_));
  for (int i = 0; i < kTries / 20; ++i) {
    const Actor asker = AnyActor(), other = AnyActor();
    QuestionToApprove question{asker.ref, Purpose::kConcern, random_.Below(2) == 0, "C-1", {}, 0};
    const InboxItem waits = ApprovalItem(question, At(20261123, 10), TestCalendar(), random_);
    const auto acted = Act(waits, {Verb::kApprove, "", ""}, other, waits.visible_ms);
    if (asker.ref == other.ref) {
      ASSERT_EQ(acted.index(), 1u);
    }
    const AskedInMonth asked{"6STF-5YE9-R7M2-Y7WH", 1, Purpose::kConcern, "C-1", asker.ref};
    const ForeignQuestion foreign{asked.question, ToHex(asker.ref)};
    ASSERT_EQ(CheckReference(foreign, asked, other).has_value(), asker.ref == other.ref);
    const InboxItem due =
        JustificationDue(asked, nullptr, At(20261123, 10), TestCalendar(), random_);
    if (asker.ref == other.ref) {
      ASSERT_EQ(Act(due, AnyAction(due), other, due.visible_ms).index(), 1u);
    }
  }
}

}  // namespace
}  // namespace whoelse
