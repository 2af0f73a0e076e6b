// The disclosure policy as a table: what this agency tells about a record of each kind for each
// purpose. domain.md, "How an agency decides"; as a file docs/formats/policy.md.
#ifndef WHOELSE_NODE_POLICY_TABLE_H_
#define WHOELSE_NODE_POLICY_TABLE_H_

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "protocol/codes.h"

namespace whoelse {

inline constexpr std::array<std::string_view, 13> kPolicyRowNames = {
    "universal", "targeted", "targeted, objection recorded", "justice",
    "sensitive, young person agreed", "sensitive, not asked", "sensitive, refused",
    "protected, young person agreed", "protected, otherwise",
    "about a parent or carer, the adult agreed", "about a parent or carer, otherwise",
    "covert", "shielded or closed (any)"};
inline constexpr std::array<std::string_view, 6> kPolicyColumnNames = {
    "coordination", "early-help", "section-17, youth-justice", "concern, missing-child",
    "section-47", "emergency"};
inline constexpr size_t kPolicyRows = kPolicyRowNames.size();
inline constexpr size_t kPolicyColumns = kPolicyColumnNames.size();

// The rows' and columns' numbers, in the order of their names.
enum PolicyRow : size_t {
  kRowUniversal, kRowTargeted, kRowTargetedObjection, kRowJustice, kRowSensitiveAgreed,
  kRowSensitiveNotAsked, kRowSensitiveRefused, kRowProtectedAgreed, kRowProtectedOtherwise,
  kRowAdultAgreed, kRowAdultOtherwise, kRowCovert, kRowShieldedOrClosed
};
enum PolicyColumn : size_t {
  kColumnCoordination, kColumnEarlyHelp, kColumnSection17, kColumnConcern, kColumnSection47,
  kColumnEmergency
};

// Which column a purpose is decided by.
PolicyColumn ColumnOf(Purpose purpose);

using PolicyCells = std::array<std::array<Outcome, kPolicyColumns>, kPolicyRows>;
extern const PolicyCells kDefaultPolicyCells;   // domain.md's

// One table: 13 rows of 6 cells, and none of them can be missing. A cell holds the value before the
// parenthesis; Decide knows the two exceptions. The one that loosens (sensitive, not asked, in an
// emergency of a section-47 asker) holds only where the cell says `urgent`: an agency that writes
// `nothing` there has none.
struct PolicyTable {
  PolicyCells cells = kDefaultPolicyCells;

  static const PolicyTable& Default();
  // H("whoelse/1/policy", the cells row by row, a byte each), protocol.md section 6.
  Digest Hash() const;
  // Every cell one step stricter.
  PolicyTable OneStepStricter() const;
  bool operator==(const PolicyTable&) const = default;
};

// The tables of a node: its own, or at a hub one for each organisation that it answers for, each a
// controller of its own. One hash stands for all of them: that of the school that matched would tell
// a silent hit.
class PolicyTables {
 public:
  // By organisation code; "" alone: a node of its own.
  using ByCode = std::map<std::string, PolicyTable, std::less<>>;
  explicit PolicyTables(ByCode tables);
  PolicyTables(const PolicyTable& own) : PolicyTables(ByCode{{"", own}}) {}   // NOLINT: one is some

  // What decides about a record of this organisation. An organisation that has left the hub has
  // nobody who answers for a policy: the given default, one step stricter.
  const PolicyTable& Of(std::string_view organisation_code) const;
  // Of a hub over u8 length || code || cells of each, by code in byte order (protocol.md section 6).
  const Digest& Hash() const { return hash_; }

 private:
  bool IsOwn() const { return tables_.size() == 1 && tables_.begin()->first.empty(); }

  ByCode tables_;
  Digest hash_;
};

// contact, duty_line, brokered or urgent, nothing. `urgent` tells no more than `brokered`, it only
// brings a person sooner.
bool IsLooser(Outcome a, Outcome b);
// The next of that order; `nothing` stays.
Outcome OneStepStricter(Outcome outcome);

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_TABLE_H_
