// `whoelse lead-key ...`: the command line of cli/lead_key.h.
#ifndef WHOELSE_CLI_LEAD_KEY_COMMAND_H_
#define WHOELSE_CLI_LEAD_KEY_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddLeadKeyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_LEAD_KEY_COMMAND_H_
