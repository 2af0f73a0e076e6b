// `whoelse federation ...`: the command line of cli/federation_*.h.
#ifndef WHOELSE_CLI_FEDERATION_COMMAND_H_
#define WHOELSE_CLI_FEDERATION_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddFederationCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_COMMAND_H_
