// Small files that have to be whole, or private, or both.
#ifndef WHOELSE_VAULT_DURABLE_FILE_H_
#define WHOELSE_VAULT_DURABLE_FILE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"

namespace whoelse {

// NOT_FOUND: there is none. FAILED_PRECONDITION: larger than `max` bytes. UNAVAILABLE: any other
// trouble. Errors name the path.
absl::StatusOr<Bytes> ReadWholeFile(const std::string& path, size_t max);

// The same for a file of secrets. PERMISSION_DENIED when anybody but its owner can read it.
absl::StatusOr<Bytes> ReadPrivateFile(const std::string& path, size_t max);

// The new content or the old one, never a part, and on the disk when it returns. UNAVAILABLE.
absl::Status WriteFileDurably(const std::string& path, ByteView content, mode_t mode);

}  // namespace whoelse

#endif  // WHOELSE_VAULT_DURABLE_FILE_H_
