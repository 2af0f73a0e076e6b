#include "cli/command.h"

#include <memory>
#include <span>

#include "cli/answer.h"
#include "cli/ask.h"
#include "cli/ask_again.h"
#include "cli/audit_command.h"
#include "cli/caseload.h"
#include "cli/demo.h"
#include "cli/federation_command.h"
#include "cli/inbox_command.h"
#include "cli/justify_command.h"
#include "cli/lead_key_command.h"
#include "cli/ledger_open.h"
#include "cli/ledger_take.h"
#include "cli/looked_command.h"
#include "cli/node_command.h"
#include "cli/policy_command.h"
#include "cli/propose_opening.h"
#include "cli/receipt.h"
#include "cli/records_command.h"
#include "cli/status.h"
#include "cli/trail_command.h"
#include "cli/watch.h"
#include "node/asking.h"
#include "node/word_list.h"

namespace whoelse {
namespace {

void AddTickOption(CLI::App& command, AskOptions& options) {
  command.add_flag("--i-do-not-know-them", options.does_not_know_them,
                   "You do not know this child or family outside work; needed each time");
}

void AddApprovalOptions(CLI::App& command, AskOptions& options) {
  command.add_flag("--request-approval", options.request_approval,
                   "Have a second person asked, when that is all that is missing");
  command.add_option("--approval", options.approval, "The inbox's item in which it was approved");
}

ExitCode AskOneWay(const AskOptions& options, Terminal& terminal) {
  if (!options.list.empty()) return AskCaseload(options, terminal);
  if (!options.again.empty()) return AskAgain(options, terminal);
  if (!options.purpose.empty()) return Ask(options, terminal);
  return PrintError(terminal, absl::InvalidArgumentError("--purpose is missing: say why you ask"));
}

void AddAskCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "ask", "Ask every agency who else works with a child.",
      "Purposes: " + ListOf(kPurposeNames) + "\nExample:\n"
      "  whoelse ask --nhs-number - --born 2015-03-02 --purpose section-47 --case C-1 "
      "--i-do-not-know-them\n"
      "Exit: 0 every agency answered, 3 somebody did not, 2 bad input and nothing sent, 4 today's "
      "questions are used up, 7 nothing sent and a second person asked, 1 anything else");
  const auto options = std::make_shared<AskOptions>();
  command->add_option("--nhs-number", options->nhs_number, kNumberHelp);
  command->add_option("--upn", options->upn, "Unique pupil number, a letter and twelve digits");
  command->add_option("--born", options->born, "Date of birth, YYYY-MM-DD");
  command->add_option("--purpose", options->purpose, "Why you ask");
  command->add_option("--case", options->case_reference,
                      "The case's reference; stays at this node");
  command->add_option("--role", options->role,
                      "One of: " + ListOf(std::span(kRoleNames).first(3)) + " (default: practitioner)");
  command->add_option("--reason", options->reason,
                      "Of an emergency, one of: " + ListOf(kEmergencyReasons));
  AddTickOption(*command, *options);
  AddApprovalOptions(*command, *options);
  AddOrganisationOption(*command, options->organisation);
  command->add_option("--power", options->power,
                      "The statutory power, when it is not the usual one: " + ListOf(kPowerNames));
  command->add_option("--article6", options->article6, "UK GDPR: " + ListOf(kArticle6Names));
  command->add_option("--article9", options->article9,
                      "The condition, or the police's part-3: " + ListOf(kArticle9Names));
  command->add_flag("--contact-was-wrong", options->contact_was_wrong,
                    "An earlier answer gave a wrong contact: the agencies that gave one look into it");
  CLI::Option* const list = command->add_option(
      "--list", options->list, "A file of children whom your agency holds; - is standard input");
  command->add_flag("--anew", options->anew, "Also those that a list asked about within seven days")
      ->needs(list);
  CLI::Option* const again = command->add_option(
      "--again", options->again,
      "A receipt's number: ask once more when the agencies that were closed have opened");
  command->add_option("--at", options->at, "When to: HH:MM; as a rule it is when they open")
      ->needs(again);
  again->excludes(list);
  command->add_flag("--json", options->json, "The answer as JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, AskOneWay, terminal, chosen);
}

void AddShieldCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "shield",
      "Send a shield notice: every agency that holds this child discloses nothing about it until its "
      "lead officer decides.",
      "Your own agency must hold the child, and two people send it. Example:\n"
      "  whoelse shield --nhs-number - --born 2015-03-02 --i-do-not-know-them --request-approval\n"
      "and, when somebody has approved it, the same with --approval ITEM");
  const auto options = std::make_shared<AskOptions>();
  options->shield_notice = true;
  command->add_option("--nhs-number", options->nhs_number, kNumberHelp);
  command->add_option("--upn", options->upn, "Unique pupil number, a letter and twelve digits");
  command->add_option("--born", options->born, "Date of birth, YYYY-MM-DD");
  command->add_option("--case", options->case_reference,
                      "The case's reference; stays at this node");
  command->add_option("--role", options->role, "As in `ask`");
  AddTickOption(*command, *options);
  AddApprovalOptions(*command, *options);
  AddOrganisationOption(*command, options->organisation);
  command->add_flag("--json", options->json, "The answers as JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, Ask, terminal, chosen);
}

