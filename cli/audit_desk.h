// `whoelse audit volumes`, `draw` and `census`: what a coordinator opens to auditors, held against the
// checked copies of the logs.
#ifndef WHOELSE_CLI_AUDIT_DESK_H_
#define WHOELSE_CLI_AUDIT_DESK_H_

#include <string>
#include <vector>

#include "cli/audit_output.h"

namespace whoelse {

struct DeskOptions {
  std::vector<std::string> rosters;
  std::string credential;   // the auditor's folder
  std::string logs;         // copies that `audit mirror` keeps
  size_t count = 20;        // of leaves to draw
  std::string seed;         // of the draw, in hexadecimal; empty: a fresh one
  AuditOutput output;
};

// All three: kExitNotProvable when nobody opens the tables of a log, and nothing else is wrong.

// Questions by agency and day. kExitRefuted: a side table leaves out a question or invents one.
ExitCode ShowVolumes(const DeskOptions& options, Terminal& terminal);
// Random leaves to open, by a seed that the coordinators could not know.
ExitCode DrawLeaves(const DeskOptions& options, Terminal& terminal);
// Enrolments against register sizes, by the Evaluated tables of each coordinator. kExitRefuted: an
// agency enrolled more than its register explains, or a table is not the one that was logged.
ExitCode TakeTheCensus(const DeskOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_DESK_H_
