// What most commands end with: the node's answer, as JSON or as text.
#ifndef WHOELSE_CLI_PRINT_ANSWER_H_
#define WHOELSE_CLI_PRINT_ANSWER_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "nlohmann/json_fwd.hpp"

namespace whoelse {

// With `json` the answer as it came, else what `text` makes of it, line feeds included. An error, and
// an answer that is no JSON, are printed as one.
ExitCode PrintAnswer(const absl::StatusOr<std::string>& answer, bool json, Terminal& terminal,
                     const std::function<std::string(const nlohmann::ordered_json&)>& text);
// Its text is JsonAsText.
ExitCode PrintAnswer(const absl::StatusOr<std::string>& answer, bool json, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_PRINT_ANSWER_H_
