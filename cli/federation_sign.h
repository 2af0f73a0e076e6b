// The next roster: built from the draft, signed by the roots, checked as every party will check it,
// and laid into every party's folder.
#ifndef WHOELSE_CLI_FEDERATION_SIGN_H_
#define WHOELSE_CLI_FEDERATION_SIGN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/federation_deal.h"
#include "cli/federation_draft.h"
#include "crypto/random.h"

namespace whoelse {

struct SignedFederation {
  Roster roster;
  std::vector<std::string> roots;           // the names of those that signed
  std::vector<CoordinatorId> consents;
  std::vector<std::string> warnings;        // what somebody should put right before the next one
  bool dealt = false;                       // keys or shares were made here
  bool rules_at_once = false;
};

// Version + 1. Nothing is written unless AcceptRoster takes it. INVALID_ARGUMENT names the member
// that is wrong; FAILED_PRECONDITION: a key that is needed is not in this directory, or too few
// coordinators; errors of DealKeys; UNAVAILABLE: the disk.
absl::StatusOr<SignedFederation> SignFederation(const std::string& dir, const KeyChange& change,
                                                TimeS now, Random& random);

// Which pair of relays each of `agencies` agencies gets: every pair is shared by at least 5 of them,
// or all have one pair (protocol.md: the pair is visible to everybody and must not name an agency).
std::vector<std::array<CoordinatorId, 2>> SpreadRelays(const std::vector<CoordinatorId>& coordinators,
                                                       size_t agencies);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_SIGN_H_
