// `whoelse audit reconcile`: ledgers, receipts and logs against each other.
#ifndef WHOELSE_CLI_AUDIT_RECONCILE_H_
#define WHOELSE_CLI_AUDIT_RECONCILE_H_

#include <string>
#include <vector>

#include "cli/audit_output.h"

namespace whoelse {

struct ReconcileOptions {
  std::vector<std::string> rosters;
  std::string logs;                        // copies that `audit mirror` keeps
  std::vector<std::string> ledgers;        // files of `whoelse ledger export`
  std::vector<std::string> receipts;       // files
  std::vector<std::string> receipts_of;    // "<agency id>=<folder>": all that this agency has asked
  std::string credential;                  // the auditor's folder; empty: no side tables are read
  AuditOutput output;
};
// kExitRefuted: somebody is at fault, and the report says who and by what.
ExitCode ReconcileRecords(const ReconcileOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_RECONCILE_H_
