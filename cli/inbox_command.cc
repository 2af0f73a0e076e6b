#include "cli/inbox_command.h"

#include <functional>
#include <memory>

#include "cli/inbox.h"
#include "node/lowering.h"
#include "node/word_list.h"

namespace whoelse {
namespace {

constexpr const char* kReasonHelp = "In a sentence: why, or what was done; kept with the item";

using Run = std::function<ExitCode(const InboxOptions&, Terminal&)>;

// A subcommand with its options; the caller adds those of its own.
CLI::App* ItemCommand(CLI::App& inbox, const char* name, const char* what, const char* footer,
                      const std::shared_ptr<InboxOptions>& options, Run run, Terminal& terminal,
                      Chosen& chosen) {
  CLI::App* const command = Subcommand(inbox, name, what, footer);
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, std::move(run), terminal, chosen);
  return command;
}

Run Deciding(const char* verb) {
  return [verb](const InboxOptions& options, Terminal& terminal) {
    return DecideInboxItem(verb, options, terminal);
  };
}

}  // namespace

void AddInboxCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const inbox = app.add_subcommand("inbox", "What waits for a person's decision.");
  inbox->require_subcommand(1);
  const auto options = std::make_shared<InboxOptions>();
  const auto add = [&](const char* name, const char* what, const char* footer, Run run) {
    return ItemCommand(*inbox, name, what, footer, options, std::move(run), terminal, chosen);
  };

  CLI::App* const list =
      add("list", "List it, what is due first on top.", "Example:\n  whoelse inbox list --json",
          ListInbox);
  list->add_flag("--done", options->done, "What was decided, newest first");
  list->add_option("--limit", options->limit, "At most so many")->capture_default_str();

  CLI::App* const show =
      add("show", "Everything about one item: what can be decided, and which line to ring.",
          "Example:\n  whoelse inbox show 7f3a-91c2-04be", ShowInboxItem);
  show->add_option("ID", options->id, "As `inbox list` shows it")->required();

  CLI::App* const done = add(
      "done", "Record what you decided, or what you found.",
      "Outcomes of a brokered or urgent question: contacted; withheld (more detrimental to the "
      "child, s16LA(3)); not-relevant (to the asker's function). Of an alarm or a report: "
      "looked-at. Of what another agency was to justify: no-answer.\n"
      "Example:\n  whoelse inbox done 7f3a-91c2-04be --outcome contacted\n"
      "Exit: 2 and nothing changed when something is missing or you may not decide it",
      Deciding("done"));
  done->add_option("ID", options->id, "As `inbox list` shows it")->required();
  done->add_option("--outcome", options->outcome, "contacted, withheld, not-relevant, looked-at, settled or no-answer")
      ->required();
  done->add_option("--reason", options->reason, kReasonHelp);

  CLI::App* const approve =
      add("approve", "Approve a question, confirm a shield, find an emergency justified, recognise a "
                     "month's questions, record a justification; take a restriction away or give an "
                     "opening (two people).",
          "Example:\n  whoelse inbox approve 7f3a-91c2-04be", Deciding("approve"));
  approve->add_option("ID", options->id, "As `inbox list` shows it")->required();
  approve->add_option("--reason", options->reason, kReasonHelp);

  CLI::App* const refuse = add(
      "refuse", "Refuse a question, lift a shield (two people), find an emergency not justified.",
      "Example:\n  whoelse inbox refuse 7f3a-91c2-04be --reason \"rang the refuge: another child\"",
      Deciding("refuse"));
  refuse->add_option("ID", options->id, "As `inbox list` shows it")->required();
  refuse->add_option("--reason", options->reason, kReasonHelp)->required();

  const auto lifted = std::make_shared<LiftOptions>();
  CLI::App* const lift = Subcommand(
      *inbox, "lift",
      "Propose that a child's shield be lifted, which is this agency's own, or another restriction be "
      "taken from its records; a second person decides.",
      "A shield notice that is open is lifted with `inbox refuse`. Example:\n"
      "  whoelse inbox lift --nhs-number - --reason \"the court order ended\"\n"
      "  whoelse inbox lift --what class --nhs-number - --reason \"the service was not in the map\"");
  lift->add_option("--nhs-number", lifted->nhs_number, kNumberHelp);
  lift->add_option("--record", lifted->record, "In place of the number: one of the child's records");
  lift->add_option("--what", lifted->what,
                   "One of: " + ListOf(kLoweredNames) + " (of a number that was closed)")
      ->capture_default_str();
  lift->add_option("--reason", lifted->reason, kReasonHelp)->required();
  lift->add_flag("--json", lifted->json, "As JSON");
  AddDoorOption(*lift, lifted->door);
  OnChosen(*lift, lifted, ProposeLift, terminal, chosen);

  add("counts", "What was raised, decided and late, by month.", "Example:\n  whoelse inbox counts",
      CountInbox);
}

}  // namespace whoelse
