#include "vault/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace whoelse {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

absl::Status Trouble(const std::string& path, const char* what) {
  return absl::UnavailableError(path + ": cannot " + what + ": " + std::strerror(errno));
}

absl::Status SyncParent(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const Descriptor directory(
      open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || fsync(directory.get()) != 0) {
    return Trouble(path, "sync its directory");
  }
  return absl::OkStatus();
}

constexpr char kUnfinished[] = "UNFINISHED";

// What a fresh disk has by itself, and what writing the marker may leave behind.
bool IsNothingHeld(const std::filesystem::directory_entry& entry) {
  const std::string name = entry.path().filename();
  return name == "lost+found" || name.starts_with(kUnfinished);
}

absl::StatusOr<Bytes> ReadOpen(const std::string& path, int fd, size_t max) {
  Bytes content;
  while (true) {
    const size_t had = content.size();
    constexpr size_t kStep = 64 * 1024;
    content.resize(had + kStep);
    const ssize_t got = read(fd, content.data() + had, kStep);
    if (got < 0 && errno != EINTR) return Trouble(path, "read it");
    content.resize(had + (got > 0 ? static_cast<size_t>(got) : 0));
    if (got == 0) return content;
    if (content.size() > max) {
      return absl::FailedPreconditionError(path + ": larger than anything that belongs there");
    }
  }
}

absl::StatusOr<Bytes> ReadChecked(const std::string& path, size_t max, bool is_private) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    return errno == ENOENT ? absl::NotFoundError(path + ": no such file")
                           : Trouble(path, "open it");
  }
  struct stat facts{};
  if (fstat(file.get(), &facts) != 0) return Trouble(path, "look at it");
  if (is_private && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError(path + ": others may read it; set its mode to 0600");
  }
  return ReadOpen(path, file.get(), max);
}

absl::Status WriteAll(const std::string& path, int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t put = write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return Trouble(path, "write it");
    content = content.subspan(static_cast<size_t>(put));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bytes> ReadWholeFile(const std::string& path, size_t max) {
  return ReadChecked(path, max, false);
}

absl::StatusOr<Bytes> ReadPrivateFile(const std::string& path, size_t max) {
  return ReadChecked(path, max, true);
}

absl::Status WriteFileDurably(const std::string& path, ByteView content, mode_t mode) {
  const std::string fresh = path + ".new";
  {
    const Descriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return Trouble(fresh, "create it");
    // A file of that name may have been there with another mode.
    if (fchmod(file.get(), mode) != 0) return Trouble(fresh, "set its mode");
    if (absl::Status status = WriteAll(fresh, file.get(), content); !status.ok()) return status;
  }
  return PutInPlaceDurably(fresh, path);
}

absl::Status PutInPlaceDurably(const std::string& written, const std::string& path) {
  {
    const Descriptor file(open(written.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 || fsync(file.get()) != 0) return Trouble(written, "sync it");
  }
  if (rename(written.c_str(), path.c_str()) != 0) return Trouble(path, "put it in place");
  return SyncParent(path);
}

absl::Status RemoveFileDurably(const std::string& path) {
  if (unlink(path.c_str()) != 0) return Trouble(path, "remove it");
  return SyncParent(path);
}

bool IsFreshDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entries(path, error);
  if (error) return error == std::errc::no_such_file_or_directory;
  if (std::filesystem::exists(std::filesystem::path(path) / kUnfinished, error)) return true;
  return std::ranges::all_of(entries, IsNothingHeld);
}

absl::Status BeginDirectory(const std::string& path) {
  if (!IsFreshDirectory(path)) {
    return absl::FailedPreconditionError(path + ": has something in it");
  }
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return absl::UnavailableError(path + ": cannot be made: " + error.message());
  const std::string marker = std::filesystem::path(path) / kUnfinished;
  if (absl::Status marked = WriteFileDurably(marker, {}, 0600); !marked.ok()) return marked;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (!IsNothingHeld(entry)) std::filesystem::remove_all(entry.path(), error);
    if (error) return absl::UnavailableError(path + ": cannot be cleared: " + error.message());
  }
  return SyncParent(path);
}

absl::Status FinishDirectory(const std::string& path) {
  const std::string marker = std::filesystem::path(path) / kUnfinished;
  // Everything else is in the directory for good before the marker goes.
  if (absl::Status status = SyncParent(marker); !status.ok()) return status;
  return RemoveFileDurably(marker);
}

}  // namespace whoelse
