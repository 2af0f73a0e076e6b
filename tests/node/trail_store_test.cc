// The trail on the disk: one with the change that it is about, whole after a restart, and saying so
// when it may be an older one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "node/importer.h"
#include "node/people_keeper.h"
#include "tests/node/backup_maker.h"
#include "tests/node/raw_store.h"
#include "tests/node/registry_fixture.h"

namespace whoelse {
namespace {

class TrailStoreTest : public RegistryTest {
 protected:
  std::vector<TrailEntry> Entries(uint64_t after = 0) {
    std::vector<TrailEntry> entries;
    const absl::Status read =
        store_->ForEachTrailEntry(after, [&](const TrailEntry& entry, const TrailHead&) {
          entries.push_back(entry);
          return true;
        });
    EXPECT_TRUE(read.ok()) << read;
    return entries;
  }
  absl::StatusOr<std::unique_ptr<RocksdbStore>> OpenCopyOf(const std::string& name) {
    return RocksdbStore::Open(folder_ / name,
                              MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                              X25519PublicKey(), random_);
  }
};

TEST_F(TrailStoreTest, AChangeAndItsEntryAreOne) {
  Import({Pupil("1", kOne), Pupil("2", kTwo)});
  const uint64_t before = store_->trail_head().number;
  Registry::By by = ByAt(kImported);
  by.note.deed = Deed::kEraseRecord;
  ASSERT_TRUE(IsDone(registry_.Erase({"school", "2"}, by)));
  const std::vector<TrailEntry> entries = Entries(before);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].deed, Deed::kEraseRecord);
  EXPECT_EQ(entries[0].user, "local:robin");
  EXPECT_EQ(entries[0].duty, LocalRole::kRecordManager);
  EXPECT_EQ(entries[0].about, (std::vector<TrailFact>{{Fact::kRecord, "2"}}));
  EXPECT_EQ(entries[0].reason->text, "because it was so");
  // What is refused leaves none.
  EXPECT_EQ(FieldOf(registry_.Erase({"school", "2"}, by)), "id");
  EXPECT_EQ(Entries(before).size(), 1u);
}

TEST_F(TrailStoreTest, HoldsAfterARestart) {
  for (int i = 0; i < 3; ++i) store_->WriteTrail(NoteAt(kImported));
  const TrailHead head = store_->trail_head();
  const auto entries = Entries();
  store_.reset();
  store_ = *OpenCopyOf("data");
  EXPECT_EQ(store_->trail_head(), head);
  EXPECT_EQ(Entries(), entries);
  EXPECT_EQ(store_->TrailHeadAt(3).value(), head);
  EXPECT_TRUE(absl::IsNotFound(store_->TrailHeadAt(4).status()));
}

