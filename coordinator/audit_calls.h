// What auditors of the roster read: the side table and the tables of evaluations, row by row as fast
// as they take them. Nobody else: the side table says who asked.
#ifndef WHOELSE_COORDINATOR_AUDIT_CALLS_H_
#define WHOELSE_COORDINATOR_AUDIT_CALLS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>

#include <deque>
#include <optional>

#include "coordinator/call.h"
#include "coordinator/service.h"

namespace whoelse {

// Rows are read in pieces on the loop, each when the one before is written: a long table neither
// fills the memory nor keeps the loop from its questions.
template <typename Derived, typename Request, typename Row>
class AuditStream : public Call {
 protected:
  explicit AuditStream(CoordinatorService* service);

  void Accepted(bool ok);

  CoordinatorService* const service_;
  const CoordinatorState* store_ = nullptr;   // of the log that is asked about
  grpc::ServerContext context_;
  Request request_;
  grpc::ServerAsyncWriter<Row> writer_{&context_};
  Step<AuditStream> accepted_{this, &AuditStream::Accepted};

 private:
  void Written(bool ok);
  void Next();
  void End(const grpc::Status& status) { writer_.Finish(status, finished_.Arm()); }
  void Finished(bool) {}

  Step<AuditStream> written_{this, &AuditStream::Written};
  Step<AuditStream> finished_{this, &AuditStream::Finished};
  std::deque<Row> rows_;
  bool begun_ = false;
};

class SideTableCall final
    : public AuditStream<SideTableCall, v1::SideTableCall, v1::SideTableRow> {
 public:
  static void Listen(CoordinatorService* service);
  // kSize: an impossible range.
  std::optional<ServiceError> Begin();
  // The next rows; none: that was all.
  absl::StatusOr<std::deque<v1::SideTableRow>> Fetch();

 private:
  explicit SideTableCall(CoordinatorService* service) : AuditStream(service) {}
  std::optional<uint64_t> next_;   // index; nullopt: done
};

class EvaluatedCall final
    : public AuditStream<EvaluatedCall, v1::EvaluatedCall, v1::EvaluatedTable> {
 public:
  static void Listen(CoordinatorService* service);
  std::optional<ServiceError> Begin();
  absl::StatusOr<std::deque<v1::EvaluatedTable>> Fetch();

 private:
  explicit EvaluatedCall(CoordinatorService* service) : AuditStream(service) {}
  std::optional<uint32_t> next_;   // hour
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_AUDIT_CALLS_H_
