#include "cli/audit_client.h"

#include <utility>

#include "protocol/pseudonym.h"
#include "rpc/channel.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kShortCall{20};
constexpr std::chrono::minutes kLongCall{10};

absl::Status FailedCall(const RosterCoordinator& coordinator, const grpc::Status& status) {
  if (Unreachable(status)) {
    return absl::UnavailableError(coordinator.name + ": does not answer at " +
                                  coordinator.endpoint + "; try again, or ask its operator");
  }
  if (status.error_code() == grpc::StatusCode::PERMISSION_DENIED) {
    return absl::PermissionDeniedError(coordinator.name + ": refuses this credential: is its roster "
                                       "older, or this auditor not in it any more?");
  }
  if (FromGrpc(status) == ServiceError::kWrongLog) {
    return absl::NotFoundError(coordinator.name + ": has not kept the tables of this log, or cannot "
                               "read them: ask its operator (log.ended of its configuration)");
  }
  return absl::UnavailableError(coordinator.name + ": " + std::string(Name(FromGrpc(status))));
}

absl::Status NoAnswer(const RosterCoordinator& coordinator, const char* what) {
  return absl::InternalError(coordinator.name + ": " + what);
}

absl::StatusOr<OpenedTable> ReadTable(const RosterCoordinator& coordinator,
                                      const v1::EvaluatedTable& table) {
  auto rows = ParseEvaluatedRows(AsBytes(table.rows()));
  if (table.salt().size() != EvaluatedSalt::kSize || !rows.ok()) {
    return NoAnswer(coordinator, "a table of evaluations is not whole");
  }
  return OpenedTable{table.hour(), table.index(),
                     Reader(AsBytes(table.salt())).Fixed<EvaluatedSalt>(), *std::move(rows)};
}

}  // namespace

AuditClient::AuditClient(const Roster& roster, const RosterAuditor& auditor, TlsFiles files,
                         const Clock& clock)
    : roster_(&roster), auditor_(&auditor), files_(std::move(files)), clock_(&clock),
      coordinators_(std::make_unique<Coordinators>(files_, clock, [](const Evaluation::Liar&) {})) {}

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

absl::StatusOr<const RosterCoordinator*> AuditClient::CoordinatorOf(const LogId& log) const {
  const RosterCoordinator* const coordinator = roster_->FindCoordinator(log.coordinator);
  if (coordinator != nullptr) return coordinator;
  return absl::NotFoundError("coordinator " + std::to_string(log.coordinator) +
                             ": is not in roster version " + std::to_string(roster_->version) +
                             " any more, so nobody opens its tables");
}

std::unique_ptr<v1::Audit::Stub> AuditClient::StubFor(const RosterCoordinator& coordinator) const {
  return v1::Audit::NewStub(
      MakeChannel(coordinator.endpoint, files_, coordinator.tls_pin, *clock_));
}

absl::StatusOr<AuditClient::Logged> AuditClient::LogOpened(const OpenedEntry& entry) {
  v1::OpenedCall call;
  call.set_entry(ToString(SerializeLogEntry(entry)));
  absl::Status failed = absl::UnavailableError("no coordinator");
  for (const RosterCoordinator& coordinator : roster_->coordinators) {
    const auto stub = StubFor(coordinator);
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

absl::StatusOr<std::vector<SideTableEntry>> AuditClient::ReadSideTable(const LogId& log,
                                                                       uint64_t size) {
  std::vector<SideTableEntry> entries;
  if (size == 0) return entries;
  const auto coordinator = CoordinatorOf(log);
  if (!coordinator.ok()) return coordinator.status();
  const auto stub = StubFor(**coordinator);
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kLongCall));
  v1::SideTableCall call;
  call.set_from(0);
  call.set_to(size - 1);
  call.set_log_key_id(log.log_key_id);
  const auto reader = stub->ReadSideTable(&context, call);
  v1::SideTableRow row;
  while (reader->Read(&row)) {
    if (row.index() >= size || (!entries.empty() && row.index() <= entries.back().index)) {
      return NoAnswer(**coordinator, "the side table is out of order");
    }
    entries.push_back({log, row.index(), row.agency()});
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return FailedCall(**coordinator, status);
  return entries;
}

absl::StatusOr<std::vector<OpenedTable>> AuditClient::ReadEvaluated(const LogId& log,
                                                                    uint64_t size) {
  const auto coordinator = CoordinatorOf(log);
  if (!coordinator.ok()) return coordinator.status();
  const auto stub = StubFor(**coordinator);
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kLongCall));
  v1::EvaluatedCall call;
  call.set_from_hour(0);
  call.set_to_hour(UINT32_MAX);
  call.set_log_key_id(log.log_key_id);
  const auto reader = stub->ReadEvaluated(&context, call);
  std::vector<OpenedTable> tables;
  v1::EvaluatedTable message;
  while (reader->Read(&message)) {
    auto table = ReadTable(**coordinator, message);
    if (!table.ok()) return table.status();
    if (table->index < size) tables.push_back(*std::move(table));
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return FailedCall(**coordinator, status);
  return tables;
}

}  // namespace whoelse
