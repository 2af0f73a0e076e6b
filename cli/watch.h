// `whoelse watch`: questions that the node repeats each week while the case is open.
#ifndef WHOELSE_CLI_WATCH_H_
#define WHOELSE_CLI_WATCH_H_

#include "cli/command.h"

namespace whoelse {

void AddWatchCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_WATCH_H_
