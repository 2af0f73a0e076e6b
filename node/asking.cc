#include "node/asking.h"

#include <algorithm>
#include <optional>
#include <set>

#include "node/word_list.h"

namespace whoelse {
namespace {

FieldError Error(const char* field, std::string reason, std::string remedy) {
  return {field, std::move(reason), std::move(remedy)};
}

std::variant<Role, FieldError> RoleOf(const AskInput& input, const Asker& asker) {
  const std::optional<Role> role =
      input.role.empty() ? Role::kPractitioner : RoleByName(input.role);
  if (!role || *role == Role::kNodeItself) {
    return Error("role", "is not one of: practitioner, safeguarding lead, out-of-hours practitioner",
                 "give one of them");
  }
  if (std::find(asker.roles.begin(), asker.roles.end(), *role) == asker.roles.end()) {
    return Error("role", "is not yours at this agency", "ask as yourself, or have the role given to you");
  }
  return *role;
}

std::variant<Purpose, FieldError> PurposeOf(const AskInput& input, const RosterAgency& agency) {
  if (input.shield_notice) return Purpose::kConcern;
  const std::optional<Purpose> purpose = PurposeByName(input.purpose);
  if (!purpose) {
    return Error("purpose", input.purpose.empty() ? "is missing" : "is not a purpose",
                 "give one of: coordination, early-help, concern, section-17, section-47, "
                 "missing-child, youth-justice, emergency");
  }
  if (!agency.MayAsk(*purpose) || !KindMayAsk(agency.kind, *purpose)) {
    return Error("purpose", "your agency may not ask for this purpose",
                 "choose another, or ask the agency that may");
  }
  return *purpose;
}

// yyyymmdd; 0: not known, which an emergency and a notice may leave open.
std::variant<uint32_t, FieldError> BornOf(const AskInput& input, Purpose purpose, Date today) {
  if (!input.born.empty()) {
    absl::StatusOr<Date> born = Date::Parse(input.born);
    if (born.ok() && *born <= today) return born->ymd();
    return Error("born", born.ok() ? "lies in the future" : std::string(born.status().message()),
                 "give it as YYYY-MM-DD");
  }
  if (purpose == Purpose::kEmergency || input.shield_notice) return 0u;
  return Error("born", "is missing: without it agencies cannot tell the right child",
               "give the child's date of birth as YYYY-MM-DD");
}

// The usual basis, or what was typed in its place.
std::variant<Basis, FieldError> BasisOf(const AskInput& input, const RosterAgency& agency,
                                        Purpose purpose) {
  Basis basis = UsualBasis(agency, purpose);
  if (!input.power.empty()) {
    const auto power = ByName<Power>(input.power, kPowerNames);
    if (!power) return Error("power", "is not a power", "give one of: " + ListOf(kPowerNames));
    basis.power = *power;
    basis.article6 = Article6::kPublicTask;
  }
  if (!input.article9.empty()) {
    const auto article9 = ByName<Article9>(input.article9, kArticle9Names);
    if (!article9) {
      return Error("article9", "is not a condition", "give one of: " + ListOf(kArticle9Names));
    }
    basis.article9 = *article9;
    if (*article9 == Article9::kPart3) basis.article6 = Article6::kNone;
  }
  if (!input.article6.empty()) {
    const auto article6 = ByName<Article6>(input.article6, kArticle6Names);
    if (!article6) {
      return Error("article6", "is not a basis (and consent is none for asking)",
                   "give one of: " + ListOf(kArticle6Names));
    }
    basis.article6 = *article6;
  }
  if (auto impossible = CheckBasis(basis, agency, purpose)) return *impossible;
  return basis;
}

// Beside the number the UPN, by which a school may know a child whose number it has not: as this agency's
// own records have it, when they agree.
Subject WithUpn(Subject subject, const std::vector<Record>& held) {
  if (subject[1].type != KeyType::kNone) return subject;
  std::set<std::string> upns;
  for (const Record& record : held) {
    const bool counts = !record.archived_on && !record.in_dispute && !record.restrictions.closed &&
                        IdentifierOf(record, KeyType::kNhsNumber) == subject[0].value;
    if (counts && record.upn) upns.insert(record.upn->text());
  }
  if (upns.size() == 1) subject[1] = {KeyType::kUpn, *upns.begin()};
  return subject;
}

}  // namespace

std::variant<Subject, FieldError> SubjectOf(const AskInput& input) {
  Subject subject;
  if (!input.nhs_number.empty()) {
    absl::StatusOr<NhsNumber> number = NhsNumber::Parse(input.nhs_number);
    if (!number.ok()) {
      return Error("nhs-number", std::string(number.status().message()),
                   "check it against the record or letter it was taken from");
    }
    subject[0] = {KeyType::kNhsNumber, number->digits()};
  }
  if (!input.upn.empty()) {
    absl::StatusOr<Upn> upn = Upn::Parse(input.upn);
    if (!upn.ok()) {
      return Error("upn", std::string(upn.status().message()), "check it against the school's record");
    }
    subject[1] = {KeyType::kUpn, upn->text()};
  }
  if (subject == Subject{}) {
    return Error("nhs-number", "is missing", "give the child's NHS number, or the UPN");
  }
  return subject;
}

Planned PlanQuestion(const AskInput& input, const Asker& asker, const Roster& roster, AgencyId me,
                     const std::vector<Record>& held, Date today) {
  const RosterAgency& agency = *roster.FindAgency(me);
  const auto subject = SubjectOf(input);
  if (auto* error = std::get_if<FieldError>(&subject)) return *error;
  const auto asked_for = PurposeOf(input, agency);
  if (auto* error = std::get_if<FieldError>(&asked_for)) return *error;
  const Purpose purpose = std::get<Purpose>(asked_for);
  const auto born = BornOf(input, purpose, today);
  if (auto* error = std::get_if<FieldError>(&born)) return *error;
  const auto role = RoleOf(input, asker);
  if (auto* error = std::get_if<FieldError>(&role)) return *error;
  const auto basis = BasisOf(input, agency, purpose);
  if (auto* error = std::get_if<FieldError>(&basis)) return *error;

  const AskerCase c{.practitioner = asker.practitioner_ref,
                    .role = std::get<Role>(role),
                    .purpose = purpose,
                    .shield_notice = input.shield_notice,
                    .case_reference = !input.case_reference.empty(),
                    .reason = input.reason,
                    .does_not_know_them = input.does_not_know_them,
                    .holds = HoldsLive(held, std::get<Subject>(subject), today),
                    .own_family = IsOwnFamily(asker.own, held),
                    .approver = asker.approver,
                    .today = asker.today,
                    .caps = asker.caps,
                    .of_a_hub = !asker.organisation.empty(),
                    .today_for_it = asker.today_for_it,
                    .caps_for_it = asker.caps_for_it};
  const AskerVerdict verdict = CheckAsker(c);
  if (verdict.used_up) return UsedUp{verdict.missing.front().reason, verdict.missing.front().remedy};
  if (verdict.needs_approval && verdict.missing.size() == 1) {
    return NeedsApproval{{c.practitioner, purpose, input.shield_notice, input.case_reference,
                          std::get<Subject>(subject), std::get<uint32_t>(born),
                          asker.organisation},
                         verdict.missing.front()};
  }
  if (!verdict.missing.empty()) return verdict.missing.front();

  AskPlan plan{{}, input.case_reference, input.reason, CountedWith(asker.today, c),
               CountedWith(asker.today_for_it, c), c.holds};
  Statement& statement = plan.statement;
  statement.subject = WithUpn(std::get<Subject>(subject), held);
  statement.agency = me;
  statement.relays = agency.relays;
  statement.practitioner_ref = asker.practitioner_ref;
  if (verdict.approved) statement.approver_ref = *asker.approver;
  statement.organisation =
      asker.organisation.empty() ? agency.organisation : asker.organisation;
  statement.role = c.role;
  statement.purpose = purpose;
  statement.power = std::get<Basis>(basis).power;
  statement.article6 = std::get<Basis>(basis).article6;
  statement.article9 = std::get<Basis>(basis).article9;
  statement.born = std::get<uint32_t>(born);
  const std::pair<bool, uint16_t> flags[] = {
      {verdict.approved, kFlagApproved},
      {verdict.approval_to_follow, kFlagApprovalToFollow},
      {c.role == Role::kOutOfHours, kFlagOutOfHours},
      {input.shield_notice, kFlagShieldNotice},
      {input.contact_was_wrong, kFlagContactWasWrong}};
  for (const auto& [set, flag] : flags) {
    if (set) statement.flags |= flag;
  }
  return plan;
}

}  // namespace whoelse
