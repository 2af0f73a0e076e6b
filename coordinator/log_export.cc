#include "coordinator/log_export.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "audit/checkpoint.h"
#include "coordinator/log_files.h"
#include "coordinator/log_store.h"
#include "protocol/limits.h"
#include "rpc/log.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCheckpointMax = kNoteSignaturesMax * kNoteSignatureLineMax;

absl::Status MakeFolder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(path.string() + ": cannot be made: " + error.message());
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogExport>> LogExport::Open(const std::string& folder,
                                                           const NoteVerifier& log_key,
                                                           const RocksDbState& state,
                                                           CheckpointMirror& mirror) {
  if (absl::Status status = MakeFolder(folder); !status.ok()) return status;
  uint64_t size = 0;
  const auto there = ReadWholeFile(folder + "/checkpoint", kCheckpointMax);
  if (there.ok()) {
    const auto note = Note::Parse(AsText(*there));
    const auto checkpoint =
        note.ok() ? OpenCheckpoint(*note, log_key) : absl::StatusOr<Checkpoint>(note.status());
    if (!checkpoint.ok()) {
      return absl::FailedPreconditionError(folder + ": its checkpoint is not of this log: give " +
                                           "[log] export an empty folder");
    }
    absl::Status status = KeepIfContradicted(state, mirror, log_key, AsText(*there));
    if (!status.ok()) return status;
    size = checkpoint->size;
  } else if (!absl::IsNotFound(there.status())) {
    return there.status();
  }
  const absl::Status key =
      WriteFileDurably(folder + "/log.vkey", AsBytes(log_key.Encode() + "\n"), 0644);
  if (!key.ok()) return key;
  return std::unique_ptr<LogExport>(new LogExport(folder, state, size));
}

LogExport::~LogExport() {
  if (thread_.joinable()) thread_.join();
}

void LogExport::Follow(const LogPublication& publication) {
  thread_ = std::thread([this, &publication] {
    std::shared_ptr<const PublishedLog> log;
    while ((log = publication.WaitForOtherThan(log)) != nullptr) {
      if (const absl::Status status = Write(*log); !status.ok()) {
        Log(LogLevel::kAlarm, "export_failed", {{LogField::kError, status}});
      }
    }
  });
}

absl::Status LogExport::Write(const PublishedLog& log) {
  for (const TilePath& path : NewLogFiles(size_, log.size)) {
    const auto bytes = ReadLogFile(state_, path, log.size);
    if (!bytes.ok()) return bytes.status();
    const fs::path file = fs::path(folder_) / path.Serialize();
    if (absl::Status status = MakeFolder(file.parent_path()); !status.ok()) return status;
    if (absl::Status status = WriteFileDurably(file, *bytes, 0644); !status.ok()) return status;
    if (path.width < kTileWidth) continue;
    // Who still wants a part of it takes it from the whole.
    std::error_code none_or_in_use;
    fs::remove_all(file.string() + ".p", none_or_in_use);
  }
  const absl::Status status =
      WriteFileDurably(folder_ + "/checkpoint", AsBytes(log.checkpoint), 0644);
  if (status.ok()) size_ = log.size;
  return status;
}

}  // namespace whoelse
