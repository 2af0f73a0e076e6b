#include "cli/lead_key_command.h"

#include "cli/lead_key.h"

namespace whoelse {
namespace {

constexpr const char* kHolderHelp =
    "NAME=KEY of somebody who will hold it, the key as `make-own` printed it; may be repeated";

}  // namespace

void AddLeadKeyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const keys = app.add_subcommand(
      "lead-key", "The key of the lead officers, to which a node seals who asked about whom.");
  keys->require_subcommand(1);
  const auto options = std::make_shared<LeadKeyOptions>();
  const auto add = [&](const char* name, const char* what, const char* example, auto run) {
    CLI::App* const command =
        Subcommand(*keys, name, what, std::string("Example:\n  whoelse lead-key ") + example);
    command->add_option("FILE", options->file, "The file")->required();
    command->add_flag("--json", options->json, "As JSON");
    OnChosen(*command, options, run, terminal, chosen);
    return command;
  };

  add("make-own", "Make a key of your own; give others what it prints, and the file to nobody.",
      "make-own alice.key", MakeOwnLeadKey);

  CLI::App* const make =
      add("new", "Make a key that each of its holders can use; the node takes what it prints as "
                 "lead_officer.",
          "new lead-2.key --from lead-1.key --without bob", MakeLeadKey);
  make->add_option("--holder", options->holders, kHolderHelp);
  make->add_option("--from", options->from, "An earlier key's file: its holders hold the new one");
  make->add_option("--without", options->without, "But for this one; may be repeated");

  CLI::App* const let_in =
      add("add", "Let somebody in, as one of its holders.",
          "add lead-1.key --holder carol=... --own alice.key", AddLeadKeyHolders);
  let_in->add_option("--holder", options->holders, kHolderHelp)->required();
  let_in->add_option("--own", options->own, "Your own key's file")->required();

  add("show", "Who holds it.", "show lead-1.key", ShowLeadKey);
}

}  // namespace whoelse
