// Errors across a trust boundary: the closed set of protocol/service_error.h and gRPC's status, both
// ways. The message is the name and nothing else.
#ifndef WHOELSE_RPC_STATUS_H_
#define WHOELSE_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "protocol/service_error.h"

namespace whoelse {

grpc::Status ToGrpc(ServiceError error);

// What a failed call says. kInternal for whatever is not exactly one of the set: a peer's free text
// is never repeated, shown or acted upon.
ServiceError FromGrpc(const grpc::Status& failed);

// The peer did not speak at all: no connection, refused at the handshake, or no answer in time.
bool Unreachable(const grpc::Status& failed);

// For the node's door on the same machine only, where the caller is the operator: our own errors with
// their text, which by our habit repeats no identifier. Never on a server that listens on the network.
grpc::Status ToDoor(const absl::Status& status);
absl::Status FromDoor(const grpc::Status& status);

}  // namespace whoelse

#endif  // WHOELSE_RPC_STATUS_H_
