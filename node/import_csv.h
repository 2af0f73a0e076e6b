// A CSV file into rows. docs/formats/records-csv.md.
#ifndef WHOELSE_NODE_IMPORT_CSV_H_
#define WHOELSE_NODE_IMPORT_CSV_H_

#include <optional>

#include "node/csv.h"
#include "node/import.h"
#include "node/import_columns.h"
#include "node/import_twins.h"

namespace whoelse {

// RFC 4180 with a header line, UTF-8 (a byte order mark is passed over), LF or CRLF. What concerns
// the whole file: no header, columns unknown, twice or missing (says which it saw), not UTF-8, an
// unclosed quote (says where it opened), more than 2,000,000 rows.
class CsvImport final : public ImportReader {
 public:
  explicit CsvImport(ImportRules rules) : rules_(std::move(rules)) {}

  absl::Status Feed(std::string_view bytes, ImportSink& sink) override;
  absl::Status Finish(ImportSink& sink) override;
  size_t rows() const override { return rows_; }
  std::string NameOf(Column column) const override { return header_->NameOf(column); }
  const std::vector<size_t>& twins() const override { return twins_.lines(); }

 private:
  absl::Status ReadRows(ImportSink& sink);
  absl::Status TakeHeader(const CsvRow& row);
  void TakeRow(const CsvRow& row, ImportSink& sink);
  absl::Status UnclosedQuote() const;

  const ImportRules rules_;
  CsvReader reader_;
  CsvRow row_;
  std::optional<ImportHeader> header_;
  Twins twins_;
  size_t rows_ = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_IMPORT_CSV_H_
