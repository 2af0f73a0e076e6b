// Please justify, through the node's door: for lead officers, on both sides. node/justify.h.
#ifndef WHOELSE_NODE_JUSTIFY_SERVICE_H_
#define WHOELSE_NODE_JUSTIFY_SERVICE_H_

#include "node/callers.h"
#include "node/inbox_keeper.h"
#include "node/justify.h"
#include "node/receipt_keeper.h"
#include "node/roster_board.h"
#include "proto/node.grpc.pb.h"

namespace whoelse {

class JustifyService final : public v1::Justify::Service {
 public:
  struct Parts {
    AgencyId agency;
    const Callers& callers;
    const std::vector<StaffMember> staff;
    InboxKeeper& inbox;
    const ReceiptKeeper& receipts;
    const RosterBoard& board;
    const Clock& clock;
    Random& random;
  };
  explicit JustifyService(Parts parts) : parts_(std::move(parts)) {}

  grpc::Status AskToJustify(grpc::ServerContext* context, const v1::AskToJustifyCall* call,
                            v1::JsonReply* reply) override;
  grpc::Status ShowPractitioner(grpc::ServerContext* context, const v1::ShowPractitionerCall* call,
                                v1::JsonReply* reply) override;

 private:
  const Parts parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_JUSTIFY_SERVICE_H_
