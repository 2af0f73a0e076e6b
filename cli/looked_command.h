// The options of `whoelse looked` and `whoelse subject-access`.
#ifndef WHOELSE_CLI_LOOKED_COMMAND_H_
#define WHOELSE_CLI_LOOKED_COMMAND_H_

#include "cli/command.h"
#include "cli/sealed_ledger.h"

namespace whoelse {

void AddLookedCommands(CLI::App& app, Terminal& terminal, Chosen& chosen);
// Those of every command that opens the ledger's sealed entries.
void AddLeadOfficerKeys(CLI::App& command, LeadOfficerKeys& keys);

}  // namespace whoelse

#endif  // WHOELSE_CLI_LOOKED_COMMAND_H_
