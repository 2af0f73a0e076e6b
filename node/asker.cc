#include "node/asker.h"

#include <grpcpp/grpcpp.h>

#include <ctime>

#include "nlohmann/json.hpp"
#include "node/day_of.h"
#include "node/opening.h"
#include "node/report.h"
#include "protocol/limits.h"
#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr std::chrono::milliseconds kBeyondDeadline{2000};
constexpr std::chrono::milliseconds kRosterTimeout{5000};
constexpr std::chrono::milliseconds kRosterRules{2000};
constexpr std::chrono::milliseconds kStaleTimeout{1000};   // while somebody waits for the report

LocalTime LocalTimeOf(TimeMs now) {
  const std::time_t seconds = static_cast<std::time_t>(now / 1000);
  std::tm local{};
  localtime_r(&seconds, &local);
  return {(local.tm_wday + 6) % 7, local.tm_hour * 60 + local.tm_min};
}

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

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

struct QuestionAsker::Timings {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::map<std::string, double> ms;
  void Mark(const char* step) { ms[step] = Since(start); }
};

PersonRef QuestionAsker::RefOf(const std::string& user) const {
  const Secret<32> ref =
      K(practitioner_key_.Reveal(), "whoelse/1/practitioner", {AsBytes(user)});
  return PersonRef(ref.Reveal().first<16>());
}

// What a question takes up: one of the day's questions and a second person's approval. Taken before it
// is put together, so that two at once do not both pass as the last, and given back when nothing left.
class QuestionAsker::Allowance {
 public:
  Allowance(QuestionAsker& asker, const PersonRef& practitioner, Date today)
      : asker_(asker), practitioner_(practitioner), today_(today) {}
  ~Allowance() {
    if (sent_) return;
    if (with_) GiveBackCount();
    if (approval_.empty()) return;
    if (const absl::Status given = asker_.inbox_.GiveBackApproval(approval_); !given.ok()) {
      Log(LogLevel::kWarning, "approval_not_given_back", {{LogField::kError, given}});
    }
  }
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;

  bool IsCounted() const { return with_.has_value(); }
  void Count(const AskCounts& before, const AskCounts& with) {
    before_ = before;
    with_ = with;
    asker_.store_.WriteAskCounts(practitioner_, today_, with);
  }
  void Use(std::string approval) { approval_ = std::move(approval); }
  // Before the frame leaves.
  void Sent() { sent_ = true; }

 private:
  void GiveBackCount() {
    const std::lock_guard lock(asker_.counting_);
    const absl::StatusOr<AskCounts> now = asker_.store_.ReadAskCounts(practitioner_, today_);
    if (!now.ok()) return;
    const auto less = [&](uint32_t AskCounts::*count) {
      return (*now).*count - ((*with_).*count - before_.*count);
    };
    asker_.store_.WriteAskCounts(practitioner_, today_,
                                 {less(&AskCounts::questions), less(&AskCounts::emergencies),
                                  less(&AskCounts::shield_notices),
                                  less(&AskCounts::agency_shield_notices)});
  }

  QuestionAsker& asker_;
  const PersonRef practitioner_;
  const Date today_;
  AskCounts before_;
  std::optional<AskCounts> with_;
  std::string approval_;   // the inbox's item
  bool sent_ = false;
};

std::optional<QuestionAsker::Failure> QuestionAsker::GetApproval(const AskInput& input,
                                                                 const NeedsApproval& needs,
                                                                 Asker& asker,
                                                                 Allowance& allowance) {
  if (input.approval.empty()) {
    if (!input.request_approval) return needs.error;
    return ApprovalRequested{inbox_.RequestApproval(needs.question)};
  }
  const auto used = inbox_.UseApproval(input.approval, needs.question);
  if (const auto* error = std::get_if<FieldError>(&used)) return *error;
  if (const auto* failed = std::get_if<absl::Status>(&used)) {
    Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, *failed}});
    return ServiceError::kInternal;
  }
  allowance.Use(input.approval);
  asker.approver = std::get<PersonRef>(used);
  return std::nullopt;
}

