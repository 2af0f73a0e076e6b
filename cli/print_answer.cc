#include "cli/print_answer.h"

#include "cli/show_json.h"

namespace whoelse {

ExitCode PrintAnswer(const absl::StatusOr<std::string>& answer, bool json, Terminal& terminal,
                     const std::function<std::string(const nlohmann::ordered_json&)>& text) {
  const auto parsed = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!parsed.ok()) return PrintError(terminal, parsed.status());
  terminal.out << (json ? *answer + "\n" : text(*parsed));
  return kExitOk;
}

ExitCode PrintAnswer(const absl::StatusOr<std::string>& answer, bool json, Terminal& terminal) {
  return PrintAnswer(answer, json, terminal, [&](const nlohmann::ordered_json& parsed) {
    return JsonAsText(parsed, terminal.width);
  });
}

}  // namespace whoelse
