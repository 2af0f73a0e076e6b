// What a practitioner typed becomes a statement, or a word on which field to put right. Nothing leaves
// the node before this passed. The rules are in node/asker_rules.h.
#ifndef WHOELSE_NODE_ASKING_H_
#define WHOELSE_NODE_ASKING_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/approval.h"
#include "node/asker_rules.h"
#include "node/field_error.h"
#include "node/identifier.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

// What was typed.
struct AskInput {
  std::string nhs_number;
  std::string upn;
  std::string born;
  std::string purpose;
  std::string case_reference;   // kept at this node, never sent
  std::string role;             // empty: practitioner
  std::string reason;           // emergency
  bool shield_notice = false;
  bool contact_was_wrong = false;   // one that an earlier answer gave
  bool does_not_know_them = false;   // "I do not know this child or family outside work", ticked
  std::string approval;              // the inbox's item in which a second person approved it
  bool request_approval = false;     // have one made, when that is all that is missing
  // The basis, where it is not the usual one: names of protocol/codes.h and node/asker_rules.h.
  std::string power, article6, article9;
  std::string organisation = {};   // at a hub, for which it is asked; empty: the only one it can be
};

// Who is asking, as this node knows it.
struct Asker {
  PersonRef practitioner_ref;
  std::vector<Role> roles;      // that this person has here
  OwnDetails own;
  std::optional<PersonRef> approver;   // of this question, when it has been approved
  AskCounts today;
  AskCaps caps;
  // At a hub, of the organisation for which it is asked: its code, its caps, and what of the day this
  // person has asked for it.
  std::string organisation;
  AskCounts today_for_it;
  AskCaps caps_for_it;
};

struct AskPlan {
  Statement statement;          // but for r, salt and seed
  std::string case_reference;
  std::string reason;
  AskCounts counts, counts_for_it;   // today's, with this question
  bool holds = false;           // the asker's agency holds a live record of the child
};

// Today's questions of this practitioner are used up.
struct UsedUp {
  std::string reason, remedy;
};

// All is in order but for a second person's word.
struct NeedsApproval {
  QuestionToApprove question;
  FieldError error;
};

// `held`: the records of the child that the input names (the caller looks them up with the
// identifiers of SubjectOf), at a hub those of the asker's organisation. `today`: no birth date may lie
// after it.
using Planned = std::variant<AskPlan, FieldError, UsedUp, NeedsApproval>;
Planned PlanQuestion(const AskInput& input, const Asker& asker, const Roster& roster, AgencyId me,
                     const std::vector<Record>& held, Date today);

// The child that the input names: a valid number, a valid UPN, or both.
std::variant<Subject, FieldError> SubjectOf(const AskInput& input);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ASKING_H_
