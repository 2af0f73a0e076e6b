// What a node's store keeps for receipts and digests, across a restart.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "node/asker_rules.h"
#include "node/rocksdb_store.h"
#include "tests/cli/folder.h"
#include "tests/node/federation.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

class NodeStore : public ::testing::Test {
 protected:
  NodeStore() { Reopen(); }
  void Reopen() {
    store_.reset();
    X25519PublicKey lead;
    lead.data()[0] = 9;
    auto opened = RocksdbStore::Open(folder_ / "data",
                                     MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})), lead,
                                     random_);
    if (!opened.ok()) throw std::runtime_error(std::string(opened.status().message()));
    store_ = *std::move(opened);
  }
  std::vector<RocksdbStore::ReceiptRow> Rows(size_t most) {
    std::vector<RocksdbStore::ReceiptRow> rows;
    EXPECT_TRUE(store_->ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
      rows.push_back(row);
      return rows.size() < most;
    }).ok());
    return rows;
  }

  TestFolder folder_;
  SeededRandom random_{20260506};
  std::unique_ptr<RocksdbStore> store_;
};

FrameHash HashOf(uint8_t byte) {
  FrameHash hash;
  hash.data()[0] = byte;
  return hash;
}

TEST_F(NodeStore, ReceiptsNewestFirst) {
  RocksdbStore::ReceiptRow old{1000, HashOf(1), ReceiptState::kPending, Purpose::kConcern, 5, 3,
                               {PersonRef(), {AskedAs::kAgain, Digest()}, "C-1", "100001"}};
  const RocksdbStore::ReceiptRow young{2000, HashOf(2), ReceiptState::kComplete,
                                       Purpose::kSection47, 5, 5, {}, true};
  store_->WriteReceipt(old, "old");
  store_->WriteReceipt(young, "young");
  old.state = ReceiptState::kComplete;
  store_->WriteReceipt(old, "old, completed");   // takes the place of the first
  Reopen();
  const auto rows = Rows(10);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].frame_hash, young.frame_hash);
  EXPECT_EQ(rows[1].asked_ms, 1000u);
  EXPECT_EQ(rows[1].state, ReceiptState::kComplete);
  EXPECT_EQ(rows[1].purpose, Purpose::kConcern);
  EXPECT_EQ(rows[1].answered, 3u);
  EXPECT_EQ(rows[1].asked_for.case_reference, "C-1");
  EXPECT_EQ(rows[1].asked_for.organisation, "100001");
  EXPECT_FALSE(rows[1].nothing_came);
  EXPECT_TRUE(rows[0].nothing_came);
  EXPECT_EQ(rows[1].asked_for.origin.as, AskedAs::kAgain);
  EXPECT_EQ(Rows(1).size(), 1u);
  EXPECT_EQ(**store_->ReadReceipt(HashOf(1)), "old, completed");
  EXPECT_FALSE(store_->ReadReceipt(HashOf(3))->has_value());
}

TEST_F(NodeStore, AQuestionIsThereWithAllThatReviewsIt) {
  const RocksdbStore::ReceiptRow row{1000, HashOf(1), ReceiptState::kPending, Purpose::kConcern, 5,
                                     0, {}, true};
  SentNotice notice;
  notice.subject[0] = {KeyType::kNhsNumber, "9990000018"};
  store_->WriteQuestion({row, "a receipt", WipedBytes(Bytes(9, 1)), notice}, {},
                        {{"7f3a-91c2-04be", false, "to be reviewed"}});
  Reopen();
  ASSERT_EQ(Rows(10).size(), 1u);
  EXPECT_TRUE(Rows(10)[0].nothing_came);
  EXPECT_EQ(**store_->ReadReceipt(HashOf(1)), "a receipt");
  EXPECT_EQ((*store_->ReadOpening(HashOf(1)))->bytes, Bytes(9, 1));
  EXPECT_EQ(*store_->ReadSentNotices(), std::vector{notice});
  EXPECT_EQ(store_->ReadInbox(false).value(), std::vector<std::string>{"to be reviewed"});
}

