// The trail on the disk: one with the change that it is about, whole after a restart, and saying so
// when it may be an older one.
#include <gtest/gtest.h>

#include <thread>

#include "node/importer.h"
#include "node/people_keeper.h"
#include "tests/node/backup_maker.h"
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

}  // namespace
}  // namespace whoelse
