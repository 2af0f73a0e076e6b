#include "node/csv.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/quoted_csv.h"

namespace whoelse {

// Quoted or not, LF or CRLF: the same cells.
void Fuzz(ByteView input) {
  const std::vector<CsvRow> rows = RowsOf(AsText(input));
  const std::vector<CsvRow> again = RowsOf(Quoted(rows));
  Hold(again.size() == rows.size(), "as many rows when quoted and read again");
  for (size_t i = 0; i < rows.size(); ++i) {
    Hold(again[i].cells == rows[i].cells, "the same cells when quoted and read again");
    Hold(!again[i].misquoted_cell, "what is quoted throughout has no quote in the wrong place");
    Hold(i == 0 || rows[i].line > rows[i - 1].line, "rows begin on lines of their own");
  }
}

}  // namespace whoelse
