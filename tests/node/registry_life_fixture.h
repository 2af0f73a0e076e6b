// A register over the store on the disk, for what people, files and the calendar do to records.
#ifndef WHOELSE_TESTS_NODE_REGISTRY_LIFE_FIXTURE_H_
#define WHOELSE_TESTS_NODE_REGISTRY_LIFE_FIXTURE_H_

#include <string>
#include <vector>

#include "tests/node/registry_fixture.h"
#include "tests/node/registry_run.h"

namespace whoelse {

class RegistryLifeTest : public RegistryTest {
 protected:
  NhsNumber Number(const std::string& digits) { return *NhsNumber::Parse(digits); }
  std::vector<Record> Under(const std::string& digits) {
    return *registry_.RecordsOf(About(digits, ""), Organisations::All());
  }
  // A refuge's record, which is purged thirty days after its end.
  Record Protected(const std::string& source_id, const std::string& number) {
    Record record = Pupil(source_id, number);
    record.service_class = ServiceClass::kProtected;
    return record;
  }
  // What a registry says of the number after a row of another source came under it.
  static Restrictions ComesUnder(RegistryRun& run, Record row) {
    row.source = "surgery";
    ImportAll(run.registry, {row}, kImported);
    return run.store->ReadRecord(run.store->FindBySource("surgery", row.source_id))->restrictions;
  }
  // What an export has, as the rows that another node reads.
  std::vector<ImportRow> Exported() {
    std::vector<ImportRow> rows;
    const auto add = [&](const Registry::Exported& one) {
      rows.push_back({rows.size() + 2, RowAction::kUpsert, std::nullopt, one.record,
                      one.superseded_numbers});
      return true;
    };
    EXPECT_TRUE(registry_.ForEachExported(Organisations::All(), add).ok());
    return rows;
  }
  ImportCounts Take(Registry& registry, const std::vector<ImportRow>& rows) {
    ImportCounts counts;
    EXPECT_TRUE(registry.Take(rows, kImported, true, &counts, nullptr).ok());
    return counts;
  }
  size_t Pending() { return registry_.Pending(1); }
  const std::string kThree = "9990000034";
  TimeMs DaysLater(int days) { return kImported + static_cast<TimeMs>(days) * 86'400'000; }
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_REGISTRY_LIFE_FIXTURE_H_
