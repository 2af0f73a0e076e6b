#include "node/import.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "node/csv.h"
#include "node/import_columns.h"
#include "node/import_row.h"

namespace whoelse {
namespace {

constexpr size_t kRowsMax = 2'000'000;

absl::Status CheckSettings(const ImportSettings& settings) {
  if (settings.source.empty()) {
    return absl::InvalidArgumentError("the import's source has no name: say which system it is");
  }
  Record record;
  record.source = settings.source;
  record.organisation = settings.organisation;
  record.organisation_code = settings.organisation_code;
  return CheckTexts(record);
}

// What makes a row unreadable as a whole; the rows that pass have a cell for each heading.
bool RowIsWhole(const Header& header, const CsvRow& row, std::vector<RowProblem>& problems) {
  if (row.misquoted_cell) {
    const size_t cell = *row.misquoted_cell;
    problems.push_back({row.line, cell < header.size() ? header.HeadingAt(cell) : "",
                        "has a quotation mark in the wrong place",
                        "put the whole cell in quotation marks, and double those inside it"});
    return false;
  }
  if (row.cells.size() != header.size()) {
    problems.push_back({row.line, "",
                        "has " + std::to_string(row.cells.size()) + " cells, and the header has " +
                            std::to_string(header.size()),
                        "put cells that have a comma inside in quotation marks"});
    return false;
  }
  return true;
}

// Finds rows that claim one id. Which of them is right only the source knows, so none is taken: the
// last one would silently overwrite the others.
class Repeats {
 public:
  explicit Repeats(std::string column) : column_(std::move(column)) {}

  void Note(const std::string& id, size_t line, std::vector<RowProblem>& problems) {
    const auto [first, is_new] = first_line_.emplace(id, line);
    if (is_new) return;
    Complain(line, first->second, problems);
    if (repeated_.insert(id).second) Complain(first->second, line, problems);
  }
  bool Has(const std::string& id) const { return repeated_.contains(id); }

 private:
  void Complain(size_t line, size_t other, std::vector<RowProblem>& problems) const {
    problems.push_back({line, column_, "is the same as in line " + std::to_string(other),
                        "give each row its own id, or delete the row that is out of date"});
  }

  const std::string column_;
  std::unordered_map<std::string, size_t> first_line_;
  std::unordered_set<std::string> repeated_;
};

// A file that is refused as a whole is refused before any of it is read into records.
absl::Status CheckRows(std::string_view file) {
  CsvReader reader(file);
  size_t rows = 0;
  for (CsvRow row; reader.Next(row);) rows += !row.Blank();
  if (const std::optional<size_t> line = reader.unclosed_quote_line()) {
    return absl::InvalidArgumentError("the quotation mark that opens in line " +
                                      std::to_string(*line) + " is never closed: close it");
  }
  if (rows == 0) {
    return absl::InvalidArgumentError("the file is empty: its first line names the columns");
  }
  if (rows > kRowsMax + 1) {   // and the header
    return absl::InvalidArgumentError(
        "the file has more than 2,000,000 rows: split it into several");
  }
  return absl::OkStatus();
}

ImportResult ReadRows(CsvReader& reader, const Header& header, const ImportSettings& settings,
                      Date today) {
  ImportResult result;
  Repeats repeats(header.NameOf(Column::kSourceId));
  for (CsvRow row; reader.Next(row);) {
    if (row.Blank()) continue;
    ++result.rows;
    if (!RowIsWhole(header, row, result.problems)) continue;
    const size_t problems_before = result.problems.size();
    Record record = ReadRow(header, settings, today, row, result.problems);
    const bool good = result.problems.size() == problems_before;
    if (!record.source_id.empty()) repeats.Note(record.source_id, row.line, result.problems);
    if (good) result.records.push_back(std::move(record));
  }
  std::erase_if(result.records, [&](const Record& r) { return repeats.Has(r.source_id); });
  std::stable_sort(result.problems.begin(), result.problems.end(),
                   [](const RowProblem& a, const RowProblem& b) { return a.line < b.line; });
  result.services_not_in_map = static_cast<size_t>(
      std::count_if(result.records.begin(), result.records.end(), [&](const Record& record) {
        return !settings.service_classes.contains(record.service);
      }));
  return result;
}

}  // namespace

absl::StatusOr<ImportResult> ReadCsv(std::string_view file, const ImportSettings& settings,
                                     Date today) {
  const absl::Status settings_fit = CheckSettings(settings);
  if (!settings_fit.ok()) return settings_fit;
  if (const std::optional<size_t> line = FirstLineNotUtf8(file)) {
    return absl::InvalidArgumentError("line " + std::to_string(*line) +
                                      " is not UTF-8: save the file as \"CSV UTF-8\"");
  }
  const absl::Status rows_fit = CheckRows(file);
  if (!rows_fit.ok()) return rows_fit;
  CsvReader reader(file);
  CsvRow first;
  do {
    reader.Next(first);
  } while (first.Blank());
  const absl::StatusOr<Header> header = Header::Read(first.cells);
  if (!header.ok()) return header.status();
  return ReadRows(reader, *header, settings, today);
}

}  // namespace whoelse
