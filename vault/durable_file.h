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

// Gives a file that somebody else wrote its final name: all of it, under that name, and on the disk
// when it returns. UNAVAILABLE.
absl::Status PutInPlaceDurably(const std::string& written, const std::string& path);

// It is gone for good when it returns. UNAVAILABLE, also when there is none.
absl::Status RemoveFileDurably(const std::string& path);

// Making a store's directory in its place, which may be a disk of its own. Between Begin and Finish a
// file in it says that nothing was ever held here: what a crash leaves of a store that was being made
// must not look like one that lost its files, nor the other way round.

// Nothing was ever held here: no such directory, an empty one, or one whose making did not finish.
bool IsFreshDirectory(const std::string& path);
// Makes it when there is none, and clears what an unfinished making left. FAILED_PRECONDITION when it
// is not fresh. UNAVAILABLE.
absl::Status BeginDirectory(const std::string& path);
// What was made is on the disk already; from now on the directory is not fresh. UNAVAILABLE.
absl::Status FinishDirectory(const std::string& path);

}  // namespace whoelse

#endif  // WHOELSE_VAULT_DURABLE_FILE_H_
