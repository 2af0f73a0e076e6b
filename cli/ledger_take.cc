#include "cli/ledger_take.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/door.h"
#include "cli/show_json.h"
#include "node/taken_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kBufferBytes = size_t{1} << 20;

// A file that grows part by part and is there whole or not at all.
class NewFile {
 public:
  static absl::StatusOr<NewFile> Create(const std::string& path) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) return NewFile(path, fd);
    if (errno == EEXIST) {
      return absl::AlreadyExistsError(path + ": is there already, and may hold what is nowhere else; "
                                             "give another name");
    }
    return absl::UnavailableError(path + ": " + std::strerror(errno));
  }
  NewFile(NewFile&& other) noexcept : path_(std::move(other.path_)), fd_(other.fd_) { other.fd_ = -1; }
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(path_.c_str());   // it was not finished
  }

  absl::Status Add(ByteView part) {
    buffer_ += ToString(part);
    return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
  }
  absl::Status Finish() {
    if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
    const std::filesystem::path folder = std::filesystem::absolute(path_).parent_path();
    const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fsync(fd_) == 0 && directory >= 0 && fsync(directory) == 0;
    if (directory >= 0) close(directory);
    if (!synced) return Failed();
    close(fd_);
    fd_ = -1;
    return absl::OkStatus();
  }

 private:
  NewFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  absl::Status Failed() const { return absl::UnavailableError(path_ + ": " + std::strerror(errno)); }
  absl::Status Flush() {
    for (size_t at = 0; at < buffer_.size();) {
      const ssize_t n = write(fd_, buffer_.data() + at, buffer_.size() - at);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return Failed();
      at += static_cast<size_t>(n);
    }
    buffer_.clear();
    return absl::OkStatus();
  }

  std::string path_;
  int fd_;
  std::string buffer_;
};

struct Taken {
  TakenHead head;
  uint64_t entries = 0;
};

absl::StatusOr<Taken> TakeInto(const Door& door, NewFile& file) {
  Taken taken;
  bool begun = false;
  v1::ReadSealedCall call;
  call.set_untaken(true);
  const absl::Status read = door.ReadSealed(call, [&](const v1::SealedPart& part) {
    if (!begun) {
      begun = true;
      taken.head = {part.agency(), part.from_ms(), part.through_ms()};
      if (absl::Status added = file.Add(TakenFileHead(taken.head)); !added.ok()) return added;
    }
    for (const std::string& sealed : part.sealed()) {
      if (sealed.size() != kLedgerSealedSize) {
        return absl::InternalError("the node and whoelse are of different versions");
      }
      ++taken.entries;
      if (absl::Status added = file.Add(AsBytes(sealed)); !added.ok()) return added;
    }
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  if (absl::Status added = file.Add(TakenFileEnd(taken.entries)); !added.ok()) return added;
  if (absl::Status finished = file.Finish(); !finished.ok()) return finished;
  return taken;
}

absl::StatusOr<Taken> Take(const LedgerTakeOptions& options) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return door.status();
  auto file = NewFile::Create(options.file);
  if (!file.ok()) return file.status();
  const auto taken = TakeInto(*door, *file);
  if (!taken.ok()) return taken.status();
  v1::TookOutCall call;
  call.set_through_ms(taken->head.through_ms);
  const auto told = door->TookOut(call);
  if (!told.ok()) return told.status();
  return taken;
}

}  // namespace

ExitCode TakeLedger(const LedgerTakeOptions& options, Terminal& terminal) {
  const auto taken = Take(options);
  if (!taken.ok()) return PrintError(terminal, taken.status());
  const Json shown{{"file", options.file},
                   {"entries", taken->entries},
                   {"from_ms", taken->head.from_ms},
                   {"through_ms", taken->head.through_ms}};
  terminal.out << (options.json ? shown.dump(2) + "\n" : JsonAsText(shown, terminal.width));
  return kExitOk;
}

}  // namespace whoelse
