// A whole file through the reader of imports.
#ifndef WHOELSE_TESTS_SUPPORT_READ_CSV_H_
#define WHOELSE_TESTS_SUPPORT_READ_CSV_H_

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "node/import.h"

namespace whoelse {

struct ImportResult {
  std::vector<ImportRow> taken;       // in the order of the file, without those that share an id
  std::vector<Record> records;        // theirs
  std::vector<RowProblem> problems;   // in the order of the file; such a row gives no record
  size_t rows = 0;                    // without the header and blank lines
};

class CollectingSink final : public ImportSink {
 public:
  void OnRow(ImportRow row) override { result.taken.push_back(std::move(row)); }
  void OnProblem(RowProblem problem) override { result.problems.push_back(std::move(problem)); }
  ImportResult result;
};

// `piece`: how many bytes come at once.
inline absl::StatusOr<ImportResult> ReadImport(std::string_view file, ImportRules rules,
                                               ImportFormat format = ImportFormat::kCsv,
                                               size_t piece = 1u << 18) {
  const auto reader = MakeImportReader(format, std::move(rules));
  if (!reader.ok()) return reader.status();
  CollectingSink sink;
  for (size_t at = 0; at < file.size(); at += piece) {
    const absl::Status fed = (*reader)->Feed(file.substr(at, piece), sink);
    if (!fed.ok()) return fed;
  }
  if (absl::Status finished = (*reader)->Finish(sink); !finished.ok()) return finished;
  ImportResult& result = sink.result;
  result.rows = (*reader)->rows();
  std::erase_if(result.taken, [&](const ImportRow& row) {
    return std::ranges::binary_search((*reader)->twins(), row.line);
  });
  for (const ImportRow& row : result.taken) result.records.push_back(row.record);
  std::ranges::stable_sort(result.problems, {}, &RowProblem::line);
  return std::move(result);
}

inline absl::StatusOr<ImportResult> ReadCsv(std::string_view file, const ImportSettings& settings,
                                            Date today) {
  return ReadImport(file, {settings, {}, ImportMode::kUpsert, today});
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_READ_CSV_H_
