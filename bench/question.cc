// A question from a practitioner's command to the last answer, in the demo's federation of three
// coordinators and eight agencies: the real programs, everything on this machine.
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <thread>

#include "bench/benchmarks.h"
#include "bench/evaluators.h"
#include "bench/floors.h"
#include "cli/demo_federation.h"
#include "cli/door.h"
#include "cli/show_json.h"
#include "node/evaluation.h"
#include "rpc/clock.h"

namespace whoelse::bench {
namespace {

constexpr double kGoalMs = 800;     // at the 95th percentile
constexpr int kSlotMs = 250;        // the demo's
constexpr size_t kSyncedBytes = 4096;
constexpr int kSyncs = 3;           // the asker's opening, the relay's leaf, the holder's slot

// A pseudonym of a question's two slots: both evaluators' work and the asker's, on one core.
double EvaluationMs(const Effort& effort, Random& random) {
  const Evaluators evaluators(random);
  const CoordinatorId first = evaluators.roster()->coordinators[0].id;
  const Piece evaluate = [&] {
    auto evaluation =
        Evaluation::Start(*evaluators.roster(), Evaluators::kKeyVersion, EvaluationKind::kAsk,
                          std::vector<std::optional<Digest>>(2), {}, random);
    for (const CoordinatorId id : evaluation->ToAsk()) {
      const size_t place = id - first;
      evaluation->OnResponse(
          id, evaluators.Evaluate(place, evaluators.Checked(place, evaluation->request())));
    }
    if (!evaluation->Finish().ok()) std::abort();   // nothing that follows would be worth printing
  };
  return LeastNs(effort.Of(50, 1), {evaluate})[0] / 1e6;
}

v1::NodeAskCall CallFor(const DemoQuestion& question) {
  v1::NodeAskCall call;
  call.set_nhs_number(question.nhs_number);
  call.set_born(question.born);
  call.set_purpose(question.purpose);
  call.set_does_not_know_them(true);
  call.set_case_reference(question.case_reference);
  call.set_role(question.role);
  return call;
}

struct Times {
  std::vector<double> whole_ms;
  std::map<std::string, std::vector<double>> steps_ms;   // as the asking node says
};

absl::StatusOr<Times> AskMany(const DemoArea& area, int count, Random& random) {
  std::vector<DemoQuestion> questions = DemoQuestions(area);
  std::erase_if(questions, [](const DemoQuestion& q) { return q.shield_notice; });
  Times times;
  for (int i = 0; i < count; ++i) {
    const DemoQuestion& question = questions[static_cast<size_t>(i) % questions.size()];
    const auto door = Door::Open(DemoFederation::DoorOf(question.agency));
    if (!door.ok()) return door.status();
    // Practitioners do not keep step with time slots; a loop would.
    std::this_thread::sleep_for(std::chrono::milliseconds(random.Below(kSlotMs)));
    const Stopwatch watch;
    const auto answer = door->Ask(CallFor(question), [](uint64_t, uint64_t) {});
    times.whole_ms.push_back(watch.Ms());
    if (!answer.ok()) return answer.status();
    const auto report = ParseNodeJson(*answer);
    if (!report.ok()) return report.status();
    for (const auto& agency : (*report)["agencies"]) {
      if (agency["status"] == "no_answer") return absl::InternalError("an agency did not answer");
    }
    for (const auto& [step, ms] : (*report)["timings_ms"].items()) {
      if (ms.is_number()) times.steps_ms[step].push_back(ms.get<double>());
    }
  }
  return times;
}

}  // namespace

absl::Status MeasureQuestion(const Setting& setting, Report& report) {
  SystemRandom random;
  const double evaluation = EvaluationMs(setting.effort, random);
  const auto round_trip = RoundTripMs(setting);
  if (!round_trip.ok()) return round_trip.status();
  const auto syncs = SyncedWritesMs(setting.home, kSyncedBytes, setting.effort.Of(100, 1));
  if (syncs.empty()) return absl::UnavailableError("the disk takes no synced write");
  const double sync = Quantile(syncs, 0.5);

  std::filesystem::current_path(setting.home);   // a demo makes everything where it is
  const DemoArea area =
      MakeDemoArea(kDemoSeed, Date::FromDays(static_cast<int64_t>(SystemClock().NowS() / 86400)));
  Interrupts interrupts;
  DemoFederation federation(area, setting.programs, interrupts);
  using Step = absl::Status (DemoFederation::*)();
  for (const Step step : {&DemoFederation::Build, &DemoFederation::Start, &DemoFederation::Import,
                          &DemoFederation::AwaitEnrolled}) {
    if (const absl::Status done = (federation.*step)(); !done.ok()) return done;
  }
  const auto times = AskMany(area, setting.effort.Of(100, 1), random);
  if (!times.ok()) return times.status();

  // A frame that comes at any moment of one slot leaves at the end of the next: after one to two.
  const double always = evaluation + 2 * *round_trip + kSyncs * sync;
  for (const double q : {0.5, 0.95, 0.99}) {
    report.Add({std::to_string(std::lround(q * 100)) + " % of questions answered within",
                Quantile(times->whole_ms, q), "ms",
                {{"time slots, evaluation, round trips, syncs", kSlotMs * (1 + q) + always}},
                q == 0.95 ? std::optional(kGoalMs) : std::nullopt});
  }
  char line[200];
  std::snprintf(line, sizeof line,
                "floor: slots %d to %d ms, evaluation %.1f, 2 round trips of %.2f, %d syncs of "
                "%.2f", kSlotMs, 2 * kSlotMs, evaluation, *round_trip, kSyncs, sync);
  report.Say(line);
  for (const auto& [step, ms] : times->steps_ms) {
    report.Add({"  of that, " + step + " (median)", Quantile(ms, 0.5), "ms"});
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
