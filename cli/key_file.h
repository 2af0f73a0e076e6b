// Single keys as files, and the directories they lie in: root keys and lead officers' keys of the
// federation tool. Master keys are vault/master_key.h's.
#ifndef WHOELSE_CLI_KEY_FILE_H_
#define WHOELSE_CLI_KEY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/secret.h"

namespace whoelse {

// 32 bytes as 64 lower-case hexadecimal digits, mode 0600; an LF at the end is passed over.
// Errors of ReadPrivateFile; INVALID_ARGUMENT for another content.
absl::StatusOr<Secret<32>> ReadKeyFile(const std::string& path);
// ALREADY_EXISTS rather than overwrite: what an old key signed or sealed would be lost. UNAVAILABLE.
absl::Status WriteKeyFile(const std::string& path, const Secret<32>& key);

// The directory and those above it, each new one of mode 0700. UNAVAILABLE.
absl::Status MakeDirectory(const std::string& path);

}  // namespace whoelse

#endif  // WHOELSE_CLI_KEY_FILE_H_
