#include "cli/watch.h"

#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/show_json.h"

namespace whoelse {
namespace {

struct WatchOptions {
  std::string door;
  std::string number;
  std::string case_reference;        // of add
  bool does_not_know_them = false;   // of add
  bool json = false;
};

ExitCode Print(const absl::StatusOr<std::string>& answer, const WatchOptions& options,
               Terminal& terminal) {
  return PrintAnswer(answer, options.json, terminal, [&](const nlohmann::ordered_json& watches) {
    return ListAsText(watches, "Nobody is watched.", terminal.width);
  });
}

ExitCode Change(const char* verb, const WatchOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ChangeWatchCall call;
  call.set_verb(verb);
  call.set_number(options.number);
  call.set_case_reference(options.case_reference);
  call.set_does_not_know_them(options.does_not_know_them);
  return Print(door.ok() ? door->ChangeWatch(call) : door.status(), options, terminal);
}

ExitCode AddWatch(const WatchOptions& options, Terminal& terminal) {
  return Change("add", options, terminal);
}

ExitCode EndWatch(const WatchOptions& options, Terminal& terminal) {
  return Change("end", options, terminal);
}

ExitCode ListWatches(const WatchOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  return Print(door.ok() ? door->ListWatches() : door.status(), options, terminal);
}

ExitCode ShowWatch(const WatchOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  v1::ShowWatchCall call;
  call.set_number(options.number);
  return Print(door.ok() ? door->ShowWatch(call) : door.status(), options, terminal);
}

}  // namespace

void AddWatchCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const watch = app.add_subcommand(
      "watch", "Children of an open case whom the node asks about each week.");
  watch->require_subcommand(1);
  const auto options = std::make_shared<WatchOptions>();
  const auto command = [&](const char* name, const char* what, const char* footer, auto run) {
    CLI::App* const made = Subcommand(*watch, name, what, footer);
    made->add_flag("--json", options->json, "As JSON");
    AddDoorOption(*made, options->door);
    OnChosen(*made, options, run, terminal, chosen);
    return made;
  };
  const char* const number_help = "Of the receipt of the question, as `ask` printed it";

  CLI::App* const add = command(
      "add", "Repeat a question of yours each week: section-17 or section-47, of a child you hold.",
      "It ends with your record of the child, by `watch end`, or six weeks after you asked.\n"
      "Example:\n  whoelse watch add 6STF-5YE9-R7M2-Y7WH --case C-1 --i-do-not-know-them",
      AddWatch);
  add->add_option("NUMBER", options->number, number_help)->required();
  add->add_option("--case", options->case_reference, "The question's case reference")->required();
  add->add_flag("--i-do-not-know-them", options->does_not_know_them,
                "You do not know this child or family outside work; needed each time");

  command("list", "What you watch; a lead officer sees all.", "Example:\n  whoelse watch list",
          ListWatches);

  CLI::App* const show = command("show", "What has changed since you asked, newest first.",
                                 "Example:\n  whoelse watch show 6STF-5YE9-R7M2-Y7WH", ShowWatch);
  show->add_option("NUMBER", options->number, number_help)->required();

  CLI::App* const end = command("end", "The case is closed: ask no more.",
                                "Example:\n  whoelse watch end 6STF-5YE9-R7M2-Y7WH", EndWatch);
  end->add_option("NUMBER", options->number, number_help)->required();
}

}  // namespace whoelse
