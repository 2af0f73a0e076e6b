// How long the rows of a ledger stay, day by day, and that the file can be read and held against its
// digests all the while.
#include <gtest/gtest.h>

#include "node/ledger_sweeper.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

constexpr TimeMs kDayMs = 86'400'000, kHourMs = 3'600'000;

class SetClock final : public Clock {
 public:
  TimeMs NowMs() const override { return now; }
  TimeMs now = kImported;
};

class LedgerRows : public RegistryTest {
 protected:
  // Of all that no digest has yet, logged after so long.
  void Digest(TimeMs logged_ms) {
    const LedgerLog log{kRelay, 77};
    const uint64_t from = NextIndex(log, *store_->ReadLoggedDigests());
    const PlannedDigest planned = PlanDigest(kSurgery, IdentityKeyOfAgency(kSurgery), from,
                                             *store_->ReadLedger({{log, from}}));
    const LedgerEntry& e = planned.entry;
    store_->WriteLoggedDigest({{e.coordinator, e.log_key_id, e.from, e.to, e.root, kOtherRelay, from},
                               planned.cutoff_ms, logged_ms});
  }
  // What the sweep of this day leaves, as an auditor gets it.
  LedgerFile FileOn(TimeMs now) {
    day_.now = now;
    board_.Post({board_.Read().roster, {now, now}});
    { const LedgerSweeper once(*store_, inbox_, confirmed_); }
    const LedgerFile file =
        LedgerFileOf(VectorFederation(), kSurgery, *store_->ReadLedger({}),
                     *store_->ReadLoggedDigests(), *store_->ReadLedgerLines());
    EXPECT_TRUE(LedgerFile::Parse(file.Serialize()).ok());
    return file;
  }

  SetClock day_;
  InboxKeeper inbox_{kSurgery, TestCalendar(), *store_, registry_, answering_, day_, random_};
  ConfirmedClock confirmed_{day_, board_, inbox_};
};

TEST_F(LedgerRows, StayUntilTheLaterOfTwoPeriodsIsOver) {
  const TimeMs day = kImported;
  Answer(4, day);
  Digest(day + 80 * kDayMs);   // the node could not reach a coordinator for long
  Answer(9, day + 80 * kDayMs);
  Digest(day + 80 * kDayMs + kHourMs);
  EXPECT_EQ(FileOn(day + 89 * kDayMs).rows.size(), 2u);
  EXPECT_EQ(FileOn(day + 109 * kDayMs).rows.size(), 2u);   // its digest is 29 days old
  const LedgerFile file = FileOn(day + 111 * kDayMs);
  ASSERT_EQ(file.rows.size(), 1u);
  EXPECT_EQ(file.rows[0].row.index, 9u);
  EXPECT_EQ(file.whole, (std::vector<LedgerFile::Whole>{{kRelay, 77, 5}}));
  EXPECT_TRUE(*DigestHolds(file, file.digests[1]));
  EXPECT_EQ(store_->ReadLedger({})->size(), 1u);

  const LedgerFile last = FileOn(day + 200 * kDayMs);
  EXPECT_TRUE(last.rows.empty());
  EXPECT_EQ(last.whole[0].from, 10u);
  EXPECT_EQ(last.digests.size(), 1u);   // by which the next one knows where it begins
}

TEST_F(LedgerRows, AClockThatIsSetBackMovesNoLine) {
  Answer(4, kImported);
  Digest(kImported + kHourMs);
  ASSERT_EQ(FileOn(kImported + 100 * kDayMs).whole.size(), 1u);
  const LedgerFile back = FileOn(kImported + kDayMs);
  EXPECT_EQ(back.whole.size(), 1u);
  EXPECT_TRUE(back.rows.empty());
}

}  // namespace
}  // namespace whoelse
