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

TEST(Ledger, TheFileGivesTheDigestsRoot) {
  const std::vector<LedgerItem> digested = {Item(kLog, 9, 1, 2000), Item(kLog, 4, 2, 1000)};
  const LoggedDigest logged =
      LoggedOf(PlanDigest(kSurgery, IdentityKeyOfAgency(kSurgery), 0, digested));
  std::vector<LedgerItem> items = digested;
  items.push_back(digested[0]);                   // sent twice: one row
  items.push_back(Item(kLog, 12, 3, 3000));       // of the next hour
  items.push_back(Item(kOtherLog, 4, 4, 3000));   // of another log
  LedgerFile file = LedgerFileOf(VectorFederation(), kSurgery, items, {logged});
  EXPECT_EQ(file.rows.size(), 4u);
  EXPECT_TRUE(*DigestHolds(file, file.digests[0]));

  // A relay gives an index of before to a frame of now.
  items.push_back(Item(kLog, 5, 5, 4000));
  file = LedgerFileOf(VectorFederation(), kSurgery, items, {logged});
  EXPECT_TRUE(*DigestHolds(file, file.digests[0]));
  EXPECT_EQ(std::ranges::count(file.rows, true, &LedgerFile::Row::late), 1);
  EXPECT_TRUE(LedgerFile::Parse(file.Serialize()).ok());
}

}  // namespace
}  // namespace whoelse
