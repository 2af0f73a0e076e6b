#include "cli/node_backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cli/door.h"
#include "nlohmann/json.hpp"
#include "node/restore.h"
#include "rpc/clock.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

absl::Status CannotWrite(const std::string& path) {
  return absl::UnavailableError(path + ": cannot be written: " + std::strerror(errno));
}

// Where it grows until it is whole; an earlier one that was cut off goes.
absl::Status MakePart(const std::string& part) {
  const int made = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (made < 0) return CannotWrite(part);
  const bool is_private = fchmod(made, 0600) == 0;
  close(made);
  return is_private ? absl::OkStatus() : CannotWrite(part);
}

absl::Status WriteBackup(const Door& door, const std::string& part) {
  if (absl::Status made = MakePart(part); !made.ok()) return made;
  std::ofstream file(part, std::ios::binary);
  if (absl::Status backed_up = door.BackUp(file); !backed_up.ok()) return backed_up;
  file.close();
  return file ? absl::OkStatus() : CannotWrite(part);
}

Json Described(const VerifiedBackup& backup) {
  return {{"agency", backup.manifest.agency},
          {"made_ms", backup.manifest.made_ms},
          {"entries", backup.entries}};
}

ExitCode Print(const absl::StatusOr<VerifiedBackup>& backup, bool json, const char* what,
               Terminal& terminal) {
  if (!backup.ok()) return PrintError(terminal, backup.status());
  if (json) {
    terminal.out << Described(*backup).dump(2) << "\n";
  } else {
    terminal.out << what;
  }
  return kExitOk;
}

}  // namespace

ExitCode BackUpNode(const NodeBackupOptions& options, Terminal& terminal) {
  if (std::filesystem::exists(options.file)) {
    return PrintError(terminal, absl::InvalidArgumentError(
                                    "file: there is one of that name; give another name"));
  }
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  const std::string part = options.file + ".part";
  absl::Status written = WriteBackup(*door, part);
  if (written.ok()) written = PutInPlaceDurably(part, options.file);
  if (!written.ok()) {
    unlink(part.c_str());
    return PrintError(terminal, written);
  }
  if (options.json) {
    const Json written_to = {{"file", options.file}};
    terminal.out << written_to.dump(2) << "\n";
  } else {
    terminal.out << "Written to " << options.file << ".\n";
  }
  return kExitOk;
}

ExitCode VerifyNodeBackup(const NodeBackupOptions& options, Terminal& terminal) {
  const auto config = NodeConfig::Load(options.config);
  if (!config.ok()) return PrintError(terminal, config.status());
  return Print(VerifyBackup(options.file, *config), options.json,
               "It is whole, and this node's.\n", terminal);
}

ExitCode RestoreNode(const NodeBackupOptions& options, Terminal& terminal) {
  const auto config = NodeConfig::Load(options.config);
  if (!config.ok()) return PrintError(terminal, config.status());
  SystemRandom random;
  return Print(RestoreBackup(options.file, *config, SystemClock().NowMs(), random), options.json,
               "Restored. Start the node, import the current exports, and see whoelse inbox list: "
               "every child is shielded until two people lift it.\n",
               terminal);
}

}  // namespace whoelse
