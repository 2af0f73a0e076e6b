// Three evaluators that share one key, two of whom are needed, and the roster that names them.
#ifndef WHOELSE_BENCH_EVALUATORS_H_
#define WHOELSE_BENCH_EVALUATORS_H_

#include <memory>
#include <vector>

#include "coordinator/evaluator.h"
#include "crypto/random.h"
#include "protocol/roster.h"

namespace whoelse::bench {

class Evaluators {
 public:
  explicit Evaluators(Random& random);

  const std::shared_ptr<const Roster>& roster() const { return roster_; }
  static constexpr KeyVersion kKeyVersion = 1;

  // A request as it passed the checks of the evaluator with this place (0 to 2). The request parses.
  Evaluator::Checked Checked(size_t place, const Bytes& request) const;
  // The signed response. The elements of the request are good.
  Bytes Evaluate(size_t place, const Evaluator::Checked& checked) const;

 private:
  Random& random_;
  std::shared_ptr<const Roster> roster_;
  std::vector<std::shared_ptr<const Evaluator::Share>> shares_;
  std::vector<std::unique_ptr<Evaluator>> evaluators_;
};

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_EVALUATORS_H_
