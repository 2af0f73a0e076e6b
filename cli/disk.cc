#include "cli/disk.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace whoelse {
namespace {

constexpr size_t kKeyDigits = 64;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

absl::Status Failed(const std::string& path, const char* doing) {
  const std::string message = path + ": cannot be " + doing + ": " + std::strerror(errno);
  return errno == ENOENT ? absl::NotFoundError(message) : absl::UnavailableError(message);
}

bool WriteAll(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return Failed(path, "opened");
  std::string content;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t n = read(file.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(path, "read");
    if (n == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(n));
    if (content.size() > max) {
      return absl::FailedPreconditionError(path + ": has more than " + std::to_string(max) +
                                           " bytes; it is not the file that is meant");
    }
  }
}

absl::Status WriteFile(const std::string& path, ByteView bytes, mode_t mode) {
  const std::string fresh = path + ".new";
  unlink(fresh.c_str());   // of an attempt that was cut short
  const Descriptor file(
      open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file.ok() || !WriteAll(file.get(), bytes) || fsync(file.get()) != 0 ||
      rename(fresh.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(std::string(Failed(path, "written").message()));
  }
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& path) {
  const std::filesystem::path directory(path);
  std::error_code ignored;
  if (std::filesystem::is_directory(directory, ignored)) return absl::OkStatus();
  const std::string above = directory.parent_path().string();
  if (!above.empty() && above != path) {
    if (const absl::Status made = MakeDirectory(above); !made.ok()) return made;
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::UnavailableError(std::string(Failed(path, "made").message()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Secret<32>> ReadKeyFile(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return Failed(path, "opened");
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return Failed(path, "read");
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::FailedPreconditionError(path + ": others may use this key: chmod it to 0600");
  }
  std::array<uint8_t, kKeyDigits + 2> text{};   // one more than fits, to notice what is longer
  const ssize_t n = read(file.get(), text.data(), text.size());
  std::string_view digits = AsText(ByteView(text).first(n < 0 ? 0 : static_cast<size_t>(n)));
  if (digits.size() == kKeyDigits + 1 && digits.ends_with('\n')) digits.remove_suffix(1);
  bool good = false;
  auto key = Secret<32>::Make(
      [&](std::span<uint8_t, 32> out) { good = FromHex(digits, std::span<uint8_t>(out)); });
  sodium_memzero(text.data(), text.size());
  if (!good) {
    return absl::InvalidArgumentError(path + ": should be 64 lower-case hexadecimal digits");
  }
  return key;
}

absl::Status WriteKeyFile(const std::string& path, const Secret<32>& key) {
  const Descriptor file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.ok() && errno == EEXIST) return absl::AlreadyExistsError(path + ": is there already");
  if (!file.ok()) return absl::UnavailableError(std::string(Failed(path, "made").message()));
  std::array<uint8_t, kKeyDigits + 1> text{};   // sodium_bin2hex adds a zero byte
  sodium_bin2hex(reinterpret_cast<char*>(text.data()), text.size(), key.Reveal().data(), 32);
  const bool written = WriteAll(file.get(), ByteView(text).first(kKeyDigits)) &&
                       fsync(file.get()) == 0;
  sodium_memzero(text.data(), text.size());
  if (written) return absl::OkStatus();
  const absl::Status failed = Failed(path, "written");
  unlink(path.c_str());
  return absl::UnavailableError(std::string(failed.message()));
}

}  // namespace whoelse
