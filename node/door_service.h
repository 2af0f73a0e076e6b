// The node's door: what the command line and portals ask of it. A thin adapter over the asker, the
// registry and the store.
#ifndef WHOELSE_NODE_DOOR_SERVICE_H_
#define WHOELSE_NODE_DOOR_SERVICE_H_

#include "nlohmann/json_fwd.hpp"
#include "node/asker.h"
#include "node/callers.h"
#include "node/config.h"
#include "node/inbox_keeper.h"
#include "node/policy_keeper.h"
#include "node/receipt_desk.h"
#include "node/uplink.h"
#include "proto/node.grpc.pb.h"

namespace whoelse {

// Everything behind the door.
struct DoorParts {
  const NodeConfig& config;
  const Callers& callers;
  RocksdbStore& store;
  Registry& registry;
  InboxKeeper& inbox;
  Answering& answering;
  Uplinks& uplinks;
  Coordinators& coordinators;
  QuestionAsker& asker;
  ReceiptDesk& desk;
  const PolicyKeeper& policy;
  RosterBoard& board;
  const Clock& clock;
};

class DoorService final : public v1::Node::Service {
 public:
  explicit DoorService(DoorParts parts) : parts_(parts) {}

  grpc::Status Ask(grpc::ServerContext* context, const v1::NodeAskCall* call,
                   grpc::ServerWriter<v1::NodeAskReply>* writer) override;
  grpc::Status ListReceipts(grpc::ServerContext* context, const v1::ListReceiptsCall* call,
                            v1::JsonReply* reply) override;
  grpc::Status ShowReceipt(grpc::ServerContext* context, const v1::ShowReceiptCall* call,
                           v1::JsonReply* reply) override;
  grpc::Status ProposeOpening(grpc::ServerContext* context, const v1::ProposeOpeningCall* call,
                              v1::JsonReply* reply) override;
  grpc::Status ExportReceipt(grpc::ServerContext* context, const v1::ExportReceiptCall* call,
                             grpc::ServerWriter<v1::FilePart>* writer) override;
  grpc::Status ExportLedger(grpc::ServerContext* context, const v1::ExportLedgerCall* call,
                            grpc::ServerWriter<v1::FilePart>* writer) override;
  grpc::Status Status(grpc::ServerContext* context, const v1::StatusCall* call,
                      v1::JsonReply* reply) override;

 private:
  absl::StatusOr<nlohmann::ordered_json> OpenAlarms(const Roster& roster);
  const DoorParts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_DOOR_SERVICE_H_
