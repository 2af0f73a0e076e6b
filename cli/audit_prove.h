// `whoelse audit prove`: one entry of a log as a file that anybody's tools verify.
#ifndef WHOELSE_CLI_AUDIT_PROVE_H_
#define WHOELSE_CLI_AUDIT_PROVE_H_

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct ProveOptions {
  std::vector<std::string> rosters;
  std::string log;      // a log's folder
  uint64_t index = 0;
  std::string out;      // gets the proof; `out`.entry gets the entry
};
// C2SP tlog-proof under the folder's checkpoint, with all its cosignatures. kExitRefuted: the folder is
// damaged.
ExitCode ProveEntry(const ProveOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_PROVE_H_