struct DoorOptions {
  std::string door;
  bool json = false;
};

void AddReceiptListCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(app, "list", "List the receipts of this node's questions.",
                                       "Newest first. Example:\n  whoelse receipt list --limit 20");
  const auto options = std::make_shared<ReceiptListOptions>();
  command->add_option("--limit", options->limit, "At most so many")->capture_default_str();
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ListReceipts, terminal, chosen);
}

void AddReceiptCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const receipts =
      app.add_subcommand("receipt", "What proves a question and its answers to an auditor.");
  receipts->require_subcommand(1);
  AddReceiptListCommand(*receipts, terminal, chosen);
  const auto options = std::make_shared<ReceiptOptions>();

  CLI::App* const show =
      Subcommand(*receipts, "show", "What a receipt proves so far.",
                 "Example:\n  whoelse receipt show 6STF-5YE9-R7M2-Y7WH");
  show->add_option("NUMBER", options->number, "As `ask` printed it")->required();
  show->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*show, options->door);
  OnChosen(*show, options, ShowReceipt, terminal, chosen);
  AddAnswerCommands(*receipts, terminal, chosen);
  AddProposeOpeningCommand(*receipts, terminal, chosen);

  CLI::App* const write =
      Subcommand(*receipts, "export", "Write a receipt as a file for an auditor.",
                 "Example:\n  whoelse receipt export 6STF-5YE9-R7M2-Y7WH -o question.receipt");
  write->add_option("NUMBER", options->number, "As `ask` printed it")->required();
  write->add_option("-o,--output", options->output, "The file (default: standard output)");
  write->add_flag("--with-opening", options->with_opening,
                  "With what opens question and answers, after propose-opening: whoever has the "
                  "file reads the child's number and every answer");
  AddDoorOption(*write, options->door);
  OnChosen(*write, options, ExportReceipt, terminal, chosen);
}

void AddLedgerOpenCommand(CLI::App& ledger, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      ledger, "open", "Who asked about whom here, newest first: for lead officers.",
      "It is opened on this machine; the node never has the key. Example:\n"
      "  whoelse ledger open --own alice.key --lead-key lead-1.key");
  const auto options = std::make_shared<LedgerOpenOptions>();
  AddLeadOfficerKeys(*command, options->keys);
  command->add_option("--since", options->since, "From this day on, YYYY-MM-DD");
  command->add_option("--record", options->record,
                      "Only about this record, or perhaps: an entry names twenty of a child at most");
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, OpenLedger, terminal, chosen);
}

