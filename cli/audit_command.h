// The command line of `whoelse audit`.
#ifndef WHOELSE_CLI_AUDIT_COMMAND_H_
#define WHOELSE_CLI_AUDIT_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddAuditCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_COMMAND_H_
