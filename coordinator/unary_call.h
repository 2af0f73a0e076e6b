// A call of one message each way. What it does stands in the deriving class: Listen and Handle.
#ifndef WHOELSE_COORDINATOR_UNARY_CALL_H_
#define WHOELSE_COORDINATOR_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <optional>

#include "coordinator/call.h"
#include "coordinator/service.h"
#include "rpc/status.h"

namespace whoelse {

template <typename Derived, typename Request, typename Reply>
class UnaryCall : public Call {
 protected:
  explicit UnaryCall(CoordinatorService* service) : service_(service) {}

  void Accepted(bool ok) {
    if (!ok) return;   // the server is shutting down
    Derived::Listen(service_);
    const std::optional<Peer> peer = service_->CheckPeer(context_);
    if (!peer) return Fail(ServiceError::kNotAMember);
    static_cast<Derived*>(this)->Handle(*peer);
  }
  void Finish(const Reply& reply) {
    responder_.Finish(reply, grpc::Status::OK, finished_.Arm());
  }
  void Fail(ServiceError error) { responder_.FinishWithError(ToGrpc(error), finished_.Arm()); }

  CoordinatorService* const service_;
  grpc::ServerContext context_;
  Request request_;
  grpc::ServerAsyncResponseWriter<Reply> responder_{&context_};
  Step<UnaryCall> accepted_{this, &UnaryCall::Accepted};

 private:
  void Finished(bool) {}
  Step<UnaryCall> finished_{this, &UnaryCall::Finished};
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_UNARY_CALL_H_
