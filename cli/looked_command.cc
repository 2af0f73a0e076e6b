#include "cli/looked_command.h"

#include <memory>

#include "cli/looked.h"

namespace whoelse {
namespace {

// What both commands have.
void AddChildOptions(CLI::App& command, LookedOptions& options) {
  command.add_option("--nhs-number", options.nhs_number, kNumberHelp);
  command.add_option("--record", options.record, "In place of the number: one of the child's records");
  AddLeadOfficerKeys(command, options.keys);
  AddDoorOption(command, options.door);
}

void AddLookedCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "looked", "Who asked about one child, newest first: for lead officers.",
      "It is opened on this machine; the node never has the key. Example:\n"
      "  whoelse looked --nhs-number - --own alice.key --lead-key lead-1.key");
  const auto options = std::make_shared<LookedOptions>();
  AddChildOptions(*command, *options);
  command->add_flag("--json", options->json, "As JSON");
  OnChosen(*command, options, ShowWhoLooked, terminal, chosen);
}

void AddSubjectAccessCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "subject-access",
      "Prepare what the child, or who speaks for it, is told: for lead officers.",
      "What could harm somebody is left out, and you are shown it; put back what is safe. Example:\n"
      "  whoelse subject-access report.html --nhs-number - --own alice.key --lead-key lead-1.key\n"
      "Exit: 2 and nothing written when something may not be put back");
  const auto options = std::make_shared<SubjectAccessOptions>();
  command->add_option("OUT", options->output, "The report's file")->required();
  AddChildOptions(*command, *options);
  command->add_flag("--as-json", options->as_json, "The file as JSON in place of a page");
  command->add_option("--put-back", options->put_back,
                      "The reference of an entry that was left out; may be repeated");
  command->add_option("--reason", options->reason,
                      "Why it is safe, in a sentence; kept with your name in the inbox");
  command->add_flag("--json", options->json, "What was left out, as JSON");
  OnChosen(*command, options, PrepareSubjectAccessReport, terminal, chosen);
}

}  // namespace

void AddLeadOfficerKeys(CLI::App& command, LeadOfficerKeys& keys) {
  command.add_option("--own", keys.own, "Your own key's file")->required();
  command.add_option("--lead-key", keys.lead_keys,
                     "The file of a key that you hold, of now or earlier; may be repeated");
  command.add_option("--taken", keys.taken,
                     "A file of `ledger take`, to be read beside the node; may be repeated");
}

void AddLookedCommands(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  AddLookedCommand(app, terminal, chosen);
  AddSubjectAccessCommand(app, terminal, chosen);
}

}  // namespace whoelse
