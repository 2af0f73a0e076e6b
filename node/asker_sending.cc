#include <grpcpp/grpcpp.h>

#include "node/asker.h"
#include "protocol/limits.h"
#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr std::chrono::milliseconds kBeyondDeadline{2000};
constexpr std::chrono::milliseconds kRosterTimeout{5000};
constexpr std::chrono::milliseconds kRosterRules{2000};
constexpr std::chrono::milliseconds kStaleTimeout{1000};   // while somebody waits for the report

std::optional<AgencyItem> ReadAgencyItem(const v1::AgencyItem& item) {
  switch (item.what_case()) {
    case v1::AgencyItem::kWire: return ToBytes(AsBytes(item.wire()));
    case v1::AgencyItem::kRefusal: return ToBytes(AsBytes(item.refusal()));
    case v1::AgencyItem::kRelayCode:
      if (item.relay_code() < static_cast<uint32_t>(RelayCode::kNotAttached) ||
          item.relay_code() > static_cast<uint32_t>(RelayCode::kOrphan)) {
        return std::nullopt;
      }
      return static_cast<RelayCode>(item.relay_code());
    default: return std::nullopt;
  }
}

bool MeansStale(ServiceError error) {
  return error == ServiceError::kRosterVersion || error == ServiceError::kKeyVersion ||
         error == ServiceError::kSharingEpoch;
}

}  // namespace

void QuestionAsker::Timings::Mark(const char* step) {
  const auto since = std::chrono::steady_clock::now() - start;
  ms[step] = std::chrono::duration<double, std::milli>(since).count();
}

std::variant<QuestionAsker::Sent, QuestionAsker::Failure> QuestionAsker::Put(
    const Planner& plan, const AskedFor& asked_for, const Leaving& leaving,
    const Progress& progress) {
  Timings timings;
  for (bool retried = false;; retried = true) {
    const RosterBoard::Posting posting = board_.Read();
    const std::shared_ptr<const Roster> roster = posting.roster;
    if (roster->FindAgency(agency_) == nullptr) return Failure(ServiceError::kNotAMember);
    auto planned = plan(*roster);
    if (const auto* failure = std::get_if<Failure>(&planned)) return *failure;
    AskPlan& planned_one = std::get<AskPlan>(planned);
    auto composed = Compose(roster, planned_one.statement, timings);
    std::optional<ServiceError> failed;
    if (auto* error = std::get_if<ServiceError>(&composed)) {
      failed = *error;
    } else {
      Requester& requester = std::get<Requester>(composed);
      RocksdbStore::NewQuestion question = receipts_.Begin(requester, planned_one, asked_for);
      const RocksdbStore::ReceiptRow row = question.row;
      // Who could stop this node, or bring a relay to say nothing, would ask unreviewed otherwise:
      // holders have the frame then, and here nothing says that it was asked.
      const absl::Status kept = leaving(std::move(question), planned_one);
      if (!kept.ok()) {
        Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, kept}});
        return Failure(ServiceError::kInternal);
      }
      timings.Mark("composed");
      while (const auto relay = requester.NextRelay(random_)) {
        const auto refused = Collect(requester, *relay, progress);
        if (refused) failed = refused;
      }
      timings.Mark("total");
      const bool again =
          !retried && requester.AnsweredCount() == 0 && failed && MeansStale(*failed);
      if (requester.SomethingCame()) {
        // Signed by somebody: kept and shown, also when it is nothing but refusals.
        const ReceiptState state = receipts_.Keep(requester, row);
        if (again && FetchRoster(*roster)) continue;
        if (requester.RosterIsStale()) OfferNewerRosters(*roster);
        return Sent{std::move(requester), std::move(planned_one), posting, state,
                    std::move(timings)};
      }
      if (!failed) return Failure(ServiceError::kInternal);   // a relay that ended without a word
    }
    if (retried || !MeansStale(*failed) || !FetchRoster(*roster)) return Failure(*failed);
  }
}