// domain.md: ten notices a day an agency, one a practitioner. Each knows of the others' by the
// store alone, also after a restart in the middle of the day.
TEST_F(NodeStore, TheAgencysNoticesOfADayAreEverybodysTogether) {
  const Date today = *Date::Parse("2026-11-23"), tomorrow = *Date::Parse("2026-11-24");
  const auto person = [](uint8_t number) {
    PersonRef ref;
    ref.data()[0] = number;
    return ref;
  };
  // As the asker does it: read, checked, counted. Whether it may leave.
  const auto send = [&](uint8_t number, Date day, const std::string& organisation = "") {
    const AskerCase c{.practitioner = person(number),
                      .role = Role::kPractitioner,
                      .purpose = Purpose::kConcern,
                      .shield_notice = true,
                      .case_reference = true,
                      .reason = "",
                      .does_not_know_them = true,
                      .holds = true,
                      .own_family = false,
                      .approver = person(200),
                      .today = store_->ReadAskCounts(person(number), organisation, day).value(),
                      .caps = {}};
    const AskerVerdict verdict = CheckAsker(c);
    EXPECT_EQ(verdict.missing.empty(), !verdict.used_up);
    if (verdict.used_up) return false;
    store_->WriteAskCounts(c.practitioner, organisation, day, CountedWith(c.today, c));
    return true;
  };
  EXPECT_TRUE(send(1, today));
  EXPECT_FALSE(send(1, today));   // one's own is used up
  EXPECT_EQ(store_->ReadAskCounts(person(2), "", today).value(), (AskCounts{0, 0, 0, 1}));
  for (uint8_t number = 2; number <= 6; ++number) EXPECT_TRUE(send(number, today));
  Reopen();
  // Everyday questions in between, of who sent one and of who did not, leave the count as it is.
  for (const uint8_t number : {uint8_t{2}, uint8_t{20}}) {
    AskCounts counts = store_->ReadAskCounts(person(number), "", today).value();
    EXPECT_EQ(counts.agency_shield_notices, 6u);
    ++counts.questions;
    store_->WriteAskCounts(person(number), "", today, counts);
  }
  for (uint8_t number = 7; number <= 10; ++number) EXPECT_TRUE(send(number, today));
  EXPECT_FALSE(send(11, today));
  EXPECT_EQ(store_->ReadAskCounts(person(11), "", today).value(), (AskCounts{0, 0, 0, 10}));
  EXPECT_TRUE(send(11, today, "100001"));   // an organisation of a hub has a count of its own
  EXPECT_FALSE(send(12, today));
  EXPECT_TRUE(send(11, tomorrow));
  EXPECT_EQ(store_->ReadAskCounts(person(12), "", tomorrow).value(), (AskCounts{0, 0, 0, 1}));
}

// A node that starts anew by itself would answer "nothing" about everybody whom it held.
TEST_F(NodeStore, AStoreThatLostItsFilesIsNotMadeAnew) {
  store_.reset();
  std::filesystem::remove(folder_ / "data/CURRENT");
  EXPECT_THROW(Reopen(), std::runtime_error);
}

TEST_F(NodeStore, AStoreWhoseMakingWasCutShortIsMadeAnew) {
  store_.reset();
  std::filesystem::remove(folder_ / "data/CURRENT");
  ASSERT_TRUE(WriteFileDurably(folder_ / "data/UNFINISHED", {}, 0600).ok());
  Reopen();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "data/UNFINISHED"));
}

TEST_F(NodeStore, AReceiptIsSealedOnTheDisk) {
  const std::string text = "a receipt that nobody reads from the disk";
  store_->WriteReceipt({1000, HashOf(1), ReceiptState::kPending, Purpose::kConcern, 5, 3,
                         {PersonRef(), {}, "C-77"}},
                        text);
  store_.reset();
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "data")) {
    if (entry.is_regular_file()) all += ContentOf(entry.path().string());
  }
  EXPECT_GT(all.size(), text.size());
  EXPECT_EQ(all.find(text), std::string::npos);
  EXPECT_EQ(all.find("C-77"), std::string::npos);
}

TEST_F(NodeStore, KeepsEveryRosterThatRuled) {
  for (int version : {7, 8}) {
    const std::string note = ProtocolVectors()["rosters"][version - 7]["note"];
    store_->KeepRoster(*RosterOf(version), {note, {}, {}});
  }
  Reopen();
  EXPECT_EQ(**store_->ReadRoster(7), *RosterOf(7));
  EXPECT_EQ(**store_->ReadRoster(8), *RosterOf(8));
  EXPECT_FALSE(store_->ReadRoster(9)->has_value());
}

// A slot of two frames, as the answering thread commits it.
SlotBatch Batch(TimeMs release_ms, std::vector<uint64_t> indexes) {
  SlotBatch batch;
  batch.release_ms = release_ms;
  for (uint64_t index : indexes) {
    SlotRecord record{};
    record.frame_hash = HashOf(static_cast<uint8_t>(index));
    record.coordinator = kRelay;
    record.log_key_id = 77;
    record.index = index;
    record.wire = Bytes(kWireSize, static_cast<uint8_t>(index));
    batch.records.push_back(std::move(record));
  }
  return batch;
}

