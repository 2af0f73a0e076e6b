#include "cli/policy_command.h"

#include <memory>

#include "cli/policy.h"
#include "node/policy_explain.h"
#include "node/word_list.h"
#include "rpc/clock.h"

namespace whoelse {
namespace {

void AddShow(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command =
      Subcommand(app, "show", "The policy in force: who adopted it, its cells, what waits.",
                 "Example:\n  whoelse policy show\n  whoelse policy show --default > policy.toml");
  const auto options = std::make_shared<ShowPolicyOptions>();
  command->add_flag("--default", options->given_default,
                    "The given default as a file, to be adopted by filling in its first lines");
  AddOrganisationOption(*command, options->organisation);
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ShowPolicy, terminal, chosen);
}

void AddLetThrough(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "let-through", "Let what is looser in the adopted policy act at once. For lead officers.",
      "Example:\n  whoelse policy let-through --reason \"the board decided it for the new term\"");
  const auto options = std::make_shared<LetPolicyThroughOptions>();
  AddOrganisationOption(*command, options->organisation);
  command->add_option("--reason", options->reason, "Why it cannot wait for the 1st; the trail keeps it")
      ->required();
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, LetPolicyThrough, terminal, chosen);
}

void AddCheck(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command =
      Subcommand(app, "check", "Check a policy file before a node reads it.",
                 "Example:\n  whoelse policy check policy.toml\nExit: 2 lists all that is wrong, line by line");
  const auto options = std::make_shared<CheckPolicyOptions>();
  command->add_option("FILE", options->file, "The file")->required();
  command->add_flag("--json", options->json, "As JSON");
  const auto check = [](const CheckPolicyOptions& given, Terminal& out) {
    const Date today = Date::FromDays(static_cast<int64_t>(SystemClock().NowS() / 86'400));
    return CheckPolicy(given, today, out);
  };
  OnChosen(*command, options, check, terminal, chosen);
}

void AddExplain(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "explain", "What would we disclose in this case, and which rule says so?",
      "Example:\n  whoelse policy explain --service Counselling --purpose concern \\\n"
      "    --consent young-person-agreed --flags other-area,new");
  const auto options = std::make_shared<ExplainPolicyOptions>();
  command->add_option("--service", options->service,
                      "As your exports call it, or a class: universal, targeted, justice, "
                      "sensitive, protected")->required();
  command->add_option("--purpose", options->purpose, "Why somebody asks")->required();
  command->add_option("--consent", options->consent,
                      "One of: " + ListOf(kConsentWords, &ConsentWord::word) + " (default: not-asked)");
  command->add_option("--flags", options->flags, "Any of: " + ListOf(kExplainFlags, &ExplainFlag::word))
      ->delimiter(',');
  AddOrganisationOption(*command, options->organisation);
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ExplainPolicy, terminal, chosen);
}

}  // namespace

void AddPolicyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("policy", "What this agency discloses, and why.");
  command->require_subcommand(1);
  AddShow(*command, terminal, chosen);
  AddLetThrough(*command, terminal, chosen);
  AddCheck(*command, terminal, chosen);
  AddExplain(*command, terminal, chosen);
}

}  // namespace whoelse
