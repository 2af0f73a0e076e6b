// CSV exports into records. domain.md, "Life of a record". Pure: bytes in, records or complaints
// out.
#ifndef WHOELSE_NODE_IMPORT_H_
#define WHOELSE_NODE_IMPORT_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "node/identifier.h"
#include "node/record.h"

namespace whoelse {

// What an agency says of its own exports, from the node's configuration.
struct ImportSettings {
  std::string source;                               // names the system, e.g. "caseworks"
  std::string organisation, organisation_code;      // where a row gives none
  // Service name -> class. A service that is not here is `sensitive`.
  std::map<std::string, ServiceClass> service_classes;
};

// One complaint about one row, to be read by the person who has to put it right. Never repeats the
// cell's content: cells hold identifiers, and complaints are printed and logged.
struct RowProblem {
  size_t line;              // of the file, 1 is the header
  std::string column;       // as the file calls it; empty: the whole row
  std::string reason;       // what is wrong
  std::string remedy;       // how to put it right
};

struct ImportResult {
  std::vector<Record> records;        // in the order of the file
  std::vector<RowProblem> problems;   // in the order of the file; such a row gives no record
  size_t rows = 0;                    // without the header and blank lines
  size_t services_not_in_map = 0;     // records that are `sensitive` only because of that
};

// RFC 4180 with a header line, UTF-8 (a byte order mark is passed over), LF or CRLF.
// docs/formats/records-csv.md. `today` is there to refuse births and consents of the future.
// INVALID_ARGUMENT for what concerns the whole file: settings that fit no record, no header,
// columns unknown, twice or missing (says which it saw), not UTF-8, an unclosed quote (says where
// it opened), more than 2,000,000 rows.
absl::StatusOr<ImportResult> ReadCsv(std::string_view file, const ImportSettings& settings,
                                     Date today);

// The columns ReadCsv knows, with a word on each, for --help and the documentation. Their headings
// may vary in case, spaces and punctuation, and have the synonyms of node/import_columns.cc.
struct ImportColumn {
  std::string_view name;
  bool required;
  std::string_view meaning;
};
const std::vector<ImportColumn>& ImportColumns();

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_H_
