// A store and its backup: what goes back and what does not, while others write, and a restore that
// lowers nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/backup_parts.h"
#include "node/doubt.h"
#include "node/ledger.h"
#include "tests/node/backup_maker.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

using testing::IsEmpty;

constexpr TimeMs kRestoredAt = kImported + 60'000;

class Backup : public RegistryTest {
 protected:
  std::string BackedUp(const std::function<void()>& meanwhile = [] {}) {
    return whoelse::BackedUp(*store_, kImported, meanwhile);
  }
  absl::Status Restore(const std::string& file, const std::string& directory) {
    return RestoreInto(folder_ / directory, file, kRestoredAt, random_);
  }
  absl::StatusOr<std::unique_ptr<RocksdbStore>> OpenAt(const std::string& directory) {
    return RocksdbStore::Open(folder_ / directory, TestMaster(), X25519PublicKey(), random_);
  }
  std::unique_ptr<RocksdbStore> Restored(const std::string& file) {
    const absl::Status restored = Restore(file, "restored");
    EXPECT_TRUE(restored.ok()) << restored;
    auto store = *OpenAt("restored");
    EXPECT_TRUE(store->LoadRecords([](const StoredRecord&) {}).ok());
    return store;
  }
  // Something of everything that a store keeps.
  void FillAll() {
    Import({Pupil("1", kOne, kUpnOne), Pupil("2", kTwo)});
    EnrolAll(1);
    ASSERT_TRUE(IsDone(registry_.Close(*NhsNumber::Parse(kTwo), ByAt(kImported))));
    ASSERT_TRUE(IsDone(registry_.Erase({"school", "2"}, ByAt(kImported))));
    Answer(4, kImported);
    store_->WriteInbox({{"7f3a-91c2-04be", false, "open"}, {"0000-0000-0001", true, "done"}});
    store_->AddAlarm("an alarm");
    FrameHash hash;
    store_->WriteQuestion(
        {{1000, hash, ReceiptState::kPending, Purpose::kConcern, 5, 3, {{}, {}, "C-1"}}, "r",
         WipedBytes(Bytes(9, 1)), std::nullopt});
    RosterKeeper keeper(VectorAnchor());
    const SignedRoster roster{ProtocolVectors()["rosters"][0]["note"].get<std::string>(), {}, {}};
    ASSERT_TRUE(keeper.Offer(roster, kNow).ok());
    store_->WriteRosterState(keeper.Persistent());
    store_->KeepRoster(*RosterOf(7), roster);
    store_->WriteWatch(kRelay, 77, LogWatch::Memory());
    const auto ledger = *store_->ReadLedger({});
    store_->WritePlannedDigest(PlanDigest(kSurgery, IdentityKeyOfAgency(kSurgery), 0, ledger));
    store_->WriteLoggedDigest({{kOtherRelay, 78, 0, 9, {}, kRelay, 5}, kImported - 1});
    store_->WriteLedgerLine({{kOtherRelay, 78}, 10, kImported - 1}, {});
    store_->WriteInUse(kImported);
    store_->WriteTakenThrough(kImported - 1);
    store_->WriteSentNotice({About(kOne, ""), 0, kImported});
    store_->WriteArranged(RocksdbStore::Arranged::kWatch, "1", "a watch");
    store_->WritePolicyState("", Bytes(3, 1));
    store_->WriteAskCounts(PersonRef(), "", kToday, {3, 0, 0, 0});
  }
};

// Whoever adds a family, or a key of `meta`, says there whether it may go back.
TEST_F(Backup, EverythingThatAStoreKeepsHasItsPlace) {
  FillAll();
  EXPECT_EQ(BackedUp().substr(0, 14), "whoelse backup");   // not "is not in node/backup_parts.h"
  for (const std::string_view family : RocksdbStore::Families()) {
    EXPECT_TRUE(std::ranges::any_of(kBackupParts, [&](const BackupPart& part) {
      return part.family == family;
    })) << family;
  }
  EXPECT_EQ(PartOf("meta", "something new"), nullptr);
  for (const BackupPart& part : kBackupParts) {
    EXPECT_EQ(std::ranges::count(RocksdbStore::Families(), part.family), 1) << part.family;
    EXPECT_EQ(PartOf(part.family, part.keys), &part) << part.family << " " << part.keys;
    EXPECT_FALSE(part.reason.empty());
  }
}

