// `whoelse inbox ...`: the command line of cli/inbox.h.
#ifndef WHOELSE_CLI_INBOX_COMMAND_H_
#define WHOELSE_CLI_INBOX_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddInboxCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_INBOX_COMMAND_H_
