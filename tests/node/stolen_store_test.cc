// What a disk shows to whoever has it without the master key: how many records there are and how long
// each is; not which of them are of one child (docs/decisions/0023).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "crypto/hash.h"
#include "tests/node/raw_store.h"
#include "tests/node/registry_fixture.h"
#include "tests/node/registry_run.h"

namespace whoelse {
namespace {

using Row = std::pair<std::string, std::string>;   // key and value
using Rows = std::vector<Row>;

class StolenStore : public testing::Test {
 protected:
  static Record Pupil(const std::string& source_id, const std::string& number) {
    Record record = BasicRecord(number);
    record.source_id = source_id;
    return record;
  }
  // Everything that is written of these records when they are imported and enrolled.
  Rows Written(const std::string& name, const std::vector<Record>& records) {
    {
      RegistryRun run(folder_ / name, board_, clock_, random_);
      ImportAll(run.registry, records, kImported);
      const auto work = run.registry.NextToEnrol(1, 100, kImported);
      std::vector<SubKeys> keys;
      for (const Registry::Work& one : *work) keys.push_back(SubKeysOf(one.type, one.value, 1));
      EXPECT_TRUE(run.registry.OnEnrolled(1, *work, std::move(keys)).ok());
    }
    return RowsOn(folder_ / name);
  }

  static Rows RowsOn(const std::string& directory) {
    Rows rows;
    ForEachRawFamily(directory, [&](rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
      const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}, family));
      for (at->SeekToFirst(); at->Valid(); at->Next()) {
        rows.emplace_back(at->key().ToString(), at->value().ToString());
      }
    });
    return rows;
  }

  TestFolder folder_;
  SeededRandom random_{20261123};
  FixedClock clock_;
  RosterBoard board_;
};

std::vector<std::pair<size_t, size_t>> Sizes(const Rows& rows) {
  std::vector<std::pair<size_t, size_t>> sizes;
  for (const auto& [key, value] : rows) sizes.emplace_back(key.size(), value.size());
  return sizes;
}

// How many strings of eight bytes stand in more than one row: what links rows with one another.
size_t Shared(const Rows& rows) {
  constexpr size_t kLong = 8;
  std::map<std::string, std::set<size_t>> in;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (const std::string* text : {&rows[i].first, &rows[i].second}) {
      for (size_t at = 0; at + kLong <= text->size(); ++at) in[text->substr(at, kLong)].insert(i);
    }
  }
  return std::ranges::count_if(in, [](const auto& one) { return one.second.size() > 1; });
}

TEST_F(StolenStore, DoesNotShowWhichRecordsAreOfOneChild) {
  const Rows one_child = Written("one", {Pupil("1", kChild), Pupil("2", kChild)});
  const Rows two_children = Written("two", {Pupil("1", kChild), Pupil("2", kOtherChild)});
  ASSERT_GE(one_child.size(), 4u) << "two records and their sub-keys";
  EXPECT_EQ(Sizes(one_child), Sizes(two_children));
  EXPECT_EQ(Shared(one_child), Shared(two_children));
}

// A closed number outlives its records; what a thief can compute of every number is in no row.
TEST_F(StolenStore, DoesNotShowWhichNumbersAreClosed) {
  const NhsNumber closed = *NhsNumber::Parse(kChild);
  {
    RegistryRun run(folder_ / "closed", board_, clock_, random_);
    ImportAll(run.registry, {Pupil("1", kChild)}, kImported);
    ASSERT_TRUE(IsDone(run.registry.Close(closed, ByAt(kImported))));
    ASSERT_TRUE(IsDone(run.registry.Erase({"", "1"}, ByAt(kImported))));
    ASSERT_EQ(run.store->ReadClosedNames()->size(), 1u);
    auto other = RocksdbStore::Open(folder_ / "another-key",
                                    MasterKey(Secret<32>::From(std::array<uint8_t, 32>{8})),
                                    X25519PublicKey(), random_);
    ASSERT_TRUE(other.ok());
    EXPECT_NE(run.store->ClosedName("", closed), (*other)->ClosedName("", closed));
  }
  for (const auto& [key, value] : RowsOn(folder_ / "closed")) {
    EXPECT_EQ(key.find(closed.digits()), std::string::npos);
    EXPECT_EQ(value.find(closed.digits()), std::string::npos);
  }
}

// A row that finds a record by its number, under a keyed hash that tells nobody the number.
TEST_F(StolenStore, AnIndexOnTheDiskWouldShowIt) {
  const auto with_index = [&](const std::string& name, const std::vector<Record>& records) {
    Rows rows = Written(name, records);
    for (const Record& record : records) {
      const Digest hash = H("strawman/index", {AsBytes("a key that nobody knows"),
                                             AsBytes(record.nhs_number->digits())});
      rows.emplace_back(ToString(hash) + record.source_id, "");
    }
    return rows;
  };
  EXPECT_NE(Shared(with_index("one", {Pupil("1", kChild), Pupil("2", kChild)})),
            Shared(with_index("two", {Pupil("1", kChild), Pupil("2", kOtherChild)})));
}

}  // namespace
}  // namespace whoelse
