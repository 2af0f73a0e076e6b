// What a coordinator must keep to itself: its log key, its admission key, its shares of the OPRF
// key. One file, sealed under a master key that does not lie on the same disk.
#ifndef WHOELSE_COORDINATOR_SECRETS_H_
#define WHOELSE_COORDINATOR_SECRETS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/evaluator.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "vault/master_key.h"

namespace whoelse {

struct CoordinatorSecrets {
  Secret<32> log_seed;         // Ed25519: checkpoints, nothing else
  Secret<32> admission_seed;   // Ed25519: admissions, heartbeats, evaluations, consents
  std::vector<EvaluatorShare> shares;   // none of them zero, no (kv, epoch) twice
};

// Errors of ReadPrivateFile; UNAUTHENTICATED when it was not sealed under this key; DATA_LOSS when
// the content is not ours.
absl::StatusOr<CoordinatorSecrets> ReadSecrets(const std::string& path, const MasterKey& key);
// Replaces the file as a whole, mode 0600. UNAVAILABLE.
absl::Status WriteSecrets(const std::string& path, const CoordinatorSecrets& secrets,
                          const MasterKey& key, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_SECRETS_H_
