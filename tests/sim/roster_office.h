// Who signs the simulation's rosters: the roots and coordinators of protocol-1.json, with every share
// that was ever dealt.
#ifndef WHOELSE_TESTS_SIM_ROSTER_OFFICE_H_
#define WHOELSE_TESTS_SIM_ROSTER_OFFICE_H_

#include <map>
#include <utility>
#include <vector>

#include "coordinator/evaluator.h"
#include "crypto/threshold.h"
#include "tests/node/federation.h"

namespace whoelse::sim {

class RosterOffice {
 public:
  // Version 7 of the vectors, whose successors rule at once.
  RosterOffice();

  const SignedRoster& newest() const { return newest_; }
  // Each makes the next version.
  void Refresh(Random& random);                  // new shares of every key version
  void AskUnder(KeyVersion kv);                  // from now on it is ASKED too
  void Retire(KeyVersion kv);
  void Remove(AgencyId agency);
  void Cap(AgencyId agency, uint32_t ask_per_day);

  // What this coordinator holds of all generations.
  std::vector<EvaluatorShare> SharesOf(CoordinatorId id) const;

 private:
  void Sign();

  nlohmann::ordered_json roster_;
  std::map<std::pair<KeyVersion, uint32_t>, std::vector<KeyShare>> shares_;   // by generation
  SignedRoster newest_;
};

}  // namespace whoelse::sim

#endif  // WHOELSE_TESTS_SIM_ROSTER_OFFICE_H_
