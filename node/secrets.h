// A node's long-lived secrets at rest.
#ifndef WHOELSE_NODE_SECRETS_H_
#define WHOELSE_NODE_SECRETS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/seal.h"
#include "crypto/secret.h"

namespace whoelse {

struct NodeSecrets {
  Secret<32> identity_seed;       // Ed25519
  Secret<32> practitioner_key;    // practitioner_ref = keyed hash of "local:<user>" under it
};

// 32 bytes in lower-case hex. NOT_FOUND; FAILED_PRECONDITION when others may read the file;
// INVALID_ARGUMENT for another content. $CREDENTIALS_DIRECTORY/<name> is read where the path is
// "credential:<name>" (systemd).
absl::StatusOr<MasterKey> LoadMasterKey(const std::string& path);
// Creates the file with mode 0600; ALREADY_EXISTS rather than overwrite.
absl::Status WriteMasterKey(const std::string& path, const Secret<32>& key);

// Sealed under the master key with the context "node/secrets". DATA_LOSS: damaged, or another
// master key.
absl::StatusOr<NodeSecrets> LoadNodeSecrets(const std::string& path, const MasterKey& master);
absl::Status WriteNodeSecrets(const std::string& path, const MasterKey& master,
                              const NodeSecrets& secrets);

}  // namespace whoelse

#endif  // WHOELSE_NODE_SECRETS_H_
