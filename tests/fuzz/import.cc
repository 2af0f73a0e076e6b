#include "node/import.h"

#include <algorithm>
#include <set>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/quoted_csv.h"
#include "tests/support/read_csv.h"

namespace whoelse {
namespace {

absl::StatusOr<ImportResult> Read(std::string_view file) {
  static const ImportSettings kSettings{.source = "caseworks",
                                        .organisation = "Northbridge Council",
                                        .organisation_code = "E0900",
                                        .service_classes = {{"Family help",
                                                             ServiceClass::kTargeted}}};
  return ReadCsv(file, kSettings, Date::FromDays(20523));   // 2026-03-11
}

void HoldStorable(const Record& record) {
  Hold(CheckTexts(record).ok(), "a record's texts fit");
  const auto decoded = Record::Decode(record.Encode());
  Hold(decoded.ok() && *decoded == record, "a record is stored and read as it is");
}

// Complaints are printed and logged.
void HoldSilent(const RowProblem& problem) {
  for (const std::string& text : {problem.reason, problem.remedy}) {
    size_t digits = 0;
    for (const char c : text) {
      digits = c >= '0' && c <= '9' ? digits + 1 : 0;
      Hold(digits < 10, "a complaint repeats no number of a child");
    }
  }
}

}  // namespace

void Fuzz(ByteView input) {
  const std::string_view file = AsText(input);
  const auto result = Read(file);
  if (!result.ok()) return;
  std::ranges::for_each(result->records, HoldStorable);
  std::ranges::for_each(result->problems, HoldSilent);
  std::set<size_t> lines;
  for (const RowProblem& problem : result->problems) lines.insert(problem.line);
  Hold(result->records.size() + lines.size() == result->rows,
       "a row gives a record or a complaint");
  if (!lines.empty()) return;   // a quote in the wrong place would be in the right one now
  const auto again = Read(Quoted(RowsOf(file)));
  Hold(again.ok() && again->records == result->records, "the same records when quoted");
}

}  // namespace whoelse