TEST_F(TrailStoreTest, TwoAtOnceComeOneAfterTheOther) {
  std::vector<std::thread> people;
  for (int i = 0; i < 4; ++i) {
    people.emplace_back([&] {
      for (int n = 0; n < 25; ++n) store_->WriteTrail(NoteAt(kImported));
    });
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(Entries().size(), 100u);   // and the chain holds, or Entries says so
}

TEST_F(TrailStoreTest, ANewTrailBeginsAndAnOldCopyOfTheStoreSaysSo) {
  ASSERT_TRUE(BeginTrail(1001, kImported, *store_).ok());
  store_->WriteInUse(kImported);
  ASSERT_TRUE(BeginTrail(1001, kImported + 60'000, *store_).ok());    // a restart
  ASSERT_EQ(Entries().size(), 1u);
  EXPECT_EQ(Entries()[0].deed, Deed::kBeginTrail);
  EXPECT_EQ(Entries()[0].about, (std::vector<TrailFact>{{Fact::kAgency, "1001"}}));
  ASSERT_TRUE(BeginTrail(1001, kImported + 600'000, *store_).ok());   // older, or switched off
  ASSERT_EQ(Entries().size(), 2u);
  EXPECT_EQ(Entries()[1].deed, Deed::kDoubtStore);
  EXPECT_EQ(Entries()[1].about,
            (std::vector<TrailFact>{{Fact::kSince, std::to_string(kImported)}}));
}

TEST_F(TrailStoreTest, ARestoredTrailSaysOfWhenItIs) {
  ASSERT_TRUE(BeginTrail(1001, kImported, *store_).ok());
  const std::string backup = BackedUp(*store_, kImported + 1);
  store_->WriteTrail(NoteAt(kImported + 2));   // what the backup does not know
  const TrailHead kept = store_->trail_head();
  ASSERT_TRUE(RestoreInto(folder_ / "again", backup, kImported + 3, random_).ok());
  store_.reset();
  store_ = *OpenCopyOf("again");
  ASSERT_TRUE(BeginTrail(1001, kImported + 4, *store_).ok());
  ASSERT_EQ(Entries().size(), 2u);
  EXPECT_EQ(Entries()[1].deed, Deed::kDoubtStore);
  EXPECT_EQ(Entries()[1].about,
            (std::vector<TrailFact>{{Fact::kSince, std::to_string(kImported + 1)}}));
  // Another history has the number now, and whoever kept the head finds it.
  EXPECT_NE(store_->TrailHeadAt(kept.number).value(), kept);
}

// Somebody has the disk, and no master key.
class TrailWithoutTheKey : public TrailStoreTest {
 protected:
  TrailWithoutTheKey() {
    EXPECT_TRUE(BeginTrail(1001, kImported, *store_).ok());
    for (int i = 2; i <= 5; ++i) store_->WriteTrail(NoteAt(kImported));
  }
  static std::string KeyOf(uint64_t entry) {
    return "trail/" + ToString(Writer().U64(entry).view());
  }
  // What is done with the families of the closed store by RocksDB's own means.
  void Tamper(const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& with_meta) {
    store_.reset();
    ForEachRawFamily(folder_ / "data", [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
      if (family->GetName() == "meta") with_meta(db, family);
    });
  }
  void TakeOut(uint64_t entry) {
    Tamper([&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
      EXPECT_TRUE(db.Delete({}, meta, KeyOf(entry)).ok());
    });
  }
  absl::Status Read(uint64_t after = 0) {
    return store_->ForEachTrailEntry(after, [](const auto&, const auto&) { return true; });
  }
};

TEST_F(TrailWithoutTheKey, AnEntryTakenOutOfTheMiddleIsNamed) {
  TakeOut(3);
  store_ = *OpenCopyOf("data");
  const absl::Status broken = Read();
  EXPECT_TRUE(absl::IsDataLoss(broken));
  EXPECT_THAT(broken.message(), testing::HasSubstr("at entry 3,"));
  EXPECT_TRUE(Read(4).ok());   // what comes after it is there
  EXPECT_EQ(Entries(4).size(), 1u);
}

TEST_F(TrailWithoutTheKey, AnEntryInAnothersPlaceDoesNotOpen) {
  Tamper([](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    std::string other;
    EXPECT_TRUE(db.Get({}, meta, KeyOf(2), &other).ok());
    EXPECT_TRUE(db.Put({}, meta, KeyOf(3), other).ok());
  });
  store_ = *OpenCopyOf("data");
  EXPECT_TRUE(absl::IsDataLoss(Read()));
  EXPECT_TRUE(Read(4).ok());
}

TEST_F(TrailWithoutTheKey, WithTheLastEntryCutOffNoNodeStarts) {
  TakeOut(5);
  const absl::Status refused = OpenCopyOf("data").status();
  EXPECT_TRUE(absl::IsDataLoss(refused));
  EXPECT_THAT(refused.message(), testing::HasSubstr("at entry 5,"));
}

// With a copy of the head of then the store cannot know; whoever kept a head does.
TEST_F(TrailWithoutTheKey, OnlyAKeptHeadFindsTheEndThatWasCutOffWithItsHead) {
  std::string before;
  Tamper([&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    EXPECT_TRUE(db.Get({}, meta, "trail-head", &before).ok());
  });
  store_ = *OpenCopyOf("data");
  store_->WriteTrail(NoteAt(kImported));
  const TrailHead kept = store_->trail_head();
  Tamper([&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta) {
    EXPECT_TRUE(db.Delete({}, meta, KeyOf(6)).ok());
    EXPECT_TRUE(db.Put({}, meta, "trail-head", before).ok());
  });
  store_ = *OpenCopyOf("data");
  TrailFile file{1001, {}, Entries(), store_->trail_head()};
  EXPECT_TRUE(CheckTrail(file).ok());
  EXPECT_EQ(CheckKept(file, kept), Kept::kCutOff);
  store_->WriteTrail(NoteAt(kImported + 1));
  file = {1001, {}, Entries(), store_->trail_head()};
  EXPECT_EQ(CheckKept(file, kept), Kept::kRewritten);
}

}  // namespace
}  // namespace whoelse
