// `whoelse justify ...`: why a question was put, asked of another agency and answered here.
#ifndef WHOELSE_CLI_JUSTIFY_COMMAND_H_
#define WHOELSE_CLI_JUSTIFY_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddJustifyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_JUSTIFY_COMMAND_H_
