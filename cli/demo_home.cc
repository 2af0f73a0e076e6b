#include "cli/demo_home.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "cli/key_file.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarker = ".whoelse-demo";
constexpr std::string_view kMarkerText = "Made by whoelse demo. The next demo here removes all of it.\n";

absl::Status Trouble(const std::string& path) {
  return absl::UnavailableError(path + ": cannot be prepared: " + std::strerror(errno));
}

// A file of this name that says something else is somebody else's.
bool IsOurMarker(int fd) {
  std::array<char, 256> text{};
  const ssize_t n = pread(fd, text.data(), text.size(), 0);
  return n >= 0 && std::string_view(text.data(), static_cast<size_t>(n)) == kMarkerText;
}

absl::Status Empty(const std::string& path) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (entry.path().filename() == kMarker) continue;
    fs::remove_all(entry.path(), error);
    if (error) return absl::UnavailableError(path + ": cannot be emptied: " + error.message());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DemoHome> DemoHome::Prepare(const std::string& path) {
  if (const absl::Status made = MakeDirectory(path); !made.ok()) return made;
  const std::string marker = path + "/" + kMarker;
  std::error_code error;
  const bool is_empty = fs::is_empty(path, error);
  const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (is_empty ? O_CREAT | O_EXCL : 0);
  DemoHome home(open(marker.c_str(), flags, 0600));
  if (home.lock_ < 0 && errno != ENOENT) return Trouble(path);
  if (home.lock_ < 0 || (!is_empty && !IsOurMarker(home.lock_))) {
    return absl::InvalidArgumentError("home: " + path + " holds something that no demo made, and a "
                                      "demo empties its directory; give another one");
  }
  if (flock(home.lock_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError("a demo runs in " + path + " already: end it first");
  }
  if (is_empty && write(home.lock_, kMarkerText.data(), kMarkerText.size()) !=
                      static_cast<ssize_t>(kMarkerText.size())) {
    return Trouble(path);
  }
  if (const absl::Status emptied = Empty(path); !emptied.ok()) return emptied;
  return home;
}

DemoHome::~DemoHome() {
  if (lock_ >= 0) close(lock_);
}

DemoHome::DemoHome(DemoHome&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}

}  // namespace whoelse
