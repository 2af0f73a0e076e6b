#include "cli/answer.h"

#include "cli/door.h"
#include "cli/print_answer.h"
#include "nlohmann/json.hpp"
#include "node/report.h"

namespace whoelse {
namespace {

struct AnswerOptions {
  std::string door;
  std::string number;
  std::string to, reason;            // of hand-over
  bool does_not_know_them = false;   // of answer, when it was handed over
  bool json = false;
};

ExitCode ShowAnswer(const AnswerOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ShowAnswerCall call;
  call.set_number(options.number);
  call.set_does_not_know_them(options.does_not_know_them);
  const auto answer = door.ok() ? door->ShowAnswer(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const nlohmann::ordered_json& report) {
    return ReportAsText(report, terminal.width);
  });
}

ExitCode HandOverAnswer(const AnswerOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::HandOverAnswerCall call;
  call.set_number(options.number);
  call.set_to(options.to);
  call.set_reason(options.reason);
  const auto answer = door.ok() ? door->HandOverAnswer(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const nlohmann::ordered_json&) {
    return options.to + " can read it for 72 hours with:\n  whoelse receipt answer " +
           options.number + " --i-do-not-know-them\n";
  });
}

}  // namespace

void AddAnswerCommands(CLI::App& receipt, Terminal& terminal, Chosen& chosen) {
  const auto options = std::make_shared<AnswerOptions>();
  CLI::App* const show = Subcommand(
      receipt, "answer", "The answer again, as it came: for 72 hours.",
      "For who asked, and whom they handed it over to. Example:\n"
      "  whoelse receipt answer 6STF-5YE9-R7M2-Y7WH");
  show->add_option("NUMBER", options->number, "As `ask` printed it")->required();
  show->add_flag("--i-do-not-know-them", options->does_not_know_them,
                 "You do not know this child or family outside work; needed when it was handed to you");
  show->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*show, options->door);
  OnChosen(*show, options, ShowAnswer, terminal, chosen);

  CLI::App* const hand_over = Subcommand(
      receipt, "hand-over", "Let a colleague read your answer for 72 hours.",
      "Example:\n  whoelse receipt hand-over 6STF-5YE9-R7M2-Y7WH --to alice \\\n"
      "    --reason \"takes over tonight\"");
  hand_over->add_option("NUMBER", options->number, "As `ask` printed it")->required();
  hand_over->add_option("--to", options->to, "The colleague's account")->required();
  hand_over->add_option("--reason", options->reason, "In a sentence: why; kept with the receipt")
      ->required();
  hand_over->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*hand_over, options->door);
  OnChosen(*hand_over, options, HandOverAnswer, terminal, chosen);
}

}  // namespace whoelse
