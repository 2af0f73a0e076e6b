// `whoelse records ...`: the command line of cli/records.h.
#ifndef WHOELSE_CLI_RECORDS_COMMAND_H_
#define WHOELSE_CLI_RECORDS_COMMAND_H_

#include "cli/command.h"

namespace whoelse {

void AddRecordsCommand(CLI::App& app, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_RECORDS_COMMAND_H_
