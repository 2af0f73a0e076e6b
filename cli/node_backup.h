// Backups of a node's store: made through its door while it runs, looked at and restored beside it.
// docs/operating/node-store.md.
#ifndef WHOELSE_CLI_NODE_BACKUP_H_
#define WHOELSE_CLI_NODE_BACKUP_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct NodeBackupOptions {
  std::string door;     // of backup
  std::string config;   // of the others: the node's configuration
  std::string file;
  bool json = false;
};

// The file is there whole, or not at all: mode 0600, on the disk. kExitBadInput when there is one of
// that name, or somebody else than the node's account asks.
ExitCode BackUpNode(const NodeBackupOptions& options, Terminal& terminal);
// kExitBadInput: it is not what a node of this configuration wrote; says why.
ExitCode VerifyNodeBackup(const NodeBackupOptions& options, Terminal& terminal);
// The same, and when the data directory is not empty: nothing was changed.
ExitCode RestoreNode(const NodeBackupOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_NODE_BACKUP_H_
