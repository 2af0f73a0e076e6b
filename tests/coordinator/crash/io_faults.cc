#include "tests/coordinator/crash/io_faults.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>
#include <mutex>
#include <string>

namespace whoelse {
namespace {

// A file that was written to, and how much of it a loss of power would leave.
struct Written {
  std::string path;
  off_t synced = 0;
};

struct Faults {
  std::mutex mutex;   // guards the rest
  FaultPlan plan;
  uint64_t operations = 0;
  bool came = false, came_to_a_log = false;
  std::map<ino_t, Written> files;
};

// Never destroyed: threads of RocksDB write until the process is gone.
Faults& All() {
  static auto* const all = new Faults;
  return *all;
}

std::string PathOf(int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : std::string();
}

bool IsLog(int fd) { return PathOf(fd).ends_with(".log"); }

bool IsFile(int fd, struct stat* facts) {
  return fstat(fd, facts) == 0 && S_ISREG(facts->st_mode);
}

// The length at which a loss of power cuts a file off: what was synced, and perhaps some more.
off_t Left(const Written& file, off_t size, uint64_t seed) {
  const auto more = static_cast<uint64_t>(size - file.synced);
  return seed % 2 == 0 ? file.synced : file.synced + static_cast<off_t>(seed / 2 % (more + 1));
}

[[noreturn]] void End(Faults& all, int code) {
  if (all.plan.power_loss) {
    for (const auto& [inode, file] : all.files) {
      struct stat facts{};
      if (stat(file.path.c_str(), &facts) != 0 || facts.st_ino != inode) continue;   // removed
      if (facts.st_size <= file.synced) continue;
      syscall(SYS_truncate, file.path.c_str(), Left(file, facts.st_size, all.plan.seed));
    }
  }
  syscall(SYS_exit_group, code);
  __builtin_unreachable();
}

// One operation more. 0, or the errno with which it is to fail.
int Count(Faults& all) {
  const FaultPlan& plan = all.plan;
  const uint64_t number = ++all.operations;
  if (plan.fault == Fault::kNone || number < plan.at) return 0;
  if (number > plan.at && plan.fault != Fault::kEioForGood) return 0;
  all.came = true;
  if (plan.fault == Fault::kKill || plan.fault == Fault::kTorn) End(all, kKilledExit);
  return plan.fault == Fault::kEnospc ? ENOSPC : EIO;
}

bool IsTornNow(const Faults& all) {
  return all.plan.fault == Fault::kTorn && all.operations + 1 == all.plan.at;
}

ssize_t Write(int fd, const void* bytes, size_t size, const off_t* at) {
  const auto write_some = [&](size_t some) {
    return at ? syscall(SYS_pwrite64, fd, bytes, some, *at) : syscall(SYS_write, fd, bytes, some);
  };
  struct stat facts{};
  if (!IsFile(fd, &facts)) return write_some(size);
  Faults& all = All();
  const std::lock_guard lock(all.mutex);
  all.files.try_emplace(facts.st_ino, Written{PathOf(fd), facts.st_size});
  if (IsTornNow(all) && size > 1) write_some(size / 2);
  if (const int error = Count(all); error != 0) {
    all.came_to_a_log = all.came_to_a_log || IsLog(fd);
    errno = error;
    return -1;
  }
  return write_some(size);
}

int Sync(long call, int fd) {
  Faults& all = All();
  const std::lock_guard lock(all.mutex);
  if (const int error = Count(all); error != 0) {
    all.came_to_a_log = all.came_to_a_log || IsLog(fd);
    errno = error;
    return -1;
  }
  const auto result = static_cast<int>(syscall(call, fd));
  struct stat facts{};
  if (result == 0 && IsFile(fd, &facts)) {
    all.files.insert_or_assign(facts.st_ino, Written{PathOf(fd), facts.st_size});
  }
  return result;
}

}  // namespace

void PlanFaults(const FaultPlan& plan) { All().plan = plan; }

uint64_t Operations() {
  const std::lock_guard lock(All().mutex);
  return All().operations;
}

bool FaultCame() {
  const std::lock_guard lock(All().mutex);
  return All().came;
}

bool FaultCameToALog() {
  const std::lock_guard lock(All().mutex);
  return All().came_to_a_log;
}

}  // namespace whoelse

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  return whoelse::Write(fd, bytes, size, nullptr);
}
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return whoelse::Write(fd, bytes, size, &at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  return whoelse::Write(fd, bytes, size, &at);
}
int fsync(int fd) { return whoelse::Sync(SYS_fsync, fd); }
int fdatasync(int fd) { return whoelse::Sync(SYS_fdatasync, fd); }

int rename(const char* from, const char* to) noexcept {
  whoelse::Faults& all = whoelse::All();
  const std::lock_guard lock(all.mutex);
  if (const int error = whoelse::Count(all); error != 0) {
    errno = error;
    return -1;
  }
  struct stat facts{};
  const bool known = stat(from, &facts) == 0 && all.files.contains(facts.st_ino);
  const auto result = static_cast<int>(syscall(SYS_rename, from, to));
  if (result == 0 && known) all.files[facts.st_ino].path = to;
  return result;
}

// How the sequencer ends the process when the store fails.
void _exit(int code) {
  whoelse::Faults& all = whoelse::All();
  const std::lock_guard lock(all.mutex);
  whoelse::End(all, code);
}

}  // extern "C"
