// The master key: what a program's other secrets are sealed under, kept on another disk than they
// are. Both programs keep theirs the same way.
#ifndef WHOELSE_VAULT_MASTER_KEY_H_
#define WHOELSE_VAULT_MASTER_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/wiped_bytes.h"

namespace whoelse {

// A master key as 64 lower-case hexadecimal digits and at most one LF. Errors of ReadPrivateFile;
// INVALID_ARGUMENT for another content. "credential:NAME" is the file NAME in
// $CREDENTIALS_DIRECTORY (systemd); NOT_FOUND when that is not set.
absl::StatusOr<MasterKey> ReadMasterKey(const std::string& path);
// A new random one, mode 0600. ALREADY_EXISTS when there is a file: what it sealed would be lost.
absl::Status CreateMasterKey(const std::string& path, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_VAULT_MASTER_KEY_H_
