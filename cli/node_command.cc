#include "cli/node_command.h"

#include <memory>

#include "cli/node_backup.h"

namespace whoelse {
namespace {

using Run = ExitCode (*)(const NodeBackupOptions&, Terminal&);

CLI::App* BackupCommand(CLI::App& node, const char* name, const char* what, const char* footer,
                        const std::shared_ptr<NodeBackupOptions>& options, Run run,
                        Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(node, name, what, footer);
  command->add_option("FILE", options->file, "The backup")->required();
  command->add_flag("--json", options->json, "As JSON");
  OnChosen(*command, options, run, terminal, chosen);
  return command;
}

void AddConfigOption(CLI::App& command, NodeBackupOptions& options) {
  command.add_option("--config", options.config, "The node's configuration file")->required();
}

}  // namespace

void AddNodeCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const node = app.add_subcommand("node", "A node's store: back it up and restore it.");
  node->require_subcommand(1);
  const auto options = std::make_shared<NodeBackupOptions>();
  CLI::App* const backup = BackupCommand(
      *node, "backup", "Write what may be restored, while the node runs.",
      "Sealed under the node's master key, which is not in it. For the account that the node runs as. "
      "Example:\n  whoelse node backup node.backup", options, BackUpNode, terminal, chosen);
  AddDoorOption(*backup, options->door);

  CLI::App* const verify = BackupCommand(
      *node, "verify", "Read a whole backup: is it what this node wrote?",
      "Example:\n  whoelse node verify node.backup --config node.toml\n"
      "Exit: 2 when it is damaged, cut off, or another node's", options, VerifyNodeBackup, terminal,
      chosen);
  AddConfigOption(*verify, *options);

  CLI::App* const restore = BackupCommand(
      *node, "restore", "Make a node's store of a backup; the node does not run.",
      "Into an empty data directory. Every child is shielded until two lead officers lift it in the "
      "inbox. Example:\n  whoelse node restore node.backup --config node.toml\n"
      "Exit: 2 and nothing changed when the backup is not good or the directory not empty", options,
      RestoreNode, terminal, chosen);
  AddConfigOption(*restore, *options);
}

}  // namespace whoelse
