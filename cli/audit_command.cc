#include "cli/audit_command.h"

#include <memory>

#include "cli/audit_desk.h"
#include "cli/audit_mirror.h"
#include "cli/audit_open.h"
#include "cli/audit_prove.h"
#include "cli/audit_receipt.h"
#include "cli/audit_reconcile.h"

namespace whoelse {
namespace {

constexpr const char* kCredentialHelp =
    "The auditor's folder, as `whoelse federation add-auditor` made it";
constexpr const char* kLogsHelp = "The folder of copies that `whoelse audit mirror` keeps";
constexpr const char* kReceiptExits = "0 proved, 5 refuted, 6 not provable yet, 2 bad input, 1 "
                                      "anything else";
constexpr const char* kRosterHelp = "A signed roster (roster.signed); give every one that ruled";

CLI::App* WithExample(CLI::App& app, const char* name, const char* what, const char* example,
                      const char* exits) {
  return Subcommand(app, name, what, std::string("Example:\n  ") + example + "\nExit: " + exits);
}

void AddOutputOptions(CLI::App& command, AuditOutput& output) {
  command.add_flag("--json", output.json, "The report as JSON");
  command.add_option("--html", output.html_file, "Write the report to this file, a page to print");
}

void AddMirror(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "mirror", "Keep a checked copy of the logs, and hold each against what it said before.",
      "whoelse audit mirror --roster roster.signed --from https://coordinator.example:8443 \\\n"
      "    --into mirror",
      "0 all is well, 5 a log is forked, cut, rewritten, damaged or breaks a rule, 1 anything else");
  const auto options = std::make_shared<MirrorOptions>();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("--from", options->from,
                      "https://host:port of a log, its folder, or a folder of logs' folders")
      ->required();
  command->add_option("--ca", options->ca,
                      "Authorities (PEM) for a log's server that has another certificate than the "
                      "roster pins")
      ->check(CLI::ExistingFile);
  command->add_option("--into", options->into, "A folder for the copies")->required();
  AddOutputOptions(*command, options->output);
  OnChosen(*command, options, Mirror, terminal, chosen);
}

void AddCheck(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "check", "Check every byte of a log's folder, or of a copy, and locate what is damaged.",
      "whoelse audit check --roster roster.signed mirror", "as for mirror");
  const auto options = std::make_shared<CheckOptions>();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("FOLDER", options->folder, "A log's folder, or a folder of logs' folders")
      ->required();
  AddOutputOptions(*command, options->output);
  OnChosen(*command, options, CheckLogs, terminal, chosen);
}

void AddProve(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "prove", "Write the proof of one entry as a file that anybody's tools verify.",
      "whoelse audit prove mirror/coordinator-101 17 --roster roster.signed --out 17.tlog-proof",
      "0 written, 5 the folder is damaged, 2 bad input, 1 anything else");
  const auto options = std::make_shared<ProveOptions>();
  command->add_option("LOG", options->log, "A log's folder, or a copy")->required();
  command->add_option("INDEX", options->index, "The entry's index, from 0")->required();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("--out", options->out, "The file; the entry goes beside it as FILE.entry")
      ->required();
  OnChosen(*command, options, ProveEntry, terminal, chosen);
}

void AddVerify(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "verify", "Say of a receipt what it proves and what not. Reads these files, nothing else.",
      "whoelse audit verify 6STF-5YE9-R7M2-Y7WH.receipt --roster roster.signed", kReceiptExits);
  const auto options = std::make_shared<VerifyOptions>();
  command->add_option("RECEIPT", options->receipt, "The file")->required();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  AddOutputOptions(*command, options->output);
  OnChosen(*command, options, VerifyReceipt, terminal, chosen);
}

