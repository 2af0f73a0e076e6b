// Channels to coordinators and to a node's door.
#ifndef WHOELSE_RPC_CHANNEL_H_
#define WHOELSE_RPC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "protocol/ids.h"
#include "rpc/clock.h"
#include "rpc/tls.h"

namespace whoelse {

// To the coordinator at `endpoint` (host:port) whose key has the pin `server`. Connects when first
// used, and again after 0.1 to 5 s when it is lost; one attempt has 20 s. Keepalive notices a dead
// peer within 30 s.
// Messages up to a GetRoster of two full rosters; compression off; no retries of gRPC's own.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint, const TlsFiles& files,
                                           const TlsPin& server, const Clock& clock);

// To the Unix socket of a node's door (rpc/unix_door.h).
std::shared_ptr<grpc::Channel> MakeDoorChannel(const std::string& socket_path);

}  // namespace whoelse

#endif  // WHOELSE_RPC_CHANNEL_H_
