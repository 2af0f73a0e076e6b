// The node's door, what it says of the disclosure policy: a thin adapter over the keeper.
#ifndef WHOELSE_NODE_POLICY_SERVICE_H_
#define WHOELSE_NODE_POLICY_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "node/config.h"
#include "node/policy_keeper.h"
#include "proto/node.grpc.pb.h"

namespace whoelse {

class PolicyService final : public v1::Policy::Service {
 public:
  PolicyService(const NodeConfig& config, const PolicyKeeper& policy)
      : config_(config), policy_(policy) {}

  grpc::Status ShowPolicy(grpc::ServerContext* context, const v1::ShowPolicyCall* call,
                          v1::JsonReply* reply) override;
  grpc::Status ExplainPolicy(grpc::ServerContext* context, const v1::ExplainPolicyCall* call,
                             v1::JsonReply* reply) override;

 private:
  const NodeConfig& config_;
  const PolicyKeeper& policy_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_SERVICE_H_
