// The command line of `whoelse`: what was typed becomes one call of a function elsewhere in cli/.
#ifndef WHOELSE_CLI_COMMAND_H_
#define WHOELSE_CLI_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

// What the chosen subcommand will do, once everything on the command line is understood.
using Chosen = std::function<ExitCode()>;

// When this command is chosen, it will be `run(options, terminal)`.
template <typename Options, typename Run>
void OnChosen(CLI::App& command, std::shared_ptr<Options> options, Run run, Terminal& terminal,
              Chosen& chosen) {
  command.callback([options, run, &terminal, &chosen] {
    chosen = [options, run, &terminal] { return run(*options, terminal); };
  });
}

// A subcommand; `footer`: what its help ends with, an example at least.
CLI::App* Subcommand(CLI::App& app, const char* name, const char* what, const std::string& footer);
void AddDoorOption(CLI::App& command, std::string& door);
void AddOrganisationOption(CLI::App& command, std::string& organisation);
inline constexpr const char* kNumberHelp =
    "Ten digits; - reads one line of standard input or asks at the terminal";

// `arguments` without the program's name. Bad ones: kExitBadInput and a line on standard error.
ExitCode RunWhoelse(const std::vector<std::string>& arguments, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_COMMAND_H_
