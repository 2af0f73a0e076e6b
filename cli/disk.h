// Files as the command line reads and writes them: whole, and private where they hold keys.
#ifndef WHOELSE_CLI_DISK_H_
#define WHOELSE_CLI_DISK_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace whoelse {

// NOT_FOUND; FAILED_PRECONDITION above `max` bytes; UNAVAILABLE when it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max);

// Puts a whole new file in the place of an old one, synced, so that whoever reads it at any moment
// sees one or the other. UNAVAILABLE.
absl::Status WriteFile(const std::string& path, ByteView bytes, mode_t mode);

// The directory and those above it, each new one of mode 0700. UNAVAILABLE.
absl::Status MakeDirectory(const std::string& path);

// 32 bytes as 64 lower-case hexadecimal digits, mode 0600; an LF at the end is passed over.
// Read: NOT_FOUND; FAILED_PRECONDITION when others may read it; INVALID_ARGUMENT for another content.
absl::StatusOr<Secret<32>> ReadKeyFile(const std::string& path);
// ALREADY_EXISTS rather than overwrite: what an old key sealed or signed would be lost. UNAVAILABLE.
absl::Status WriteKeyFile(const std::string& path, const Secret<32>& key);

}  // namespace whoelse

#endif  // WHOELSE_CLI_DISK_H_
