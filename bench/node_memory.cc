// What the real node program holds in memory with a register of this size, every record enrolled, and
// how long it takes to start with it.
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "bench/benchmarks.h"
#include "bench/filled_store.h"
#include "bench/process.h"
#include "bench/stub_area.h"
#include "cli/demo_processes.h"
#include "node/config.h"
#include "node/rocksdb_store.h"
#include "rpc/clock.h"
#include "vault/master_key.h"

namespace whoelse::bench {
namespace {

absl::Status MakeStore(const std::string& config_file, size_t records, Random& random) {
  const auto config = NodeConfig::Load(config_file);
  if (!config.ok()) return config.status();
  auto master = ReadMasterKey(config->master_key);
  if (!master.ok()) return master.status();
  mkdir(config->data.c_str(), 0700);
  const auto store =
      RocksdbStore::Open(config->data, *std::move(master), config->lead_officer, random);
  if (!store.ok()) return store.status();
  const TimeMs now = SystemClock().NowMs();
  FillRecords(**store, records, now);
  FillSubKeys(**store, records, now, random);
  return absl::OkStatus();
}

// The node says so when it serves.
bool SaidReady(const std::string& log) {
  std::ifstream lines(log);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("ready ")) return true;
  }
  return false;
}

constexpr double kGoalMB = 400, kGoalSeconds = 10;   // with a million records

struct Ready {
  double bytes, seconds;
};
absl::StatusOr<Ready> ReadyWith(size_t records, const Setting& setting) {
  SystemRandom random;
  const std::string home = setting.home + "/" + std::to_string(records);
  const auto area = StubArea::Make(home, 1, random);
  if (!area.ok()) return area.status();
  if (const absl::Status made = MakeStore(area->NodeConfig(), records, random); !made.ok()) {
    return made;
  }
  std::filesystem::current_path(home);   // a door's path is short
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  const auto begun = std::chrono::steady_clock::now();
  const absl::Status started = processes.Start(
      "node", {setting.programs + "/whoelse-node", "--config", area->NodeConfig()}, home + "/log");
  if (!started.ok()) return started;
  while (!SaidReady(home + "/log")) {
    if (processes.Dead()) return absl::UnavailableError("the node does not start");
    if (interrupts.Came(std::chrono::milliseconds(50))) return absl::CancelledError("interrupted");
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  return Ready{ResidentBytes(processes.PidOf("node")), seconds.count()};
}

}  // namespace

absl::Status MeasureNodeMemory(const Setting& setting, Report& report) {
  const auto empty = ReadyWith(1, setting);
  if (!empty.ok()) return empty.status();
  report.Add({"no more than one record", empty->bytes / 1e6, "MB"});
  for (const size_t entries : {1'000u, 100'000u, 1'000'000u, 2'000'000u}) {
    const size_t records = setting.effort.Of(entries, size_t{10}) / kIdentifiersOfEach;
    const auto ready = ReadyWith(records, setting);
    if (!ready.ok()) return ready.status();
    const std::string what = std::to_string(records * kIdentifiersOfEach) + " index entries";
    const bool million = records == 1'000'000;
    report.Add({what, ready->bytes / 1e6, "MB", {}, million ? std::optional(kGoalMB) : std::nullopt});
    report.Add({what + ": ready after", ready->seconds, "s",
                {{"the empty node", empty->seconds}},
                million ? std::optional(kGoalSeconds) : std::nullopt});
    // A thousand entries are less than what one start differs from another by.
    if (entries > 1'000 && !setting.effort.smoke) {
      report.Add({what + ": beyond the empty node",
                  (ready->bytes - empty->bytes) / static_cast<double>(entries), "bytes an entry",
                  {{"key and record id", 20}}});
    }
    if (setting.effort.smoke) break;
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
