// How long an asker waits until its question is in the log: a hundred a second, one after another,
// at the real coordinator over mutual TLS, each leaf on the disk before its admission leaves.
#include "bench/benchmarks.h"
#include "bench/floors.h"
#include "bench/stub_nodes.h"
#include "benchmark/benchmark.h"
#include "cli/demo_processes.h"

namespace whoelse::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kApart(10);   // a hundred a second
constexpr double kGoalMs = 20;       // of 99 in a hundred
constexpr size_t kAgencies = 10;
constexpr size_t kLeafBytes = 512;   // about what the store writes for an admission

// Five seconds' worth at a time: a question grows too old.
absl::StatusOr<std::vector<double>> AdmitMany(const StubArea& area, StubNodes& nodes,
                                              const Effort& effort, Random& random) {
  std::vector<double> ms;
  for (int batch = 0; batch < effort.Of(4, 1); ++batch) {
    std::vector<StubNodes::Asked> questions;
    for (size_t i = 0; i < effort.Of(size_t{500}, size_t{5}); ++i) {
      const size_t place = i % area.roster().agencies.size();
      questions.push_back({place, area.NewQuestion(place, SystemClock().NowS(), random)});
    }
    if (!nodes.AskEach(kApart, questions)) {
      return absl::InternalError("a question was not answered by all");
    }
    const std::vector<double> admitted = nodes.admission_ms();
    ms.insert(ms.end(), admitted.begin(), admitted.end());
  }
  return ms;
}

double SignatureMs(const Effort& effort, Random& random) {
  const SigningKey key = SigningKey::FromSeed(random.NewSecret<32>().Reveal());
  const Bytes message(kLeafBytes);
  return LeastNs(effort.Of(100, 1),
                 {[&] { benchmark::DoNotOptimize(key.SignBare(message)); }})[0] / 1e6;
}

}  // namespace

absl::Status MeasureAdmission(const Setting& setting, Report& report) {
  SystemRandom random;
  const auto round_trip = RoundTripMs(setting);
  if (!round_trip.ok()) return round_trip.status();
  const auto area = StubArea::Make(setting.home + "/area", setting.effort.Of(kAgencies, size_t{2}),
                                   random);
  if (!area.ok()) return area.status();
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  const auto pid = area->StartCoordinator(setting.programs, processes);
  if (!pid.ok()) return pid.status();
  StubNodes nodes(*area);
  if (!nodes.WaitAttached(seconds(60))) {
    return absl::DeadlineExceededError("nodes did not attach");
  }
  const auto syncs = SyncedWritesMs(setting.home, kLeafBytes, setting.effort.Of(1'000, 1));
  if (syncs.empty()) return absl::UnavailableError("the disk takes no synced write");
  const auto ms = AdmitMany(*area, nodes, setting.effort, random);
  if (!ms.ok()) return ms.status();
  const double always = *round_trip + SignatureMs(setting.effort, random);
  for (const auto& [words, quantile] : {std::pair{"half of the questions", 0.5},
                                        {"99 % of the questions", 0.99}}) {
    report.Add({std::string(words) + " admitted within", Quantile(*ms, quantile), "ms",
                {{"a round trip over TLS, a synced write, a signature",
                  always + Quantile(syncs, quantile)}},
                quantile == 0.99 ? std::optional(kGoalMs) : std::nullopt});
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
