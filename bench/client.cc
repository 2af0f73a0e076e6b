// What turning an identifier into a pseudonym costs its agency, with two evaluators: the steps of
// node/evaluation.h. Enrolment sends batches of 256, a question one of 2.
#include "bench/benchmarks.h"
#include "bench/evaluators.h"
#include "benchmark/benchmark.h"
#include "node/evaluation.h"

namespace whoelse::bench {
namespace {

// What the group operations alone cost, in us.
struct Primitives {
  double hash, multiply, add;
};

Primitives MeasurePrimitives(const Effort& effort, Random& random) {
  constexpr int kCalls = 50;
  const Scalar scalar = Scalar::Random(random);
  const Element element = Element::BaseMultiply(scalar), other = *element.Multiply(scalar);
  const auto input = random.NewFixed<Digest>();
  const auto often = [](auto call) {
    return [call] {
      for (int i = 0; i < kCalls; ++i) benchmark::DoNotOptimize(call());
    };
  };
  const std::vector<double> ns =
      LeastNs(effort.Of(20, 1), {often([&] { return Element::Hash(input, AsBytes("dst")); }),
                                 often([&] { return element.Multiply(scalar); }),
                                 often([&] { return element.Add(other); })});
  const auto us = [&](size_t i) { return ns[i] / kCalls / 1000; };
  return {us(0), us(1), us(2)};
}

// The state machine up to before its last step, again and again.
class Client {
 public:
  Client(const Evaluators& evaluators, size_t batch, Random& random)
      : evaluators_(evaluators), batch_(batch), random_(random) {}

  void Blind() {
    evaluation_.emplace(*Evaluation::Start(*evaluators_.roster(), Evaluators::kKeyVersion,
                                           EvaluationKind::kBulk, Inputs(), {}, random_));
  }
  // Two coordinators' responses, not measured.
  void Collect() {
    responses_.clear();
    for (const CoordinatorId id : evaluation_->ToAsk()) {
      const size_t place = id - evaluators_.roster()->coordinators[0].id;
      responses_.emplace_back(
          id, evaluators_.Evaluate(place, evaluators_.Checked(place, evaluation_->request())));
    }
  }
  void Verify() {
    for (const auto& [id, response] : responses_) evaluation_->OnResponse(id, response);
  }
  void Finish() { benchmark::DoNotOptimize(evaluation_->Finish()); }
  bool Done() const { return evaluation_->state() == Evaluation::State::kDone; }

 private:
  std::vector<std::optional<Digest>> Inputs() const {
    return std::vector<std::optional<Digest>>(batch_);
  }

  const Evaluators& evaluators_;
  const size_t batch_;
  Random& random_;
  std::optional<Evaluation> evaluation_;
  std::vector<std::pair<CoordinatorId, Bytes>> responses_;
};

absl::Status MeasureBatch(size_t batch, const Setting& setting, Report& report) {
  SystemRandom random;
  const Evaluators evaluators(random);
  Client client(evaluators, batch, random);
  const std::vector<double> ns =
      LeastNs(setting.effort.Of(batch == 2 ? 200 : 6, 1),
              {[&] { client.Blind(); }, [&] { client.Collect(); }, [&] { client.Verify(); },
               [&] { client.Finish(); }});
  if (!client.Done()) return absl::InternalError("an honest evaluation was refused");
  const Primitives p = MeasurePrimitives(setting.effort, random);
  const auto us = [&](size_t i) { return ns[i] / 1000 / static_cast<double>(batch); };
  const std::string of = "batch of " + std::to_string(batch) + ": ";
  // A response's proof is checked on one sum over the blinded and one over the evaluated elements.
  const double verify = 2 * (2 * p.multiply + 2 * p.add);
  const double finish = 3 * p.multiply + p.add;
  report.Add({of + "blind", us(0), "us a record",
              {{"hash to group, scalarmult", p.hash + p.multiply}}});
  report.Add({of + "verify two evaluators' proofs", us(2), "us a record",
              {{"per proof 2 scalarmults, 2 additions", verify}}});
  report.Add({of + "combine, unblind, finalise", us(3), "us a record",
              {{"3 scalarmults, 1 addition", finish}}});
  report.Add({of + "whole client", 1e6 / (us(0) + us(2) + us(3)), "records/s a core",
              {{"the same primitives", 1e6 / (p.hash + p.multiply + verify + finish)}},
              std::nullopt, Better::kMore});
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureClient(const Setting& setting, Report& report) {
  for (const size_t batch : {2u, 256u}) {
    const absl::Status measured = MeasureBatch(setting.effort.Of(batch, size_t{2}), setting, report);
    if (!measured.ok()) return measured;
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
