#include "cli/ask_again.h"

#include "cli/door.h"
#include "cli/show_json.h"

namespace whoelse {

ExitCode AskAgain(const AskOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::AskAgainCall call;
  call.set_number(options.again);
  call.set_at(options.at);
  call.set_does_not_know_them(options.does_not_know_them);
  const auto answer = door.ok() ? door->AskAgain(call) : door.status();
  const auto done = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!done.ok()) return PrintError(terminal, done.status());
  terminal.out << (options.json ? *answer + "\n"
                                : JsonAsText(*done, terminal.width) +
                                      "Look then with: whoelse receipt list\n");
  return kExitOk;
}

}  // namespace whoelse
