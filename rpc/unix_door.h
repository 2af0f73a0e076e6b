// The door of a node on its own machine: a gRPC server on a Unix socket that knows which user of the
// machine is calling.
//
// The socket has mode 0600 in a directory of mode 0700, and only its owner and root are let in
// whatever the modes; with guests, also their group by the modes (0660 in 0710) and, of it, only who
// is named. gRPC knows no uid, so the door accepts connections itself, asks the kernel (SO_PEERCRED)
// and hands them to the server.
#ifndef WHOELSE_RPC_UNIX_DOOR_H_
#define WHOELSE_RPC_UNIX_DOOR_H_

#include <grpcpp/server.h>
#include <grpcpp/server_context.h>
#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"

namespace whoelse {

// Other users of the machine who may use a door.
struct DoorGuests {
  gid_t group;
  std::set<uid_t> users;
};
// INVALID_ARGUMENT names the group or the user that this machine does not have.
absl::StatusOr<DoorGuests> FindDoorGuests(const std::string& group,
                                          const std::vector<std::string>& users);

class UnixDoor {
 public:
  // Makes the last directory of `path` when it is not there, locks `path`.lock, takes away a socket
  // that a dead server left, and listens. INVALID_ARGUMENT for a path that no socket can have;
  // FAILED_PRECONDITION when the directory is not ours alone; ALREADY_EXISTS when another server
  // holds the lock; UNAVAILABLE for the machine's own faults.
  static absl::StatusOr<std::unique_ptr<UnixDoor>> Open(
      const std::string& path, const std::optional<DoorGuests>& guests = std::nullopt);
  ~UnixDoor();   // Close()
  UnixDoor(const UnixDoor&) = delete;
  UnixDoor& operator=(const UnixDoor&) = delete;

  // Starts to let callers in to `server`, which has started (SetServerOptions, no port needed) and
  // lives until Close. Once.
  void Serve(grpc::Server& server);
  // Lets no more in and takes the socket away. Before `server` shuts down; calls in it go on.
  void Close();

  struct User {
    uid_t uid;
    std::string name;   // "local:" and the user's name, or "local:uid-" and the number
  };
  // Who made this call. Ask at the start of a handler: gRPC names a connection by its descriptor
  // ("fd:12"), whose number the next connection may get once this one has broken. UNAUTHENTICATED for
  // a call that did not come through this door.
  absl::StatusOr<User> PeerUser(const grpc::ServerContext& context) const;

 private:
  UnixDoor(std::string path, std::set<uid_t> guests, int lock, int listener, int wake);
  void AcceptLoop(grpc::Server& server);
  void LetIn(grpc::Server& server, int connection);

  const std::string path_;
  const std::set<uid_t> guests_;
  const int lock_, listener_, wake_;   // descriptors; a byte of eventfd wake_ ends the loop
  bool open_ = true;
  std::thread acceptor_;

  mutable std::mutex mutex_;
  std::map<int, uid_t> callers_;       // by descriptor; guarded by mutex_
};

}  // namespace whoelse

#endif  // WHOELSE_RPC_UNIX_DOOR_H_
