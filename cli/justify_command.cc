#include "cli/justify_command.h"

#include <memory>

#include "cli/door.h"
#include "cli/print_answer.h"

namespace whoelse {
namespace {

struct JustifyOptions {
  std::string door;
  std::string question, reference, agency, reason;
  bool json = false;
};

ExitCode AskToJustify(const JustifyOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::AskToJustifyCall call;
  call.set_question(options.question);
  call.set_reference(options.reference);
  call.set_agency(options.agency);
  call.set_reason(options.reason);
  return PrintAnswer(door.ok() ? door->AskToJustify(call) : door.status(), options.json,
                     terminal);
}

ExitCode ShowPractitioner(const JustifyOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ShowPractitionerCall call;
  call.set_question(options.question);
  call.set_reference(options.reference);
  return PrintAnswer(door.ok() ? door->ShowPractitioner(call) : door.status(), options.json,
                     terminal);
}

}  // namespace

void AddJustifyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const justify =
      app.add_subcommand("justify", "Why a question was put: for lead officers of both agencies.");
  justify->require_subcommand(1);
  const auto options = std::make_shared<JustifyOptions>();
  const auto add = [&](const char* name, const char* what, const char* footer, auto run) {
    CLI::App* const command = Subcommand(*justify, name, what, footer);
    command->add_option("QUESTION", options->question, "Its number")->required();
    command->add_option("--reference", options->reference,
                        "The practitioner's, as the ledger has it")->required();
    command->add_flag("--json", options->json, "As JSON");
    AddDoorOption(*command, options->door);
    OnChosen(*command, options, run, terminal, chosen);
    return command;
  };
  CLI::App* const ask =
      add("ask", "Note that another agency is to justify a question, and what to say on its line.",
          "The answer is recorded with `inbox approve` or `inbox refuse`. Example:\n"
          "  whoelse justify ask 6STF-5YE9-R7M2-Y7WH --reference 0858bc22b77384987589dbf7706112c9 \\\n"
          "    --agency \"Northbridge Surgery\" --reason \"their surgery has no such patient\"",
          AskToJustify);
  ask->add_option("--agency", options->agency, "That put it")->required();
  ask->add_option("--reason", options->reason, "Why you ask; kept here")->required();
  add("show", "Whose question it was that another agency wants justified.",
      "Opens an item for who answers for this practitioner. Example:\n"
      "  whoelse justify show 6STF-5YE9-R7M2-Y7WH --reference 0858bc22b77384987589dbf7706112c9",
      ShowPractitioner);
}

}  // namespace whoelse
