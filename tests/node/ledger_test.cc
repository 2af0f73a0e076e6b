// Digests of what a node answered: each range once, and a relay cannot make one look false.
#include "node/ledger.h"

#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

constexpr LedgerLog kLog = {kRelay, 0xdb9e50f3};
constexpr LedgerLog kOtherLog = {kOtherRelay, 0x5c04a1b2};

LedgerItem Item(LedgerLog log, uint64_t index, uint8_t byte, TimeMs released_ms) {
  LedgerItem item{log, {index, {}, {}}, released_ms};
  item.row.frame_hash.data()[0] = byte;
  item.row.wire_hash.data()[0] = byte;
  return item;
}

LoggedDigest LoggedOf(const PlannedDigest& planned) {
  const LedgerEntry& e = planned.entry;
  return {{e.coordinator, e.log_key_id, e.from, e.to, e.root, kOtherRelay, 5}, planned.cutoff_ms};
}

TEST(Ledger, DigestsFollowOneAnother) {
  const SigningKey identity = IdentityKeyOfAgency(kSurgery);
  EXPECT_EQ(NextIndex(kLog, {}), 0u);
  const PlannedDigest first =
      PlanDigest(kSurgery, identity, 0, {Item(kLog, 9, 1, 2000), Item(kLog, 4, 2, 1000)});
  EXPECT_EQ(first.entry.agency, kSurgery);
  EXPECT_EQ(first.entry.coordinator, kRelay);
  EXPECT_EQ(first.entry.log_key_id, kLog.second);
  EXPECT_EQ(first.entry.from, 0u);
  EXPECT_EQ(first.entry.to, 9u);
  EXPECT_EQ(first.cutoff_ms, 2000u);
  EXPECT_TRUE(first.entry.SignedBy(identity.verify_key()));
  EXPECT_EQ(NextIndex(kLog, {LoggedOf(first)}), 10u);
  EXPECT_EQ(NextIndex(kOtherLog, {LoggedOf(first)}), 0u);
  EXPECT_TRUE(ParseLogEntry(SerializeLogEntry(first.entry)).ok());
}

std::vector<CoordinatorId> Places(CoordinatorId about, size_t turn) {
  std::vector<CoordinatorId> places;
  for (const auto* at : PlacesOfDigest(*RosterOf(7), about, turn)) places.push_back(at->id);
  return places;
}

// A log without questions gives a digest no time: it is the last resort.
TEST(Ledger, ADigestGoesWhereQuestionsGoButNeverToItsOwnLog) {
  for (size_t turn = 0; turn < 3; ++turn) {
    EXPECT_EQ(Places(kRelay, turn), (std::vector<CoordinatorId>{kOtherRelay, kNoRelay})) << turn;
    EXPECT_EQ(Places(kOtherRelay, turn), (std::vector<CoordinatorId>{kRelay, kNoRelay})) << turn;
  }
  EXPECT_EQ(Places(kNoRelay, 0), (std::vector<CoordinatorId>{kRelay, kOtherRelay}));
  EXPECT_EQ(Places(kNoRelay, 1), (std::vector<CoordinatorId>{kOtherRelay, kRelay}));
}

TEST(Ledger, TheFileGivesTheDigestsRoot) {
  const std::vector<LedgerItem> digested = {Item(kLog, 9, 1, 2000), Item(kLog, 4, 2, 1000)};
  const LoggedDigest logged =
      LoggedOf(PlanDigest(kSurgery, IdentityKeyOfAgency(kSurgery), 0, digested));
  std::vector<LedgerItem> items = digested;
  items.push_back(digested[0]);                   // sent twice: one row
  items.push_back(Item(kLog, 12, 3, 3000));       // of the next hour
  items.push_back(Item(kOtherLog, 4, 4, 3000));   // of another log
  LedgerFile file = LedgerFileOf(VectorFederation(), kSurgery, items, {logged}, {});
  EXPECT_EQ(file.rows.size(), 4u);
  EXPECT_TRUE(*DigestHolds(file, file.digests[0]));

  // A relay gives an index of before to a frame of now.
  items.push_back(Item(kLog, 5, 5, 4000));
  file = LedgerFileOf(VectorFederation(), kSurgery, items, {logged}, {});
  EXPECT_TRUE(*DigestHolds(file, file.digests[0]));
  EXPECT_EQ(std::ranges::count(file.rows, true, &LedgerFile::Row::late), 1);
  EXPECT_TRUE(LedgerFile::Parse(file.Serialize()).ok());
}

