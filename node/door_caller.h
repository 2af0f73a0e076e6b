// Who calls at the node's door, as somebody with duties at this agency.
#ifndef WHOELSE_NODE_DOOR_CALLER_H_
#define WHOELSE_NODE_DOOR_CALLER_H_

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "node/asker.h"
#include "node/config.h"
#include "node/inbox.h"
#include "rpc/unix_door.h"

namespace whoelse {

// INVALID_ARGUMENT: who has no duty here at all; PeerUser's.
absl::StatusOr<Actor> DutyHolder(const NodeConfig& config, const UnixDoor& door,
                                 const QuestionAsker& asker, const grpc::ServerContext& context);
// The same for who is no lead officer: an approver has duties here, and who asked about whom is none
// of them.
absl::StatusOr<Actor> LeadOfficer(const NodeConfig& config, const UnixDoor& door,
                                  const QuestionAsker& asker, const grpc::ServerContext& context);

}  // namespace whoelse

#endif  // WHOELSE_NODE_DOOR_CALLER_H_
