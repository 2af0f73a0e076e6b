// The command line of `whoelse`: what was typed becomes one call of a function elsewhere in cli/.
#ifndef WHOELSE_CLI_COMMAND_H_
#define WHOELSE_CLI_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

// What the chosen subcommand will do, once everything on the command line is understood.
using Chosen = std::function<ExitCode()>;

// `arguments` without the program's name. Bad ones: kExitBadInput and a line on standard error.
ExitCode RunWhoelse(const std::vector<std::string>& arguments, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_COMMAND_H_