// A digest of [from, to], its last row released and itself logged at these times.
LoggedDigest Logged(LedgerLog log, uint64_t from, uint64_t to, TimeMs cutoff_ms, TimeMs logged_ms) {
  return {{log.first, log.second, from, to, {}, kOtherRelay, from}, cutoff_ms, logged_ms};
}
constexpr TimeMs kDayMs = 86'400'000, kHourMs = 3'600'000, kNow = 400 * kDayMs;

TEST(LedgerLines, StandWhereADigestEndsThatWasLoggedLongEnoughAgo) {
  const TimeMs released = kNow - 200 * kDayMs, in_time = kNow - 30 * kDayMs - kHourMs;
  const auto line_of = [&](const std::vector<LoggedDigest>& logged) {
    const std::vector<LedgerLine> lines = LinesOf(logged, kNow);
    EXPECT_LE(lines.size(), 1u);
    return lines.empty() ? 0 : lines[0].index;
  };
  EXPECT_EQ(line_of({}), 0u);
  EXPECT_EQ(line_of({Logged(kLog, 0, 9, released, in_time)}), 10u);
  EXPECT_EQ(line_of({Logged(kLog, 0, 9, released, in_time + 1)}), 0u);
  // What is sealed beside the rows stays for 90 days from their release.
  EXPECT_EQ(line_of({Logged(kLog, 0, 9, kNow - 90 * kDayMs, in_time)}), 10u);
  EXPECT_EQ(line_of({Logged(kLog, 0, 9, kNow - 90 * kDayMs + 1, in_time)}), 0u);
  // Of one that nobody dated, the next one's time says enough.
  const LoggedDigest undated = Logged(kLog, 0, 9, released, 0);
  EXPECT_EQ(line_of({undated}), 0u);
  EXPECT_EQ(line_of({Logged(kLog, 10, 12, released, in_time), undated}), 13u);
  EXPECT_EQ(line_of({undated, Logged(kLog, 10, 12, released, in_time + 1)}), 0u);
  // Nothing below the line has to stay.
  EXPECT_EQ(line_of({Logged(kLog, 0, 9, kNow - kDayMs, in_time),
                     Logged(kLog, 10, 12, released, in_time)}), 0u);
}

TEST(LedgerLines, OfEachLogForItself) {
  const TimeMs long_ago = kNow - 200 * kDayMs;
  const std::vector<LoggedDigest> logged = {
      Logged(kLog, 0, 9, long_ago, long_ago), Logged(kLog, 10, 12, long_ago + 5, long_ago + kDayMs),
      Logged(kLog, 13, 20, kNow, kNow), Logged(kOtherLog, 0, 4, kNow, kNow)};
  const std::vector<LedgerLine> lines = LinesOf(logged, kNow);
  ASSERT_EQ(lines, (std::vector<LedgerLine>{{kLog, 13, long_ago + 5}}));
  // All digests below go but the last, by which the next one and the file know where it stands.
  EXPECT_EQ(GoneBy(lines[0], logged), (std::vector<LedgerFile::Digest>{logged[0].digest}));
}

TEST(LedgerLines, TheFileHasWhatIsAboveAndWhatCameLate) {
  const LedgerLine line{kLog, 10, 2000};
  const std::vector<LedgerItem> items = {
      Item(kLog, 4, 1, 1000),                               // its time is over
      Item(kLog, 5, 2, 2001), Item(kLog, 10, 3, 1500), Item(kOtherLog, 4, 4, 1000)};
  const LedgerFile file = LedgerFileOf(VectorFederation(), kSurgery, items,
                                       {Logged(kLog, 0, 9, 2000, 3000)}, {line});
  ASSERT_EQ(file.rows.size(), 3u);
  EXPECT_EQ(file.whole, (std::vector<LedgerFile::Whole>{{kRelay, kLog.second, 10}}));
  EXPECT_EQ(std::ranges::count(file.rows, true, &LedgerFile::Row::late), 1);
  EXPECT_TRUE(file.rows[0].late && file.rows[0].row.index == 5);
  EXPECT_TRUE(LedgerFile::Parse(file.Serialize()).ok());
}

}  // namespace
}  // namespace whoelse
