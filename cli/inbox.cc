#include "cli/inbox.h"

#include "cli/door.h"
#include "cli/show_json.h"

namespace whoelse {

ExitCode ListInbox(const std::string& path, bool json, Terminal& terminal) {
  const auto door = Door::Open(path);
  const auto answer = door.ok() ? door->ListInbox() : door.status();
  const auto inbox = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!inbox.ok()) return PrintError(terminal, inbox.status());
  terminal.out << (json ? *answer + "\n"
                        : ListAsText(*inbox, "The inbox is empty.", terminal.width));
  return kExitOk;
}

}  // namespace whoelse
