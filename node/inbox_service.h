// The inbox through the node's door: who calls, what they may see, what they decided.
#ifndef WHOELSE_NODE_INBOX_SERVICE_H_
#define WHOELSE_NODE_INBOX_SERVICE_H_

#include <map>
#include <string>

#include "nlohmann/json_fwd.hpp"
#include "node/callers.h"
#include "node/inbox_keeper.h"
#include "proto/node.grpc.pb.h"

namespace whoelse {

class InboxService final : public v1::Inbox::Service {
 public:
  struct Parts {
    AgencyId agency;
    const Callers& callers;
    RocksdbStore& store;
    Registry& registry;
    InboxKeeper& inbox;
    const RosterBoard& board;
    const Clock& clock;
    const std::map<std::string, ServiceClass>& service_classes;   // of the configuration
  };
  explicit InboxService(Parts parts) : parts_(parts) {}

  grpc::Status ListItems(grpc::ServerContext* context, const v1::ListItemsCall* call,
                         v1::JsonReply* reply) override;
  grpc::Status ShowItem(grpc::ServerContext* context, const v1::ShowItemCall* call,
                        v1::JsonReply* reply) override;
  grpc::Status DecideItem(grpc::ServerContext* context, const v1::DecideItemCall* call,
                          v1::JsonReply* reply) override;
  grpc::Status CountItems(grpc::ServerContext* context, const v1::CountItemsCall* call,
                          v1::JsonReply* reply) override;
  grpc::Status ProposeLift(grpc::ServerContext* context, const v1::ProposeLiftCall* call,
                           v1::JsonReply* reply) override;
  grpc::Status ReadSealed(grpc::ServerContext* context, const v1::ReadSealedCall* call,
                          grpc::ServerWriter<v1::SealedPart>* writer) override;

 private:
  nlohmann::ordered_json Page(const InboxItem& item) const;
  nlohmann::ordered_json Sender(AgencyId agency) const;

  const Parts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_INBOX_SERVICE_H_
