// One row of a CSV import into one record. The words that cells take: docs/formats/records-csv.md.
#ifndef WHOELSE_NODE_IMPORT_ROW_H_
#define WHOELSE_NODE_IMPORT_ROW_H_

#include <vector>

#include "node/csv.h"
#include "node/import.h"
#include "node/import_columns.h"

namespace whoelse {

// The row with a cell for each heading. Appends a complaint for each thing wrong; with any of them the
// row is not to be used, but for its record's source_id.
ImportRow ReadRow(const ImportHeader& header, const ImportRules& rules, const CsvRow& row,
                  std::vector<RowProblem>& problems);

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_ROW_H_
