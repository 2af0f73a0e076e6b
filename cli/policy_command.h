// `whoelse policy ...`: the command line of cli/policy.h.
#ifndef WHOELSE_CLI_POLICY_COMMAND_H_
#define WHOELSE_CLI_POLICY_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddPolicyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_POLICY_COMMAND_H_
