// `whoelse receipt answer` and `whoelse receipt hand-over`: who reads an answer, for 72 hours.
#ifndef WHOELSE_CLI_ANSWER_H_
#define WHOELSE_CLI_ANSWER_H_

#include "cli/command.h"

namespace whoelse {

// Adds both to `whoelse receipt`.
void AddAnswerCommands(CLI::App& receipt, Terminal& terminal, Chosen& chosen);

}  // namespace whoelse

#endif  // WHOELSE_CLI_ANSWER_H_
