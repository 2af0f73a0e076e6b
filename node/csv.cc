#include "node/csv.h"

#include <algorithm>

#include "protocol/text.h"

namespace whoelse {

bool CsvRow::Blank() const {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return cell.find_first_not_of(" \t") == std::string::npos;
  });
}

CsvReader::CsvReader(std::string_view file) : rest_(file) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

// Takes a line end from the rest; false when something else is there.
bool CsvReader::EndOfLine() {
  const size_t length = rest_.starts_with("\r\n") ? 2 : rest_.starts_with("\n") ? 1 : 0;
  rest_.remove_prefix(length);
  line_ += length > 0;
  return length > 0;
}

// Behind an opening quote: what stands up to the closing one. False when there is none.
bool CsvReader::QuotedPart(std::string& cell) {
  const size_t opened_on = line_;
  while (true) {
    const size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) {
      unclosed_quote_line_ = opened_on;
      return false;
    }
    const std::string_view part = rest_.substr(0, quote);
    line_ += static_cast<size_t>(std::count(part.begin(), part.end(), '\n'));
    cell += part;
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) return true;
    cell += '"';   // two quotes stand for one
    rest_.remove_prefix(1);
  }
}

bool CsvReader::Next(CsvRow& row) {
  row = CsvRow{.line = line_, .cells = {}, .misquoted_cell = std::nullopt};
  if (rest_.empty()) return false;
  while (true) {
    std::string& cell = row.cells.emplace_back();
    const bool quoted = rest_.starts_with('"');
    if (quoted) {
      rest_.remove_prefix(1);
      if (!QuotedPart(cell)) return false;
    }
    std::string_view bare = rest_.substr(0, rest_.find_first_of(",\n"));
    if (bare.ends_with('\r') && rest_.substr(bare.size()).starts_with('\n')) bare.remove_suffix(1);
    // Nothing may follow a closing quote, and a quote inside a cell must be a quoted cell's pair.
    const bool misquoted = quoted ? !bare.empty() : bare.find('"') != std::string_view::npos;
    if (misquoted && !row.misquoted_cell) row.misquoted_cell = row.cells.size() - 1;
    cell += bare;
    rest_.remove_prefix(bare.size());
    if (EndOfLine() || rest_.empty()) return true;
    rest_.remove_prefix(1);   // the comma
  }
}

std::optional<size_t> FirstLineNotUtf8(std::string_view file) {
  size_t line = 1;
  for (size_t i = 0; i < file.size();) {
    const int32_t character = NextCharacter(file, &i);
    if (character < 0) return line;
    line += character == '\n';
  }
  return std::nullopt;
}

}  // namespace whoelse
