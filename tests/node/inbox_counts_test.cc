// The monthly counts.
#include "node/inbox_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/inbox_maker.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

InboxItem Raised(ItemKind kind, TimeMs at) {
  SeededRandom random(at);
  return NewItem(kind, Purpose::kSection47, at, TestCalendar(), random);
}
InboxItem Decided(const InboxItem& item, const char* outcome, TimeMs at) {
  return std::get<Acted>(Act(item, {Verb::kDone, outcome, "why"}, ActorOf("alice"), at)).item;
}

TEST(InboxCounts, ByMonthAndKind) {
  const InboxItem october = Raised(ItemKind::kUrgent, At(20261031, 12));
  const InboxItem first = Raised(ItemKind::kUrgent, At(20261102, 12));
  const InboxItem second = Raised(ItemKind::kUrgent, At(20261103, 12));
  const InboxItem late = Raised(ItemKind::kUrgent, At(20261104, 12));
  const InboxItem brokered = Raised(ItemKind::kBrokered, At(20261110, 12));
  const std::vector<InboxItem> items = {
      Decided(first, "contacted", first.due_ms), Decided(second, "withheld", second.due_ms - 1),
      Decided(late, "contacted", late.due_ms + 1), brokered, october};
  const TimeMs now = At(20261110, 14);
  EXPECT_THAT(CountByMonth(items, now),
              ElementsAre(MonthCount{"2026-11", ItemKind::kBrokered, 1, 1, 0, {}},
                          MonthCount{"2026-11", ItemKind::kUrgent, 3, 0, 1,
                                     {{"contacted", 2}, {"withheld", 1}}},
                          MonthCount{"2026-10", ItemKind::kUrgent, 1, 1, 1, {}}));
}

TEST(InboxCounts, WhatIsNotShownYetIsNotCounted) {
  const InboxItem brokered = Raised(ItemKind::kBrokered, At(20261110, 12));
  EXPECT_THAT(CountByMonth({brokered}, brokered.visible_ms - 1), IsEmpty());
  EXPECT_EQ(CountByMonth({brokered}, brokered.visible_ms).size(), 1u);
}

TEST(InboxCounts, TheMonthIsThatOfLondon) {
  // 23:30 UTC on the last of June is July in London.
  const InboxItem item = Raised(ItemKind::kLogAlarm, At(20260701, 0, 30));
  EXPECT_EQ(CountByMonth({item}, At(20260702, 0)).at(0).month, "2026-07");
}

}  // namespace
}  // namespace whoelse
