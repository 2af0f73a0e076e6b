// Rows of a CSV file as RFC 4180 writes them. https://www.rfc-editor.org/rfc/rfc4180
#ifndef WHOELSE_NODE_CSV_H_
#define WHOELSE_NODE_CSV_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whoelse {

struct CsvRow {
  size_t line = 0;                       // where it begins, from 1
  std::vector<std::string> cells;        // without the quotes that RFC 4180 takes away
  std::optional<size_t> misquoted_cell;  // the first with a quote in the wrong place, from 0

  // True for an empty line and for the ",,,," that spreadsheets write below their last row.
  bool Blank() const;
};

// Lines end in LF or CRLF, and inside quotes belong to the cell. A byte order mark is passed over.
class CsvReader {
 public:
  explicit CsvReader(std::string_view file);

  // False at the end of the file, and when a quote that opened is never closed.
  bool Next(CsvRow& row);
  // Where the quote opened that is never closed.
  std::optional<size_t> unclosed_quote_line() const { return unclosed_quote_line_; }

 private:
  bool QuotedPart(std::string& cell);
  bool EndOfLine();

  std::string_view rest_;
  size_t line_ = 1;
  std::optional<size_t> unclosed_quote_line_;
};

// The line of the first byte that is not part of well-formed UTF-8; nullopt when there is none.
std::optional<size_t> FirstLineNotUtf8(std::string_view file);

}  // namespace whoelse

#endif  // WHOELSE_NODE_CSV_H_
