#include "node/asker.h"

#include "nlohmann/json.hpp"
#include "node/day_of.h"
#include "node/report.h"
#include "rpc/log.h"

namespace whoelse {

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
                                          const Person& person, const Origin& origin,
                                          const Progress& progress) {
  const Date today = DayOf(clock_.NowMs());
  const AskCaps caps = origin.as == AskedAs::kOfAList ? CapsOfAList(caps_) : caps_;
  Asker asker{RefOf(user), person.roles, person.own, std::nullopt, {}, caps};
  Allowance allowance(*this, asker.practitioner_ref, today);
  auto put = Put([&](const Roster& roster) { return Plan(input, asker, roster, today, allowance); },
                 {asker.practitioner_ref, origin, input.case_reference},
                 [&] { allowance.Sent(); }, progress);
  if (const auto* failure = std::get_if<Failure>(&put)) return *failure;
  const Sent& sent = std::get<Sent>(put);
  const Requester& requester = sent.requester;
  if (input.shield_notice) {
    const Statement& sent_notice = sent.plan.statement;
    store_.WriteSentNotice({sent_notice.subject, sent_notice.born, clock_.NowMs()});
  }
  // Looked at by others than who asked.
  inbox_.OnAsked({agency_, asker.practitioner_ref, sent.plan.statement.purpose, input.shield_notice,
                  ReceiptNumber(requester.question().frame.hash())},
                 sent.plan.statement.subject, sent.plan.holds);
  return ReportOf(requester.Readings(),
                  {requester.roster(), sent.plan.statement.purpose,
                   requester.question().frame.hash(), today, WeekTimeOf(clock_.NowMs()),
                   sent.posting.unconfirmed, requester.RosterIsStale(), sent.timings.ms,
                   sent.state});
}

std::optional<QuestionAsker::Failure> QuestionAsker::Check(const AskInput& input,
                                                           const std::string& user,
                                                           const Person& person) {
  const std::shared_ptr<const Roster> roster = board_.Read().roster;
  if (roster->FindAgency(agency_) == nullptr) return ServiceError::kNotAMember;
  const auto subject = SubjectOf(input);
  if (const auto* error = std::get_if<FieldError>(&subject)) return *error;
  const auto held = registry_.RecordsOf(std::get<Subject>(subject));
  if (!held.ok()) return ServiceError::kInternal;
  const Asker asker{RefOf(user), person.roles, person.own, std::nullopt, {}, caps_};
  const Planned planned =
      PlanQuestion(input, asker, *roster, agency_, *held, DayOf(clock_.NowMs()));
  if (const auto* error = std::get_if<FieldError>(&planned)) return *error;
  if (const auto* needs = std::get_if<NeedsApproval>(&planned)) return needs->error;
  if (const auto* used_up = std::get_if<UsedUp>(&planned)) return *used_up;   // the cap is 0
  return std::nullopt;
}

std::variant<QuestionAsker::Given, ServiceError> QuestionAsker::AskAsNode(
    const OwnPlan& own, const AskedFor& asked_for) {
  const auto plan = [&](const Roster& roster) -> std::variant<AskPlan, Failure> {
    std::optional<AskPlan> planned = own(roster);
    if (!planned) return Failure(ServiceError::kNotAMember);
    return *std::move(planned);
  };
  auto put = Put(plan, asked_for, [] {}, [](size_t, size_t) {});
  if (const auto* failure = std::get_if<Failure>(&put)) return std::get<ServiceError>(*failure);
  const Requester& requester = std::get<Sent>(put).requester;
  return Given{requester.question().frame.hash(), requester.Readings()};
}

}  // namespace whoelse
