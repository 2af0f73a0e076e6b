#include "cli/inbox.h"

#include "cli/door.h"
#include "cli/show_json.h"

namespace whoelse {

ExitCode ListInbox(const std::string& path, bool json, Terminal& terminal) {
  const auto door = Door::Open(path);
  const auto answer = door.ok() ? door->ListInbox() : door.status();
  const auto inbox = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!inbox.ok()) {
    PrintError(terminal, inbox.status());
    return ExitCodeOf(inbox.status());
  }
  if (json) {
    terminal.out << *answer << "\n";
  } else if (inbox->is_object() && inbox->size() == 1 && inbox->front().is_array()) {
    const nlohmann::ordered_json& items = inbox->front();   // {"items": [...]}
    terminal.out << (items.empty() ? "The inbox is empty.\n" : JsonAsText(items, terminal.width));
  } else {
    terminal.out << JsonAsText(*inbox, terminal.width);
  }
  return kExitOk;
}

}  // namespace whoelse
