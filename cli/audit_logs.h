// The checked copies of logs as auditors' other commands read them.
#ifndef WHOELSE_CLI_AUDIT_LOGS_H_
#define WHOELSE_CLI_AUDIT_LOGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/log_tree.h"
#include "audit/reconcile.h"
#include "cli/audit_trust.h"
#include "cli/terminal.h"
#include "protocol/roster.h"

namespace whoelse {

struct AuditedLog {
  const RosterCoordinator* coordinator;
  ReconciledLog log;
  std::map<uint64_t, EvaluatedEntry> evaluated;   // by index
};

// Every log in `folder` (a log's, or one of logs' folders), each byte checked while it is read. Errors
// of CheckLog and FindLog, with the folder's name; INVALID_ARGUMENT: there is none.
absl::StatusOr<std::map<LogId, AuditedLog>> LoadLogs(const std::string& folder,
                                                     const std::vector<Roster>& rosters,
                                                     Terminal& terminal);

// Whose log the files are, by the signature on their checkpoint. Errors of the reader and of FindLog;
// DATA_LOSS: the checkpoint is no note.
absl::StatusOr<KnownLog> WhoseLog(const FileReader& files, const std::vector<Roster>& rosters);

// The folders with a checkpoint: `folder` itself, or those in it. INVALID_ARGUMENT: none.
absl::StatusOr<std::vector<std::string>> LogFoldersIn(const std::string& folder);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_LOGS_H_