std::variant<AskPlan, QuestionAsker::Failure> QuestionAsker::Plan(const AskInput& input,
                                                                  Asker& asker,
                                                                  const Roster& roster, Date today,
                                                                  Allowance& allowance) {
  const auto subject = SubjectOf(input);
  if (const auto* error = std::get_if<FieldError>(&subject)) return *error;
  const auto held = registry_.RecordsOf(std::get<Subject>(subject));
  const std::lock_guard lock(counting_);
  // The second plan of one question, for a newer roster, is not another question.
  const auto counts = allowance.IsCounted() ? absl::StatusOr<AskCounts>(AskCounts())
                                            : store_.ReadAskCounts(asker.practitioner_ref, today);
  for (const absl::Status& read : {held.status(), counts.status()}) {
    if (read.ok()) continue;
    Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, read}});
    return ServiceError::kInternal;
  }
  asker.today = *counts;
  Planned planned = PlanQuestion(input, asker, roster, agency_, *held, today);
  if (const auto* needs = std::get_if<NeedsApproval>(&planned)) {
    if (const auto failure = GetApproval(input, *needs, asker, allowance)) return *failure;
    planned = PlanQuestion(input, asker, roster, agency_, *held, today);
  }
  if (const auto* error = std::get_if<FieldError>(&planned)) return *error;
  if (const auto* used_up = std::get_if<UsedUp>(&planned)) return *used_up;
  if (const auto* needs = std::get_if<NeedsApproval>(&planned)) return needs->error;
  AskPlan& plan = std::get<AskPlan>(planned);
  if (!allowance.IsCounted()) allowance.Count(*counts, plan.counts);
  return std::move(plan);
}

QuestionAsker::Outcome QuestionAsker::Ask(const AskInput& input, const std::string& user,
                                          const Person& person,
                                          const std::function<void(size_t, size_t)>& progress) {
  Timings timings;
  const Date today = DayOf(clock_.NowMs());
  Asker asker{RefOf(user), person.roles, person.own, std::nullopt, {}, caps_};
  Allowance allowance(*this, asker.practitioner_ref, today);

  for (bool retried = false;; retried = true) {
    const RosterBoard::Posting posting = board_.Read();
    const std::shared_ptr<const Roster> roster = posting.roster;
    if (roster->FindAgency(agency_) == nullptr) return Failure(ServiceError::kNotAMember);
    const auto planned = Plan(input, asker, *roster, today, allowance);
    if (const auto* failure = std::get_if<Failure>(&planned)) return *failure;
    const AskPlan& plan = std::get<AskPlan>(planned);
    auto composed = Compose(roster, plan.statement, timings);
    std::optional<ServiceError> failed;
    if (auto* error = std::get_if<ServiceError>(&composed)) {
      failed = *error;
    } else {
      Requester& requester = std::get<Requester>(composed);
      store_.WriteOpening(requester.question().frame.hash(), EncodeOpening(requester.question(), plan));
      allowance.Sent();
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
        if (input.shield_notice) {
          store_.WriteSentNotice({plan.statement.subject, plan.statement.born, clock_.NowMs()});
        }
        const ReceiptState state = receipts_.Keep(requester, plan.case_reference);
        if (again && FetchRoster(*roster)) continue;
        if (requester.RosterIsStale()) OfferNewerRosters(*roster);
        // Looked at by others than who asked.
        inbox_.OnAsked({agency_, asker.practitioner_ref, plan.statement.purpose,
                        input.shield_notice, ReceiptNumber(requester.question().frame.hash())},
                       plan.statement.subject, plan.holds);
        return ReportOf(requester.Readings(),
                        {*roster, plan.statement.purpose, requester.question().frame.hash(), today,
                         LocalTimeOf(clock_.NowMs()), posting.unconfirmed,
                         requester.RosterIsStale(), timings.ms, state});
      }
      if (!failed) return Failure(ServiceError::kInternal);   // a relay that ended without a word
    }
    if (retried || !MeansStale(*failed) || !FetchRoster(*roster)) return Failure(*failed);
  }
}

bool QuestionAsker::AskAsNode(const Statement& statement, const std::string& reference) {
  Timings timings;
  auto composed = Compose(board_.Read().roster, statement, timings);
  if (std::holds_alternative<ServiceError>(composed)) return false;
  Requester& requester = std::get<Requester>(composed);
  AskPlan plan;
  plan.statement = statement;
  plan.case_reference = reference;
  store_.WriteOpening(requester.question().frame.hash(), EncodeOpening(requester.question(), plan));
  while (const auto relay = requester.NextRelay(random_)) {
    Collect(requester, *relay, [](size_t, size_t) {});
  }
  if (!requester.SomethingCame()) return false;
  receipts_.Keep(requester, reference);
  return true;
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

std::optional<ServiceError> QuestionAsker::Collect(
    Requester& requester, CoordinatorId relay,
    const std::function<void(size_t, size_t)>& progress) {
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
