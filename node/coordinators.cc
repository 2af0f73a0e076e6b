#include "node/coordinators.h"

#include <grpcpp/grpcpp.h>

#include "rpc/channel.h"
#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr TimeMs kFailingForMs = 60'000;
constexpr std::chrono::milliseconds kEvaluateTimeout{5000};

// One call to one evaluator.
struct Call {
  CoordinatorId coordinator;
  std::shared_ptr<Coordinators::Stub> stub;
  grpc::ClientContext context;
  v1::EvaluateReply reply;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::EvaluateReply>> reader;
};

}  // namespace

Coordinators::Known& Coordinators::KnownOf(const RosterCoordinator& coordinator) {
  Known& known = known_[coordinator.id];
  if (known.stub == nullptr || known.endpoint != coordinator.endpoint ||
      known.pin != coordinator.tls_pin) {
    known = {coordinator.endpoint, coordinator.tls_pin,
             v1::Coordinator::NewStub(
                 MakeChannel(coordinator.endpoint, files_, coordinator.tls_pin, clock_)),
             std::make_shared<PeerGate>(clock_)};
    known.gate->Admit({coordinator.tls_pin});
  }
  return known;
}

std::shared_ptr<Coordinators::Stub> Coordinators::StubFor(const RosterCoordinator& coordinator) {
  const std::lock_guard lock(mutex_);
  return KnownOf(coordinator).stub;
}

bool Coordinators::IsStill(const RosterCoordinator& coordinator,
                           const grpc::ClientContext& context) {
  return CertifiedUntil(coordinator, context) != 0;
}

TimeS Coordinators::CertifiedUntil(const RosterCoordinator& coordinator,
                                   const grpc::ClientContext& context) {
  std::shared_ptr<PeerGate> gate;
  {
    const std::lock_guard lock(mutex_);
    gate = KnownOf(coordinator).gate;
  }
  const absl::StatusOr<Peer> peer = AuthenticatedPeer(*context.auth_context(), *gate);
  if (peer.ok()) return peer->not_after;
  Log(LogLevel::kAlarm, "coordinator_not_certified",
      {{LogField::kCoordinator, coordinator.id}, {LogField::kError, peer.status()}});
  Reconnect(coordinator.id);
  return 0;
}

void Coordinators::Reconnect(CoordinatorId id) {
  const std::lock_guard lock(mutex_);
  known_.erase(id);
}

void Coordinators::Run(Evaluation& evaluation, const Roster& roster) {
  grpc::CompletionQueue queue;
  v1::EvaluateCall request;
  request.set_request(ToString(evaluation.request()));
  size_t flying = 0;
  const auto launch = [&] {
    for (CoordinatorId id : evaluation.ToAsk()) {
      auto* call = new Call{id, StubFor(*roster.FindCoordinator(id)), {}, {}, {}, nullptr};
      call->context.set_deadline(DeadlineIn(kEvaluateTimeout));
      call->reader = call->stub->AsyncEvaluate(&call->context, request, &queue);
      call->reader->Finish(&call->reply, &call->status, call);
      ++flying;
    }
  };
  for (launch(); flying > 0; launch()) {
    void* tag = nullptr;
    bool ok = false;
    if (!queue.Next(&tag, &ok)) break;
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    --flying;
    const bool theirs =
        call->status.ok() && IsStill(*roster.FindCoordinator(call->coordinator), call->context);
    if (theirs) {
      evaluation.OnResponse(call->coordinator, AsBytes(call->reply.response()));
    } else {
      const ServiceError error = call->status.ok() || Unreachable(call->status)
                                     ? ServiceError::kNotReady
                                     : FromGrpc(call->status);
      evaluation.OnFailure(call->coordinator, error);
    }
  }
  queue.Shutdown();
  {
    const std::lock_guard lock(mutex_);
    for (CoordinatorId id : evaluation.failed()) failed_ms_[id] = clock_.NowMs();
    for (const Evaluation::Liar& liar : evaluation.liars()) liars_.insert(liar.coordinator);
  }
  for (const Evaluation::Liar& liar : evaluation.liars()) {
    Log(LogLevel::kAlarm, "evaluation_wrong", {{LogField::kCoordinator, liar.coordinator}});
    on_liar_(liar);
  }
}

std::set<CoordinatorId> Coordinators::Failing() const {
  const std::lock_guard lock(mutex_);
  std::set<CoordinatorId> failing = liars_;
  for (const auto& [id, when] : failed_ms_) {
    if (clock_.NowMs() < when + kFailingForMs) failing.insert(id);
  }
  return failing;
}

std::set<CoordinatorId> Coordinators::Liars() const {
  const std::lock_guard lock(mutex_);
  return liars_;
}

}  // namespace whoelse