TEST_F(Backup, WhatAnAgencyHoldsComesBack) {
  FillAll();
  const std::unique_ptr<RocksdbStore> restored = Restored(BackedUp());
  EXPECT_EQ(*restored->ReadRecord(1), *store_->ReadRecord(1));
  EXPECT_EQ(restored->FindByIdentifier(kNhs, kOne), (std::vector<RecordId>{1}));
  EXPECT_EQ(restored->FindBySource("school", "1"), 1u);
  EXPECT_EQ(restored->FindBySource("school", "2"), 0u);
  EXPECT_TRUE((*restored->FindGone("school", "2"))->erased);
  EXPECT_EQ(*restored->ReadClosedNames(),
            std::set<std::string>{store_->ClosedName("", *NhsNumber::Parse(kTwo))});
  EXPECT_EQ(restored->NextRecordId(), store_->NextRecordId());
  EXPECT_EQ(restored->ReadLedger({})->size(), 1u);
  EXPECT_EQ(restored->ReadInbox(false)->size(), 1u);
  EXPECT_EQ(restored->ReadInbox(true)->size(), 1u);
  EXPECT_TRUE(restored->ReadOpening(FrameHash())->has_value());
  EXPECT_EQ(**restored->ReadReceipt(FrameHash()), "r");
  EXPECT_EQ(restored->ReadJournal(9)->size(), 1u);
  EXPECT_EQ(**restored->ReadRoster(7), *RosterOf(7));
  EXPECT_EQ(restored->ReadLoggedDigests()->size(), 1u);
  EXPECT_EQ(*restored->ReadLedgerLines(), *store_->ReadLedgerLines());
  EXPECT_EQ(restored->ReadSentNotices()->size(), 1u);   // and goes on being repeated
  EXPECT_EQ(**restored->ReadArranged(RocksdbStore::Arranged::kWatch, "1"), "a watch");
  EXPECT_EQ(**restored->ReadPolicyState(""), Bytes(3, 1));
}

TEST_F(Backup, WhatMustNotGoBackDoesNot) {
  FillAll();
  const std::unique_ptr<RocksdbStore> restored = Restored(BackedUp());
  EXPECT_THAT(*restored->LoadWires(), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(restored->ReadWrapKey(1, kNhs, 1).status()));
  EXPECT_FALSE(restored->ReadRosterState()->has_value());
  EXPECT_FALSE(restored->ReadWatch(kRelay, 77)->has_value());
  EXPECT_THAT(*restored->ReadPlannedDigests(), IsEmpty());
  EXPECT_EQ(restored->ReadEnrolmentState()->newest_import_ms, 0u);
  EXPECT_TRUE(restored->ReadEnrolmentState()->begun_ms.empty());
  EXPECT_EQ(restored->ReadAskCounts(PersonRef(), "", kToday)->questions, 0u);
}

// A minute old, and doubted all the same; a second start too.
TEST_F(Backup, ARestoredStoreIsDoubtedWhateverItsAge) {
  store_->WriteInUse(kImported);
  const std::unique_ptr<RocksdbStore> restored = Restored(BackedUp());
  for (const TimeMs start : {kRestoredAt, kRestoredAt + 1000}) {
    EXPECT_GT(StoreDoubt(*restored->ReadInUse(), start).UnsureThrough(1), 0u);
  }
  EXPECT_EQ((*restored->ReadRestored())->restored_ms, kRestoredAt);
  EXPECT_EQ((*restored->ReadRestored())->made_ms, kImported);
  EXPECT_TRUE((*restored->ReadRestored())->shields_everybody);
  EXPECT_FALSE(store_->ReadRestored()->has_value());
}

// One moment, and nobody waits: a write while it is made would stand still if a lock were held.
TEST_F(Backup, IsOfOneMomentWhileOthersWrite) {
  Import({Pupil("1", kOne)});
  const std::string file = BackedUp([&] { Import({Pupil("2", kTwo)}); });
  EXPECT_TRUE(store_->ReadRecord(2).ok());
  const std::unique_ptr<RocksdbStore> restored = Restored(file);
  EXPECT_TRUE(restored->ReadRecord(1).ok());
  EXPECT_TRUE(absl::IsNotFound(restored->ReadRecord(2).status()));
  EXPECT_THAT(restored->FindByIdentifier(kNhs, kTwo), IsEmpty());
}

TEST_F(Backup, GoesIntoAnEmptyDirectoryOnly) {
  const std::string file = BackedUp();
  ASSERT_TRUE(Restore(file, "restored").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(file, "restored")));
  EXPECT_TRUE(OpenAt("restored").ok());   // as it was
}

// A node that started in half a store would say "nothing" about the other half.
TEST_F(Backup, NoNodeStartsInHalfARestore) {
  FillAll();
  const std::string whole = BackedUp(), cut = whole.substr(0, whole.size() - 1);
  EXPECT_TRUE(absl::IsInvalidArgument(Restore(cut, "half")));
  const auto opened = OpenAt("half");
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
  EXPECT_TRUE(absl::IsFailedPrecondition(Restore(whole, "half")));   // nor is it filled up
}

// The digest of a range that the backup does not know of is never made a second time.
TEST_F(Backup, TheNextDigestBeginsAfterTheRestore) {
  const LedgerLog log{kRelay, 77};
  LedgerItem since{log, {12, {}, {}}, kRestoredAt + 1};
  LedgerItem later{log, {15, {}, {}}, kRestoredAt + 2};
  EXPECT_EQ(NextIndexSince(kRestoredAt, log, {}, {later, since}), 12u);
  const PlannedDigest planned = PlanDigest(kSurgery, IdentityKeyOfAgency(kSurgery), 12, {since});
  const LoggedDigest logged{{kRelay, 77, 12, 12, planned.entry.root, kOtherRelay, 5},
                            planned.cutoff_ms};
  // From then on as always: what is between the two may have come late.
  EXPECT_EQ(NextIndexSince(kRestoredAt, log, {logged}, {later}), 13u);
}

}  // namespace
}  // namespace whoelse
