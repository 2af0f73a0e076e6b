// `whoelse looked` and `whoelse subject-access`: who asked about one child, for lead officers, and what
// the child or who speaks for it is told of that.
#ifndef WHOELSE_CLI_LOOKED_H_
#define WHOELSE_CLI_LOOKED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/sealed_ledger.h"
#include "cli/terminal.h"

namespace whoelse {

// Which child, and with whose keys.
struct LookedOptions {
  std::string door;
  LeadOfficerKeys keys;
  std::string nhs_number;   // "-" as in `ask`; or:
  uint32_t record = 0;
  bool json = false;
};
// Newest first. kExitFailed as `ledger open`.
ExitCode ShowWhoLooked(const LookedOptions& options, Terminal& terminal);

struct SubjectAccessOptions : LookedOptions {
  std::string output;                  // the report's file
  bool as_json = false;                // the file, in place of a page
  std::vector<std::string> put_back;   // references
  std::string reason;                  // of who puts them back
};
// Writes the report, and shows who prepares it what was left out and why; that is in no file.
// kExitBadInput, and nothing is written, when something may not be put back.
ExitCode PrepareSubjectAccessReport(const SubjectAccessOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_LOOKED_H_
