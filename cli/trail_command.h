// `whoelse trail ...`: the command line of cli/trail.h.
#ifndef WHOELSE_CLI_TRAIL_COMMAND_H_
#define WHOELSE_CLI_TRAIL_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddTrailCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_TRAIL_COMMAND_H_
