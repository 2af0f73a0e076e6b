// `./run bench`: what things cost, each beside its floor. docs/performance.md explains the numbers.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "bench/benchmarks.h"
#include "crypto/random.h"
#include "rpc/server.h"
#include "rpc/tls.h"

namespace whoelse::bench {
namespace {

namespace fs = std::filesystem;

struct Benchmark {
  const char* name;
  absl::Status (*measure)(const Setting&, Report&);
};
constexpr Benchmark kBenchmarks[] = {
    {"index-scan", MeasureIndexScan},     {"evaluator", MeasureEvaluator},
    {"client", MeasureClient},            {"relay", MeasureRelay},
    {"attach-storm", MeasureAttachStorm}, {"question", MeasureQuestion},
    {"sequencer", MeasureSequencer},      {"admission", MeasureAdmission},
    {"receipt", MeasureReceipt},          {"log-copy", MeasureLogCopy},
    {"frames", MeasureFrames},            {"policy", MeasurePolicy},
    {"node-memory", MeasureNodeMemory},   {"import", MeasureImport},
    {"backup", MeasureBackup}};

// A directory for one benchmark, gone when it is over.
class TemporaryHome {
 public:
  TemporaryHome() {
    std::string pattern = (fs::temp_directory_path() / "whoelse-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryHome() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }   // empty: none could be made

 private:
  std::string path_;
};

absl::Status MeasureOne(const Benchmark& benchmark, Setting setting, Report& report) {
  const TemporaryHome home;
  if (home.path().empty()) return absl::UnavailableError("no temporary directory can be made");
  setting.home = home.path();
  const fs::path before = fs::current_path();
  report.Begin(benchmark.name);
  const absl::Status measured = benchmark.measure(setting, report);
  fs::current_path(before);   // one that starts a federation works inside of its home
  return measured;
}

int Run(int argc, char** argv) {
  std::string filter, json_file;
  Setting setting;
  CLI::App app("Measures what whoelse costs, each number beside its floor.", "whoelse-bench");
  app.add_option("filter", filter, "Only the benchmarks whose name contains this");
  app.add_option("--json", json_file, "Write the rows to this file too");
  app.add_flag("--smoke", setting.effort.smoke, "One tiny iteration of each: does it still run?");
  CLI11_PARSE(app, argc, argv);
  setting.programs = fs::canonical("/proc/self/exe").parent_path().string();

  Report report;
  int failures = 0, chosen = 0;
  for (const Benchmark& benchmark : kBenchmarks) {
    if (std::string(benchmark.name).find(filter) == std::string::npos) continue;
    const absl::Status measured = MeasureOne(benchmark, setting, report);
    ++chosen;
    if (measured.ok()) continue;
    report.Say("FAILED: " + std::string(measured.message()));
    ++failures;
  }
  if (chosen == 0) {
    std::fprintf(stderr, "whoelse-bench: no benchmark's name contains %s\n", filter.c_str());
    return 2;
  }
  if (!json_file.empty()) {
    if (const absl::Status written = report.WriteJson(json_file); !written.ok()) {
      report.Say(std::string(written.message()));
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace whoelse::bench

int main(int argc, char** argv) {
  setenv("GRPC_VERBOSITY", "NONE", 0);   // a line for each dial that a storm delays
  whoelse::ForceTls13();
  whoelse::BlockSignals();   // programs that are started here end with this one, in order
  if (!whoelse::InitCrypto()) {
    std::fputs("whoelse-bench: the cryptographic library does not start\n", stderr);
    return 1;
  }
  return whoelse::bench::Run(argc, argv);
}
