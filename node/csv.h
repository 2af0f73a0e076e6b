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
  bool IsUtf8() const;
};

// Lines end in LF or CRLF, and inside quotes belong to the cell. A byte order mark is passed over.
// The file comes in pieces of any size, so that one of a gigabyte is read in the memory of a row.
class CsvReader {
 public:
  CsvReader() = default;
  explicit CsvReader(std::string_view file) {
    Feed(file);
    End();
  }

  // The next bytes of the file.
  void Feed(std::string_view bytes);
  // There are no more.
  void End() { ended_ = true; }

  // False: the rest of a row has yet to come, or after End, no row is left or a quote that opened is
  // never closed. A row's strings are used again for the next.
  bool Next(CsvRow& row);
  // Bytes that came and are no whole row yet. Whoever feeds without a bound on them lets one quote
  // take all memory.
  size_t pending() const { return bytes_.size() - read_; }
  // Where the row begins that is not whole yet, and in it the quote that is not closed yet.
  size_t line() const { return line_; }
  std::optional<size_t> unclosed_quote_line() const { return unclosed_quote_line_; }

 private:
  bool ReadRow(CsvRow& row);
  bool QuotedPart(std::string& cell);
  bool EndOfLine();

  std::string bytes_;
  size_t read_ = 0;          // of them
  std::string_view rest_;    // of bytes_, while a row is read
  size_t line_ = 1;
  bool begun_ = false, ended_ = false;
  std::optional<size_t> unclosed_quote_line_;
};

// `cell` as a cell: in quotes where it needs them.
std::string CsvCell(std::string_view cell);

}  // namespace whoelse

#endif  // WHOELSE_NODE_CSV_H_
