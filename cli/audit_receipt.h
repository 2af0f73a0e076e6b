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

nlohmann::ordered_json ReceiptJson(const Receipt& receipt, const ReceiptCheck& check,
                                   const std::vector<Roster>& rosters);
// The same in sentences.
std::string ReceiptText(const nlohmann::ordered_json& report);

struct VerifyOptions {
  std::string receipt;
  std::vector<std::string> rosters;
  AuditOutput output;
};
// Offline: reads these files and nothing else.
ExitCode VerifyReceipt(const VerifyOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_RECEIPT_H_
