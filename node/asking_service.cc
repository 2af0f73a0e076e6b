#include "node/asking_service.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "node/door_reply.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr milliseconds kLook{50};   // how often a call that waits looks whether somebody listens

grpc::Status Reply(const absl::StatusOr<Json>& json, v1::JsonReply& reply) {
  if (!json.ok()) return ToDoor(json.status());
  reply.set_json(DumpReply(*json));
  return grpc::Status::OK;
}

class StreamListener final : public CaseloadListener {
 public:
  StreamListener(grpc::ServerContext& context, grpc::ServerWriter<v1::AskCaseloadReply>& writer,
                 Pause& pause)
      : context_(context), writer_(writer), pause_(pause) {}

  void OnProblem(const RowProblem& problem) override {
    v1::AskCaseloadReply reply;
    PutProblem(problem, *reply.mutable_problem());
    writer_.Write(reply);
  }
  void OnRow(const Json& row) override {
    v1::AskCaseloadReply reply;
    reply.set_row_json(DumpReply(row));
    writer_.Write(reply);
  }
  bool Wait(milliseconds time) override {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!context_.IsCancelled()) {
      const auto left =
          std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
      if (!pause_.For(std::clamp(left, milliseconds(0), kLook))) return false;
      if (left <= milliseconds(0)) return true;
    }
    return false;
  }

 private:
  grpc::ServerContext& context_;
  grpc::ServerWriter<v1::AskCaseloadReply>& writer_;
  Pause& pause_;
};

}  // namespace

grpc::Status AskingService::AskCaseload(grpc::ServerContext* context,
                                        const v1::AskCaseloadCall* call,
                                        grpc::ServerWriter<v1::AskCaseloadReply>* writer) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  StreamListener listener(*context, *writer, pause_);
  const auto result =
      parts_.caseloads.Run(call->file(),
                           {call->role(), call->does_not_know_them(), call->organisation()},
                           call->anew(), caller->user, *caller->person, listener);
  if (!result.ok()) return ToDoor(result.status());
  v1::AskCaseloadReply reply;
  reply.set_result_json(DumpReply(*result));
  writer->Write(reply);
  return grpc::Status::OK;
}

grpc::Status AskingService::AskAgain(grpc::ServerContext* context, const v1::AskAgainCall* call,
                                     v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  return Reply(parts_.again.Request(caller->user, *caller->person,
                                    {call->number(), call->at(), call->does_not_know_them()}),
               *reply);
}

grpc::Status AskingService::ChangeWatch(grpc::ServerContext* context,
                                        const v1::ChangeWatchCall* call, v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  if (call->verb() == "end") return Reply(parts_.watches.End(caller->user, call->number()), *reply);
  if (call->verb() != "add") {
    return ToDoor(absl::InvalidArgumentError("verb: is none; use add or end"));
  }
  return Reply(parts_.watches.Add(caller->user, {call->number(), call->case_reference(),
                                          call->does_not_know_them()}),
               *reply);
}

grpc::Status AskingService::ListWatches(grpc::ServerContext* context, const v1::ListWatchesCall*,
                                        v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  return Reply(parts_.watches.List(caller->user), *reply);
}

grpc::Status AskingService::ShowWatch(grpc::ServerContext* context, const v1::ShowWatchCall* call,
                                      v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  return Reply(parts_.watches.Show(caller->user, call->number()), *reply);
}

grpc::Status AskingService::ShowAnswer(grpc::ServerContext* context, const v1::ShowAnswerCall* call,
                                       v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  return Reply(parts_.desk.Answer(caller->user, call->number(), call->does_not_know_them()), *reply);
}

grpc::Status AskingService::HandOverAnswer(grpc::ServerContext* context,
                                           const v1::HandOverAnswerCall* call,
                                           v1::JsonReply* reply) {
  const absl::StatusOr<Callers::Known> caller = parts_.callers.Find(*context);
  if (!caller.ok()) return ToDoor(caller.status());
  return Reply(parts_.desk.HandOverTo(caller->user, call->number(), call->to(), call->reason()), *reply);
}

}  // namespace whoelse
