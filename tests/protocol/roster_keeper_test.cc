// Which roster rules, which one waits, and when a party must say that it may be frozen.
#include "protocol/roster_keeper.h"

#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/protocol/roster_fixture.h"
#include "tests/protocol/round_trip.h"

namespace whoelse {
namespace {

using nlohmann::ordered_json;

constexpr TimeMs kNow = 1'800'000'000'000;
constexpr TimeMs kHour = 3'600'000;
constexpr TimeMs kDelay = 48 * kHour;

// Version 7 of the vectors, as one whose successors wait 48 hours.
ordered_json First() {
  ordered_json roster = RosterJson(7);
  roster["parameters"]["roster_delay_h"] = 48;
  return roster;
}
// Its successor, changed in a point that needs no consent.
ordered_json Next(uint64_t version = 8) {
  ordered_json roster = First();
  roster["version"] = version;
  roster["name"] = "Test federation, renamed in " + std::to_string(version);
  return roster;
}
// One that only takes something away.
ordered_json Revocation(uint64_t version) {
  ordered_json roster = First();
  roster["version"] = version;
  roster["agencies"].erase(roster["agencies"].end() - 1);
  return roster;
}

SignedRoster Signed(const ordered_json& roster) {
  return {SignedByFirst(RosterText(roster)), {}, {}};
}
Roster Parsed(const ordered_json& roster) { return *Roster::Parse(RosterText(roster)); }

RosterKeeper KeeperOf(const ordered_json& roster, TimeMs now = kNow) {
  RosterKeeper keeper(VectorAnchor());
  EXPECT_TRUE(keeper.Offer(Signed(roster), now).ok());
  return keeper;
}

void SeeLeaf(RosterKeeper& keeper, CoordinatorId coordinator, const Roster& roster, TimeMs at) {
  keeper.OnRosterLeaf(coordinator, roster.version, roster.hash, at);
}

TEST(RosterKeeper, NothingRulesBeforeTheFirst) {
  RosterKeeper keeper(VectorAnchor());
  EXPECT_EQ(keeper.ruling(), nullptr);
  EXPECT_EQ(keeper.held(), nullptr);
  EXPECT_EQ(keeper.next(), nullptr);
  EXPECT_EQ(keeper.previous(), nullptr);
  EXPECT_EQ(keeper.ForVersion(7, kNow), nullptr);
  EXPECT_TRUE(keeper.Unconfirmed(kNow));
  EXPECT_FALSE(keeper.Tick(kNow));
  EXPECT_FALSE(keeper.OnHeartbeat(Heartbeat::Sign(Parsed(First()), 101, 500'000, AdmissionKeyOf(0)),
                                  kNow));
}

TEST(RosterKeeper, TheFirstRulesAtOnce) {
  const RosterKeeper keeper = KeeperOf(First());
  ASSERT_NE(keeper.ruling(), nullptr);
  EXPECT_EQ(*keeper.ruling(), Parsed(First()));
  EXPECT_EQ(*keeper.held(), Signed(First()));
  EXPECT_EQ(keeper.next(), nullptr);
  EXPECT_EQ(keeper.previous(), nullptr);
  EXPECT_EQ(keeper.Persistent().highest_accepted, 7u);
}

TEST(RosterKeeper, TheFirstWaitsForItsNotBefore) {
  const TimeMs begin = Parsed(First()).not_before * 1000;
  RosterKeeper keeper = KeeperOf(First(), begin - 1);
  EXPECT_EQ(keeper.ruling(), nullptr);
  ASSERT_NE(keeper.next(), nullptr);
  EXPECT_FALSE(keeper.Tick(begin - 1));
  EXPECT_TRUE(keeper.Tick(begin));
  ASSERT_NE(keeper.ruling(), nullptr);
  EXPECT_EQ(keeper.next(), nullptr);
}

TEST(RosterKeeper, ErrorsAreAcceptRosters) {
  RosterKeeper keeper = KeeperOf(First());
  EXPECT_TRUE(absl::IsAlreadyExists(keeper.Offer(Signed(First()), kNow)));
  EXPECT_TRUE(absl::IsInvalidArgument(keeper.Offer({"no note", {}, {}}, kNow)));
  ordered_json old = First();
  old["name"] = "the same version, another text";
  EXPECT_TRUE(absl::IsFailedPrecondition(keeper.Offer(Signed(old), kNow)));
  EXPECT_TRUE(absl::IsUnauthenticated(
      keeper.Offer({SignedByFirst(RosterText(Next()), 1), {}, {}}, kNow)));
  EXPECT_EQ(keeper.next(), nullptr);
  ASSERT_TRUE(keeper.Offer(Signed(Next()), kNow).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(keeper.Offer(Signed(Next()), kNow)));
}

// One coordinator, or two in haste, cannot make a roster rule before people had time to object.
TEST(RosterKeeper, WaitsForTLeavesAndTheirDelay) {
  RosterKeeper keeper = KeeperOf(First());
  const Roster next = Parsed(Next());
  ASSERT_TRUE(keeper.Offer(Signed(Next()), kNow).ok());
  EXPECT_EQ(keeper.ruling()->version, 7u);
  EXPECT_FALSE(keeper.Tick(kNow + 10 * kDelay));
  SeeLeaf(keeper, 101, next, kNow);
  EXPECT_FALSE(keeper.Tick(kNow + 10 * kDelay));
  SeeLeaf(keeper, 101, next, kNow + 1);         // the same coordinator again
  EXPECT_FALSE(keeper.Tick(kNow + 10 * kDelay));
  SeeLeaf(keeper, 103, next, kNow + kHour);
  EXPECT_FALSE(keeper.Tick(kNow + kHour + kDelay - 1));
  EXPECT_EQ(keeper.ruling()->version, 7u);
  EXPECT_TRUE(keeper.Tick(kNow + kHour + kDelay));
  EXPECT_EQ(keeper.ruling()->version, 8u);
  EXPECT_EQ(keeper.next(), nullptr);
  EXPECT_TRUE(keeper.Persistent().next_leaf_ms.empty());
  EXPECT_FALSE(keeper.Tick(kNow + kHour + kDelay));   // once
}

// A node that was away may be shown a leaf before it is given the roster.
TEST(RosterKeeper, ALeafMayComeBeforeItsRoster) {
  RosterKeeper keeper = KeeperOf(First());
  const Roster next = Parsed(Next());
  EXPECT_FALSE(keeper.OnRosterLeaf(101, next.version, next.hash, kNow));
  EXPECT_FALSE(keeper.OnRosterLeaf(102, next.version, next.hash, kNow - kHour));
  ASSERT_TRUE(keeper.Offer(Signed(Next()), kNow + kHour).ok());
  EXPECT_EQ(keeper.Persistent().next_leaf_ms,
            (std::map<CoordinatorId, TimeMs>{{101, kNow}, {102, kNow - kHour}}));
  EXPECT_FALSE(keeper.OnRosterLeaf(101, next.version, next.hash, kNow + 1));   // nothing new
  EXPECT_TRUE(keeper.OnRosterLeaf(103, next.version, next.hash, kNow));
  EXPECT_TRUE(keeper.Tick(kNow + kDelay));
}

TEST(RosterKeeper, OnlyLeavesOfTheNextOneCount) {
  RosterKeeper keeper = KeeperOf(First());
  const Roster next = Parsed(Next());
  ASSERT_TRUE(keeper.Offer(Signed(Next()), kNow).ok());
  keeper.OnRosterLeaf(101, 9, next.hash, kNow - kDelay);
  keeper.OnRosterLeaf(102, 8, RosterHash(), kNow - kDelay);
  EXPECT_TRUE(keeper.Persistent().next_leaf_ms.empty());
  SeeLeaf(keeper, 101, next, kNow);
  SeeLeaf(keeper, 102, next, kNow);
  // A later one takes its place, and waits anew.
  ASSERT_TRUE(keeper.Offer(Signed(Next(9)), kNow).ok());
  EXPECT_TRUE(keeper.Persistent().next_leaf_ms.empty());
  EXPECT_FALSE(keeper.Tick(kNow + kDelay));
  EXPECT_EQ(keeper.Persistent().highest_accepted, 9u);
  EXPECT_TRUE(absl::IsFailedPrecondition(keeper.Offer(Signed(Next(8)), kNow)));
}

TEST(RosterKeeper, ARevocationActsAtOnce) {
  RosterKeeper keeper = KeeperOf(First());
  ASSERT_TRUE(keeper.Offer(Signed(Next(8)), kNow).ok());
  ASSERT_TRUE(keeper.Offer(Signed(Revocation(9)), kNow).ok());
  EXPECT_EQ(keeper.ruling()->version, 9u);
  EXPECT_EQ(keeper.ruling()->agencies.size(), 4u);
  // What waited was no part of it.
  EXPECT_EQ(keeper.next(), nullptr);
}

TEST(RosterKeeper, TheOneBeforeIsHeldOverFor180Seconds) {
  RosterKeeper keeper = KeeperOf(First());
  ASSERT_TRUE(keeper.Offer(Signed(Revocation(8)), kNow).ok());
  ASSERT_NE(keeper.previous(), nullptr);
  EXPECT_EQ(keeper.previous()->version, 7u);
  EXPECT_EQ(keeper.replaced_ms(), kNow);
  EXPECT_EQ(keeper.ForVersion(8, kNow), keeper.ruling());
  EXPECT_EQ(keeper.ForVersion(7, kNow + 180'000), keeper.previous());
  EXPECT_EQ(keeper.ForVersion(7, kNow + 180'001), nullptr);
  EXPECT_EQ(keeper.ForVersion(9, kNow), nullptr);
}

TEST(RosterKeeper, StateSurvivesARestart) {
  RosterKeeper before = KeeperOf(First());
  ASSERT_TRUE(before.Offer(Signed(Next()), kNow).ok());
  SeeLeaf(before, 101, Parsed(Next()), kNow);
  SeeLeaf(before, 102, Parsed(Next()), kNow + 5);
  const Bytes stored = before.Persistent().Serialize();
  const auto restored = [&](TimeMs now) {
    RosterKeeper keeper(VectorAnchor());
    EXPECT_TRUE(keeper.Restore(*RosterKeeper::State::Parse(stored), now).ok());
    return keeper;
  };
  RosterKeeper early = restored(kNow + 5 + kDelay - 1);
  EXPECT_EQ(early.ruling()->version, 7u);
  EXPECT_EQ(*early.next(), Signed(Next()));
  EXPECT_EQ(early.Persistent().Serialize(), stored);
  EXPECT_TRUE(early.Tick(kNow + 5 + kDelay));
  EXPECT_EQ(restored(kNow + 5 + kDelay).ruling()->version, 8u);
  // Rollback: what was accepted before the restart is not accepted again.
  EXPECT_TRUE(absl::IsFailedPrecondition(early.Offer(Signed(Next(8)), kNow)) ||
              absl::IsAlreadyExists(early.Offer(Signed(Next(8)), kNow)));
}

TEST(RosterKeeper, DamagedStateIsDataLoss) {
  const Bytes stored = KeeperOf(First()).Persistent().Serialize();
  for (const size_t size : {size_t{0}, size_t{3}, stored.size() / 2, stored.size() - 1}) {
    EXPECT_TRUE(absl::IsDataLoss(
        RosterKeeper::State::Parse(ByteView(stored).first(size)).status())) << size;
  }
  Bytes longer = stored;
  longer.push_back(0);
  EXPECT_TRUE(absl::IsDataLoss(RosterKeeper::State::Parse(longer).status()));
  RosterKeeper::State state;
  state.held = SignedRoster{"no note", {}, {}};
  RosterKeeper keeper(VectorAnchor());
  EXPECT_TRUE(absl::IsDataLoss(keeper.Restore(state, kNow)));
  state.held = SignedRoster{SignedByFirst("no JSON\n"), {}, {}};
  EXPECT_TRUE(absl::IsDataLoss(keeper.Restore(state, kNow)));
  EXPECT_EQ(keeper.ruling(), nullptr);
}

TEST(RosterKeeper, StateWithLogsOutOfOrderOrTwiceIsDataLoss) {
  RosterKeeper::State state;
  state.next_leaf_ms = {{101, kNow}, {102, kNow + 1}};
  const Bytes stored = state.Serialize();
  ASSERT_TRUE(RosterKeeper::State::Parse(stored).ok());
  const ByteView before = ByteView(stored).first(stored.size() - 20);
  const ByteView leaves = ByteView(stored).last(20);
  const ByteView first = leaves.first(10), second = leaves.last(10);
  for (const ByteView again : {first, second}) {
    const Bytes damaged = Writer().Raw(before).Raw(second).Raw(again).Take();
    EXPECT_TRUE(absl::IsDataLoss(RosterKeeper::State::Parse(damaged).status()));
  }
}

TEST(RosterKeeper, StateThatParsesIsItsBytes) {
  RosterKeeper keeper = KeeperOf(First());
  ASSERT_TRUE(keeper.Offer(Signed(Next()), kNow).ok());
  SeeLeaf(keeper, 102, Parsed(Next()), kNow);
  ExpectRoundTrips({keeper.Persistent().Serialize()}, 20270110,
                   [](const Bytes& bytes) -> std::optional<Bytes> {
                     const auto state = RosterKeeper::State::Parse(bytes);
                     if (!state.ok()) return std::nullopt;
                     return state->Serialize();
                   });
}

class Heartbeats : public ::testing::Test {
 protected:
  static constexpr uint32_t kHourNow = kNow / kHour;
  bool Beat(CoordinatorId id, uint32_t hour, TimeMs now = kNow) {
    return keeper_.OnHeartbeat(
        Heartbeat::Sign(*keeper_.ruling(), id, hour, AdmissionKeyOf(id - 101)), now);
  }
  RosterKeeper keeper_ = KeeperOf(First());
};

TEST_F(Heartbeats, TOfThemConfirm) {
  EXPECT_TRUE(keeper_.Unconfirmed(kNow));
  EXPECT_TRUE(Beat(101, kHourNow));
  EXPECT_TRUE(Beat(101, kHourNow - 1));   // the same coordinator twice is one
  EXPECT_TRUE(keeper_.Unconfirmed(kNow));
  EXPECT_TRUE(Beat(103, kHourNow));
  EXPECT_FALSE(keeper_.Unconfirmed(kNow));
}

TEST_F(Heartbeats, AgeUnlessRenewed) {
  ASSERT_TRUE(Beat(101, kHourNow) && Beat(102, kHourNow - 10));
  const TimeMs limit = (kHourNow - 10) * kHour + 36 * kHour;
  EXPECT_FALSE(keeper_.Unconfirmed(limit));
  EXPECT_TRUE(keeper_.Unconfirmed(limit + 1000));
  // An older beat does not take the place of a newer one.
  ASSERT_TRUE(Beat(102, kHourNow - 1) && Beat(102, kHourNow - 9));
  EXPECT_FALSE(keeper_.Unconfirmed((kHourNow - 1) * kHour + 36 * kHour));
}

// A clock that leaps far ahead is confirmed by nobody who was not there: the one that lies for it is
// fewer than t.
TEST_F(Heartbeats, ConfirmTheTimesWithinWhichTOfThemAreFresh) {
  EXPECT_EQ(keeper_.Confirmed(kNow), ConfirmedSpan());
  ASSERT_TRUE(Beat(101, kHourNow - 3));
  EXPECT_EQ(keeper_.Confirmed(kNow), ConfirmedSpan());
  ASSERT_TRUE(Beat(103, kHourNow - 5));
  const ConfirmedSpan span = keeper_.Confirmed(kNow);
  EXPECT_EQ(span, (ConfirmedSpan{(kHourNow - 3 - 1) * kHour, (kHourNow - 5 + 36) * kHour}));
  for (const TimeMs at : {span.from_ms, kNow, span.through_ms}) {
    EXPECT_TRUE(span.Has(at) && !keeper_.Unconfirmed(at)) << at;
  }
  for (const TimeMs at : {TimeMs{0}, span.from_ms - 1, span.through_ms + 1, kNow + 8766 * kHour}) {
    EXPECT_FALSE(span.Has(at)) << at;
  }
  EXPECT_TRUE(keeper_.Unconfirmed(span.through_ms + 1));
  const TimeMs leapt = kNow + 8766 * kHour;
  ASSERT_TRUE(Beat(102, leapt / kHour, leapt));
  EXPECT_TRUE(keeper_.Unconfirmed(leapt));
  EXPECT_EQ(keeper_.Confirmed(kNow), span);   // nor is the right time confirmed any less
  ASSERT_TRUE(Beat(101, kHourNow));           // hourly, so that it moves on
  ASSERT_TRUE(Beat(103, kHourNow));
  EXPECT_EQ(keeper_.Confirmed(kNow), (ConfirmedSpan{(kHourNow - 1) * kHour, (kHourNow + 36) * kHour}));
}

TEST_F(Heartbeats, OnlyFreshOnesOfThisRoster) {
  EXPECT_FALSE(Beat(101, kHourNow + 2));    // far ahead
  EXPECT_FALSE(Beat(101, kHourNow - 37));   // stale
  Heartbeat forged = Heartbeat::Sign(*keeper_.ruling(), 101, kHourNow, AdmissionKeyOf(1));
  EXPECT_FALSE(keeper_.OnHeartbeat(forged, kNow));
  const Heartbeat other = Heartbeat::Sign(Parsed(Next()), 101, kHourNow, AdmissionKeyOf(0));
  EXPECT_FALSE(keeper_.OnHeartbeat(other, kNow));
}

// Those who spoke for the old roster have said nothing about the new one.
TEST_F(Heartbeats, StartAnewWithANewRoster) {
  ASSERT_TRUE(Beat(101, kHourNow) && Beat(102, kHourNow));
  ASSERT_FALSE(keeper_.Unconfirmed(kNow));
  ASSERT_TRUE(keeper_.Offer(Signed(Revocation(8)), kNow).ok());
  EXPECT_TRUE(keeper_.Unconfirmed(kNow));
}

}  // namespace
}  // namespace whoelse
