#include "coordinator/audit_calls.h"

#include <utility>

#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr size_t kRowsAtOnce = 64;

v1::SideTableRow MessageOf(const AskedRow& row) {
  v1::SideTableRow message;
  message.set_index(row.index);
  message.set_agency(row.asker);
  message.set_r(ToString(row.r));
  message.set_roster_version(row.roster_version);
  return message;
}

v1::EvaluatedTable MessageOf(const EvaluatedTable& table) {
  v1::EvaluatedTable message;
  message.set_hour(table.hour);
  message.set_index(table.index);
  message.set_salt(ToString(table.salt));
  message.set_rows(ToString(EncodeEvaluatedRows(table.rows)));
  return message;
}

}  // namespace

template <typename Derived, typename Request, typename Row>
AuditStream<Derived, Request, Row>::AuditStream(CoordinatorService* service) : service_(service) {}

template <typename Derived, typename Request, typename Row>
void AuditStream<Derived, Request, Row>::Accepted(bool ok) {
  if (!ok) return;   // the server is shutting down
  Derived::Listen(service_);
  const std::optional<Peer> peer = service_->CheckPeer(context_);
  if (!peer || service_->desk().ruling()->FindAuditorByPin(peer->pin) == nullptr) {
    return End(ToGrpc(ServiceError::kNotAMember));
  }
  store_ = service_->StoreOf(request_.log_key_id());
  if (store_ == nullptr) return End(ToGrpc(ServiceError::kWrongLog));
  if (const auto error = static_cast<Derived*>(this)->Begin()) return End(ToGrpc(*error));
  Next();
}

template <typename Derived, typename Request, typename Row>
void AuditStream<Derived, Request, Row>::Next() {
  if (rows_.empty()) {
    auto fetched = static_cast<Derived*>(this)->Fetch();
    if (!fetched.ok()) {
      Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, fetched.status()}});
      return End(ToGrpc(ServiceError::kInternal));
    }
    rows_ = *std::move(fetched);
  }
  if (rows_.empty()) return End(grpc::Status::OK);
  const Row row = std::move(rows_.front());
  rows_.pop_front();
  // Several rows in one packet; but the first takes the stream's metadata along, and one that may
  // wait for the next would wait for ever.
  grpc::WriteOptions options;
  if (std::exchange(begun_, true) && !rows_.empty()) options.set_buffer_hint();
  writer_.Write(row, options, written_.Arm());
}

template <typename Derived, typename Request, typename Row>
void AuditStream<Derived, Request, Row>::Written(bool ok) {
  if (!ok) return End(grpc::Status::CANCELLED);   // the auditor is gone
  Next();
}

void SideTableCall::Listen(CoordinatorService* service) {
  auto* call = new SideTableCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->audit_rpc().RequestReadSideTable(&call->context_, &call->request_, &call->writer_, queue,
                                            queue, call->accepted_.Arm());
}

std::optional<ServiceError> SideTableCall::Begin() {
  if (request_.from() > request_.to()) return ServiceError::kSize;
  next_ = request_.from();
  return std::nullopt;
}

absl::StatusOr<std::deque<v1::SideTableRow>> SideTableCall::Fetch() {
  std::deque<v1::SideTableRow> messages;
  if (!next_) return messages;
  const auto rows = store_->SideTable(*next_, request_.to(), kRowsAtOnce);
  if (!rows.ok()) return rows.status();
  for (const AskedRow& row : *rows) messages.push_back(MessageOf(row));
  next_.reset();
  if (rows->size() == kRowsAtOnce && rows->back().index < request_.to()) {
    next_ = rows->back().index + 1;
  }
  return messages;
}

void EvaluatedCall::Listen(CoordinatorService* service) {
  auto* call = new EvaluatedCall(service);
  grpc::ServerCompletionQueue* queue = service->loop().queue();
  service->audit_rpc().RequestReadEvaluated(&call->context_, &call->request_, &call->writer_, queue,
                                            queue, call->accepted_.Arm());
}

std::optional<ServiceError> EvaluatedCall::Begin() {
  if (request_.from_hour() > request_.to_hour()) return ServiceError::kSize;
  next_ = request_.from_hour();
  return std::nullopt;
}

absl::StatusOr<std::deque<v1::EvaluatedTable>> EvaluatedCall::Fetch() {
  std::deque<v1::EvaluatedTable> messages;
  if (!next_) return messages;
  const auto table = store_->FirstTable(*next_, request_.to_hour());
  if (!table.ok()) return table.status();
  next_.reset();
  if (!*table) return messages;
  messages.push_back(MessageOf(**table));
  if ((*table)->hour < request_.to_hour()) next_ = (*table)->hour + 1;
  return messages;
}

}  // namespace whoelse
