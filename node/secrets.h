// A node's long-lived secrets at rest: one file, sealed under the master key (vault/master_key.h).
#ifndef WHOELSE_NODE_SECRETS_H_
#define WHOELSE_NODE_SECRETS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "vault/master_key.h"

namespace whoelse {

struct NodeSecrets {
  Secret<32> identity_seed;       // Ed25519: questions, answers, refusals, ledger digests
  Secret<32> practitioner_key;    // practitioner_ref = keyed hash of "local:<user>" under it
};

// Errors of ReadPrivateFile; UNAUTHENTICATED when it was not sealed under this key; DATA_LOSS when
// the content is not ours.
absl::StatusOr<NodeSecrets> ReadNodeSecrets(const std::string& path, const MasterKey& master);
// Replaces the file as a whole, mode 0600. UNAVAILABLE.
absl::Status WriteNodeSecrets(const std::string& path, const NodeSecrets& secrets,
                              const MasterKey& master, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_NODE_SECRETS_H_
