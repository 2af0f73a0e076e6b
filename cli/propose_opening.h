// `whoelse receipt propose-opening`: the first of the two words by which a question is opened to an
// auditor.
#ifndef WHOELSE_CLI_PROPOSE_OPENING_H_
#define WHOELSE_CLI_PROPOSE_OPENING_H_

#include "cli/command.h"

namespace whoelse {

void AddProposeOpeningCommand(CLI::App& receipt, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_PROPOSE_OPENING_H_
