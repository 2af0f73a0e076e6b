// `whoelse status`: how the node is.
#ifndef WHOELSE_CLI_STATUS_H_
#define WHOELSE_CLI_STATUS_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

// kExitAlarm while there are alarms, so that a watching script needs to read nothing.
ExitCode ShowStatus(const std::string& door, bool json, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_STATUS_H_
