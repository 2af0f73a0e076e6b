// A caseload: a list of children whom this agency works with, to be asked about one after the
// other. docs/operating/asking.md. Pure; node/caseload_asker.h asks.
#ifndef WHOELSE_NODE_CASELOAD_H_
#define WHOELSE_NODE_CASELOAD_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "crypto/hash.h"
#include "node/asking.h"
#include "node/import.h"

namespace whoelse {

inline constexpr size_t kCaseloadRowsMax = 1000;
inline constexpr size_t kCaseloadBytesMax = 1u << 20;
// Asked as part of a list, a child is not asked about again within this time for the same purpose
// and case: so a list that broke off goes on where it was.
inline constexpr TimeMs kCaseloadAskedForMs = 7ull * 86'400'000;

struct CaseloadRow {
  size_t line = 0;
  std::string source, source_id;   // of the record; or
  std::string nhs_number;
  std::string purpose, case_reference;
  std::string born;                // empty: as the record has it
  bool operator==(const CaseloadRow&) const = default;
};

// Reads the file: RFC 4180 with a header that names `purpose`, `case`, and `source_id` or
// `nhs_number` (or both), perhaps `source` and `born`. Complaints of rows go to `problems`.
// INVALID_ARGUMENT for what concerns the whole file, naming line or column.
absl::Status ReadCaseload(std::string_view file, std::vector<CaseloadRow>& rows,
                          std::vector<RowProblem>& problems);

// What holds for every row of the list.
struct CaseloadTerms {
  std::string role;                // empty: practitioner
  bool does_not_know_them = false;   // none of these children or families
  std::string organisation = {};     // at a hub, for which they are asked
};
// The question of a row. `held`: the records here that it names. An emergency is asked by itself,
// and a child without a live record here is not this agency's caseload.
std::variant<AskInput, RowProblem> InputOf(const CaseloadRow& row, const CaseloadTerms& terms,
                                           const std::vector<Record>& held, Date today);
// What is wrong with the question of a row, as a complaint of it; nullopt when the error is not one
// of a row (node/asking.h) but of the terms.
std::optional<RowProblem> ProblemOf(const CaseloadRow& row, const FieldError& error);

// One child, purpose and case of one practitioner.
Digest FingerprintOf(const PersonRef& practitioner, const AskInput& input);

}  // namespace whoelse

#endif  // WHOELSE_NODE_CASELOAD_H_
