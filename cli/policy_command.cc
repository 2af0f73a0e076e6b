#include "cli/policy_command.h"

#include <memory>

#include "cli/policy.h"
#include "node/policy_explain.h"
#include "rpc/clock.h"

namespace whoelse {
namespace {

template <typename Words>
std::string ListOf(const Words& words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : ", ") + std::string(word.word);
  return list;
}

CLI::App* Subcommand(CLI::App& app, const char* name, const char* what, const char* example) {
  CLI::App* const command = app.add_subcommand(name, what);
  command->footer(std::string("Example:\n  ") + example + "\n");
  return command;
}

void AddDoorOption(CLI::App& command, std::string& door) {
  command.add_option("--door", door, "The node's socket (default: $WHOELSE_DOOR)");
}

void AddShow(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command =
      Subcommand(app, "show", "The policy in force: who adopted it, its cells, what waits.",
                 "whoelse policy show\n  whoelse policy show --default > policy.toml");
  const auto options = std::make_shared<ShowPolicyOptions>();
  command->add_flag("--default", options->given_default,
                    "The given default as a file, to be adopted by filling in its first lines");
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] { return ShowPolicy(*options, terminal); };
  });
}

void AddCheck(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command =
      Subcommand(app, "check", "Check a policy file before a node reads it.",
                 "whoelse policy check policy.toml\nExit: 2 lists all that is wrong, line by line");
  const auto options = std::make_shared<CheckPolicyOptions>();
  command->add_option("FILE", options->file, "The file")->required();
  command->add_flag("--json", options->json, "As JSON");
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] {
      const Date today = Date::FromDays(static_cast<int64_t>(SystemClock().NowS() / 86'400));
      return CheckPolicy(*options, today, terminal);
    };
  });
}

void AddExplain(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      app, "explain", "What would we disclose in this case, and which rule says so?",
      "whoelse policy explain --service Counselling --purpose concern \\\n"
      "    --consent young-person-agreed --flags other-area,new");
  const auto options = std::make_shared<ExplainPolicyOptions>();
  command->add_option("--service", options->service,
                      "As your exports call it, or a class: universal, targeted, justice, "
                      "sensitive, protected")->required();
  command->add_option("--purpose", options->purpose, "Why somebody asks")->required();
  command->add_option("--consent", options->consent,
                      "One of: " + ListOf(kConsentWords) + " (default: not-asked)");
  command->add_option("--flags", options->flags, "Any of: " + ListOf(kExplainFlags))
      ->delimiter(',');
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  command->callback([options, &terminal, &chosen] {
    chosen = [options, &terminal] { return ExplainPolicy(*options, terminal); };
  });
}

}  // namespace

void AddPolicyCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = app.add_subcommand("policy", "What this agency discloses, and why.");
  command->require_subcommand(1);
  AddShow(*command, terminal, chosen);
  AddCheck(*command, terminal, chosen);
  AddExplain(*command, terminal, chosen);
}

}  // namespace whoelse
