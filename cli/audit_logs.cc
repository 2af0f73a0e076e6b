#include "cli/audit_logs.h"

#include <algorithm>
#include <filesystem>

#include "cli/log_folder.h"

namespace whoelse {
namespace {

absl::Status In(const std::string& folder, const absl::Status& status) {
  return absl::Status(status.code(), folder + ": " + std::string(status.message()));
}

}  // namespace

absl::StatusOr<KnownLog> WhoseLog(const FileReader& files, const std::vector<Roster>& rosters) {
  const auto bytes = files(kCheckpointFile);
  if (!bytes.ok()) return bytes.status();
  const auto note = Note::Parse(AsText(*bytes));
  if (!note.ok()) {
    return absl::DataLossError("checkpoint: " + std::string(note.status().message()));
  }
  return FindLog(rosters, *note);
}

absl::StatusOr<std::vector<std::string>> LogFoldersIn(const std::string& folder) {
  const auto has_log = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path / kCheckpointFile, ignored);
  };
  if (has_log(folder)) return std::vector<std::string>{folder};
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (has_log(entry.path())) found.push_back(entry.path());
  }
  if (found.empty()) {
    return absl::InvalidArgumentError(folder + ": is no log's folder, nor has one in it: a log's "
                                      "has a file `checkpoint`");
  }
  std::ranges::sort(found);
  return found;
}

absl::StatusOr<std::map<LogId, AuditedLog>> LoadLogs(const std::string& folder,
                                                     const std::vector<Roster>& rosters,
                                                     Terminal& terminal) {
  const auto folders = LogFoldersIn(folder);
  if (!folders.ok()) return folders.status();
  std::map<LogId, AuditedLog> logs;
  for (const std::string& one : *folders) {
    const FileReader files = FilesIn(one);
    const auto known = WhoseLog(files, rosters);
    if (!known.ok()) return In(one, known.status());
    const NoteVerifier& key = known->coordinator->log_key;
    AuditedLog& audited = logs[{known->coordinator->id, key.key_id}];
    audited.coordinator = known->coordinator;
    ProgressBar bar(terminal, known->coordinator->name + ": entries checked");
    const auto checked = CheckLog(
        key, files,
        [&](uint64_t index, ByteView bytes) {
          audited.log.OnEntry(index, bytes);
          const auto entry = ParseLogEntry(bytes);
          if (!entry.ok()) return absl::OkStatus();
          if (const auto* e = std::get_if<EvaluatedEntry>(&*entry)) audited.evaluated[index] = *e;
          return absl::OkStatus();
        },
        [&](uint64_t done, uint64_t total) { bar.Show(done, total); });
    if (!checked.ok()) return In(one, checked.status());
  }
  return logs;
}

}  // namespace whoelse
