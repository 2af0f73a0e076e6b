// What `whoelse audit verify` and `open` say about a receipt.
#ifndef WHOELSE_CLI_AUDIT_RECEIPT_H_
#define WHOELSE_CLI_AUDIT_RECEIPT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/receipt_check.h"
#include "cli/audit_output.h"

namespace whoelse {

// NOT_FOUND and the other errors of ReadWholeFile; INVALID_ARGUMENT: the line and byte where it broke.
absl::StatusOr<Receipt> LoadReceipt(const std::string& path);

// Proved: kExitOk; refuted: kExitRefuted; otherwise kExitNotProvable.
ExitCode ExitOf(Finding overall);

// The one that the question was asked under; nullptr: not among these.
const Roster* RosterOf(const Receipt& receipt, const std::vector<Roster>& rosters);

// ReceiptReportOf without the asker's own word, with what it all rests on.
nlohmann::ordered_json AuditedReceiptJson(const Receipt& receipt, const ReceiptCheck& check,
                                          const std::vector<Roster>& rosters);

struct VerifyOptions {
  std::string receipt;
  std::vector<std::string> rosters;
  AuditOutput output;
};
// Offline: reads these files and nothing else.
ExitCode VerifyReceipt(const VerifyOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_RECEIPT_H_