std::variant<Requester, ServiceError> QuestionAsker::Compose(std::shared_ptr<const Roster> roster,
                                                             const Statement& statement,
                                                             Timings& timings) {
  absl::StatusOr<Requester> requester =
      Requester::Start(roster, statement, coordinators_.Failing(), random_);
  if (!requester.ok()) return ServiceError::kInternal;
  for (Evaluation& evaluation : requester->evaluations()) {
    coordinators_.Run(evaluation, *roster);
    if (evaluation.state() != Evaluation::State::kDone) return evaluation.failure();
  }
  timings.Mark("evaluated");
  const absl::Status composed = requester->Compose(identity_, clock_.NowMs(), random_);
  if (!composed.ok()) {
    Log(LogLevel::kAlarm, "own_question_wrong", {{LogField::kError, composed}});
    return ServiceError::kInternal;
  }
  return *std::move(requester);
}

std::optional<ServiceError> QuestionAsker::Collect(Requester& requester, CoordinatorId relay,
                                                   const Progress& progress) {
  const Roster& roster = requester.roster();
  v1::AskCall call;
  call.set_frame(ToString(requester.question().frame.bytes()));
  call.set_r(ToString(requester.question().r));
  grpc::ClientContext context;
  context.set_deadline(
      DeadlineIn(std::chrono::milliseconds(roster.parameters.deadline_ms) + kBeyondDeadline));
  const RosterCoordinator& coordinator = *roster.FindCoordinator(relay);
  const auto stub = coordinators_.StubFor(coordinator);
  const auto reader = stub->Ask(&context, call);
  std::optional<Requester::Closed> closed;
  v1::AskItem item;
  std::optional<bool> theirs;
  while (reader->Read(&item)) {
    if (!theirs) theirs = coordinators_.IsStill(coordinator, context);
    if (!*theirs) {
      context.TryCancel();
      continue;
    }
    if (item.has_admission()) {
      if (!requester.OnAdmission(relay, AsBytes(item.admission()))) context.TryCancel();
    }
    for (const v1::AgencyItem& agency : item.agencies()) {
      if (auto what = ReadAgencyItem(agency)) {
        requester.OnItem(relay, agency.agency(), *std::move(what));
        progress(requester.AnsweredCount(), roster.agencies.size());
      }
    }
    if (item.has_closed()) {
      closed = Requester::Closed{item.closed().asked_index(), item.closed().answered_index()};
    }
  }
  const grpc::Status status = reader->Finish();
  requester.OnClosed(relay, closed);
  // Now, and not when the other relay has ended too: this one's leaf is on its way already.
  if (auto expected = requester.ExpectedOf(relay)) answering_.OnClosed(*std::move(expected));
  if (status.ok()) return std::nullopt;
  return Unreachable(status) ? ServiceError::kNotReady : FromGrpc(status);
}

bool QuestionAsker::OfferRosterOf(const RosterCoordinator& coordinator,
                                  std::chrono::milliseconds timeout) {
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(timeout));
  v1::GetRosterReply reply;
  const auto stub = coordinators_.StubFor(coordinator);
  if (!stub->GetRoster(&context, v1::GetRosterCall(), &reply).ok()) return false;
  if (!coordinators_.IsStill(coordinator, context)) return false;
  for (const std::string* roster : {&reply.ruling(), &reply.next()}) {
    if (!roster->empty()) answering_.OfferRoster(ToBytes(AsBytes(*roster)));
  }
  return true;
}

bool QuestionAsker::FetchRoster(const Roster& current) {
  for (const RosterCoordinator& coordinator : current.coordinators) {
    const auto before = board_.Read().roster;
    if (before->version > current.version) return true;   // pushed meanwhile
    if (!OfferRosterOf(coordinator, kRosterTimeout)) continue;
    if (board_.WaitForOther(before, kRosterRules).roster->version > current.version) return true;
  }
  return false;
}

// All of them, for the relays of the question may be those that hold the roster back; and without
// waiting until it rules, for the answers are there.
void QuestionAsker::OfferNewerRosters(const Roster& current) {
  for (const RosterCoordinator& coordinator : current.coordinators) {
    if (board_.Read().roster->version > current.version) return;
    OfferRosterOf(coordinator, kStaleTimeout);
  }
}

}  // namespace whoelse
