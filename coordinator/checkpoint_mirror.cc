#include "coordinator/checkpoint_mirror.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "protocol/limits.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kCheckpointNoteMax = kNoteSignaturesMax * kNoteSignatureLineMax;

absl::StatusOr<std::string> ReadNote(const std::string& path) {
  auto content = ReadWholeFile(path, kCheckpointNoteMax);
  if (absl::IsNotFound(content.status())) return std::string();
  if (!content.ok()) return content.status();
  return ToString(*content);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CheckpointMirror>> CheckpointMirror::Open(std::string path) {
  const std::string lock_path = path + ".lock";
  const int lock = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return absl::UnavailableError(lock_path + ": cannot open it: " + std::strerror(errno));
  }
  auto mirror = std::unique_ptr<CheckpointMirror>(new CheckpointMirror(std::move(path), lock));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(lock_path + ": another coordinator holds it");
  }
  return mirror;
}

CheckpointMirror::~CheckpointMirror() { close(lock_); }

absl::StatusOr<std::string> CheckpointMirror::Read() const { return ReadNote(path_); }

absl::StatusOr<std::string> CheckpointMirror::ReadShown() const {
  return ReadNote(path_ + ".shown");
}
absl::Status CheckpointMirror::KeepShown(const std::string& note) {
  return WriteFileDurably(path_ + ".shown", AsBytes(note), 0644);
}

absl::Status CheckpointMirror::Swap(const std::string& expected, const std::string& note) {
  auto there = Read();
  if (!there.ok()) return there.status();
  if (*there != expected) {
    return absl::AbortedError(path_ + ": not the checkpoint that this coordinator wrote last");
  }
  return WriteFileDurably(path_, AsBytes(note), 0644);
}

}  // namespace whoelse
