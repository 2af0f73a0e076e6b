#include "coordinator/ask_call.h"

#include <utility>

#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr size_t kItemsPerMessage = 180;   // 256 kB of wires

void Add(const Bytes& admission, v1::AskItem& message) {
  message.set_admission(admission.data(), admission.size());
}

void Add(const RelayResult& result, v1::AskItem& message) {
  v1::AgencyItem& agency = *message.add_agencies();
  agency.set_agency(result.agency);
  switch (result.kind) {
    case RelayResult::Kind::kWire:
      agency.set_wire(result.bytes->data(), result.bytes->size());
      break;
    case RelayResult::Kind::kRefusal:
      agency.set_refusal(result.bytes->data(), result.bytes->size());
      break;
    case RelayResult::Kind::kCode:
    case RelayResult::Kind::kNone:
      agency.set_relay_code(static_cast<uint32_t>(result.code));
      break;
  }
}

void Add(const RelayClosed& closed, v1::AskItem& message) {
  message.mutable_closed()->set_asked_index(closed.asked_index);
  message.mutable_closed()->set_answered_index(closed.answered_index);
}

}  // namespace

AskCall::AskCall(CoordinatorService* service) : service_(service) {
  context_.AsyncNotifyWhenDone(done_.Unheld());
}

void AskCall::Listen(CoordinatorService* service) {
  auto* call = new AskCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->rpc().RequestAsk(&call->context_, &call->request_, &call->writer_, queue, queue,
                            call->accepted_.Arm());
}

void AskCall::Accepted(bool ok) {
  if (!ok) return;   // the server is shutting down; done_ never comes
  Hold();            // done_
  Listen(service_);
  id_ = service_->Add(this);
  const std::optional<Peer> peer = service_->CheckPeer(context_);
  if (!peer) return Fail(ServiceError::kNotAMember);
  service_->Ask(id_, peer->pin, request_);
}

void AskCall::Send(Bytes admission) {
  items_.push_back(std::move(admission));
  Pump();
}
void AskCall::Send(const RelayResult& result) {
  items_.push_back(result);
  if (items_.size() >= kItemsPerMessage) return Pump();
  if (!std::exchange(waiting_, true)) service_->results().Add(together_.Held());
}
void AskCall::Send(const RelayClosed& closed) {
  items_.push_back(closed);
  End(grpc::Status::OK);
}
void AskCall::Fail(ServiceError error) { End(ToGrpc(error)); }

void AskCall::End(const grpc::Status& status) {
  if (!end_) end_ = status;
  Pump();
}

v1::AskItem AskCall::NextMessage() {
  v1::AskItem message;
  for (size_t taken = 0; taken < kItemsPerMessage && !items_.empty(); ++taken) {
    std::visit([&message](const auto& item) { Add(item, message); }, items_.front());
    items_.pop_front();
  }
  return message;
}

void AskCall::Together(bool) {
  waiting_ = false;
  Pump();
}

void AskCall::Pump() {
  if (!std::exchange(pumping_, true)) service_->loop().Later(pump_.Held());
}

void AskCall::Write(bool) {
  pumping_ = false;
  if (writing_ || over_) return;
  if (!items_.empty()) {
    writing_ = true;
    writer_.Write(NextMessage(), written_.Arm());
  } else if (end_) {
    over_ = true;
    writer_.Finish(*end_, finished_.Arm());
  }
}

void AskCall::Written(bool ok) {
  writing_ = false;
  if (!ok) over_ = true;   // the asker is gone; done_ says so too
  Pump();
}

void AskCall::Finished(bool) {}

void AskCall::Done(bool) {
  over_ = true;
  service_->RemoveAsk(id_);
}

}  // namespace whoelse
