#include "cli/propose_opening.h"

#include <memory>

#include "cli/door.h"
#include "cli/print_answer.h"
#include "nlohmann/json.hpp"

namespace whoelse {
namespace {

struct ProposeOpeningOptions {
  std::string door;
  std::string number;
  std::string reason;
  bool json = false;
};

ExitCode ProposeOpening(const ProposeOpeningOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ProposeOpeningCall call;
  call.set_number(options.number);
  call.set_reason(options.reason);
  const auto answer = door.ok() ? door->ProposeOpening(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [&](const nlohmann::ordered_json& item) {
    const bool named = item.is_object() && item.contains("id") && item["id"].is_string();
    return "Nothing was given out yet. Another lead officer decides: whoelse inbox approve " +
           (named ? item["id"].get<std::string>() : "ID") +
           " --reason WHY\nThen you have 24 hours: whoelse receipt export " + options.number +
           " --with-opening -o FILE\n";
  });
}

}  // namespace

void AddProposeOpeningCommand(CLI::App& receipt, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      receipt, "propose-opening",
      "Propose that a question be opened to an auditor; a second lead officer decides.",
      "For lead officers, with a written authority, and for nobody who asked it. Example:\n"
      "  whoelse receipt propose-opening 6STF-5YE9-R7M2-Y7WH \\\n"
      "    --reason \"the area's auditor, authority CR-2026-17\"");
  const auto options = std::make_shared<ProposeOpeningOptions>();
  command->add_option("NUMBER", options->number, "As `receipt list` shows it")->required();
  command
      ->add_option("--reason", options->reason, "Why, and on whose authority; the trail keeps it")
      ->required();
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ProposeOpening, terminal, chosen);
}

}  // namespace whoelse
