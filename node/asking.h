// Who may ask what, and on which basis: what a practitioner typed becomes a statement, or a word on
// which field to put right. Nothing leaves the node before this passed. domain.md, "Who may ask what".
#ifndef WHOELSE_NODE_ASKING_H_
#define WHOELSE_NODE_ASKING_H_

#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/identifier.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

// The reasons for an emergency; one is chosen.
inline constexpr std::array<std::string_view, 6> kEmergencyReasons = {
    "injured-or-ill", "unsafe-at-home", "alone-or-abandoned",
    "threat-of-violence", "may-be-taken-away", "self-harm"};

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
};

// Who is asking, as this node knows it.
struct Asker {
  PersonRef practitioner_ref;
  std::vector<Role> roles;      // that this person has here
};

// A field of the input that has to be put right. Never repeats what was typed.
struct FieldError {
  std::string field;            // as the command line names it: "nhs-number", "born", ...
  std::string reason;
  std::string remedy;
};

struct AskPlan {
  Statement statement;          // but for r, salt and seed
  std::string case_reference;
  std::string reason;
};

// `holds`: this node has a live record of the child that the input names (the caller looks it up
// with the identifiers of SubjectOf). `today`: no birth date may lie after it.
std::variant<AskPlan, FieldError> PlanQuestion(const AskInput& input, const Asker& asker,
                                               const Roster& roster, AgencyId me, bool holds,
                                               Date today);

// The child that the input names: a valid number, a valid UPN, or both.
std::variant<Subject, FieldError> SubjectOf(const AskInput& input);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ASKING_H_
