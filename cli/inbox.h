// `whoelse inbox list`: what waits for a person's decision at this agency.
#ifndef WHOELSE_CLI_INBOX_H_
#define WHOELSE_CLI_INBOX_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

ExitCode ListInbox(const std::string& door, bool json, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_INBOX_H_
