// The coordinator as a program, in a library: a test can run it with another clock, or with an
// evaluator that lies.
#ifndef WHOELSE_COORDINATOR_RUN_H_
#define WHOELSE_COORDINATOR_RUN_H_

#include <functional>
#include <memory>
#include <vector>

#include "coordinator/evaluator.h"
#include "rpc/clock.h"

namespace whoelse {

using MakeEvaluator = std::function<std::unique_ptr<Evaluator>(
    CoordinatorId self, SigningKey admission_key, std::vector<EvaluatorShare> shares)>;

// An honest one.
std::unique_ptr<Evaluator> MakeHonestEvaluator(CoordinatorId self, SigningKey admission_key,
                                               std::vector<EvaluatorShare> shares);

// whoelse-coordinator --config FILE [--ready-file FILE]
//
// Prints "ready HOST:PORT" when it serves (and writes the same line to the ready file), runs until
// SIGINT or SIGTERM, looks at its roster file on SIGHUP. Exit codes: 0 asked to stop; 1 cannot
// start, the reason on standard error; 2 wrong arguments; kStoreFailedExit the store failed.
// `clock` lives for ever.
int RunCoordinator(int argc, const char* const* argv, const Clock& clock,
                   const MakeEvaluator& make_evaluator = MakeHonestEvaluator);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_RUN_H_
