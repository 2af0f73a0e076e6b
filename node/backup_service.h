// A backup of the node's store through its door, while it answers: a thin adapter over the store.
#ifndef WHOELSE_NODE_BACKUP_SERVICE_H_
#define WHOELSE_NODE_BACKUP_SERVICE_H_

#include "node/config.h"
#include "node/rocksdb_store.h"
#include "proto/node.grpc.pb.h"
#include "rpc/clock.h"
#include "rpc/unix_door.h"

namespace whoelse {

struct BackupParts {
  const NodeConfig& config;
  const UnixDoor& door;
  RocksdbStore& store;
  const Clock& clock;
};

class BackupService final : public v1::Backups::Service {
 public:
  explicit BackupService(BackupParts parts) : parts_(parts) {}

  grpc::Status BackUp(grpc::ServerContext* context, const v1::BackUpCall* call,
                      grpc::ServerWriter<v1::FilePart>* writer) override;

 private:
  const BackupParts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_BACKUP_SERVICE_H_