void AddOpen(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "open",
      "Open a question on written authority: logs that it is opened, evaluates its subject, accounts "
      "for every slot and every answer.",
      "whoelse audit open 6STF-5YE9-R7M2-Y7WH.receipt --roster roster.signed \\\n"
      "    --credential auditors/area-auditor --authority CR-2026-17 --second-person KEY",
      kReceiptExits);
  const auto options = std::make_shared<OpenOptions>();
  command->add_option("RECEIPT", options->receipt, "The file, with its opening")->required();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("--credential", options->credential, kCredentialHelp)->required();
  command->add_option("--authority", options->authority,
                      "Reference of the written authority (default: asked for)");
  command->add_option("--second-person", options->second_person,
                      "Ed25519 public key of who opens it with you (default: asked for)");
  command->add_option("--named", options->named,
                      "Id of an agency that the authority names: what it disclosed is shown");
  AddOutputOptions(*command, options->output);
  OnChosen(*command, options, OpenReceipt, terminal, chosen);
}

void AddReconcile(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = WithExample(
      app, "reconcile", "Hold ledgers, receipts and logs against each other; say who is at fault.",
      "whoelse audit reconcile --roster roster.signed --logs mirror --ledger surgery.ledger",
      "0 no mismatch, 5 somebody is at fault, 2 bad input, 1 anything else");
  const auto options = std::make_shared<ReconcileOptions>();
  command->add_option("--roster", options->rosters, kRosterHelp)->required();
  command->add_option("--logs", options->logs, kLogsHelp)->required();
  command->add_option("--ledger", options->ledgers, "A file of `whoelse ledger export`");
  command->add_option("--receipt", options->receipts, "A receipt");
  command->add_option("--receipts-of", options->receipts_of,
                      "ID=FOLDER: the folder has a receipt of every question that agency ID asked");
  command->add_option("--credential", options->credential,
                      "The auditor's folder: who asked is compared too");
  AddOutputOptions(*command, options->output);
  OnChosen(*command, options, ReconcileRecords, terminal, chosen);
}

std::shared_ptr<DeskOptions> AddDeskOptions(CLI::App& command) {
  const auto options = std::make_shared<DeskOptions>();
  command.add_option("--roster", options->rosters, kRosterHelp)->required();
  command.add_option("--credential", options->credential, kCredentialHelp)->required();
  command.add_option("--logs", options->logs, kLogsHelp)->required();
  AddOutputOptions(command, options->output);
  return options;
}

void AddDesk(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  constexpr const char* kExits = "0 all is well, 5 a coordinator or an agency is at fault, 1 "
                                 "anything else";
  CLI::App* const volumes = WithExample(
      app, "volumes", "Questions by agency and day.",
      "whoelse audit volumes --roster roster.signed --credential auditors/area-auditor --logs mirror",
      kExits);
  OnChosen(*volumes, AddDeskOptions(*volumes), ShowVolumes, terminal, chosen);
  CLI::App* const draw = WithExample(
      app, "draw", "Draw random questions to open, by a seed that is committed to first.",
      "whoelse audit draw --count 20 --roster roster.signed \\\n"
      "    --credential auditors/area-auditor --logs mirror",
      "0 drawn, 1 anything else");
  const auto options = AddDeskOptions(*draw);
  draw->add_option("--count", options->count, "How many")->capture_default_str();
  draw->add_option("--seed", options->seed, "32 bytes in hexadecimal, to repeat a draw");
  OnChosen(*draw, options, DrawLeaves, terminal, chosen);
  CLI::App* const census = WithExample(
      app, "census", "Enrolments of each agency against the size of its register.",
      "whoelse audit census --roster roster.signed --credential auditors/area-auditor --logs mirror",
      kExits);
  OnChosen(*census, AddDeskOptions(*census), TakeTheCensus, terminal, chosen);
}

}  // namespace

void AddAuditCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand(
      "audit", "Verify logs and receipts: for auditors, and for whoever holds a receipt.");
  command->require_subcommand(1);
  AddMirror(*command, terminal, chosen);
  AddCheck(*command, terminal, chosen);
  AddProve(*command, terminal, chosen);
  AddVerify(*command, terminal, chosen);
  AddOpen(*command, terminal, chosen);
  AddReconcile(*command, terminal, chosen);
  AddDesk(*command, terminal, chosen);
}

}  // namespace whoelse
