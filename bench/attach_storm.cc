// A thousand nodes that lost their coordinator and come back at once.
#include "bench/benchmarks.h"
#include "bench/process.h"
#include "bench/raw_relay.h"
#include "bench/stub_nodes.h"
#include "cli/demo_processes.h"

namespace whoelse::bench {
namespace {

using std::chrono::steady_clock;

double SecondsSince(steady_clock::time_point begun) {
  return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

}  // namespace

absl::Status MeasureAttachStorm(const Setting& setting, Report& report) {
  const size_t count = setting.effort.Of(size_t{1000}, size_t{3});
  SystemRandom random;
  const auto area = StubArea::Make(setting.home, count, random);
  if (!area.ok()) return area.status();
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  const auto pid = area->StartCoordinator(setting.programs, processes);
  if (!pid.ok()) return pid.status();
  const auto raw_begun = steady_clock::now();
  const auto raw = RawRelay::Start(area->CoordinatorTls(), area->AgencyTls(0), count);
  if (!raw.ok()) return raw.status();
  const double raw_s = SecondsSince(raw_begun);
  const double raw_us = ProcessorUs((*raw)->pid());

  const double memory = ResidentBytes(*pid), us = ProcessorUs(*pid);
  const auto begun = steady_clock::now();
  StubNodes nodes(*area);
  if (!nodes.WaitAttached(std::chrono::seconds(60))) {
    return absl::DeadlineExceededError("not all nodes attached");
  }
  const double s = SecondsSince(begun);
  const auto per_node = [&](double all) { return all / static_cast<double>(count); };
  const std::string what = std::to_string(count) + " nodes at once: ";
  report.Add({what + "all attached after", s, "s", {{"handshakes of OpenSSL, one after another", raw_s}}, 9});
  report.Add({what + "coordinator's processor", per_node(ProcessorUs(*pid) - us) / 1000,
              "ms a node", {{"handshakes of OpenSSL", per_node(raw_us) / 1000}}});
  report.Add({what + "coordinator's memory", per_node(ResidentBytes(*pid) - memory) / 1024,
              "KiB a node", {}, 120});
  return absl::OkStatus();
}

}  // namespace whoelse::bench
