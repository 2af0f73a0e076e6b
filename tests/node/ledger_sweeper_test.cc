// What is sealed in the ledger, over the store on the disk: when it goes, and who is told before.
#include "node/ledger_sweeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr TimeMs kDay = 86'400'000;

class MovedClock final : public Clock {
 public:
  TimeMs NowMs() const override { return now; }
  std::atomic<TimeMs> now{0};
};

class LedgerSweeperTest : public RegistryTest {
 protected:
  static SlotRecord Answered(uint64_t index) {
    SlotRecord record{};
    record.coordinator = kRelay;
    record.log_key_id = 77;
    record.index = index;
    record.wire = Bytes(kWireSize, 1);
    return record;
  }
  // A frame that was answered then.
  void Answer(TimeMs released_ms) {
    store_->CommitSlot({released_ms, {Answered(answered_++)}});
  }
  void Confirm(const ConfirmedSpan& span) { board_.Post({board_.Read().roster, span}); }
  // A node that starts and ends: the sweeper looks once, at its start, at a time that is confirmed.
  void LookAt(TimeMs now) {
    Confirm({now, now});
    LookUnconfirmedAt(now);
  }
  void LookUnconfirmedAt(TimeMs now) {
    moved_.now = now;
    const LedgerSweeper sweeper(*store_, inbox_, confirmed_);
  }
  size_t Sealed() {
    size_t sealed = 0;
    EXPECT_TRUE(store_->ForEachSealed(0, UINT64_MAX, [&](ByteView) { return ++sealed > 0; }).ok());
    return sealed;
  }
  std::vector<ItemKind> Open() {
    std::vector<ItemKind> kinds;
    const auto items = inbox_.Items(false);
    EXPECT_TRUE(items.ok()) << items.status();
    for (const InboxItem& item : *items) kinds.push_back(item.kind);
    return kinds;
  }
  void TakeOut(TimeMs now) {
    moved_.now = now;
    store_->WriteTakenThrough(now);
    EXPECT_TRUE(inbox_.SetTaken(ActorOf("alice")).ok());
  }

  const TimeMs first_ = At(20261123, 10);
  MovedClock moved_;
  InboxKeeper inbox_{kSurgery, TestCalendar(), *store_, registry_, answering_, moved_, random_};
  ConfirmedClock confirmed_{moved_, board_, inbox_};
  uint64_t answered_ = 0;
};

TEST_F(LedgerSweeperTest, NothingGoesThatIsYoungerThanNinetyDays) {
  Answer(first_);
  Answer(first_ + kDay);
  TakeOut(first_ + kDay);   // which is no reason to let go of it
  for (const TimeMs age : {TimeMs{0}, kDay, 89 * kDay, 90 * kDay}) {
    LookAt(first_ + age);
    EXPECT_EQ(Sealed(), 2u) << age / kDay;
  }
  LookAt(first_ + 90 * kDay + 1);
  EXPECT_EQ(Sealed(), 1u);
  LookAt(first_ + 91 * kDay + 1);
  EXPECT_EQ(Sealed(), 0u);
  EXPECT_EQ(store_->ReadLedger({})->size(), 2u);   // that it was answered stays
}

TEST_F(LedgerSweeperTest, WhatNobodyTookIsToldTwoWeeksBeforeAndWhenItGoes) {
  Answer(first_);
  LookAt(first_ + 76 * kDay);
  EXPECT_THAT(Open(), IsEmpty());
  LookAt(first_ + 76 * kDay + 1);
  EXPECT_THAT(Open(), ElementsAre(ItemKind::kLedgerToTake));
  LookAt(first_ + 80 * kDay);
  EXPECT_THAT(Open(), ElementsAre(ItemKind::kLedgerToTake));   // told once
  LookAt(first_ + 90 * kDay + 1);
  EXPECT_EQ(Sealed(), 0u);
  EXPECT_THAT(Open(), UnorderedElementsAre(ItemKind::kLedgerToTake, ItemKind::kLedgerLost));
}

TEST_F(LedgerSweeperTest, WhatWasTakenGoesWithoutAWord) {
  Answer(first_);
  LookAt(first_ + 77 * kDay);
  TakeOut(first_ + 78 * kDay);
  EXPECT_THAT(Open(), IsEmpty());
  LookAt(first_ + 79 * kDay);
  LookAt(first_ + 91 * kDay);
  EXPECT_EQ(Sealed(), 0u);
  EXPECT_THAT(Open(), IsEmpty());
  // What came since is for the next taking.
  Answer(first_ + 79 * kDay);
  LookAt(first_ + 156 * kDay);
  EXPECT_THAT(Open(), ElementsAre(ItemKind::kLedgerToTake));
}

TEST_F(LedgerSweeperTest, OfANodeThatWasOffForMonthsNothingGoesInSilence) {
  Answer(first_);
  LookAt(first_ + 200 * kDay);
  EXPECT_EQ(Sealed(), 0u);
  EXPECT_THAT(Open(), UnorderedElementsAre(ItemKind::kLedgerToTake, ItemKind::kLedgerLost));
}

TEST_F(LedgerSweeperTest, AClockThatIsSetBackLetsNothingGo) {
  Answer(first_);
  LookAt(first_ + 80 * kDay);
  ASSERT_THAT(Open(), ElementsAre(ItemKind::kLedgerToTake));
  for (const TimeMs now : {first_ - 20 * kDay, TimeMs{0}, TimeMs{1}}) {
    LookAt(now);
    EXPECT_EQ(Sealed(), 1u) << now;
    EXPECT_THAT(Open(), ElementsAre(ItemKind::kLedgerToTake)) << now;
  }
  LookAt(first_ + 90 * kDay + 1);   // and right again
  EXPECT_EQ(Sealed(), 0u);
}

// Neither without heartbeats, nor by those that say another time: and nobody is told that it went.
TEST_F(LedgerSweeperTest, AClockThatLeaptLetsNothingGo) {
  const TimeMs leapt = first_ + 365 * kDay;
  Answer(first_);
  for (const ConfirmedSpan& span : {ConfirmedSpan(), ConfirmedSpan{first_, first_ + kDay}}) {
    Confirm(span);
    LookUnconfirmedAt(leapt);
    EXPECT_EQ(Sealed(), 1u);
    EXPECT_THAT(Open(), IsEmpty());
  }
  EXPECT_THAT(*store_->ReadLedgerLines(), IsEmpty());
  Confirm({leapt - kDay, leapt});   // a year later, and no leap
  LookUnconfirmedAt(leapt);
  EXPECT_EQ(Sealed(), 0u);
  EXPECT_THAT(Open(), UnorderedElementsAre(ItemKind::kLedgerToTake, ItemKind::kLedgerLost));
}

// An end that comes between two batches of a sweep; the next start does the rest.
TEST_F(LedgerSweeperTest, ARestartInTheMiddleLeavesNothingBehind) {
  constexpr size_t kMany = 2'500;
  SlotBatch slot{first_, {}};
  for (size_t i = 0; i < kMany; ++i) slot.records.push_back(Answered(i));
  store_->CommitSlot(slot);
  LookAt(first_ + 91 * kDay);
  EXPECT_LT(Sealed(), kMany);
  const LedgerSweeper next(*store_, inbox_, confirmed_);
  EXPECT_TRUE(Until(std::chrono::seconds(30), [&] { return Sealed() == 0; }));
  EXPECT_EQ(Sealed(), 0u);
  EXPECT_EQ(store_->ReadLedger({})->size(), kMany);
}

}  // namespace
}  // namespace whoelse
