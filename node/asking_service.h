// What goes on around a question, through the node's door (proto/node.proto): a thin adapter.
#ifndef WHOELSE_NODE_ASKING_SERVICE_H_
#define WHOELSE_NODE_ASKING_SERVICE_H_

#include "node/again_keeper.h"
#include "node/callers.h"
#include "node/caseload_asker.h"
#include "node/receipt_desk.h"
#include "node/watch_keeper.h"
#include "proto/node.grpc.pb.h"
#include "rpc/pause.h"

namespace whoelse {

class AskingService final : public v1::Asking::Service {
 public:
  struct Parts {
    const Callers& callers;
    ReceiptDesk& desk;
    CaseloadAsker& caseloads;
    AgainKeeper& again;
    WatchKeeper& watches;
  };
  explicit AskingService(Parts parts) : parts_(parts) {}

  grpc::Status AskCaseload(grpc::ServerContext* context, const v1::AskCaseloadCall* call,
                           grpc::ServerWriter<v1::AskCaseloadReply>* writer) override;
  grpc::Status AskAgain(grpc::ServerContext* context, const v1::AskAgainCall* call,
                        v1::JsonReply* reply) override;
  grpc::Status ChangeWatch(grpc::ServerContext* context, const v1::ChangeWatchCall* call,
                           v1::JsonReply* reply) override;
  grpc::Status ListWatches(grpc::ServerContext* context, const v1::ListWatchesCall* call,
                           v1::JsonReply* reply) override;
  grpc::Status ShowWatch(grpc::ServerContext* context, const v1::ShowWatchCall* call,
                         v1::JsonReply* reply) override;
  grpc::Status ShowAnswer(grpc::ServerContext* context, const v1::ShowAnswerCall* call,
                          v1::JsonReply* reply) override;
  grpc::Status HandOverAnswer(grpc::ServerContext* context, const v1::HandOverAnswerCall* call,
                              v1::JsonReply* reply) override;

  // Ends what goes on for long: before the server shuts down.
  void Stop() { pause_.End(); }

 private:
  const Parts parts_;
  Pause pause_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ASKING_SERVICE_H_
