#include "node/policy_service.h"

#include <variant>

#include "node/door_reply.h"
#include "node/policy_explain.h"
#include "node/word_list.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Views = std::map<std::string, PolicyKeeper::View>;

// The one whose policy is meant. At a hub it has to be said which: they differ.
std::variant<PolicyKeeper::View, FieldError> ViewOf(const Views& views,
                                                    const std::string& organisation) {
  if (const auto found = views.find(organisation); found != views.end()) return found->second;
  if (views.contains("")) {
    return FieldError{"organisation", "this node answers for one organisation alone", "leave it away"};
  }
  return FieldError{"organisation",
                    organisation.empty() ? "is not given, and this node answers for several"
                                         : "is none of this node's",
                    "give one of: " + ListOf(views, &Views::value_type::first)};
}

}  // namespace

grpc::Status PolicyService::ShowPolicy(grpc::ServerContext*, const v1::ShowPolicyCall* call,
                                       v1::JsonReply* reply) {
  const auto found = ViewOf(policy_.Read(), call->organisation());
  if (const auto* error = std::get_if<FieldError>(&found)) return BadField(*error);
  const auto& view = std::get<PolicyKeeper::View>(found);
  reply->set_json(DumpReply(PolicyJson(view.policy, view.today, view.problem)));
  return grpc::Status::OK;
}

grpc::Status PolicyService::ExplainPolicy(grpc::ServerContext*, const v1::ExplainPolicyCall* call,
                                          v1::JsonReply* reply) {
  const auto found = ViewOf(policy_.Read(), call->organisation());
  if (const auto* error = std::get_if<FieldError>(&found)) return BadField(*error);
  const auto& view = std::get<PolicyKeeper::View>(found);
  const ExplainInput input{call->service(), call->purpose(), call->consent(),
                           {call->flags().begin(), call->flags().end()}};
  const auto explained = ExplainJson(input, view.policy.acting(), config_.import.service_classes,
                                     view.today);
  if (const auto* error = std::get_if<FieldError>(&explained)) return BadField(*error);
  reply->set_json(DumpReply(std::get<nlohmann::ordered_json>(explained)));
  return grpc::Status::OK;
}

grpc::Status PolicyService::LetPolicyThrough(grpc::ServerContext* context,
                                             const v1::LetPolicyThroughCall* call,
                                             v1::JsonReply* reply) {
  const absl::StatusOr<Actor> actor = callers_.Allow(*context, Deed::kLetPolicyThrough);
  if (!actor.ok()) return ToDoor(actor.status());
  Views views = policy_.Read();
  std::erase_if(views, [&](const auto& one) { return !actor->organisations.Has(one.first); });
  const auto found = ViewOf(views, call->organisation());
  if (const auto* error = std::get_if<FieldError>(&found)) return BadField(*error);
  if (call->reason().empty()) {
    return BadField({"reason", "is missing: the trail keeps it", "say in a sentence why it cannot wait"});
  }
  if (const auto error = CheckReason(call->reason())) return BadField(*error);
  const absl::Status let = policy_.LetThrough(
      call->organisation(),
      NoteOf(*actor, Deed::kLetPolicyThrough, clock_.NowMs(), call->reason()));
  if (!let.ok()) {
    return BadField({"policy", "has nothing in it that waits for its day", "see whoelse policy show"});
  }
  const PolicyKeeper::View view = policy_.Read().at(call->organisation());
  reply->set_json(DumpReply(PolicyJson(view.policy, view.today, view.problem)));
  return grpc::Status::OK;
}

}  // namespace whoelse
