#include "cli/audit_command.h"

#include <memory>

#include "cli/audit_mirror.h"

namespace whoelse {
namespace {

constexpr const char* kRosterHelp = "A signed roster (roster.signed); give every one that ruled";

CLI::App* Subcommand(CLI::App& app, const char* name, const char* what, const char* example,
                     const char* exits) {
  CLI::App* const command = app.add_subcommand(name, what);
  command->footer(std::string("Example:\n  ") + example + "\nExit: " + exits + "\n");
  return command;
}

void AddOutputOptions(CLI::App& command, AuditOutput& output) {
  command.add_flag("--json", output.json, "The report as JSON");
  command.add_option("--html", output.html_file, "Write the report to this file, a page to print");
}

// Runs `run(options, terminal)` when this command was chosen.
template <typename Options, typename Run>
void OnChosen(CLI::App* command, std::shared_ptr<Options> options, Run run, Terminal& terminal,
              Chosen& chosen) {
  command->callback([options, run, &terminal, &chosen] {
    chosen = [options, run, &terminal] { return run(*options, terminal); };
  });
}

void AddMirror(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "mirror", "Keep a checked copy of the logs, and hold each against what it said before.",
      "whoelse audit mirror --roster roster.signed --from https://coordinator.example:8443 \\\n"
      "    --into mirror",
      "0 all is well, 5 a log is forked, cut, rewritten, damaged or breaks a rule, 1 anything else");
  const auto options = std::make_shared<MirrorOptions>();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("--from", options->from,
                      "https://host:port of a log, its folder, or a folder of logs' folders")
      ->required();
  command->add_option("--into", options->into, "A folder for the copies")->required();
  AddOutputOptions(*command, options->output);
  OnChosen(command, options, Mirror, terminal, chosen);
}

void AddCheck(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "check", "Check every byte of a log's folder, or of a copy, and locate what is damaged.",
      "whoelse audit check --roster roster.signed mirror", "as for mirror");
  const auto options = std::make_shared<CheckOptions>();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("FOLDER", options->folder, "A log's folder, or a folder of logs' folders")
      ->required();
  AddOutputOptions(*command, options->output);
  OnChosen(command, options, CheckLogs, terminal, chosen);
}

}  // namespace

void AddAuditCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "audit", "Verify logs and receipts: for auditors, and for whoever holds a receipt.");
  command->require_subcommand(1);
  AddMirror(*command, terminal, chosen);
  AddCheck(*command, terminal, chosen);
}

}  // namespace whoelse
