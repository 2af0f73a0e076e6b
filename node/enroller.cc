#include "node/enroller.h"

#include <algorithm>
#include <utility>

#include "protocol/limits.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::milliseconds kPoll{1000};
constexpr size_t kTrial = 16;   // elements

}  // namespace

Enroller::Enroller(AgencyId agency, Registry& registry, Coordinators& coordinators,
                   RosterBoard& board, const Clock& clock, Random& random)
    : agency_(agency),
      registry_(registry),
      coordinators_(coordinators),
      board_(board),
      clock_(clock),
      random_(random),
      thread_([this] { Run(); }) {}

Enroller::~Enroller() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Enroller::Wake() {
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
  }
  wake_.notify_all();
}

bool Enroller::Stopped() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Enroller::Run() {
  while (!Stopped()) {
    const std::shared_ptr<const Roster> roster = board_.Read().roster;
    if (roster->FindAgency(agency_) != nullptr) {
      while (!Stopped() && BulkStep(*roster)) {
      }
      EnrolDue(*roster);
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kPoll,
                   [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopping_ || awake_; });
    awake_ = false;
  }
}

bool Enroller::BulkStep(const Roster& roster) {
  const RosterAgency& agency = *roster.FindAgency(agency_);
  if (std::exchange(bulk_roster_, roster.version) != roster.version) bulk_most_.clear();
  for (const RosterKeyVersion& version : roster.key_versions) {
    size_t& most = bulk_most_.try_emplace(version.kv, kEvaluateElementsMax).first->second;
    // A small one finds out when somebody evaluates again: to blind a full one takes a fifth of a
    // second, each second of an outage.
    const auto step = PlanBulk(
        agency, version.kv,
        std::min({registry_.Pending(version.kv), most, unanswered_ ? kTrial : kEvaluateElementsMax}),
        clock_.NowMs());
    if (!step) continue;
    const Outcome outcome = Take(roster, version.kv, *step);
    unanswered_ = outcome == Outcome::kFailed;
    if (outcome == Outcome::kFailed) continue;
    // More than the window has left: what it has is used up by halves, and then left alone. Were the
    // same request sent again, the rest of the window would be lost and a refusal a second be gained.
    if (outcome == Outcome::kOverQuota) most = step->elements / 2;
    return true;
  }
  return false;
}

void Enroller::EnrolDue(const Roster& roster) {
  const EnrolmentStep step{EvaluationKind::kEnrol, roster.FindAgency(agency_)->enrol_elements};
  for (const RosterKeyVersion& version : roster.key_versions) {
    if (rhythm_.Due(version.kv, clock_.NowMs(), roster.parameters.enrol_interval_s)) {
      Take(roster, version.kv, step);
    }
  }
}

Enroller::Outcome Enroller::Take(const Roster& roster, KeyVersion kv, const EnrolmentStep& step) {
  absl::StatusOr<std::vector<Registry::Work>> work =
      registry_.NextToEnrol(kv, step.elements, clock_.NowMs());
  if (!work.ok()) {
    Log(LogLevel::kAlarm, "enrolment_unreadable", {{LogField::kError, work.status()}});
    return Outcome::kFailed;
  }
  if (step.kind == EvaluationKind::kBulk && work->empty()) return Outcome::kFailed;
  std::vector<std::optional<Digest>> inputs;
  for (const Registry::Work& one : *work) {
    inputs.push_back(OprfInput(roster.federation, one.type, one.value));
  }
  absl::StatusOr<Evaluation> evaluation =
      Evaluation::Start(roster, kv, step.kind, FilledUp(std::move(inputs), step),
                        coordinators_.Failing(), random_);
  if (!evaluation.ok()) return Outcome::kFailed;
  coordinators_.Run(*evaluation, roster);
  if (evaluation->state() != Evaluation::State::kDone) {
    Log(LogLevel::kWarning, "enrolment_failed",
        {{LogField::kKeyVersion, kv}, {LogField::kError, evaluation->failure()}});
    return evaluation->failure() == ServiceError::kQuota ? Outcome::kOverQuota : Outcome::kFailed;
  }
  absl::StatusOr<std::vector<Secret<64>>> outputs = evaluation->Finish();
  if (!outputs.ok()) return Outcome::kFailed;
  std::vector<SubKeys> keys;
  for (size_t i = 0; i < work->size(); ++i) keys.push_back(SubKeys::Derive((*outputs)[i], kv));
  const absl::Status stored = registry_.OnEnrolled(kv, *work, std::move(keys));
  if (!stored.ok()) Log(LogLevel::kAlarm, "enrolment_unreadable", {{LogField::kError, stored}});
  return stored.ok() ? Outcome::kDone : Outcome::kFailed;
}

}  // namespace whoelse