TEST_F(NodeStore, TheLedgerFromWhereTheLastDigestEnded) {
  store_->CommitSlot(Batch(1000, {2, 3}));
  store_->CommitSlot(Batch(2000, {9}));
  const auto all = store_->ReadLedger({});
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->size(), 3u);
  EXPECT_EQ((*all)[2].row.index, 9u);
  EXPECT_EQ((*all)[2].released_ms, 2000u);
  EXPECT_EQ((*all)[2].row.wire_hash, WireHash(Bytes(kWireSize, 9)));
  EXPECT_EQ(store_->ReadLedger({{{kRelay, 77}, 4}})->size(), 1u);
  EXPECT_TRUE(store_->ReadLedger({{{kRelay, 77}, 10}})->empty());
  EXPECT_EQ(store_->ReadLedger({{{kRelay, 78}, 10}})->size(), 3u);

  const PlannedDigest planned = PlanDigest(kSurgery, IdentityKeyOfAgency(kSurgery), 0, *all);
  store_->WritePlannedDigest(planned);
  Reopen();
  const auto waiting = store_->ReadPlannedDigests();
  ASSERT_EQ(waiting->size(), 1u);
  EXPECT_EQ((*waiting)[0].entry, planned.entry);
  EXPECT_EQ((*waiting)[0].cutoff_ms, 2000u);
  store_->WriteLoggedDigest({{kRelay, 77, 0, 9, planned.entry.root, kOtherRelay, 5}, 2000});
  EXPECT_TRUE(store_->ReadPlannedDigests()->empty());
  const auto logged = store_->ReadLoggedDigests();
  ASSERT_EQ(logged->size(), 1u);
  EXPECT_EQ((*logged)[0].digest.to, 9u);
  EXPECT_EQ((*logged)[0].cutoff_ms, 2000u);
  EXPECT_EQ(NextIndex({kRelay, 77}, *logged), 10u);
}

TEST_F(NodeStore, WhatIsSealedToTheLeadOfficerStaysSealed) {
  store_->CommitSlot(Batch(1000, {2, 3}));
  store_->CommitSlot(Batch(2000, {9}));
  std::set<std::string> sealed;
  const auto take = [&](size_t most) {
    sealed.clear();
    return [&sealed, most](ByteView one) {
      EXPECT_EQ(one.size(), kLedgerSealedSize);
      sealed.insert(ToString(one));
      return sealed.size() < most;
    };
  };
  ASSERT_TRUE(store_->ForEachSealed(0, 2001, take(10)).ok());
  EXPECT_EQ(sealed.size(), 3u);   // three notes of the same words, each sealed on its own
  ASSERT_TRUE(store_->ForEachSealed(1001, 2001, take(10)).ok());
  EXPECT_EQ(sealed.size(), 1u);
  ASSERT_TRUE(store_->ForEachSealed(0, 2000, take(10)).ok());
  EXPECT_EQ(sealed.size(), 2u);   // what came since the newest session is not given out
  ASSERT_TRUE(store_->ForEachSealed(0, 2001, take(2)).ok());
  EXPECT_EQ(sealed.size(), 2u);
}

// By its age alone, in bounded steps; what proves that a frame was answered stays.
TEST_F(NodeStore, TheSealedPartIsSweptAndTheRestStays) {
  store_->CommitSlot(Batch(1000, {2, 3, 5}));
  SlotBatch opened = Batch(1000, {7});
  opened.records[0].noted.agency = 1002;
  opened.records[0].noted.purpose = Purpose::kConcern;
  opened.records[0].noted.power = Power::kCa2004S11;
  store_->CommitSlot(opened);
  store_->CommitSlot(Batch(2000, {9}));
  const auto before = store_->ReadLedger({});
  EXPECT_TRUE(*store_->HasSealed(0, 1001));
  EXPECT_FALSE(*store_->HasSealed(1001, 2000));
  std::string from;
  int steps = 0;
  do {
    from = store_->SweepLedger(2000, {}, from, 2).value();
    ++steps;
  } while (!from.empty());
  EXPECT_EQ(steps, 3);
  Reopen();
  size_t left = 0;
  ASSERT_TRUE(store_->ForEachSealed(0, UINT64_MAX, [&](ByteView) { return ++left > 0; }).ok());
  EXPECT_EQ(left, 1u);   // hits and misses alike
  EXPECT_FALSE(*store_->HasSealed(0, 2000));
  EXPECT_TRUE(*store_->HasSealed(2000, 2001));
  const auto after = store_->ReadLedger({});
  ASSERT_EQ(after->size(), before->size());
  for (size_t i = 0; i < after->size(); ++i) {
    EXPECT_EQ((*after)[i].row.frame_hash, (*before)[i].row.frame_hash);
    EXPECT_EQ((*after)[i].row.wire_hash, (*before)[i].row.wire_hash);
    EXPECT_EQ((*after)[i].released_ms, (*before)[i].released_ms);
  }
  EXPECT_EQ(*store_->ReadTakenThrough(), 0u);
  store_->WriteTakenThrough(1500);
  Reopen();
  EXPECT_EQ(*store_->ReadTakenThrough(), 1500u);
}

