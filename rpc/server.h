// What all our servers have in common: bounds on everything a peer can send or hold open, and the
// first and last lines of a server program's main.
//
//   main:  DropCoreDumps(); ForceTls13(); BlockSignals(); StartLog(clock); ... StartServer ...
//          WaitForSignal(); server->Shutdown(DeadlineIn(grace)); ...
#ifndef WHOELSE_RPC_SERVER_H_
#define WHOELSE_RPC_SERVER_H_

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace whoelse {

struct ServerLimits {
  // Bytes of one message from a client. The largest of the federation's is an EvaluateRequest of
  // 1,024 elements (33 kB); a node's Replies carry slot_frames wires (92 kB); at a door an import
  // comes in chunks of 256 kB.
  size_t message_max = 512 * 1024;
  int streams_per_connection = 64;
  int threads_max = 64;                      // of the synchronous API
  size_t memory_max = size_t{1} << 30;       // what gRPC may hold for all connections
};

// Sets the bounds on a builder that gets no port: a server behind a UnixDoor.
void SetServerOptions(grpc::ServerBuilder& builder, const ServerLimits& limits);

struct BoundServer {
  std::unique_ptr<grpc::Server> server;
  int port;
};
// SetServerOptions, then binds `address` ("host:port"; port 0: any free one) and starts. Services and
// completion queues are registered with the builder before. UNAVAILABLE when the address cannot be
// bound (another program's, also one of ours: the port is never shared).
absl::StatusOr<BoundServer> StartServer(grpc::ServerBuilder& builder, const std::string& address,
                                        std::shared_ptr<grpc::ServerCredentials> credentials,
                                        const ServerLimits& limits);

// SIGINT, SIGTERM and SIGHUP wait for WaitForSignal; SIGPIPE is ignored. Before the first thread.
void BlockSignals();
// Returns the signal that came.
int WaitForSignal();

// No memory of this process, which holds keys, reaches a disk or a crash collector. Before any key.
void DropCoreDumps();

}  // namespace whoelse

#endif  // WHOELSE_RPC_SERVER_H_
