// `whoelse audit mirror` and `whoelse audit check`: the logs, held against themselves.
#ifndef WHOELSE_CLI_AUDIT_MIRROR_H_
#define WHOELSE_CLI_AUDIT_MIRROR_H_

#include <string>
#include <vector>

#include "cli/audit_output.h"

namespace whoelse {

struct MirrorOptions {
  std::vector<std::string> rosters;
  std::vector<std::string> from;   // https://..., a log's folder, or a folder of such folders
  std::string ca;                  // PEM; vouches for servers beside the roster's pins; empty: nobody
  std::string into;                // gets coordinator-<id>/ for each log
  AuditOutput output;
};
// Brings the copies up to date. kExitRefuted: a log is forked, cut, rewritten or damaged, or breaks a
// rule; the evidence lies in the copy's folder `evidence`.
ExitCode Mirror(const MirrorOptions& options, Terminal& terminal);

struct CheckOptions {
  std::vector<std::string> rosters;
  std::string folder;              // a log's, or one of logs' folders
  AuditOutput output;
};
// Checks folders as they are, every byte. Exits as Mirror.
ExitCode CheckLogs(const CheckOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_MIRROR_H_
