// What this agency discloses, to whom and why: a table and the caps over it. domain.md, "How an
// agency decides".
#ifndef WHOELSE_NODE_POLICY_H_
#define WHOELSE_NODE_POLICY_H_

#include <array>
#include <string_view>

#include "crypto/hash.h"
#include "node/identifier.h"
#include "node/record.h"
#include "protocol/codes.h"

namespace whoelse {

inline constexpr size_t kPolicyColumns = 6;
inline constexpr std::array<std::string_view, 13> kPolicyRowNames = {
    "universal", "targeted", "targeted, objection recorded", "justice",
    "sensitive, young person agreed", "sensitive, not asked", "sensitive, refused",
    "protected, young person agreed", "protected, otherwise",
    "about a parent or carer, the adult agreed", "about a parent or carer, otherwise",
    "covert", "shielded or closed (any)"};

// One table: 13 rows of 6 cells.
struct PolicyTable {
  std::array<std::array<Outcome, kPolicyColumns>, kPolicyRowNames.size()> cells;

  static const PolicyTable& Default();   // domain.md's
  // H("whoelse/1/policy", the cells row by row, a byte each), protocol.md section 6.
  Digest Hash() const;
};

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
  DecidedBy by;
  bool ended;             // to be marked so
  bool assessment_shown;  // section-17 and up
};

// Pure: the same record, question and day give the same decision. `today` decides age, consent's
// end, how long ago an involvement ended, and how new a place is.
Disclosure Decide(const PolicyTable& table, const Record& record, const Asked& asked, Date today);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_H_
