#include "node/import_csv.h"

#include <string>
#include <utility>

#include "node/import_row.h"

namespace whoelse {
namespace {

// More than any row has: a quote that is never closed would otherwise take the rest of the file for
// one cell, and all memory with it.
constexpr size_t kRowBytesMax = 1u << 20;

// What makes a row unreadable as a whole; the rows that pass have a cell for each heading.
bool RowIsWhole(const ImportHeader& header, const CsvRow& row, ImportSink& sink) {
  if (row.misquoted_cell) {
    const size_t cell = *row.misquoted_cell;
    sink.OnProblem({row.line, cell < header.size() ? header.HeadingAt(cell) : "",
                    "has a quotation mark in the wrong place",
                    "put the whole cell in quotation marks, and double those inside it"});
    return false;
  }
  if (row.cells.size() != header.size()) {
    sink.OnProblem({row.line, "",
                    "has " + std::to_string(row.cells.size()) + " cells, and the header has " +
                        std::to_string(header.size()),
                    "put cells that have a comma inside in quotation marks"});
    return false;
  }
  return true;
}

}  // namespace

absl::Status CsvImport::Feed(std::string_view bytes, ImportSink& sink) {
  reader_.Feed(bytes);
  if (absl::Status read = ReadRows(sink); !read.ok()) return read;
  if (reader_.pending() <= kRowBytesMax) return absl::OkStatus();
  if (reader_.unclosed_quote_line()) return UnclosedQuote();
  return absl::InvalidArgumentError("line " + std::to_string(reader_.line()) +
                                    " is longer than 1 MiB: this is no table with a row a line");
}

absl::Status CsvImport::Finish(ImportSink& sink) {
  reader_.End();
  if (absl::Status read = ReadRows(sink); !read.ok()) return read;
  if (reader_.unclosed_quote_line()) return UnclosedQuote();
  if (!header_) {
    return absl::InvalidArgumentError("the file is empty: its first line names the columns");
  }
  twins_.Complain(header_->NameOf(Column::kSourceId), sink);
  return absl::OkStatus();
}

absl::Status CsvImport::UnclosedQuote() const {
  return absl::InvalidArgumentError("the quotation mark that opens in line " +
                                    std::to_string(*reader_.unclosed_quote_line()) +
                                    " is never closed: close it");
}

absl::Status CsvImport::ReadRows(ImportSink& sink) {
  while (reader_.Next(row_)) {
    if (!row_.IsUtf8()) {
      return absl::InvalidArgumentError("line " + std::to_string(row_.line) +
                                        " is not UTF-8: save the file as \"CSV UTF-8\"");
    }
    if (row_.Blank()) continue;
    if (!header_) {
      if (absl::Status taken = TakeHeader(row_); !taken.ok()) return taken;
      continue;
    }
    if (++rows_ > kImportRowsMax) {
      return absl::InvalidArgumentError(
          "the file has more than 2,000,000 rows: split it into several");
    }
    TakeRow(row_, sink);
  }
  return absl::OkStatus();
}

absl::Status CsvImport::TakeHeader(const CsvRow& row) {
  absl::StatusOr<ImportHeader> header = ImportHeader::Read(row.cells, rules_.mapping);
  if (!header.ok()) return header.status();
  if (rules_.mode == ImportMode::kDelta && !header->PositionOf(Column::kAction)) {
    return absl::InvalidArgumentError(
        "the header lacks the column action, by which a delta says add, update or end of each row");
  }
  header_ = *std::move(header);
  return absl::OkStatus();
}

void CsvImport::TakeRow(const CsvRow& row, ImportSink& sink) {
  if (!RowIsWhole(*header_, row, sink)) return;
  std::vector<RowProblem> problems;
  ImportRow read = ReadRow(*header_, rules_, row, problems);
  if (!read.record.source_id.empty()) twins_.Note(read.record, row.line);
  if (problems.empty()) return sink.OnRow(std::move(read));
  for (RowProblem& problem : problems) sink.OnProblem(std::move(problem));
}

}  // namespace whoelse
