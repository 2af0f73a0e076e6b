// What one core of a coordinator evaluates, with proofs (coordinator/evaluator.h).
#include "bench/benchmarks.h"
#include "bench/evaluators.h"
#include "benchmark/benchmark.h"
#include "node/evaluation.h"

namespace whoelse::bench {
namespace {

constexpr double kGoalPerSecond = 6'000;

}  // namespace

absl::Status MeasureEvaluator(const Setting& setting, Report& report) {
  SystemRandom random;
  const Evaluators evaluators(random);
  for (const size_t batch : {2u, 256u, 1024u}) {
    const auto evaluation =
        Evaluation::Start(*evaluators.roster(), Evaluators::kKeyVersion, EvaluationKind::kBulk,
                          std::vector<std::optional<Digest>>(batch), {}, random);
    if (!evaluation.ok()) return evaluation.status();
    const Evaluator::Checked checked = evaluators.Checked(0, evaluation->request());
    const Element element = *Element::Decode(checked.request.elements[0]);
    const Scalar scalar = Scalar::Random(random);
    const std::vector<double> ns = LeastNs(
        setting.effort.Of(batch == 2 ? 500 : batch == 256 ? 12 : 5, 1),
        {[&] { benchmark::DoNotOptimize(evaluators.Evaluate(0, checked)); },
         [&] {
           for (size_t i = 0; i < batch; ++i) {
             benchmark::DoNotOptimize(element.Multiply(scalar));
           }
         }});
    const auto per_second = [&](double of_batch) {
      return static_cast<double>(batch) / (of_batch * 1e-9);
    };
    // The signature and the proof's own five multiplications weigh on a question's two elements.
    report.Add({"batches of " + std::to_string(batch), per_second(ns[0]), "elements/s a core",
                {{"one scalarmult an element", per_second(ns[1])}},
                batch == 2 ? std::nullopt : std::optional(kGoalPerSecond), Better::kMore});
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