void AddLedgerTakeCommand(CLI::App& ledger, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      ledger, "take", "Keep what is sealed in it, before the node lets it go: for lead officers.",
      "It stays sealed in the file; `ledger open`, `looked` and `subject-access` read it with --taken. "
      "Example:\n  whoelse ledger take 2026-11.taken");
  const auto options = std::make_shared<LedgerTakeOptions>();
  command->add_option("FILE", options->file, "A new file")->required();
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, TakeLedger, terminal, chosen);
}

void AddLedgerCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const ledger = app.add_subcommand("ledger", "What this node has answered.");
  ledger->require_subcommand(1);
  CLI::App* const command =
      Subcommand(*ledger, "export", "Write it as a file for an auditor; it names no child.",
                 "Example:\n  whoelse ledger export -o agency.ledger");
  const auto options = std::make_shared<ReceiptOptions>();
  command->add_option("-o,--output", options->output, "The file (default: standard output)");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ExportLedger, terminal, chosen);
  AddLedgerOpenCommand(*ledger, terminal, chosen);
  AddLedgerTakeCommand(*ledger, terminal, chosen);
}

void AddStatusCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command =
      Subcommand(app, "status", "How this node is: connections, enrolment, alarms.",
                 "Example:\n  whoelse status --json\nExit: 6 while there are alarms");
  const auto options = std::make_shared<DoorOptions>();
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] { return ShowStatus(options->door, options->json, terminal); };
  });
}

void AddDemoCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "demo",
      "A fictional area on this machine: three coordinators, eight agencies, about 5,000 children, "
      "telling questions.",
      "Example:\n  whoelse demo --programs build/dev/bin --home build/demo --once");
  const auto options = std::make_shared<DemoOptions>();
  command->add_option("--programs", options->programs, "Where the three programs are")->required();
  command->add_option("--home", options->home, "A directory for everything it makes")->required();
  command->add_flag("--once", options->once, "End after the questions");
  command->add_option("--json", options->json_file, "Write questions and answers to this file");
  OnChosen(*command, options, RunDemo, terminal, chosen);
}

}  // namespace

CLI::App* Subcommand(CLI::App& app, const char* name, const char* what, const std::string& footer) {
  CLI::App* const command = app.add_subcommand(name, what);
  command->footer(footer + "\n");
  return command;
}

void AddDoorOption(CLI::App& command, std::string& door) {
  command.add_option("--door", door, "The node's socket (default: $WHOELSE_DOOR)");
}

void AddOrganisationOption(CLI::App& command, std::string& organisation) {
  command.add_option("--organisation", organisation,
                     "At a hub of several organisations: the ODS code or URN of the one");
}

ExitCode RunWhoelse(const std::vector<std::string>& arguments, Terminal& terminal) {
  CLI::App app("Who else is working with this child? Ask every agency, and let no middle learn "
               "which child.", "whoelse");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  Chosen chosen;
  AddAskCommand(app, terminal, chosen);
  AddShieldCommand(app, terminal, chosen);
  AddWatchCommand(app, terminal, chosen);
  AddRecordsCommand(app, terminal, chosen);
  AddInboxCommand(app, terminal, chosen);
  AddJustifyCommand(app, terminal, chosen);
  AddTrailCommand(app, terminal, chosen);
  AddLeadKeyCommand(app, terminal, chosen);
  AddLookedCommands(app, terminal, chosen);
  AddReceiptCommand(app, terminal, chosen);
  AddLedgerCommand(app, terminal, chosen);
  AddPolicyCommand(app, terminal, chosen);
  AddStatusCommand(app, terminal, chosen);
  AddNodeCommand(app, terminal, chosen);
  AddAuditCommand(app, terminal, chosen);
  AddFederationCommand(app, terminal, chosen);
  AddDemoCommand(app, terminal, chosen);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));   // its own order
  } catch (const CLI::ParseError& error) {   // the library's way out, for --help too
    return app.exit(error, terminal.out, terminal.err) == 0 ? kExitOk : kExitBadInput;
  }
  return chosen();
}

}  // namespace whoelse
