#include "cli/audit_client.h"

#include <utility>

#include "proto/audit.grpc.pb.h"
#include "protocol/pseudonym.h"
#include "rpc/channel.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kShortCall{20};
constexpr std::chrono::minutes kLongCall{10};
constexpr size_t kRowSize = 4 + 1 + 4 + 4;

absl::Status FailedCall(const RosterCoordinator& coordinator, const grpc::Status& status) {
  if (Unreachable(status)) {
    return absl::UnavailableError(coordinator.name + ": does not answer at " +
                                  coordinator.endpoint + "; try again, or ask its operator");
  }
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED) {
    return absl::PermissionDeniedError(coordinator.name + ": refuses this credential: is its roster "
                                       "older, or this auditor not in it any more?");
  }
  return absl::UnavailableError(coordinator.name + ": " + std::string(Name(FromGrpc(status))));
}

absl::Status NoAnswer(const RosterCoordinator& coordinator, const char* what) {
  return absl::InternalError(coordinator.name + ": " + what);
}

absl::StatusOr<EvaluatedHour> ReadTable(const RosterCoordinator& coordinator,
                                        const v1::EvaluatedTable& table) {
  EvaluatedHour hour{table.hour(), table.index(), {}, {}};
  const ByteView rows = AsBytes(table.rows());
  if (table.salt().size() != EvaluatedSalt::kSize || rows.size() % kRowSize != 0) {
    return NoAnswer(coordinator, "a table of evaluations is not whole");
  }
  hour.salt = Reader(AsBytes(table.salt())).Fixed<EvaluatedSalt>();
  for (Reader in(rows); in.left() > 0;) {
    hour.rows.push_back({in.U32(), static_cast<EvaluationKind>(in.U8()), in.U32(), in.U32()});
  }
  return hour;
}

}  // namespace

AuditClient::AuditClient(const Roster& roster, const RosterAuditor& auditor, TlsFiles files,
                         const Clock& clock)
    : roster_(&roster), auditor_(&auditor), files_(std::move(files)), clock_(&clock),
      coordinators_(std::make_unique<Coordinators>(files_, clock)) {}

absl::StatusOr<AuditClient> AuditClient::Open(const Roster& roster, const std::string& credential,
                                              const Clock& clock) {
  TlsFiles files{credential + "/tls/certificate.pem", credential + "/tls/key.pem"};
  const auto facts = CheckTlsFiles(files);
  if (!facts.ok()) return facts.status();
  const RosterAuditor* const auditor = roster.FindAuditorByPin(facts->pin);
  if (auditor == nullptr) {
    return absl::PermissionDeniedError("credential: is no auditor of roster version " +
                                       std::to_string(roster.version) +
                                       "; give the newest roster, or ask to be taken into it");
  }
  return AuditClient(roster, *auditor, std::move(files), clock);
}

std::shared_ptr<grpc::Channel> AuditClient::ChannelTo(CoordinatorId coordinator) const {
  const RosterCoordinator& known = *roster_->FindCoordinator(coordinator);
  return MakeChannel(known.endpoint, files_, known.tls_pin, *clock_);
}

absl::StatusOr<AuditClient::Logged> AuditClient::LogOpened(const OpenedEntry& entry) {
  v1::OpenedCall call;
  call.set_entry(ToString(SerializeLogEntry(entry)));
  absl::Status failed = absl::UnavailableError("no coordinator");
  for (const RosterCoordinator& coordinator : roster_->coordinators) {
    const auto stub = v1::Audit::NewStub(ChannelTo(coordinator.id));
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(kShortCall));
    v1::OpenedReply reply;
    const grpc::Status status = stub->LogOpened(&context, call, &reply);
    if (status.ok()) return Logged{coordinator.id, reply.index()};
    failed = FailedCall(coordinator, status);
  }
  return failed;
}

absl::StatusOr<SubjectKeys> AuditClient::Evaluate(const Subject& subject,
                                                  const std::vector<KeyVersion>& versions,
                                                  Random& random) {
  std::vector<size_t> positions;
  std::vector<std::optional<Digest>> inputs;
  for (size_t i = 0; i < subject.size(); ++i) {
    if (subject[i].type == KeyType::kNone) continue;
    positions.push_back(i);
    inputs.push_back(OprfInput(roster_->federation, subject[i].type, subject[i].value));
  }
  SubjectKeys keys;
  for (const KeyVersion kv : versions) {
    if (inputs.empty() || roster_->FindKeyVersion(kv) == nullptr) continue;
    auto evaluation =
        Evaluation::Start(*roster_, kv, EvaluationKind::kAudit, inputs, {}, random);
    if (!evaluation.ok()) return evaluation.status();
    coordinators_->Run(*evaluation, *roster_);
    if (evaluation->state() != Evaluation::State::kDone) {
      return absl::UnavailableError("the coordinators could not evaluate (" +
                                    std::string(Name(evaluation->failure())) +
                                    "); try again, or tomorrow when today's evaluations are used up");
    }
    const auto outputs = evaluation->Finish();
    if (!outputs.ok()) return outputs.status();
    for (size_t i = 0; i < positions.size(); ++i) {
      keys[kv][positions[i]] = SubKeys::Derive((*outputs)[i], kv);
    }
  }
  return keys;
}

absl::StatusOr<std::vector<SideTableLeaf>> AuditClient::ReadSideTable(CoordinatorId id,
                                                                      uint64_t size) {
  std::vector<SideTableLeaf> leaves;
  if (size == 0) return leaves;
  const RosterCoordinator& coordinator = *roster_->FindCoordinator(id);
  const auto stub = v1::Audit::NewStub(ChannelTo(id));
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kLongCall));
  v1::SideTableCall call;
  call.set_from(0);
  call.set_to(size - 1);
  const auto reader = stub->ReadSideTable(&context, call);
  v1::SideTableRow row;
  while (reader->Read(&row)) {
    if (row.index() >= size || (!leaves.empty() && row.index() <= leaves.back().index)) {
      return NoAnswer(coordinator, "the side table is out of order");
    }
    leaves.push_back({row.index(), row.agency()});
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return FailedCall(coordinator, status);
  return leaves;
}

absl::StatusOr<std::vector<EvaluatedHour>> AuditClient::ReadEvaluated(CoordinatorId id) {
  const RosterCoordinator& coordinator = *roster_->FindCoordinator(id);
  const auto stub = v1::Audit::NewStub(ChannelTo(id));
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kLongCall));
  v1::EvaluatedCall call;
  call.set_from_hour(0);
  call.set_to_hour(UINT32_MAX);
  const auto reader = stub->ReadEvaluated(&context, call);
  std::vector<EvaluatedHour> hours;
  v1::EvaluatedTable table;
  while (reader->Read(&table)) {
    auto hour = ReadTable(coordinator, table);
    if (!hour.ok()) return hour.status();
    hours.push_back(*std::move(hour));
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return FailedCall(coordinator, status);
  return hours;
}

}  // namespace whoelse
