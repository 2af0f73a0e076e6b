// CSV in its one safe spelling: every cell in quotation marks.
#ifndef WHOELSE_TESTS_FUZZ_QUOTED_CSV_H_
#define WHOELSE_TESTS_FUZZ_QUOTED_CSV_H_

#include <string>
#include <string_view>
#include <vector>

#include "node/csv.h"

namespace whoelse {

// All rows up to the end of the file, or up to a quote that is never closed.
inline std::vector<CsvRow> RowsOf(std::string_view file) {
  std::vector<CsvRow> rows;
  CsvReader reader(file);
  for (CsvRow row; reader.Next(row);) rows.push_back(row);
  return rows;
}

inline std::string Quoted(const std::vector<CsvRow>& rows) {
  std::string file;
  for (const CsvRow& row : rows) {
    for (const std::string& cell : row.cells) {
      if (&cell != &row.cells.front()) file += ',';
      file += '"';
      for (const char c : cell) file += c == '"' ? std::string("\"\"") : std::string(1, c);
      file += '"';
    }
    file += "\r\n";
  }
  return file;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_FUZZ_QUOTED_CSV_H_
