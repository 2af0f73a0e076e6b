// The two calls of one message each way: Evaluate and GetRoster.
#ifndef WHOELSE_COORDINATOR_SHORT_CALLS_H_
#define WHOELSE_COORDINATOR_SHORT_CALLS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>

#include "coordinator/call.h"
#include "coordinator/service.h"

namespace whoelse {

// Checked on the loop, charged by the sequencer, evaluated by the pool, answered on the loop.
class EvaluateCall final : public Call {
 public:
  // Waits for the next one, for as long as the service takes calls.
  static void Listen(CoordinatorService* service);

 private:
  explicit EvaluateCall(CoordinatorService* service) : service_(service) {}
  ~EvaluateCall() override = default;
  void Accepted(bool ok);
  void Charged(const Sequencer::Settled& settled);
  void Evaluated(const OrError<Bytes>& response);
  void Fail(ServiceError error);
  void Finished(bool ok) { (void)ok; }

  CoordinatorService* const service_;
  grpc::ServerContext context_;
  v1::EvaluateCall request_;
  grpc::ServerAsyncResponseWriter<v1::EvaluateReply> responder_{&context_};
  Step<EvaluateCall> accepted_{this, &EvaluateCall::Accepted};
  Step<EvaluateCall> finished_{this, &EvaluateCall::Finished};
  std::optional<Evaluator::Checked> checked_;   // read by the pool's thread while it evaluates
};

class GetRosterCall final : public Call {
 public:
  static void Listen(CoordinatorService* service);

 private:
  explicit GetRosterCall(CoordinatorService* service) : service_(service) {}
  ~GetRosterCall() override = default;
  void Accepted(bool ok);
  void Finished(bool ok) { (void)ok; }

  CoordinatorService* const service_;
  grpc::ServerContext context_;
  v1::GetRosterCall request_;
  grpc::ServerAsyncResponseWriter<v1::GetRosterReply> responder_{&context_};
  Step<GetRosterCall> accepted_{this, &GetRosterCall::Accepted};
  Step<GetRosterCall> finished_{this, &GetRosterCall::Finished};
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_SHORT_CALLS_H_
