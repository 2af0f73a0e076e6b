// What a question needs of the practitioner who puts it, as tables. domain.md, "Who may ask what" and
// "Against the practitioner who stalks": the threat that no cryptography meets. Pure.
#ifndef WHOELSE_NODE_ASKER_RULES_H_
#define WHOELSE_NODE_ASKER_RULES_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/field_error.h"
#include "node/identifier.h"
#include "node/record.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/roster.h"
#include "protocol/subject.h"

namespace whoelse {

// The reasons for an emergency; one is chosen.
inline constexpr std::array<std::string_view, 6> kEmergencyReasons = {
    "injured-or-ill", "unsafe-at-home", "alone-or-abandoned",
    "threat-of-violence", "may-be-taken-away", "self-harm"};

// Whether the asker's own agency has to hold a live record of the child.
enum class Holding : uint8_t { kNotAsked, kRequired, kOrApproval };

// A row of the table of purposes.
struct PurposeRule {
  Purpose purpose;
  std::array<std::string_view, 2> kinds;   // of agency; both blank: any
  Holding holding;
  bool safeguarding_role;
  bool case_reference;
  bool emergency_reason;
};
const PurposeRule& RuleOf(Purpose purpose);
// False: no agency of this kind may ask for it, whatever a roster says.
bool KindMayAsk(std::string_view kind, Purpose purpose);

// --- the basis -----------------------------------------------------------------------------------

// Stored and sent separately. Consent is no basis for asking.
struct Basis {
  Power power;
  Article6 article6;
  Article9 article9;
  bool operator==(const Basis&) const = default;
};
inline constexpr std::array<std::string_view, 2> kArticle6Names = {"6(1)(c)", "6(1)(e)"};
inline constexpr std::array<std::string_view, 3> kArticle9Names = {"9(2)(g)", "9(2)(h)", "part-3"};

// What goes with this purpose at this agency: the duty to share is a legal obligation; outside it an
// agency performs a public task.
Basis UsualBasis(const RosterAgency& agency, Purpose purpose);
// The first combination that cannot be: a power that is not this purpose's or this agency's, an
// obligation where the power is none, a condition that is not this agency's.
std::optional<FieldError> CheckBasis(const Basis& basis, const RosterAgency& agency,
                                     Purpose purpose);

// --- the practitioner ----------------------------------------------------------------------------

// The practitioner's own, as their agency recorded them. Blank: unknown.
struct OwnDetails {
  std::string surname, address, postcode, telephone;
  bool operator==(const OwnDetails&) const = default;
};
// Do these records name a child, a former name, a carer or an address, of now or before, of the
// practitioner's own? Case, spaces and punctuation do not count; an address also matches by postcode
// and house. Records hold no telephone of a family: the practitioner's is looked for where carers
// are named.
bool IsOwnFamily(const OwnDetails& own, const std::vector<Record>& held);
// Whether a live (not ended) record among them is this child's: with the number when one is given, and
// with no other identifier that contradicts.
bool HoldsLive(const std::vector<Record>& held, const Subject& subject, Date today);

// How many questions this practitioner has put today (UTC), and the agency's notices.
struct AskCounts {
  uint32_t questions = 0, emergencies = 0, shield_notices = 0;
  uint32_t agency_shield_notices = 0;
  bool operator==(const AskCounts&) const = default;
};
// The most of each a day. Emergencies and notices count for themselves only: everyday questions must
// not use up what danger needs.
struct AskCaps {
  uint32_t questions = 20, out_of_hours = 60, emergencies = 3, shield_notices = 1;
  uint32_t agency_shield_notices = 10;
  bool operator==(const AskCaps&) const = default;
};
// The most that lists of children may take of it: a quarter stays for what the day brings.
AskCaps CapsOfAList(const AskCaps& caps);

// --- the check -----------------------------------------------------------------------------------

struct AskerCase {
  PersonRef practitioner;
  Role role;                       // in which this question is put
  Purpose purpose;                 // of a shield notice too
  bool shield_notice = false;
  bool case_reference = false;     // given
  std::string_view reason;         // of an emergency
  bool does_not_know_them = false; // "I do not know this child or family outside work", ticked
  bool holds = false;              // a live record of the child is here
  bool own_family = false;
  std::optional<PersonRef> approver;   // a second person, of exactly this question
  AskCounts today;                 // without this question
  AskCaps caps;
  bool of_a_hub = false;           // then also, for the organisation for which it is put:
  AskCounts today_for_it = {};
  AskCaps caps_for_it = {};
};
struct AskerVerdict {
  std::vector<FieldError> missing;     // all that is, in the order of the command line's fields
  bool used_up = false;                // nothing else is, and a cap is reached: try tomorrow
  bool needs_approval = false;         // of a second person, and there is none
  bool approved = false;               // by that approver
  bool approval_to_follow = false;     // an out-of-hours role: by noon of the next working day
};
AskerVerdict CheckAsker(const AskerCase& c);

// The counts with this question.
AskCounts CountedWith(AskCounts counts, const AskerCase& c);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ASKER_RULES_H_
