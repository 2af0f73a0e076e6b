// One Ask: a frame in; its admission, one item an agency and `closed` out. Writes are coalesced:
// while one message is under way, whatever comes goes into the next one.
#ifndef WHOELSE_COORDINATOR_ASK_CALL_H_
#define WHOELSE_COORDINATOR_ASK_CALL_H_

#include <deque>
#include <optional>
#include <variant>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include "coordinator/call.h"
#include "coordinator/service.h"

namespace whoelse {

class AskCall final : public Call {
 public:
  // Waits for the next one, for as long as the service takes calls.
  static void Listen(CoordinatorService* service);

  void Send(Bytes admission);
  void Send(const RelayResult& result);
  void Send(const RelayClosed& closed);   // the last one
  void Fail(ServiceError error);
  void Cut() { context_.TryCancel(); }

 private:
  // Built into a message when its turn comes: until then the answers are shared with the relay.
  using Item = std::variant<Bytes, RelayResult, RelayClosed>;

  explicit AskCall(CoordinatorService* service);
  ~AskCall() override = default;
  void Accepted(bool ok);
  void Written(bool ok);
  void Finished(bool ok);
  void Done(bool ok);
  void End(const grpc::Status& status);
  v1::AskItem NextMessage();   // out of items_, as many as one message takes
  // Writes what waits, when the loop is done with what has come.
  void Pump();
  void Write(bool ok);
  void Together(bool ok);

  CoordinatorService* const service_;
  grpc::ServerContext context_;
  v1::AskCall request_;
  grpc::ServerAsyncWriter<v1::AskItem> writer_{&context_};
  Step<AskCall> accepted_{this, &AskCall::Accepted};
  Step<AskCall> written_{this, &AskCall::Written};
  Step<AskCall> finished_{this, &AskCall::Finished};
  Step<AskCall> done_{this, &AskCall::Done};
  Step<AskCall> pump_{this, &AskCall::Write};
  Step<AskCall> together_{this, &AskCall::Together};

  CallId id_ = 0;
  std::deque<Item> items_;
  std::optional<grpc::Status> end_;
  bool pumping_ = false;         // the loop has pump_
  bool waiting_ = false;         // the service has together_
  bool writing_ = false;
  bool over_ = false;   // Finish was called, or nobody is there any more
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ASK_CALL_H_
