#include "coordinator/attach_call.h"

#include <utility>

#include "rpc/status.h"

namespace whoelse {
namespace {

// Beyond some 4 MB that gRPC and the kernel hold. A node that is so far behind answers nothing in
// time any more; it is noticed by its missing answers long before.
constexpr size_t kPendingBytesMax = size_t{4} << 20;
constexpr size_t kMessageBytes = size_t{256} << 10;   // of frames coalesced into one message

}  // namespace

AttachCall::AttachCall(CoordinatorService* service) : service_(service) {
  context_.AsyncNotifyWhenDone(done_.Unheld());
}

void AttachCall::Listen(CoordinatorService* service) {
  auto* call = new AttachCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->rpc().RequestAttach(&call->context_, &call->stream_, queue, queue,
                               call->accepted_.Arm());
}

void AttachCall::Accepted(bool ok) {
  if (!ok) return;   // the server is shutting down; done_ never comes
  Hold();            // done_
  Listen(service_);
  id_ = service_->Add(this);
  if (!service_->CheckPeer(context_)) return Cut(ServiceError::kNotAMember);
  stream_.Read(&incoming_, read_.Arm());
}

void AttachCall::ReadDone(bool ok) {
  if (over_) return;
  if (!ok) return End(grpc::Status::OK);   // the node ended its half
  Handle();
  if (!over_) stream_.Read(&incoming_, read_.Arm());
}

void AttachCall::Handle() {
  const std::optional<Peer> peer = service_->CheckPeer(context_);
  if (!peer) return Cut(ServiceError::kNotAMember);
  // One Hello, first: later it could move the point from which the node watches the log.
  if (incoming_.has_hello() == peer_.has_value()) return Cut(ServiceError::kSize);
  if (incoming_.has_replies()) return service_->Replies(id_, incoming_.replies());
  if (incoming_.has_cosignature()) return service_->Cosignature(id_, incoming_.cosignature());
  if (!incoming_.has_hello()) return Cut(ServiceError::kSize);
  peer_ = peer;
  service_->Attach(id_, *peer, incoming_.hello());
}

v1::ToNode& AttachCall::Open(size_t bytes) {
  if (pending_.empty() || pending_.back().closed ||
      pending_.back().bytes + bytes > kMessageBytes) {
    pending_.emplace_back();
  }
  pending_.back().bytes += bytes;
  pending_bytes_ += bytes;
  return pending_.back().message;
}

void AttachCall::Send(v1::Attached attached) {
  *Open(attached.ByteSizeLong()).mutable_attached() = std::move(attached);
  Pump();
}

bool AttachCall::Send(const FrameDelivery& delivery) {
  const size_t bytes = delivery.frame.size() + delivery.admission.size();
  if (pending_bytes_ + bytes > kPendingBytesMax) return false;
  v1::Envelope& envelope = *Open(bytes).add_envelopes();
  envelope.set_frame(delivery.frame.data(), delivery.frame.size());
  envelope.set_admission(delivery.admission.data(), delivery.admission.size());
  Pump();
  return true;
}

bool AttachCall::Send(const v1::CheckpointPush& checkpoint) {
  const size_t bytes = checkpoint.ByteSizeLong();
  if (pending_bytes_ + bytes > kPendingBytesMax) return false;
  *Open(bytes).mutable_checkpoint() = checkpoint;
  // A message's checkpoint counts after its frames: a later frame goes into the next message.
  pending_.back().closed = true;
  Pump();
  return true;
}

void AttachCall::SendHeartbeat(const Bytes& heartbeat) {
  Open(heartbeat.size()).set_heartbeat(heartbeat.data(), heartbeat.size());
  Pump();
}

void AttachCall::SendRoster(const Bytes& signed_roster) {
  // In a message of its own and outside of the bound: it may be larger than all of that, and is rare.
  Pending pending;
  pending.message.set_roster(signed_roster.data(), signed_roster.size());
  pending.closed = true;
  pending_.push_back(std::move(pending));
  Pump();
}

void AttachCall::Pump() {
  if (!std::exchange(pumping_, true)) service_->loop().Later(pump_.Held());
}

// After a message the next waits a little for what may still go into it.
bool AttachCall::WorthWaiting() const {
  return resting_ && pending_.size() == 1 && !pending_.front().closed;
}

void AttachCall::Write(bool) {
  pumping_ = false;
  if (writing_ || over_ || pending_.empty() || WorthWaiting()) return;
  writing_ = true;
  if (!std::exchange(resting_, true)) service_->frames().Add(rested_.Held());
  flying_ = std::move(pending_.front().message);
  pending_bytes_ -= pending_.front().bytes;
  pending_.pop_front();
  stream_.Write(flying_, written_.Arm());
}

void AttachCall::Written(bool ok) {
  writing_ = false;
  if (!ok) over_ = true;   // done_ follows
  Pump();
}

void AttachCall::Rested(bool) {
  resting_ = false;
  Pump();
}

void AttachCall::Cut(ServiceError error) { End(ToGrpc(error)); }

void AttachCall::End(const grpc::Status& status) {
  if (over_) return;
  over_ = true;
  pending_.clear();
  if (writing_) {
    context_.TryCancel();   // nothing can be said while a write is under way
  } else {
    stream_.Finish(status, finished_.Arm());
  }
}

void AttachCall::Finished(bool) {}

void AttachCall::Done(bool) {
  over_ = true;
  service_->RemoveStream(id_);
}

}  // namespace whoelse
