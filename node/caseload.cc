#include "node/caseload.h"

#include <algorithm>
#include <array>

#include "node/csv.h"

namespace whoelse {
namespace {

struct ListColumn {
  std::string_view name;
  std::string CaseloadRow::*member;
};
constexpr std::array<ListColumn, 6> kListColumns = {{{"source", &CaseloadRow::source},
                                             {"source_id", &CaseloadRow::source_id},
                                             {"nhs_number", &CaseloadRow::nhs_number},
                                             {"purpose", &CaseloadRow::purpose},
                                             {"case", &CaseloadRow::case_reference},
                                             {"born", &CaseloadRow::born}}};

using Heading = std::vector<const ListColumn*>;

absl::Status Whole(std::string what) { return absl::InvalidArgumentError("list: " + std::move(what)); }

absl::Status ReadHeader(const CsvRow& row, Heading& header) {
  for (const std::string& cell : row.cells) {
    const auto column = std::ranges::find(kListColumns, std::string_view(cell), &ListColumn::name);
    if (column == kListColumns.end()) {
      return Whole("a column of its first line is none of source_id, source, nhs_number, purpose, "
                   "case, born; name the columns so, and leave others out");
    }
    if (std::ranges::find(header, &*column) != header.end()) {
      return Whole("its first line names the column " + cell + " twice; leave one out");
    }
    header.push_back(&*column);
  }
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(header, [&](const ListColumn* column) { return column->name == name; });
  };
  if (!has("purpose") || !has("case") || (!has("source_id") && !has("nhs_number"))) {
    return Whole("its first line lacks a column; it needs purpose, case, and source_id or nhs_number");
  }
  return absl::OkStatus();
}

std::optional<RowProblem> Take(const CsvRow& cells, const Heading& header, CaseloadRow& row) {
  if (cells.misquoted_cell) {
    return RowProblem{cells.line, "", "has a quotation mark in the wrong place",
                      "put the whole cell in quotation marks, and double those inside it"};
  }
  if (cells.cells.size() != header.size()) {
    return RowProblem{cells.line, "", "has not as many cells as the first line",
                      "put cells that have a comma inside in quotation marks"};
  }
  row.line = cells.line;
  for (size_t i = 0; i < header.size(); ++i) row.*(header[i]->member) = cells.cells[i];
  if (row.source_id.empty() == row.nhs_number.empty()) {
    return RowProblem{cells.line, row.source_id.empty() ? "source_id" : "nhs_number",
                      "does not name one child in one way",
                      "give either the record's source_id or the child's nhs_number"};
  }
  return std::nullopt;
}

}  // namespace

absl::Status ReadCaseload(std::string_view file, std::vector<CaseloadRow>& rows,
                          std::vector<RowProblem>& problems) {
  if (file.size() > kCaseloadBytesMax) return Whole("is larger than 1 MiB; split it");
  CsvReader reader(file);
  Heading header;
  CsvRow cells;
  while (reader.Next(cells)) {
    if (!cells.IsUtf8()) {
      return Whole("line " + std::to_string(cells.line) +
                   " is not UTF-8; save the file as \"CSV UTF-8\"");
    }
    if (cells.Blank()) continue;
    if (header.empty()) {
      if (absl::Status read = ReadHeader(cells, header); !read.ok()) return read;
      continue;
    }
    CaseloadRow row;
    if (const auto problem = Take(cells, header, row)) {
      problems.push_back(*problem);
    } else {
      rows.push_back(std::move(row));
    }
    if (rows.size() + problems.size() > kCaseloadRowsMax) {
      return Whole("has more than 1,000 rows; split it");
    }
  }
  if (reader.unclosed_quote_line()) {
    return Whole("the quotation mark that opens in line " +
                 std::to_string(*reader.unclosed_quote_line()) + " is never closed; close it");
  }
  if (rows.empty() && problems.empty()) return Whole("has no rows; give a line a child below the first");
  return absl::OkStatus();
}

std::variant<AskInput, RowProblem> InputOf(const CaseloadRow& row, const CaseloadTerms& terms,
                                           const std::vector<Record>& held, Date today) {
  const std::string named = row.source_id.empty() ? "nhs_number" : "source_id";
  if (row.purpose == Name(Purpose::kEmergency)) {
    return RowProblem{row.line, "purpose", "is emergency, which is never asked by a list",
                      "ask about this child now, by itself"};
  }
  const auto live = std::ranges::find_if(held, [&](const Record& record) {
    return !record.archived_on && IsLive(record, today);
  });
  if (live == held.end()) {
    return RowProblem{row.line, named, "is of no live record of your agency",
                      "check it, or ask about this child by itself"};
  }
  AskInput input;
  const auto typed = NhsNumber::Parse(row.nhs_number);   // one child, however it is written
  if (typed.ok()) input.nhs_number = typed->digits();
  if (row.nhs_number.empty() && live->nhs_number) input.nhs_number = live->nhs_number->digits();
  if (input.nhs_number.empty() && live->upn) input.upn = live->upn->text();
  if (input.nhs_number.empty() && input.upn.empty()) {
    return RowProblem{row.line, named, "is of a record without NHS number and UPN",
                      "have the number added to the record first"};
  }
  input.born = row.born;
  if (input.born.empty() && live->born && !live->born_disputed) input.born = live->born->Iso();
  input.purpose = row.purpose;
  input.case_reference = row.case_reference;
  input.role = terms.role;
  input.does_not_know_them = terms.does_not_know_them;
  input.organisation = terms.organisation;
  return input;
}

std::optional<RowProblem> ProblemOf(const CaseloadRow& row, const FieldError& error) {
  // The list's names of what the command line calls otherwise.
  std::string column = error.field;
  std::ranges::replace(column, '-', '_');
  if (column == "upn" || (column == "nhs_number" && row.nhs_number.empty())) column = "source_id";
  const bool of_the_row =
      std::ranges::find(kListColumns, std::string_view(column), &ListColumn::name) != kListColumns.end();
  if (!of_the_row) return std::nullopt;
  return RowProblem{row.line, column, error.reason, error.remedy};
}

Digest FingerprintOf(const PersonRef& practitioner, const AskInput& input) {
  Writer out;
  out.Raw(practitioner);
  for (const std::string* text : {&input.nhs_number, &input.upn, &input.purpose,
                                  &input.case_reference}) {
    out.U32(static_cast<uint32_t>(text->size())).Raw(AsBytes(*text));
  }
  out.Raw(AsBytes(input.organisation));
  return H("node/caseload-row", out.view());
}

}  // namespace whoelse
