#include "cli/trail_command.h"

#include <memory>

#include "cli/trail.h"

namespace whoelse {
namespace {

void AddList(CLI::App& trail, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command =
      Subcommand(trail, "list", "The newest entries, and the head.",
                 "Example:\n  whoelse trail list --limit 20");
  const auto options = std::make_shared<TrailListOptions>();
  command->add_option("--after", options->after, "Continue after this entry");
  command->add_option("--limit", options->limit, "At most so many")->capture_default_str();
  command->add_flag("--json", options->json, "As JSON");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ListTrail, terminal, chosen);
}

void AddExport(CLI::App& trail, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      trail, "export", "Write it as a file that is checked without the node.",
      "A reason may name a child: leave them out for who is no lead officer. Example:\n"
      "  whoelse trail export --without-reasons -o agency.trail");
  const auto options = std::make_shared<TrailExportOptions>();
  command->add_option("-o,--output", options->output, "The file (default: standard output)");
  command->add_option("--after", options->after, "Only what came after this entry");
  command->add_flag("--without-reasons", options->without_reasons,
                    "Only their hashes; the file is provable without them");
  AddDoorOption(*command, options->door);
  OnChosen(*command, options, ExportTrail, terminal, chosen);
}

void AddVerify(CLI::App& trail, Terminal& terminal, Chosen& chosen) {
  CLI::App* const command = Subcommand(
      trail, "verify", "Check an exported trail, also against heads that somebody kept.",
      "Example:\n  whoelse trail verify agency.trail --head 17:9c0e...\n"
      "Exit: 5 something was rewritten or taken away, 6 a head is of before the file");
  const auto options = std::make_shared<TrailVerifyOptions>();
  command->add_option("FILE", options->file, "As `trail export` wrote it")->required();
  command->add_option("--head", options->heads,
                      "A head of before, as `trail list` or the node's log had it; may be repeated");
  OnChosen(*command, options, VerifyTrail, terminal, chosen);
}

}  // namespace

void AddTrailCommand(CLI::App& app, Terminal& terminal, Chosen& chosen) {
  CLI::App* const trail =
      app.add_subcommand("trail", "What people did at this node: for lead officers.");
  trail->require_subcommand(1);
  AddList(*trail, terminal, chosen);
  AddExport(*trail, terminal, chosen);
  AddVerify(*trail, terminal, chosen);
}

}  // namespace whoelse
