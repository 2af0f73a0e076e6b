#include "rpc/unix_door.h"

#include <fcntl.h>
#include <grp.h>
#include <grpcpp/server_posix.h>
#include <poll.h>
#include <pwd.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/require.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

// A descriptor that is closed unless somebody takes it over.
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
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// The mode of a socket is checked by the kernel at connect; the directory's protects the moment
// between bind and everything else, and against whoever would put a socket of their own there.
absl::Status PrepareDirectory(const std::string& directory,
                              const std::optional<DoorGuests>& guests) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::UnavailableError("the socket's directory cannot be made");
  }
  struct stat found {};
  const auto ours_with = [&](mode_t others) {
    return lstat(directory.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
           found.st_uid == geteuid() && (found.st_mode & (S_IRWXG | S_IRWXO) & ~others) == 0;
  };
  // Guests pass through and see nothing else of it; so it may hold nothing but the door.
  const mode_t passing = guests ? S_IXGRP : 0;
  if (!ours_with(S_IXGRP)) {
    return absl::FailedPreconditionError("the socket's directory has to be ours, of mode 0700");
  }
  if (guests && chown(directory.c_str(), static_cast<uid_t>(-1), guests->group) != 0) {
    return absl::FailedPreconditionError("the socket's directory cannot be given to the door's "
                                         "group: the node's user has to be a member");
  }
  if (chmod(directory.c_str(), S_IRWXU | passing) != 0 || !ours_with(passing)) {
    return absl::FailedPreconditionError("the socket's directory has to be ours, of mode 0700");
  }
  return absl::OkStatus();
}

// Held as long as the door is open, and let go by the kernel when the process dies. Without it a
// second server would take the path over in silence.
absl::StatusOr<int> TakeLock(const std::string& path) {
  Descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock.ok()) return absl::UnavailableError("the socket's lock file cannot be opened");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::AlreadyExistsError("another server has this socket");
  }
  return lock.Release();
}

// The umask takes the group's bits from the mode that the descriptor had. Nobody else can have put
// another file at this path: the directory is ours.
bool LetGroupIn(const std::string& path, gid_t group, mode_t mode) {
  return lchown(path.c_str(), static_cast<uid_t>(-1), group) == 0 && chmod(path.c_str(), mode) == 0;
}

absl::StatusOr<int> Listen(const std::string& path, const std::optional<DoorGuests>& guests) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), address.sun_path);   // its length was checked

  const mode_t mode = guests ? 0660 : 0600;
  Descriptor listener(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // Linux gives the socket file the mode of the descriptor: unlike umask, not for all threads.
  if (!listener.ok() || fchmod(listener.get(), mode) != 0) {
    return absl::UnavailableError("no socket can be made");
  }
  unlink(path.c_str());   // of a server that died: we hold the lock
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      (guests && !LetGroupIn(path, guests->group, mode)) ||
      listen(listener.get(), 64) != 0) {
    return absl::UnavailableError("the socket cannot be bound");
  }
  struct stat made {};
  if (lstat(path.c_str(), &made) != 0 || (made.st_mode & 0777) != mode) {
    return absl::FailedPreconditionError("the socket's file system does not keep its mode");
  }
  return listener.Release();
}

std::string NameOf(uid_t uid) {
  std::vector<char> buffer(16 * 1024);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return std::string("local:") + found->pw_name;
  }
  return "local:uid-" + std::to_string(uid);
}

}  // namespace

absl::StatusOr<DoorGuests> FindDoorGuests(const std::string& group,
                                          const std::vector<std::string>& users) {
  std::vector<char> buffer(64 * 1024);
  struct group group_entry {};
  struct group* found_group = nullptr;
  if (getgrnam_r(group.c_str(), &group_entry, buffer.data(), buffer.size(), &found_group) != 0 ||
      found_group == nullptr) {
    return absl::InvalidArgumentError("door_group: this machine has no group " + group +
                                      "; make it, or leave the key out");
  }
  DoorGuests guests{found_group->gr_gid, {}};
  for (const std::string& user : users) {
    passwd entry{};
    passwd* found = nullptr;
    if (getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
      return absl::InvalidArgumentError("people: this machine has no user " + user +
                                        "; make an account, or take the line away");
    }
    guests.users.insert(found->pw_uid);
  }
  return guests;
}

