// Records into a registry, as the rows of one file.
#ifndef WHOELSE_TESTS_NODE_IMPORT_ALL_H_
#define WHOELSE_TESTS_NODE_IMPORT_ALL_H_

#include <gtest/gtest.h>

#include <vector>

#include "node/registry.h"

namespace whoelse {

// `why`: of those whose number is another than before. `complete`: all rows of the file are there.
inline ImportCounts ImportAll(Registry& registry, const std::vector<Record>& records, TimeMs now,
                              NumberChange why = NumberChange::kClosed, bool complete = true) {
  std::vector<ImportRow> rows;
  for (const Record& record : records) {
    rows.push_back({rows.size() + 2, RowAction::kUpsert, why, record});
  }
  ImportCounts counts;
  EXPECT_TRUE(registry.Take(rows, now, true, &counts, nullptr).ok());
  TrailNote by;
  by.deed = Deed::kImportRecords;
  by.at_ms = now;
  registry.FinishImport(complete, by);
  return counts;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_IMPORT_ALL_H_
