// One node's Attach stream. Writes are coalesced: while one message is under way, and a little
// longer, whatever comes goes into the next one. A frame that comes alone leaves at once.
#ifndef WHOELSE_COORDINATOR_ATTACH_CALL_H_
#define WHOELSE_COORDINATOR_ATTACH_CALL_H_

#include <deque>
#include <optional>

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include "coordinator/call.h"
#include "coordinator/service.h"

namespace whoelse {

class AttachCall final : public Call {
 public:
  // Waits for the next one, for as long as the service takes calls.
  static void Listen(CoordinatorService* service);

  // The first message.
  void Send(v1::Attached attached);
  // False when the stream has no room: the caller cuts it. A frame or a checkpoint that was left
  // out would be an alarm at the node, a new stream is none.
  [[nodiscard]] bool Send(const FrameDelivery& delivery);
  [[nodiscard]] bool Send(const v1::CheckpointPush& checkpoint);
  void SendHeartbeat(const Bytes& heartbeat);
  void SendRoster(const Bytes& signed_roster);

  // Ends the stream with this error when that can be said at once, else without a word.
  void Cut(ServiceError error);
  // Its last second, by its certificate; 0 before it is attached.
  TimeS not_after() const { return peer_ ? peer_->not_after : 0; }
  // Attached, and not cut: takes part in pushes.
  bool live() const { return peer_.has_value() && !over_; }

 private:
  explicit AttachCall(CoordinatorService* service);
  ~AttachCall() override = default;
  void Accepted(bool ok);
  void ReadDone(bool ok);
  void Written(bool ok);
  void Finished(bool ok);
  void Done(bool ok);
  void Handle();
  void End(const grpc::Status& status);
  // The message that takes what comes next, with room for `bytes` more.
  v1::ToNode& Open(size_t bytes);
  // Writes what waits, when the loop is done with what has come.
  void Pump();
  void Write(bool ok);
  bool WorthWaiting() const;
  void Rested(bool ok);

  CoordinatorService* const service_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<v1::ToNode, v1::FromNode> stream_{&context_};
  Step<AttachCall> accepted_{this, &AttachCall::Accepted};
  Step<AttachCall> read_{this, &AttachCall::ReadDone};
  Step<AttachCall> written_{this, &AttachCall::Written};
  Step<AttachCall> finished_{this, &AttachCall::Finished};
  Step<AttachCall> done_{this, &AttachCall::Done};
  Step<AttachCall> pump_{this, &AttachCall::Write};
  Step<AttachCall> rested_{this, &AttachCall::Rested};

  StreamId id_ = 0;
  std::optional<Peer> peer_;     // since the Hello
  v1::FromNode incoming_;
  v1::ToNode flying_;
  struct Pending {
    v1::ToNode message;
    size_t bytes = 0;
    bool closed = false;         // what comes next may not be in it
  };
  std::deque<Pending> pending_;
  size_t pending_bytes_ = 0;
  bool pumping_ = false;         // the loop has pump_
  bool writing_ = false;
  bool resting_ = false;         // a message left a moment ago
  bool over_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ATTACH_CALL_H_
