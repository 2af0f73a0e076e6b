#include "node/csv.h"

#include <algorithm>

#include "protocol/text.h"

namespace whoelse {

bool CsvRow::Blank() const {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return cell.find_first_not_of(" \t") == std::string::npos;
  });
}

bool CsvRow::IsUtf8() const {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    if (std::ranges::all_of(cell, [](char c) { return (c & 0x80) == 0; })) return true;
    for (size_t i = 0; i < cell.size();) {
      if (NextCharacter(cell, &i) < 0) return false;
    }
    return true;
  });
}

void CsvReader::Feed(std::string_view bytes) {
  bytes_.erase(0, read_);
  read_ = 0;
  bytes_ += bytes;
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
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  rest_ = std::string_view(bytes_).substr(read_);
  if (!begun_) {
    if (rest_.size() < kByteOrderMark.size() && !ended_) return false;
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    begun_ = true;
  }
  read_ = bytes_.size() - rest_.size();
  const size_t line = line_;
  unclosed_quote_line_.reset();
  if (rest_.empty() || !ReadRow(row)) {
    line_ = line;
    return false;
  }
  read_ = bytes_.size() - rest_.size();
  return true;
}

// False when the row's end is not there.
bool CsvReader::ReadRow(CsvRow& row) {
  row.line = line_;
  row.misquoted_cell.reset();
  for (size_t n = 0;; ++n) {
    if (n == row.cells.size()) row.cells.emplace_back();
    std::string& cell = row.cells[n];
    cell.clear();
    const bool quoted = rest_.starts_with('"');
    if (quoted) {
      rest_.remove_prefix(1);
      if (!QuotedPart(cell)) return false;
    }
    std::string_view bare = rest_.substr(0, rest_.find_first_of(",\n"));
    if (bare.size() == rest_.size() && !ended_) return false;   // a quote's pair may follow too
    if (bare.ends_with('\r') && rest_.substr(bare.size()).starts_with('\n')) bare.remove_suffix(1);
    // Nothing may follow a closing quote, and a quote inside a cell must be a quoted cell's pair.
    const bool misquoted = quoted ? !bare.empty() : bare.find('"') != std::string_view::npos;
    if (misquoted && !row.misquoted_cell) row.misquoted_cell = n;
    cell += bare;
    rest_.remove_prefix(bare.size());
    if (EndOfLine() || rest_.empty()) {
      row.cells.resize(n + 1);
      return true;
    }
    rest_.remove_prefix(1);   // the comma
  }
}

std::string CsvCell(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(cell);
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace whoelse
