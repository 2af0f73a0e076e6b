// Who looked at a child, through the node's door: what is held of it and what this agency asked itself.
// What others asked is sealed to the lead officers, and is opened and joined to this where they are.
#ifndef WHOELSE_NODE_LOOKED_SERVICE_H_
#define WHOELSE_NODE_LOOKED_SERVICE_H_

#include <string>
#include <vector>

#include "node/callers.h"
#include "node/inbox_keeper.h"
#include "node/receipt_keeper.h"
#include "node/registry.h"
#include "proto/node.grpc.pb.h"

namespace whoelse {

class LookedService final : public v1::Looked::Service {
 public:
  struct Parts {
    AgencyId agency;
    const Callers& callers;
    RocksdbStore& store;
    Registry& registry;
    InboxKeeper& inbox;
    const ReceiptKeeper& receipts;
    const Clock& clock;
  };
  explicit LookedService(Parts parts) : parts_(parts) {}

  grpc::Status ShowChild(grpc::ServerContext* context, const v1::ShowChildCall* call,
                         v1::ChildReply* reply) override;
  grpc::Status TookOut(grpc::ServerContext* context, const v1::TookOutCall* call,
                       v1::JsonReply* reply) override;
  grpc::Status PrepareReport(grpc::ServerContext* context, const v1::PrepareReportCall* call,
                             v1::JsonReply* reply) override;

 private:
  absl::Status AddHeld(const std::vector<StoredRecord>& child, v1::ChildReply& reply) const;
  // Reads every question that was asked here: each names its child in what is sealed of it only.
  absl::Status AddOwn(const std::vector<SubjectEntry>& child, const Organisations& theirs,
                      v1::ChildReply& reply) const;
  absl::StatusOr<Statement> StatementOf(const RocksdbStore::ReceiptRow& row) const;

  const Parts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LOOKED_SERVICE_H_
