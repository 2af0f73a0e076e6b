// What an envelope costs a coordinator's processor: a frame delivered to one node, its wire taken
// back and handed to the asker. The real program, measured from outside; nodes and asker are here.
#include "bench/benchmarks.h"
#include "bench/process.h"
#include "bench/raw_relay.h"
#include "bench/stub_nodes.h"
#include "cli/demo_processes.h"

namespace whoelse::bench {
namespace {

using std::chrono::seconds;

constexpr seconds kPatience(60);
constexpr int kRounds = 5;   // the quickest counts

struct Load {
  size_t at_once;
  size_t waves;   // of a round
  std::optional<double> goal_us;
};

std::vector<StubNodes::Asked> NewQuestions(const StubArea& area, size_t count, Random& random) {
  std::vector<StubNodes::Asked> questions;
  for (size_t i = 0; i < count; ++i) {
    const size_t place = i % area.roster().agencies.size();
    questions.push_back({place, area.NewQuestion(place, SystemClock().NowS(), random)});
  }
  return questions;
}

class RelayBenchmark {
 public:
  RelayBenchmark(StubNodes& nodes, RawRelay& raw, const StubArea& area, pid_t coordinator)
      : nodes_(nodes), raw_(raw), area_(area), coordinator_(coordinator) {}

  absl::Status Measure(const Load& load, const Effort& effort, Report& report) {
    double least = 1e9, least_raw = 1e9;
    const uint64_t messages = nodes_.messages();
    envelopes_ = 0;
    for (int round = 0; round < effort.Of(kRounds, 1); ++round) {
      const auto us = MeasureRound(load.at_once, effort.Of(load.waves, size_t{1}));
      if (!us.ok()) return us.status();
      least = std::min(least, us->first);
      least_raw = std::min(least_raw, us->second);
    }
    report.Add({std::to_string(nodes_.count()) + " nodes, " + std::to_string(load.at_once) +
                    (load.at_once == 1 ? " question" : " questions at once"),
                least, "us an envelope", {{"raw epoll and TLS", least_raw}}, load.goal_us});
    const double each = static_cast<double>(nodes_.messages() - messages) / envelopes_;
    char line[100];
    std::snprintf(line, sizeof line, "    %.2f gRPC messages an envelope, %.1f us each", each,
                  least / each);
    report.Say(line);
    return absl::OkStatus();
  }

 private:
  // Processor time an envelope: of the coordinator, and of the raw relay.
  absl::StatusOr<std::pair<double, double>> MeasureRound(size_t at_once, size_t waves) {
    double us = 0;
    for (size_t wave = 0; wave < waves; ++wave) {
      const auto questions = NewQuestions(area_, at_once, random_);
      const double before = ProcessorUs(coordinator_);
      if (!nodes_.Ask(questions)) return absl::InternalError("a question was not answered by all");
      us += ProcessorUs(coordinator_) - before;
    }
    const double before = ProcessorUs(raw_.pid());
    for (size_t wave = 0; wave < waves; ++wave) {
      if (!raw_.Ask(at_once)) return absl::InternalError("the raw relay hung up");
    }
    const double envelopes = static_cast<double>(at_once * waves * nodes_.count());
    envelopes_ += envelopes;
    return std::pair(us / envelopes, (ProcessorUs(raw_.pid()) - before) / envelopes);
  }

  StubNodes& nodes_;
  RawRelay& raw_;
  const StubArea& area_;
  const pid_t coordinator_;
  SystemRandom random_;
  double envelopes_ = 0;   // of this load so far
};

absl::Status MeasureWith(size_t count, const Setting& setting, Report& report) {
  SystemRandom random;
  const std::string home = setting.home + "/" + std::to_string(count);
  const auto area = StubArea::Make(home, count, random);
  if (!area.ok()) return area.status();
  const auto raw = RawRelay::Start(area->CoordinatorTls(), area->AgencyTls(0), count);
  if (!raw.ok()) return raw.status();
  Interrupts interrupts;
  DemoProcesses processes(interrupts);
  const auto pid = area->StartCoordinator(setting.programs, processes);
  if (!pid.ok()) return pid.status();
  StubNodes nodes(*area);
  if (!nodes.WaitAttached(kPatience)) return absl::DeadlineExceededError("nodes did not attach");
  RelayBenchmark benchmark(nodes, **raw, *area, *pid);
  const std::optional<double> none;
  for (const Load& load :
       {Load{1, 2000 / count, count == 200 ? std::optional(90.0) : none},
        Load{64, std::max<size_t>(2, 100 / count), count == 200 ? std::optional(20.0) : none}}) {
    const absl::Status measured = benchmark.Measure(load, setting.effort, report);
    if (!measured.ok()) return measured;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureRelay(const Setting& setting, Report& report) {
  for (const size_t count : {10u, 50u, 200u}) {
    const absl::Status measured = MeasureWith(setting.effort.Of(count, size_t{2}), setting, report);
    if (!measured.ok()) return measured;
    if (setting.effort.smoke) break;
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
