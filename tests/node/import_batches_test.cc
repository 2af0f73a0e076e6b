// Rows are written some at a time, each lot while the next is gathered: what comes of a file must be what
// would come of its rows one after another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/node/registry_fixture.h"
#include "tests/node/registry_run.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

constexpr size_t kRows = 3'500;   // several lots
constexpr size_t kChildren = 1'200;

class ImportBatches : public ::testing::Test {
 protected:
  ImportBatches() {
    for (uint64_t n = 9'990'000'018; numbers_.size() < kChildren; ++n) {
      const auto number = NhsNumber::Parse(std::to_string(n));
      if (number.ok()) numbers_.push_back(*number);
    }
  }
  // Of a few hundred rows each something is odd: another date of birth, a UPN of somebody else, a
  // closed record, a number that changed.
  ImportRow RowOf(size_t place, bool again) {
    ImportRow row;
    row.line = place + 2;
    row.number_changed = static_cast<NumberChange>(1 + random_.Below(3));
    Record& record = row.record;
    record = BasicRecord("");
    record.source = "school";
    record.source_id = std::to_string(place);
    const uint64_t usual = place * 7 % kChildren;
    const bool changed = again && random_.Below(30) == 0;
    record.nhs_number = numbers_[changed ? random_.Below(kChildren) : usual];
    if (random_.Below(8) == 0) record.nhs_number.reset();
    if (random_.Below(150) == 0) record.born = *Date::FromYmd(20110302);
    if (random_.Below(500) == 0) record.upn = *Upn::Parse("A123456789012");
    record.restrictions.closed = random_.Below(200) == 0;
    record.restrictions.shielded = record.restrictions.closed || random_.Below(50) == 0;
    if (again && random_.Below(3) == 0) record.team = "West";
    return row;
  }
  static std::vector<StoredRecord> All(RegistryRun& run) {
    std::vector<StoredRecord> all;
    EXPECT_TRUE(run.store->ForEachRecord(0, [&](const StoredRecord& stored) {
      all.push_back(stored);
      return true;
    }).ok());
    return all;
  }

  const uint64_t seed_ = SeedOr(20261122);
  SeededRandom random_{seed_};
  std::vector<NhsNumber> numbers_;
  TestFolder folder_;
  FixedClock clock_;
  RosterBoard board_;
  RegistryRun together_{folder_ / "together", board_, clock_, random_};
  RegistryRun apart_{folder_ / "apart", board_, clock_, random_};
};

TEST_F(ImportBatches, DoWhatTheirRowsDoOneAfterAnother) {
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed_));
  for (const bool again : {false, true}) {
    std::vector<ImportRow> rows;
    for (size_t place = 0; place < kRows; ++place) rows.push_back(RowOf(place, again));
    ImportCounts together, apart;
    ASSERT_TRUE(together_.registry.Take(rows, kImported, true, &together, nullptr).ok());
    for (const ImportRow& row : rows) {
      ASSERT_TRUE(apart_.registry.Take({&row, 1}, kImported, true, &apart, nullptr).ok());
    }
    EXPECT_EQ(together.imported, apart.imported);
    EXPECT_EQ(together.updated, apart.updated);
    EXPECT_EQ(together.unchanged, apart.unchanged);
    EXPECT_EQ(together.disputed, apart.disputed);
    EXPECT_GT(together.disputed, 0u);
    const std::vector<StoredRecord> here = All(together_), there = All(apart_);
    ASSERT_EQ(here.size(), there.size());
    for (size_t i = 0; i < here.size(); ++i) {
      ASSERT_EQ(here[i].id, there[i].id);
      ASSERT_EQ(here[i].record, there[i].record) << "record " << here[i].id;
      ASSERT_EQ(here[i].arrived_ms, there[i].arrived_ms) << "record " << here[i].id;
    }
  }
  for (const NhsNumber& number : numbers_) {
    ASSERT_EQ(together_.store->FindByIdentifier(kNhs, number.digits()),
              apart_.store->FindByIdentifier(kNhs, number.digits()));
  }
}

// What was found in memory is found when it is made anew from the disk.
TEST_F(ImportBatches, AreFoundAfterARestartAsBefore) {
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed_));
  std::vector<ImportRow> rows;
  for (size_t place = 0; place < kRows; ++place) rows.push_back(RowOf(place, false));
  ImportCounts counts;
  std::map<std::string, std::vector<RecordId>> found;
  {
    RegistryRun before{folder_ / "again", board_, clock_, random_};
    ASSERT_TRUE(before.registry.Take(rows, kImported, true, &counts, nullptr).ok());
    for (const NhsNumber& number : numbers_) {
      found[number.digits()] = before.store->FindByIdentifier(kNhs, number.digits());
    }
  }
  RegistryRun after{folder_ / "again", board_, clock_, random_};
  for (const auto& [number, records] : found) {
    EXPECT_EQ(after.store->FindByIdentifier(kNhs, number), records);
  }
  for (const ImportRow& row : rows) {
    const RecordId id = after.store->FindBySource("school", row.record.source_id);
    ASSERT_EQ(after.store->ReadStored(id)->record.source_id, row.record.source_id);
  }
}

}  // namespace
}  // namespace whoelse
