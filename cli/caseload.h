// `whoelse ask --list`: a list of children, asked about one after the other.
#ifndef WHOELSE_CLI_CASELOAD_H_
#define WHOELSE_CLI_CASELOAD_H_

#include "cli/ask.h"

namespace whoelse {

// Hands the list to the node and prints what comes: a page a child, or with --json a line of JSON
// each and the result as the last. kExitBadInput with a bad row, and nothing was asked; kExitQuota
// when today's questions were used up; kExitUnanswered when an agency did not answer about some
// child.
ExitCode AskCaseload(const AskOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_CASELOAD_H_
