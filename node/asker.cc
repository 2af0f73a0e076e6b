#include "node/asker.h"

#include <utility>
#include <vector>

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
    for (const Counted& counted : counted_) GiveBack(counted);
    if (approval_.empty()) return;
    if (const absl::Status given = asker_.inbox_.GiveBackApproval(approval_); !given.ok()) {
      Log(LogLevel::kWarning, "approval_not_given_back", {{LogField::kError, given}});
    }
  }
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;

  bool IsCounted() const { return !counted_.empty(); }
  void Count(const Asker& asker, const AskPlan& plan) {
    Count({"", asker.today, plan.counts});
    if (asker.organisation.empty()) return;
    Count({asker.organisation, asker.today_for_it, plan.counts_for_it});
  }
  void Use(std::string approval) { approval_ = std::move(approval); }
  // It is written down, and its frame leaves.
  void Sent() { sent_ = true; }

 private:
  struct Counted {
    std::string organisation;   // "": whatever it was for
    AskCounts before, with;
  };
  void Count(Counted counted) {
    asker_.store_.WriteAskCounts(practitioner_, counted.organisation, today_, counted.with);
    counted_.push_back(std::move(counted));
  }
  void GiveBack(const Counted& counted) {
    const std::lock_guard lock(asker_.counting_);
    const auto now = asker_.store_.ReadAskCounts(practitioner_, counted.organisation, today_);
    if (!now.ok()) return;
    const auto less = [&](uint32_t AskCounts::*count) {
      return (*now).*count - (counted.with.*count - counted.before.*count);
    };
    asker_.store_.WriteAskCounts(practitioner_, counted.organisation, today_,
                                 {less(&AskCounts::questions), less(&AskCounts::emergencies),
                                  less(&AskCounts::shield_notices),
                                  less(&AskCounts::agency_shield_notices)});
  }

  QuestionAsker& asker_;
  const PersonRef practitioner_;
  const Date today_;
  std::vector<Counted> counted_;
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

std::variant<Asker, FieldError> QuestionAsker::AskerOf(const AskInput& input,
                                                       const std::string& user,
                                                       const Person& person) const {
  const auto one = ChooseOrganisation(input.organisation, person.organisations);
  if (const auto* error = std::get_if<FieldError>(&one)) return *error;
  Asker asker;
  asker.practitioner_ref = RefOf(user);
  asker.roles = person.roles;
  asker.own = person.own;
  asker.caps = config_.caps;
  asker.organisation = std::get<Organisations>(one).code();
  const auto of_it = config_.organisations.find(asker.organisation);
  if (of_it != config_.organisations.end()) asker.caps_for_it = of_it->second.caps;
  return asker;
}

absl::Status QuestionAsker::ReadCounts(Date today, Asker& asker) const {
  const auto counts = store_.ReadAskCounts(asker.practitioner_ref, "", today);
  if (!counts.ok()) return counts.status();
  asker.today = *counts;
  if (asker.organisation.empty()) return absl::OkStatus();
  const auto for_it = store_.ReadAskCounts(asker.practitioner_ref, asker.organisation, today);
  if (!for_it.ok()) return for_it.status();
  asker.today_for_it = *for_it;
  return absl::OkStatus();
}

std::variant<AskPlan, QuestionAsker::Failure> QuestionAsker::Plan(const AskInput& input,
                                                                  Asker& asker,
                                                                  const Roster& roster, Date today,
                                                                  Allowance& allowance) {
  const auto subject = SubjectOf(input);
  if (const auto* error = std::get_if<FieldError>(&subject)) return *error;
  const auto held =
      registry_.RecordsOf(std::get<Subject>(subject), config_.OneOrganisation(asker.organisation));
  const std::lock_guard lock(counting_);
  // The second plan of one question, for a newer roster, is not another question.
  asker.today = asker.today_for_it = AskCounts();
  const absl::Status counts =
      allowance.IsCounted() ? absl::OkStatus() : ReadCounts(today, asker);
  for (const absl::Status& read : {held.status(), counts}) {
    if (read.ok()) continue;
    Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, read}});
    return ServiceError::kInternal;
  }
  Planned planned = PlanQuestion(input, asker, roster, agency_, *held, today);
  if (const auto* needs = std::get_if<NeedsApproval>(&planned)) {
    if (const auto failure = GetApproval(input, *needs, asker, allowance)) return *failure;
    planned = PlanQuestion(input, asker, roster, agency_, *held, today);
  }
  if (const auto* error = std::get_if<FieldError>(&planned)) return *error;
  if (const auto* used_up = std::get_if<UsedUp>(&planned)) return *used_up;
  if (const auto* needs = std::get_if<NeedsApproval>(&planned)) return needs->error;
  AskPlan& plan = std::get<AskPlan>(planned);
  if (!allowance.IsCounted()) allowance.Count(asker, plan);
  return std::move(plan);
}

