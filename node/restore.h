// Backups on the disk, for a node that does not run: are they whole, and a store made of one.
// docs/operating/node-store.md.
#ifndef WHOELSE_NODE_RESTORE_H_
#define WHOELSE_NODE_RESTORE_H_

#include <string>

#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "node/backup_file.h"
#include "node/config.h"

namespace whoelse {

struct VerifiedBackup {
  BackupManifest manifest;
  uint64_t entries = 0;
};

// Reads all of it. INVALID_ARGUMENT, with the remedy: there is no such file, it is none, changed, cut
// off, another version's, another agency's, or made under another master key than the configuration's.
// Errors of ReadMasterKey. UNAVAILABLE.
absl::StatusOr<VerifiedBackup> VerifyBackup(const std::string& file, const NodeConfig& config);

// Verifies all of it, then makes the configuration's store of it (RocksdbStore::Restore).
// INVALID_ARGUMENT as above, and when the data directory is not empty: nothing was changed.
// UNAVAILABLE: the disk; no node starts in what there is now.
absl::StatusOr<VerifiedBackup> RestoreBackup(const std::string& file, const NodeConfig& config,
                                             TimeMs now, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_NODE_RESTORE_H_
