// What this agency discloses, to whom and why: a table and the caps over it. domain.md, "How an
// agency decides".
#ifndef WHOELSE_NODE_POLICY_H_
#define WHOELSE_NODE_POLICY_H_

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "node/identifier.h"
#include "node/record.h"
#include "protocol/answer.h"
#include "protocol/codes.h"

namespace whoelse {

inline constexpr size_t kPolicyColumns = 6;
inline constexpr std::array<std::string_view, 13> kPolicyRowNames = {
    "universal", "targeted", "targeted, objection recorded", "justice",
    "sensitive, young person agreed", "sensitive, not asked", "sensitive, refused",
    "protected, young person agreed", "protected, otherwise",
    "about a parent or carer, the adult agreed", "about a parent or carer, otherwise",
    "covert", "shielded or closed (any)"};

// The rows' numbers, in the order of their names.
enum PolicyRow : size_t {
  kRowUniversal, kRowTargeted, kRowTargetedObjection, kRowJustice, kRowSensitiveAgreed,
  kRowSensitiveNotAsked, kRowSensitiveRefused, kRowProtectedAgreed, kRowProtectedOtherwise,
  kRowAdultAgreed, kRowAdultOtherwise, kRowCovert, kRowShieldedOrClosed
};

// One table: 13 rows of 6 cells. A cell holds the value before the parenthesis; Decide knows the
// two exceptions. The one that loosens (sensitive, not asked, in an emergency of a section-47
// asker) holds only where the cell says `urgent`: an agency that writes `nothing` there has none.
struct PolicyTable {
  std::array<std::array<Outcome, kPolicyColumns>, kPolicyRowNames.size()> cells;

  static const PolicyTable& Default();   // domain.md's
  // H("whoelse/1/policy", the cells row by row, a byte each), protocol.md section 6.
  Digest Hash() const;
};

// The one hash of a hub that answers for several organisations, each with a table of its own: over
// u8 length || code || cells of each, by code in byte order. (The hash of the school that matched
// would tell a silent hit.)
Digest HubPolicyHash(const std::map<std::string, PolicyTable>& by_organisation_code);

// Which column a purpose is decided by.
size_t ColumnOf(Purpose purpose);

// What the decision depends on beside the record. All of it comes out of the question.
struct Asked {
  Purpose purpose;
  bool by_description;             // class 2: at most a duty line
  bool asker_in_s16la;             // standing under s16LA; outside it at most a duty line
  bool asker_may_ask_section47;    // roster: its `ask` has section-47
  bool asker_in_same_area;         // roster: asker's area is this agency's
};

enum class DecidedBy : uint8_t { kRow = 1, kCap, kNewPlace, kEnded };

struct Disclosure {
  Outcome outcome;
  size_t row;             // of kPolicyRowNames: the one that decided, or the strictest below a cap
  DecidedBy by;           // the last that made it stricter
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
//   2  a new place asked about from another area
//   3  the caps: each can only make it stricter
//   4  ended involvements
//   5  `nothing` becomes `urgent` in section-47 and emergency: a person always learns of it
//
// Where the record is silent it decides for silence: an unknown start is a new place, a word given
// without a known birth date is no agreement but is a refusal. A refusal holds for every purpose
// until another word is recorded.
Disclosure Decide(const PolicyTable& table, const Record& record, const Asked& asked, Date today);

// What an entry says of the agency itself, out of the roster.
struct DisclosingAgency {
  std::string name;        // cut to the field's 48 bytes where it is longer
  std::string duty_line;   // its number; left out where it has more than the field's 20 bytes
};

// What the asker reads of this record: everything in a contact, organisation, service and the
// service's duty line (else the agency's) in a duty line. A protected service's entry has the
// agency's name and line only, so that no place, team or professional can be read from it.
// An entry of kind kNone when nothing is disclosed.
AnswerEntry EntryFor(const Record& record, const Disclosure& disclosure,
                     const DisclosingAgency& agency, bool birth_date_differs);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_H_