TEST_F(NodeStore, RowsGoBelowTheirLogsLineButForThoseThatCameLate) {
  store_->CommitSlot(Batch(1000, {2, 3}));
  store_->CommitSlot(Batch(1500, {2}));   // under an index of before
  store_->CommitSlot(Batch(1000, {9}));
  const LoggedDigest last{{kRelay, 77, 2, 3, {}, kOtherRelay, 6}, 1000, 2000};
  const LoggedDigest before{{kRelay, 77, 0, 1, {}, kOtherRelay, 5}, 900, 1900};
  for (const LoggedDigest& one : {before, last}) store_->WriteLoggedDigest(one);
  EXPECT_TRUE(store_->ReadLedgerLines()->empty());
  const LedgerLine line{{kRelay, 77}, 4, 1000};
  store_->WriteLedgerLine(line, {before.digest});
  std::string from;
  do {
    from = store_->SweepLedger(1200, *store_->ReadLedgerLines(), from, 2).value();
  } while (!from.empty());
  Reopen();
  EXPECT_EQ(*store_->ReadLedgerLines(), std::vector{line});
  std::set<std::pair<uint64_t, TimeMs>> left;
  const auto items = *store_->ReadLedger({});
  for (const LedgerItem& item : items) left.emplace(item.row.index, item.released_ms);
  EXPECT_EQ(left, (std::set<std::pair<uint64_t, TimeMs>>{{2, 1500}, {9, 1000}}));
  const auto logged = *store_->ReadLoggedDigests();
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(logged[0].digest, last.digest);
  EXPECT_EQ(logged[0].logged_ms, 2000u);
  EXPECT_EQ(NextIndex({kRelay, 77}, logged), 4u);
}

TEST_F(NodeStore, NoticesThatWereSentSurviveARestart) {
  SentNotice first, second;
  first.subject[0] = {KeyType::kNhsNumber, "9990000018"};
  first.born = 20150314;
  first.last_ms = 1000;
  second.subject[0] = {KeyType::kNhsNumber, "9990000026"};
  second.subject[1] = {KeyType::kUpn, "A123456789012"};
  store_->WriteSentNotice(first);
  store_->WriteSentNotice(second);
  first.last_ms = 2000;
  store_->WriteSentNotice(first);   // takes the place of the earlier one
  Reopen();
  auto notices = store_->ReadSentNotices();
  ASSERT_TRUE(notices.ok()) << notices.status();
  std::ranges::sort(*notices, {}, &SentNotice::last_ms);
  EXPECT_EQ(*notices, (std::vector<SentNotice>{second, first}));
  store_->EndSentNotice(first.subject);
  EXPECT_EQ(*store_->ReadSentNotices(), (std::vector<SentNotice>{second}));
}

TEST_F(NodeStore, AnInboxItemIsOpenOrDone) {
  store_->WriteInbox({{"7f3a-91c2-04be", false, "first"}, {"0000-0000-0001", false, "other"}});
  store_->WriteInbox({{"7f3a-91c2-04be", true, "first, decided"}});
  Reopen();
  EXPECT_EQ(store_->ReadInbox(false).value(), std::vector<std::string>{"other"});
  EXPECT_EQ(store_->ReadInbox(true).value(), std::vector<std::string>{"first, decided"});
  const auto found = store_->FindInbox("7f3a-91c2-04be").value();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->done);
  EXPECT_EQ(found->document, "first, decided");
  EXPECT_FALSE(store_->FindInbox("7f3a-91c2").value());
}

TEST_F(NodeStore, AlarmsBecomeItemsOnce) {
  store_->AddAlarm("an alarm");
  store_->WriteInbox({{"0000-0000-0001", false, "an item"}});
  int taken = 0;
  const auto item_of = [&](std::string_view document) -> absl::StatusOr<RocksdbStore::InboxDocument> {
    EXPECT_EQ(document, "an alarm");
    return RocksdbStore::InboxDocument{"0000-0000-000" + std::to_string(2 + taken++), false,
                                       std::string(document)};
  };
  // What cannot be read is said, and stays for a better version.
  EXPECT_TRUE(absl::IsDataLoss(store_->TakeUpDocuments(
      [](std::string_view) { return absl::DataLossError("unknown"); })));
  ASSERT_TRUE(store_->TakeUpDocuments(item_of).ok());
  ASSERT_TRUE(store_->TakeUpDocuments(item_of).ok());
  EXPECT_EQ(taken, 1);
  Reopen();
  EXPECT_EQ(store_->ReadInbox(false).value(), (std::vector<std::string>{"an item", "an alarm"}));
}

}  // namespace
}  // namespace whoelse
