#include "coordinator/short_calls.h"

#include <utility>

#include "rpc/status.h"

namespace whoelse {

void EvaluateCall::Listen(CoordinatorService* service) {
  auto* call = new EvaluateCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->rpc().RequestEvaluate(&call->context_, &call->request_, &call->responder_, queue, queue,
                                 call->accepted_.Arm());
}

void EvaluateCall::Accepted(bool ok) {
  if (!ok) return;   // the server is shutting down
  Listen(service_);
  const std::optional<Peer> peer = service_->CheckPeer(context_);
  if (!peer) return Fail(ServiceError::kNotAMember);
  auto checked = service_->evaluator().Check(service_->desk().ruling(), peer->pin,
                                             AsBytes(request_.request()), service_->now());
  if (const auto* error = std::get_if<ServiceError>(&checked)) return Fail(*error);
  checked_ = std::move(std::get<Evaluator::Checked>(checked));
  Hold();
  const bool taken = service_->sequencer().Submit(
      ChargeSubmission{checked_->charge}, [this](const Sequencer::Settled& settled) {
        Charged(settled);
        Release();
      });
  if (taken) return;
  Fail(ServiceError::kBusy);
  Release();
}

void EvaluateCall::Charged(const Sequencer::Settled& settled) {
  if (const auto* error = std::get_if<ServiceError>(&settled)) return Fail(*error);
  if (std::holds_alternative<OverQuota>(std::get<LogOutcome>(settled))) {
    return Fail(ServiceError::kQuota);
  }
  Hold();
  const bool taken = service_->pool().Submit([this] {
    OrError<Bytes> response = service_->evaluator().Evaluate(*checked_, service_->random());
    service_->loop().Post([this, response = std::move(response)] {
      Evaluated(response);
      Release();
    });
  });
  if (taken) return;
  // The charge stays: were it given back, a flood would be free.
  Fail(ServiceError::kBusy);
  Release();
}

void EvaluateCall::Evaluated(const OrError<Bytes>& response) {
  if (const auto* error = std::get_if<ServiceError>(&response)) return Fail(*error);
  const Bytes& bytes = std::get<Bytes>(response);
  v1::EvaluateReply reply;
  reply.set_response(bytes.data(), bytes.size());
  responder_.Finish(reply, grpc::Status::OK, finished_.Arm());
}

void EvaluateCall::Fail(ServiceError error) {
  responder_.FinishWithError(ToGrpc(error), finished_.Arm());
}

void GetRosterCall::Listen(CoordinatorService* service) {
  auto* call = new GetRosterCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->rpc().RequestGetRoster(&call->context_, &call->request_, &call->responder_, queue,
                                  queue, call->accepted_.Arm());
}

void GetRosterCall::Accepted(bool ok) {
  if (!ok) return;   // the server is shutting down
  Listen(service_);
  if (!service_->CheckPeer(context_)) {
    return responder_.FinishWithError(ToGrpc(ServiceError::kNotAMember), finished_.Arm());
  }
  v1::GetRosterReply reply;
  reply.set_ruling(ToString(service_->desk().RulingBytes()));
  reply.set_next(ToString(service_->desk().NextBytes()));
  reply.set_heartbeat(ToString(service_->CurrentHeartbeat()));
  responder_.Finish(reply, grpc::Status::OK, finished_.Arm());
}

}  // namespace whoelse
