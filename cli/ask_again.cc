#include "cli/ask_again.h"

#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/show_json.h"

namespace whoelse {

ExitCode AskAgain(const AskOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::AskAgainCall call;
  call.set_number(options.again);
  call.set_at(options.at);
  call.set_does_not_know_them(options.does_not_know_them);
  const auto answer = door.ok() ? door->AskAgain(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const nlohmann::ordered_json& request) {
    return JsonAsText(request, terminal.width) + "Look then with: whoelse receipt list\n";
  });
}

}  // namespace whoelse
