#include "coordinator/run.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "coordinator/coordinator.h"
#include "crypto/random.h"
#include "rpc/log.h"
#include "rpc/server.h"
#include "rpc/tls.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

struct Arguments {
  std::string config;
  std::string ready_file;
};

// What to run, or the exit code of a program that has nothing to run.
std::variant<Arguments, int> ParseArguments(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app("A coordinator of a whoelse federation: evaluator and relay.",
               "whoelse-coordinator");
  app.add_option("--config", arguments.config, "Configuration file (TOML)")->required();
  app.add_option("--ready-file", arguments.ready_file,
                 "Write \"ready HOST:PORT\" here when serving");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return arguments;
}

absl::Status SayReady(const std::string& listen, int port, const std::string& ready_file) {
  const std::string line =
      "ready " + listen.substr(0, listen.rfind(':') + 1) + std::to_string(port) + "\n";
  std::cout << line << std::flush;
  return ready_file.empty() ? absl::OkStatus()
                            : WriteFileDurably(ready_file, AsBytes(line), 0644);
}

int CannotStart(const absl::Status& status) {
  std::cerr << "whoelse-coordinator: " << status.message() << "\n";
  return 1;
}

}  // namespace

std::unique_ptr<Evaluator> MakeHonestEvaluator(CoordinatorId self, SigningKey admission_key,
                                               std::vector<EvaluatorShare> shares) {
  return std::make_unique<Evaluator>(self, std::move(admission_key), std::move(shares));
}

int RunCoordinator(int argc, const char* const* argv, const Clock& clock,
                   const MakeEvaluator& make_evaluator) {
  const auto parsed = ParseArguments(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const Arguments& arguments = std::get<Arguments>(parsed);
  DropCoreDumps();
  ForceTls13();
  BlockSignals();
  StartLog(clock);
  if (!InitCrypto()) return CannotStart(absl::InternalError("libsodium does not start"));

  const auto config = CoordinatorConfig::Load(arguments.config);
  if (!config.ok()) return CannotStart(config.status());
  auto coordinator = Coordinator::Start(*config, clock, make_evaluator);
  if (!coordinator.ok()) return CannotStart(coordinator.status());
  const absl::Status said =
      SayReady(config->listen, (*coordinator)->service().port(), arguments.ready_file);
  if (!said.ok()) return CannotStart(said);
  while (WaitForSignal() == SIGHUP) (*coordinator)->service().LookAtRoster();
  (*coordinator)->service().Stop();
  return 0;
}

}  // namespace whoelse
