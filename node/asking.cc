#include "node/asking.h"

#include <algorithm>
#include <optional>

namespace whoelse {
namespace {

FieldError Error(const char* field, std::string reason, std::string remedy) {
  return {field, std::move(reason), std::move(remedy)};
}

// What each purpose demands of the asker. A purpose is a row, not a branch.
struct Demand {
  bool case_reference;
  bool hold;                // the child, without exception
  bool hold_or_approval;    // the child, or a second approver
  bool safeguarding_role;
  bool reason;
};
constexpr std::array<Demand, 8> kDemands = {{
    {false, true, false, false, false},    // coordination
    {false, false, true, false, false},    // early-help
    {true, false, true, true, false},      // concern
    {true, false, false, false, false},    // section-17
    {true, false, false, false, false},    // section-47
    {true, false, false, false, false},    // missing-child
    {true, false, false, false, false},    // youth-justice
    {false, false, false, false, true},    // emergency
}};
const Demand& DemandOf(Purpose purpose) { return kDemands[static_cast<size_t>(purpose) - 1]; }

// The basis that goes with a purpose. The duty to share is a legal obligation; outside it an agency
// performs a public task.
void SetBasis(const RosterAgency& agency, Statement& statement) {
  const bool duty = agency.s16la;
  switch (statement.purpose) {
    case Purpose::kSection17: statement.power = Power::kCa1989S17; break;
    case Purpose::kSection47: statement.power = Power::kCa1989S47; break;
    case Purpose::kYouthJustice: statement.power = Power::kCda1998S115; break;
    default: statement.power = duty ? Power::kCa2004S16La : Power::kCa2004S10; break;
  }
  const bool obligation = duty && statement.power == Power::kCa2004S16La;
  statement.article6 = obligation ? Article6::kLegalObligation : Article6::kPublicTask;
  statement.article9 = Article9::kSafeguarding;
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

std::optional<FieldError> CheckDemand(const AskInput& input, const Demand& demand, Role role,
                                      bool holds, Statement& statement) {
  if (demand.case_reference && input.case_reference.empty()) {
    return Error("case", "is missing: this purpose needs a case reference", "give the case's reference");
  }
  if (demand.safeguarding_role && role == Role::kPractitioner) {
    return Error("role", "this purpose is for a safeguarding role",
                 "ask your safeguarding lead, or out of hours the practitioner on duty");
  }
  if (demand.reason && std::find(kEmergencyReasons.begin(), kEmergencyReasons.end(),
                                 input.reason) == kEmergencyReasons.end()) {
    std::string list;
    for (std::string_view reason : kEmergencyReasons) list += std::string(list.empty() ? "" : ", ") + std::string(reason);
    return Error("reason", "is missing: an emergency needs one of: " + list, "give one of them");
  }
  if (holds || (!demand.hold && !demand.hold_or_approval)) return std::nullopt;
  if (demand.hold) {
    return Error("purpose", "your agency holds no live record of this child, and this purpose is for children it works with",
                 "choose the purpose that says why you ask");
  }
  if (role == Role::kOutOfHours) {
    statement.flags |= kFlagApprovalToFollow;
    return std::nullopt;
  }
  return Error("purpose", "your agency holds no live record of this child: a second person has to approve this question",
               "have it approved, or ring the agencies' duty lines");
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

std::variant<AskPlan, FieldError> PlanQuestion(const AskInput& input, const Asker& asker,
                                               const Roster& roster, AgencyId me, bool holds,
                                               Date today) {
  auto subject = SubjectOf(input);
  if (auto* error = std::get_if<FieldError>(&subject)) return *error;
  const RosterAgency& agency = *roster.FindAgency(me);
  AskPlan plan{{}, input.case_reference, input.reason};
  Statement& statement = plan.statement;
  statement.subject = std::get<Subject>(subject);

  const std::optional<Purpose> purpose =
      input.shield_notice ? Purpose::kConcern : PurposeByName(input.purpose);
  if (!purpose) {
    return Error("purpose", input.purpose.empty() ? "is missing" : "is not a purpose",
                 "give one of: coordination, early-help, concern, section-17, section-47, "
                 "missing-child, youth-justice, emergency");
  }
  statement.purpose = *purpose;
  if (!input.shield_notice && !agency.MayAsk(*purpose)) {
    return Error("purpose", "your agency may not ask for this purpose", "choose another, or ask the agency that may");
  }
  if (!input.born.empty()) {
    absl::StatusOr<Date> born = Date::Parse(input.born);
    if (!born.ok() || *born > today) {
      return Error("born", born.ok() ? "lies in the future" : std::string(born.status().message()),
                   "give it as YYYY-MM-DD");
    }
    statement.born = born->ymd();
  } else if (*purpose != Purpose::kEmergency && !input.shield_notice) {
    return Error("born", "is missing: without it agencies cannot tell the right child",
                 "give the child's date of birth as YYYY-MM-DD");
  }
  auto role = RoleOf(input, asker);
  if (auto* error = std::get_if<FieldError>(&role)) return *error;
  statement.role = std::get<Role>(role);
  if (statement.role == Role::kOutOfHours) statement.flags |= kFlagOutOfHours;
  if (input.shield_notice) {
    // It hides a child everywhere until people lift it, so only who knows the child may send it.
    if (!holds) {
      return Error("nhs-number", "your agency holds no live record of this child",
                   "import the record that says why the child must be shielded, then send the notice");
    }
    statement.flags |= kFlagShieldNotice;
  } else if (auto error = CheckDemand(input, DemandOf(*purpose), statement.role, holds, statement)) {
    return *error;
  }
  if (input.contact_was_wrong) statement.flags |= kFlagContactWasWrong;
  statement.agency = me;
  statement.relays = agency.relays;
  statement.practitioner_ref = asker.practitioner_ref;
  statement.organisation = agency.organisation;
  SetBasis(agency, statement);
  return plan;
}

}  // namespace whoelse
