// Which table acts today, between the policy that the agency has adopted and the one before it: a
// stricter cell with the next question, a looser one on the 1st of the next month. Past its day of
// review every cell is one step stricter. domain.md, "How an agency decides".
#ifndef WHOELSE_NODE_POLICY_IN_FORCE_H_
#define WHOELSE_NODE_POLICY_IN_FORCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "node/identifier.h"
#include "node/policy_table.h"

namespace whoelse {

// Who answers for a policy.
struct Adoption {
  std::string adopted_by;
  std::string dpia;        // the reference of the data protection impact assessment
  Date day;
  Date review_by;          // the last day on which the policy acts as written
  bool operator==(const Adoption&) const = default;
};

// What an agency says that it wants: the given default, adopted by nobody, until it says otherwise.
struct Policy {
  std::optional<Adoption> adoption;
  PolicyTable table;

  // Nobody adopted it, or its day of review has passed.
  bool IsOverdue(Date today) const { return !adoption || today > adoption->review_by; }
  // The table that should act: past its review, and before anybody adopted it, one step stricter.
  PolicyTable WantedOn(Date today) const {
    return IsOverdue(today) ? table.OneStepStricter() : table;
  }
  bool operator==(const Policy&) const = default;
};

class PolicyInForce {
 public:
  // The first policy of a node: nothing acted before, so nothing waits.
  PolicyInForce(Policy policy, Date today);
  // What Serialize wrote, with the policy that the agency wants now. DATA_LOSS.
  static absl::StatusOr<PolicyInForce> Restore(ByteView state, Policy policy, Date today);
  // Must not go back: an older state could let a cell act that has to wait.
  Bytes Serialize() const;

  // The agency wants another one. Its first adopted policy acts at once: nobody answered for what
  // acted before.
  void Adopt(Policy policy, Date today);
  // Time goes on: what waited for its day acts, what is overdue becomes stricter. Idempotent.
  void Advance(Date today);
  // The lead officer lets what waits act from the next question on.
  void LetThrough(Date today);

  const PolicyTable& acting() const { return acting_; }
  const Policy& policy() const { return policy_; }
  // The day on which the looser cells act; nullopt: none waits.
  std::optional<Date> looser_on() const { return looser_on_; }
  struct WaitingCell {
    size_t row, column;
    Outcome now, then;
    bool operator==(const WaitingCell&) const = default;
  };
  std::vector<WaitingCell> Waiting() const;
  bool operator==(const PolicyInForce&) const = default;

 private:
  PolicyInForce() = default;
  void TakeUpWhatWaited(Date today);

  Policy policy_;
  PolicyTable wanted_;     // by the policy, when time was last looked at
  PolicyTable acting_;
  std::optional<Date> looser_on_;
  bool ever_adopted_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_IN_FORCE_H_
