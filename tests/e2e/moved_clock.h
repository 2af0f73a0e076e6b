// A clock that a test moves while the program runs: it stands as many milliseconds from the
// machine's as the file $WHOELSE_TEST_CLOCK says (not there, or empty: none).
#ifndef WHOELSE_TESTS_E2E_MOVED_CLOCK_H_
#define WHOELSE_TESTS_E2E_MOVED_CLOCK_H_

#include <cstdlib>
#include <fstream>
#include <string>

#include "rpc/clock.h"

namespace whoelse {

class MovedClock final : public Clock {
 public:
  MovedClock() {
    if (const char* path = std::getenv("WHOELSE_TEST_CLOCK")) path_ = path;
  }
  TimeMs NowMs() const override {
    int64_t offset_ms = 0;
    std::ifstream(path_) >> offset_ms;
    return machine_.NowMs() + static_cast<TimeMs>(offset_ms);
  }

 private:
  SystemClock machine_;
  std::string path_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_E2E_MOVED_CLOCK_H_
