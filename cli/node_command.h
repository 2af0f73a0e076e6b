// `whoelse node`: what whoever runs a node does about its store.
#ifndef WHOELSE_CLI_NODE_COMMAND_H_
#define WHOELSE_CLI_NODE_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddNodeCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_NODE_COMMAND_H_
