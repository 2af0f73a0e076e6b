// `whoelse ask --again`: once more, when the agencies that were closed have opened.
#ifndef WHOELSE_CLI_ASK_AGAIN_H_
#define WHOELSE_CLI_ASK_AGAIN_H_

#include "cli/ask.h"

namespace whoelse {

// Leaves it with the node, which asks at that time whether or not anybody is there. Says when.
ExitCode AskAgain(const AskOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_ASK_AGAIN_H_
