// The coordinators of version 7 of the vectors' roster as stubs that listen on loopback, over
// mutual TLS, for a node under test to call.
#ifndef WHOELSE_TESTS_NODE_COORDINATOR_SERVERS_H_
#define WHOELSE_TESTS_NODE_COORDINATOR_SERVERS_H_

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/node/federation.h"
#include "tests/rpc/loopback.h"

namespace whoelse {

// `Stub`: a v1::Coordinator::Service that is made of its CoordinatorId. Outlives what calls it.
template <typename Stub>
class CoordinatorServers {
 public:
  // `until`: so long the certificates are good.
  explicit CoordinatorServers(TimeS until)
      : server_(NewIdentity(home_, "server", kFrom, until)),
        client_(NewIdentity(home_, "client", kFrom, until)) {
    gate_->Admit({client_.pin});
    for (RosterCoordinator& c : roster_->coordinators) {
      grpc::ServerBuilder builder;
      builder.RegisterService(&stubs.try_emplace(c.id, c.id).first->second);
      servers_.push_back(
          StartServer(builder, "127.0.0.1:0", ServerCredentials(server_.files, gate_), {}).value());
      c.endpoint = "127.0.0.1:" + std::to_string(servers_.back().port);
      c.tls_pin = server_.pin;
    }
  }
  ~CoordinatorServers() {
    for (BoundServer& server : servers_) {
      server.server->Shutdown(DeadlineIn(std::chrono::seconds(1)));
    }
  }

  // Version 7, with where they listen.
  std::shared_ptr<const Roster> roster() const { return roster_; }
  // Of the node that they let in.
  const TlsFiles& client_files() const { return client_.files; }
  std::map<CoordinatorId, Stub> stubs;

 private:
  TemporaryDirectory home_;
  const Identity server_, client_;
  const std::shared_ptr<PeerGate> gate_ = std::make_shared<PeerGate>(NewClock(kNowS));
  const std::shared_ptr<Roster> roster_ = std::make_shared<Roster>(*RosterOf(7));
  std::vector<BoundServer> servers_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_COORDINATOR_SERVERS_H_
