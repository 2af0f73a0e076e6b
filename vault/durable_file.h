// Small files that have to be whole, or private, or both; and directories that have to be whole.
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

// Nothing was ever there: no such directory, or an empty one.
bool IsFreshDirectory(const std::string& path);

// Puts a directory that was made beside its place into it, whole and on the disk when it returns: what
// a crash leaves of a store that never held anything must not look like one that lost its files.
// UNAVAILABLE.
absl::Status PutDirectoryInPlace(const std::string& made, const std::string& place);

}  // namespace whoelse

#endif  // WHOELSE_VAULT_DURABLE_FILE_H_
