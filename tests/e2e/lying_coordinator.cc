// A coordinator whose evaluator lies: the whole program, with another evaluator. How it lies is the
// word in the file $WHOELSE_TEST_LIE (tests/support/lies.h), read anew for each request; an empty one
// is an honest answer. Each lie is a line "lied" on standard error.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>

#include "coordinator/run.h"
#include "tests/support/lies.h"

namespace whoelse {
namespace {

class LyingEvaluator final : public Evaluator {
 public:
  // What the honest part signs is signed anew, so it gets a key that is nobody's.
  LyingEvaluator(CoordinatorId self, SigningKey admission_key, std::vector<EvaluatorShare> shares)
      : Evaluator(self, SigningKey::FromSeed(std::array<uint8_t, 32>{1}), std::move(shares)),
        admission_key_(std::move(admission_key)) {
    if (const char* path = std::getenv("WHOELSE_TEST_LIE")) path_ = path;
  }

  OrError<Bytes> Evaluate(const Checked& checked, Random& random) const override {
    std::string how;
    std::ifstream(path_) >> how;
    const OrError<Bytes> honest = Evaluator::Evaluate(checked, random);
    if (std::holds_alternative<ServiceError>(honest)) return honest;
    if (!how.empty()) std::cerr << "lied\n";
    const std::lock_guard lock(mutex_);
    return liar_.Lie(how, std::get<Bytes>(honest), checked.bytes, checked.roster->federation,
                     admission_key_, random);
  }

 private:
  const SigningKey admission_key_;
  std::string path_;
  mutable std::mutex mutex_;
  mutable Liar liar_;
};

std::unique_ptr<Evaluator> MakeLyingEvaluator(CoordinatorId self, SigningKey admission_key,
                                              std::vector<EvaluatorShare> shares) {
  return std::make_unique<LyingEvaluator>(self, std::move(admission_key), std::move(shares));
}

}  // namespace
}  // namespace whoelse

int main(int argc, char** argv) {
  static const whoelse::SystemClock clock;
  return whoelse::RunCoordinator(argc, argv, clock, whoelse::MakeLyingEvaluator);
}
