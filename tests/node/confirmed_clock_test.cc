// What waits until heartbeats agree with the clock, and whom that is told.
#include "node/confirmed_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "node/life_keeper.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimeMs kHour = 3'600'000, kYear = 8766 * kHour;

class MovedClock final : public Clock {
 public:
  TimeMs NowMs() const override { return now; }
  std::atomic<TimeMs> now{kImported};
};

class ConfirmedClockTest : public RegistryTest {
 protected:
  bool ConfirmAt(TimeMs now) {
    moved_.now = now;
    const auto confirmed = confirmed_.Confirm(now);
    EXPECT_EQ(confirmed ? confirmed->ms() : now, now);
    return confirmed.has_value();
  }
  // Whoever waits has looked each minute of this.
  void WaitThrough(TimeMs from, TimeMs through) {
    for (TimeMs now = from; now < through; now += 60'000) ASSERT_FALSE(ConfirmAt(now));
    ASSERT_FALSE(ConfirmAt(through));
  }
  void Heartbeats(const ConfirmedSpan& span) { board_.Post({board_.Read().roster, span}); }
  // What people see when the clock shows this.
  std::vector<ItemKind> ShownAt(TimeMs now) {
    std::vector<ItemKind> kinds;
    const auto items = inbox_.Items(false);
    EXPECT_TRUE(items.ok()) << items.status();
    for (const InboxItem& item : *items) {
      if (item.Visible(now)) kinds.push_back(item.kind);
    }
    return kinds;
  }
  void CloseAll() {
    const auto open = inbox_.Items(false);
    ASSERT_TRUE(open.ok()) << open.status();
    for (const InboxItem& item : *open) {
      const auto done = inbox_.Decide(item.id, {Verb::kDone, "looked-at", "rang the operator"},
                                      ActorOf("alice"));
      EXPECT_TRUE(std::holds_alternative<InboxItem>(done));
    }
  }

  MovedClock moved_;
  InboxKeeper inbox_{kSurgery, TestCalendar(), *store_, registry_, answering_, moved_, random_};
  ConfirmedClock confirmed_{moved_, board_, inbox_};
};

TEST_F(ConfirmedClockTest, ATimeIsConfirmedByHeartbeatsThatAgreeWithIt) {
  EXPECT_FALSE(ConfirmAt(kImported));   // none came yet
  Heartbeats({kImported - kHour, kImported + kHour});
  EXPECT_TRUE(ConfirmAt(kImported));
  EXPECT_FALSE(ConfirmAt(kImported + kYear));
  EXPECT_FALSE(ConfirmAt(kImported - kYear));
  EXPECT_TRUE(ConfirmAt(kImported + 1));
  EXPECT_THAT(ShownAt(kImported + 1), IsEmpty());
}

TEST_F(ConfirmedClockTest, PeopleAreToldOnceInAWait) {
  WaitThrough(kImported, kImported + 3 * kHour - 1);
  EXPECT_THAT(ShownAt(moved_.now), IsEmpty());   // a start, or an hour without coordinators
  WaitThrough(moved_.now, kImported + 3 * kHour);
  EXPECT_THAT(ShownAt(moved_.now), ElementsAre(ItemKind::kClockUnconfirmed));
  CloseAll();
  WaitThrough(moved_.now, kImported + 48 * kHour);
  EXPECT_THAT(ShownAt(moved_.now), IsEmpty());   // they know
  const TimeMs later = moved_.now + kHour;
  Heartbeats({later, later});
  EXPECT_TRUE(ConfirmAt(later));
  WaitThrough(later + 40 * kHour, later + 43 * kHour - 1);   // another wait, from here on
  EXPECT_THAT(ShownAt(moved_.now), IsEmpty());
  WaitThrough(moved_.now, later + 43 * kHour);
  EXPECT_THAT(ShownAt(moved_.now), ElementsAre(ItemKind::kClockUnconfirmed));
}

// A machine that slept for a week wakes up to a heartbeat that is on its way.
TEST_F(ConfirmedClockTest, ALeapAloneIsNoWait) {
  EXPECT_FALSE(ConfirmAt(kImported));
  EXPECT_FALSE(ConfirmAt(kImported + kYear));
  EXPECT_FALSE(ConfirmAt(kImported));
  EXPECT_FALSE(ConfirmAt(kImported + 170 * kHour));
  EXPECT_THAT(ShownAt(kImported + 2 * kYear), IsEmpty());
}

// The first item was raised a year ahead, and lies there when the clock has been put right.
TEST_F(ConfirmedClockTest, ASecondLeapIsToldAlthoughTheFirstWasPutRight) {
  WaitThrough(kImported + kYear, kImported + kYear + 3 * kHour);
  EXPECT_THAT(ShownAt(moved_.now), ElementsAre(ItemKind::kClockUnconfirmed));
  Heartbeats({kImported, kImported + kHour});
  EXPECT_TRUE(ConfirmAt(kImported + kHour));
  EXPECT_THAT(ShownAt(moved_.now), IsEmpty());
  WaitThrough(kImported + kYear / 2, kImported + kYear / 2 + 3 * kHour - 1);
  EXPECT_THAT(ShownAt(moved_.now), IsEmpty());
  WaitThrough(moved_.now, kImported + kYear / 2 + 3 * kHour);
  EXPECT_THAT(ShownAt(moved_.now), ElementsAre(ItemKind::kClockUnconfirmed));
}

// Archived records answer nothing and are enrolled no more, purged ones are gone: no import of the
// right time brings either back.
TEST_F(ConfirmedClockTest, AClockThatLeaptArchivesAndPurgesNothing) {
  Record refuge = Pupil("1", kOne);
  refuge.service_class = ServiceClass::kProtected;
  Import({refuge, Pupil("2", kTwo)});
  ASSERT_TRUE(IsDone(registry_.End({"school", "1"}, Date::FromDays(20'833), ByAt(kImported))));
  EnrolAll(1);
  const auto look_at = [&](TimeMs now) {
    moved_.now = now;
    const LifeKeeper life(registry_, confirmed_);   // looks once, at its start
  };
  const TimeMs leapt = kImported + 30 * kYear;
  for (const ConfirmedSpan& span : {ConfirmedSpan(), ConfirmedSpan{kImported, kImported + kHour}}) {
    Heartbeats(span);
    look_at(leapt);
    EXPECT_EQ(registry_.Summarise().records, 2u);
    EXPECT_TRUE(HasSubKeys(2, kNhs, 1));
  }
  Heartbeats({leapt, leapt});
  look_at(leapt);
  EXPECT_EQ(registry_.Summarise().records, 1u);   // the one purged
  EXPECT_FALSE(HasSubKeys(2, kNhs, 1));           // the other archived
}

}  // namespace
}  // namespace whoelse