absl::StatusOr<std::unique_ptr<UnixDoor>> UnixDoor::Open(const std::string& path,
                                                         const std::optional<DoorGuests>& guests) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path) ||
      path.find('\0') != std::string::npos || path.back() == '/') {
    return absl::InvalidArgumentError("a socket's path has 1 to 107 bytes");
  }
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const absl::Status prepared = PrepareDirectory(directory.empty() ? "." : directory, guests);
  if (!prepared.ok()) return prepared;
  absl::StatusOr<int> lock = TakeLock(path + ".lock");
  if (!lock.ok()) return lock.status();
  Descriptor held(*lock);
  absl::StatusOr<int> listener = Listen(path, guests);
  if (!listener.ok()) return listener.status();
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  Require(wake >= 0);
  return std::unique_ptr<UnixDoor>(new UnixDoor(
      path, guests ? guests->users : std::set<uid_t>(), held.Release(), *listener, wake));
}

UnixDoor::UnixDoor(std::string path, std::set<uid_t> guests, int lock, int listener, int wake)
    : path_(std::move(path)), guests_(std::move(guests)), lock_(lock), listener_(listener),
      wake_(wake) {}

UnixDoor::~UnixDoor() { Close(); }

void UnixDoor::Serve(grpc::Server& server) {
  Require(open_ && !acceptor_.joinable());
  acceptor_ = std::thread([this, &server] { AcceptLoop(server); });
}

void UnixDoor::Close() {
  if (!std::exchange(open_, false)) return;
  const uint64_t one = 1;
  Require(write(wake_, &one, sizeof one) == sizeof one);
  if (acceptor_.joinable()) acceptor_.join();
  unlink(path_.c_str());   // before the lock goes: afterwards it may be another server's
  close(listener_);
  close(wake_);
  close(lock_);
}

void UnixDoor::AcceptLoop(grpc::Server& server) {
  std::array<pollfd, 2> waits = {pollfd{wake_, POLLIN, 0}, pollfd{listener_, POLLIN, 0}};
  for (;;) {
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[0].revents != 0) return;
    if (waits[1].revents == 0) continue;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection >= 0) {
      LetIn(server, connection);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // The caller stays in the queue and poll would return at once: wait a little for a descriptor.
      poll(waits.data(), 1, 100);
    }
  }
}

void UnixDoor::LetIn(grpc::Server& server, int connection) {
  Descriptor caller(connection);
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return;
  // The modes say the same. Without this line one `chmod` of the directory by mistake lets every user
  // of the machine ask in the agency's name.
  if (credentials.uid != geteuid() && credentials.uid != 0 &&
      !guests_.contains(credentials.uid)) {
    Log(LogLevel::kWarning, "door_refused", {{LogField::kUid, credentials.uid}});
    return;
  }
  {
    // Before the first call can come. An older connection that had this number is closed.
    const std::lock_guard lock(mutex_);
    callers_[connection] = credentials.uid;
  }
  grpc::AddInsecureChannelFromFd(&server, caller.Release());
}

absl::StatusOr<UnixDoor::User> UnixDoor::PeerUser(const grpc::ServerContext& context) const {
  const std::string peer = context.peer();
  constexpr std::string_view kPrefix = "fd:";
  int descriptor = -1;
  const char* const end = peer.data() + peer.size();
  if (!peer.starts_with(kPrefix) ||
      std::from_chars(peer.data() + kPrefix.size(), end, descriptor).ptr != end) {
    return absl::UnauthenticatedError("not through the door");
  }
  uid_t uid = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = callers_.find(descriptor);
    if (found == callers_.end()) return absl::UnauthenticatedError("not through the door");
    uid = found->second;
  }
  return User{uid, NameOf(uid)};
}

}  // namespace whoelse
