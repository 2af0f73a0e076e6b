// The trail through the node's door, for lead officers: a reason may name a child.
#ifndef WHOELSE_NODE_TRAIL_SERVICE_H_
#define WHOELSE_NODE_TRAIL_SERVICE_H_

#include "node/callers.h"
#include "node/rocksdb_store.h"
#include "proto/node.grpc.pb.h"
#include "rpc/clock.h"

namespace whoelse {

class TrailService final : public v1::Trail::Service {
 public:
  struct Parts {
    AgencyId agency;
    const Callers& callers;
    RocksdbStore& store;
    const Clock& clock;
  };
  explicit TrailService(Parts parts) : parts_(parts) {}

  grpc::Status ListTrail(grpc::ServerContext* context, const v1::ListTrailCall* call,
                         v1::JsonReply* reply) override;
  grpc::Status ExportTrail(grpc::ServerContext* context, const v1::ExportTrailCall* call,
                           grpc::ServerWriter<v1::FilePart>* writer) override;

 private:
  const Parts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_TRAIL_SERVICE_H_
