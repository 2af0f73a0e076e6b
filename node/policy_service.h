// The node's door, what it says of the disclosure policy: a thin adapter over the keeper.
#ifndef WHOELSE_NODE_POLICY_SERVICE_H_
#define WHOELSE_NODE_POLICY_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "node/callers.h"
#include "node/config.h"
#include "node/policy_keeper.h"
#include "proto/node.grpc.pb.h"

namespace whoelse {

class PolicyService final : public v1::Policy::Service {
 public:
  PolicyService(const NodeConfig& config, const Callers& callers, PolicyKeeper& policy,
                const Clock& clock)
      : config_(config), callers_(callers), policy_(policy), clock_(clock) {}

  grpc::Status ShowPolicy(grpc::ServerContext* context, const v1::ShowPolicyCall* call,
                          v1::JsonReply* reply) override;
  grpc::Status ExplainPolicy(grpc::ServerContext* context, const v1::ExplainPolicyCall* call,
                             v1::JsonReply* reply) override;
  grpc::Status LetPolicyThrough(grpc::ServerContext* context, const v1::LetPolicyThroughCall* call,
                                v1::JsonReply* reply) override;

 private:
  const NodeConfig& config_;
  const Callers& callers_;
  PolicyKeeper& policy_;
  const Clock& clock_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_SERVICE_H_
