#include "node/backup_service.h"

#include <unistd.h>

#include <algorithm>

#include "node/door_reply.h"
#include "rpc/status.h"

namespace whoelse {

grpc::Status BackupService::BackUp(grpc::ServerContext* context, const v1::BackUpCall*,
                                   grpc::ServerWriter<v1::FilePart>* writer) {
  const absl::StatusOr<UnixDoor::User> user = parts_.door.PeerUser(*context);
  if (!user.ok()) return ToDoor(user.status());
  // It is as much as the data directory is, and that is this account's and root's alone.
  if (user->uid != geteuid() && user->uid != 0) {
    return BadField({"user", "is not the account that the node runs as",
                     "have that account make the backup"});
  }
  const NodeConfig& config = parts_.config;
  const BackupManifest manifest{config.trust.federation, config.agency, parts_.clock.NowMs()};
  TrailNote note;
  note.deed = Deed::kBackUp;
  note.at_ms = parts_.clock.NowMs();
  note.user = user->name;
  parts_.store.WriteTrail(note);
  v1::FilePart part;
  const absl::Status made = parts_.store.Backup(manifest, [&](ByteView bytes) {
    while (!bytes.empty()) {   // a message has a bound, a receipt's block may be larger
      const ByteView next = bytes.first(std::min(bytes.size(), kFilePartBytes));
      part.set_part(next.data(), next.size());
      if (!writer->Write(part)) return absl::CancelledError("backup: nobody listens any more");
      bytes = bytes.subspan(next.size());
    }
    return absl::OkStatus();
  });
  return made.ok() ? grpc::Status::OK : ToDoor(made);
}

}  // namespace whoelse
