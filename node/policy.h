// What this agency discloses of a record, to whom and why: the table (node/policy_table.h) and the
// caps over it. domain.md, "How an agency decides".
#ifndef WHOELSE_NODE_POLICY_H_
#define WHOELSE_NODE_POLICY_H_

#include <array>
#include <string_view>
#include <vector>

#include "node/identifier.h"
#include "node/policy_table.h"
#include "node/record.h"
#include "protocol/codes.h"

namespace whoelse {

// What the decision depends on beside the record. All of it comes out of the question.
struct Asked {
  Purpose purpose;
  bool by_description;             // class 2: at most a duty line
  bool asker_in_s16la;             // standing under s16LA; outside it at most a duty line
  bool asker_may_ask_section47;    // roster: its `ask` has section-47
  bool asker_in_same_area;         // roster: asker's area is this agency's
};

// What made a decision: a row of the table, or what stands over it.
enum class DecidedBy : uint8_t {
  kRow = 1, kCallBackOnly, kByDescription, kOutsideS16La, kProtectedService, kNewPlace,
  kNewPlaceMissingChild, kEndedRecently, kEndedLongAgo, kSeenByAPerson, kLooserWaits
};
inline constexpr std::array<std::string_view, 11> kDecidedByNames = {
    "row of the table", "call back only", "asked by description", "asker outside s16LA",
    "protected service", "new place, asked from another area",
    "new place, asked from another area about a missing child", "ended within 12 months",
    "ended longer ago, or ended sensitive, protected or about a parent or carer",
    "a person learns of it in section-47 and emergency",
    "what was recorded as looser waits for its day"};
inline std::string_view Name(DecidedBy by) { return NameOf(by, kDecidedByNames); }

struct Disclosure {
  Outcome outcome;
  size_t row;             // of kPolicyRowNames: the one that decided, or the strictest below a cap
  DecidedBy by;           // the last that changed it
  bool ended;             // to be marked so
  bool assessment_shown;  // there is one, and the purpose is section-17 or up

  bool Discloses() const { return outcome <= Outcome::kDutyLine; }
  bool operator==(const Disclosure&) const = default;
};

// Pure: the same record, question and day give the same decision. `today` decides whether a consent
// holds, how long ago an involvement ended, and how new a place is.
//
//   1  the strictest of the rows that apply: the service's class (for somebody's own sensitive or
//      protected service by a competent young person's word), about a parent or carer (by that
//      adult's word, in place of a sensitive or protected class's row), covert, shielded or closed
//   2  the caps of kPolicyCaps, each for itself: none can make it looser
//   3  `nothing` becomes `urgent` in section-47 and emergency: a person always learns of it
//   4  the same for what a looser word or class replaced and that still acts (Record::earlier);
//      the strictest holds
//
// Where the record is silent it decides for silence: an unknown start is a new place, a word given
// without a known birth date is no agreement but is a refusal. A refusal holds for every purpose
// until another word is recorded.
Disclosure Decide(const PolicyTable& table, const Record& record, const Asked& asked, Date today);

// The same decision with every rule that applied and what each of them allows, in the order in
// which they were asked.
struct RuleSaid {
  std::string_view rule;   // a row's name or a cap's
  Outcome outcome;
};
struct Explanation {
  Disclosure disclosure;
  std::vector<RuleSaid> rules;
};
Explanation Explain(const PolicyTable& table, const Record& record, const Asked& asked, Date today);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_H_
