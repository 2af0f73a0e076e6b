#include "cli/status.h"

#include "cli/door.h"
#include "cli/show_json.h"

namespace whoelse {

ExitCode ShowStatus(const std::string& path, bool json, Terminal& terminal) {
  const auto door = Door::Open(path);
  const auto answer = door.ok() ? door->Status() : door.status();
  const auto status = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!status.ok()) return PrintError(terminal, status.status());
  terminal.out << (json ? *answer + "\n" : JsonAsText(*status, terminal.width));
  const bool alarmed = status->is_object() && status->contains("alarms") &&
                       !(*status)["alarms"].empty();
  return alarmed ? kExitAlarm : kExitOk;
}

}  // namespace whoelse