QuestionAsker::Outcome QuestionAsker::Ask(const AskInput& input, const std::string& user,
                                          const Person& person, const Origin& origin,
                                          const Progress& progress) {
  const Date today = DayOf(clock_.NowMs());
  auto known = AskerOf(input, user, person);
  if (const auto* error = std::get_if<FieldError>(&known)) return *error;
  Asker& asker = std::get<Asker>(known);
  if (origin.as == AskedAs::kOfAList) {
    asker.caps = CapsOfAList(asker.caps);
    asker.caps_for_it = CapsOfAList(asker.caps_for_it);
  }
  Allowance allowance(*this, asker.practitioner_ref, today);
  const InboxKeeper::Whose whose{user,
                                 person.manager.empty() ? "" : "local:" + person.manager};
  InboxKeeper::Raised raised;
  auto put = Put([&](const Roster& roster) { return Plan(input, asker, roster, today, allowance); },
                 {asker.practitioner_ref, origin, input.case_reference, asker.organisation},
                 [&](RocksdbStore::NewQuestion question, const AskPlan& plan) {
                   const absl::Status kept = inbox_.OnAsked(plan.statement, plan.holds, whose,
                                                            std::move(question), raised);
                   if (kept.ok()) allowance.Sent();
                   return kept;
                 },
                 progress);
  if (const auto* failure = std::get_if<Failure>(&put)) return *failure;
  const Sent& sent = std::get<Sent>(put);
  const Requester& requester = sent.requester;
  if (input.shield_notice) {   // it left, and so is due again in a week
    const Statement& notice = sent.plan.statement;
    store_.WriteSentNotice({notice.subject, notice.born, clock_.NowMs()});
  }
  const TimeMs now = clock_.NowMs();
  return ReportOf(requester.Readings(),
                  {requester.roster(), sent.plan.statement.purpose,
                   requester.question().frame.hash(), today, WeekTimeOf(now),
                   !sent.posting.confirmed.Has(now), requester.RosterIsStale(), sent.timings.ms,
                   sent.state});
}

std::optional<QuestionAsker::Failure> QuestionAsker::Check(const AskInput& input,
                                                           const std::string& user,
                                                           const Person& person) {
  const std::shared_ptr<const Roster> roster = board_.Read().roster;
  if (roster->FindAgency(agency_) == nullptr) return ServiceError::kNotAMember;
  const auto subject = SubjectOf(input);
  if (const auto* error = std::get_if<FieldError>(&subject)) return *error;
  const auto known = AskerOf(input, user, person);
  if (const auto* error = std::get_if<FieldError>(&known)) return *error;
  const Asker& asker = std::get<Asker>(known);
  const auto held =
      registry_.RecordsOf(std::get<Subject>(subject), config_.OneOrganisation(asker.organisation));
  if (!held.ok()) return ServiceError::kInternal;
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
  const auto leaving = [this](const RocksdbStore::NewQuestion& question, const AskPlan&) {
    store_.WriteQuestion(question);
    return absl::OkStatus();
  };
  auto put = Put(plan, asked_for, leaving, [](size_t, size_t) {});
  if (const auto* failure = std::get_if<Failure>(&put)) return std::get<ServiceError>(*failure);
  const Requester& requester = std::get<Sent>(put).requester;
  return Given{requester.question().frame.hash(), requester.Readings()};
}

}  // namespace whoelse
