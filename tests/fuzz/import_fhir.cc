#include "node/import_fhir.h"

#include <set>

#include "node/record_cells.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/read_csv.h"

namespace whoelse {

// An episode gives a record or a complaint, and what was read is written and read again.
void Fuzz(ByteView input) {
  const ImportRules rules{{.source = "caseworks",
                           .organisation = "Northbridge Council",
                           .organisation_code = "E0900",
                           .service_classes = {{"Family help", ServiceClass::kTargeted}}},
                          {},
                          ImportMode::kUpsert,
                          Date::FromDays(20523)};   // 2026-03-11
  const auto result = ReadImport(AsText(input), rules, ImportFormat::kFhir);
  if (!result.ok()) return;
  std::set<size_t> entries;
  for (const RowProblem& problem : result->problems) entries.insert(problem.line);
  Hold(result->records.size() + entries.size() == result->rows,
       "an episode gives a record or a complaint");
  std::string bundle = BundleBegin();
  for (size_t i = 0; i < result->records.size(); ++i) {
    bundle += (i == 0 ? "" : ",\n") + BundleEntriesOf(result->records[i], i);
  }
  const auto again = ReadImport(bundle + BundleEnd(), rules, ImportFormat::kFhir);
  Hold(again.ok() && again->records == result->records, "the same records when written and read");
}

}  // namespace whoelse
