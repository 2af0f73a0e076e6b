// The time, as an argument. All programs take wall-clock time only through a Clock, the dates of
// certificates included, so that tests and the demo can move it. (Shifting the process's clock from
// outside does not work with gRPC: its alarms never fire, or spin.)
#ifndef WHOELSE_RPC_CLOCK_H_
#define WHOELSE_RPC_CLOCK_H_

#include <chrono>

#include "protocol/ids.h"

namespace whoelse {

// Safe to use by many threads. gRPC keeps what was built with a clock until its own threads end, so
// a program's clock lives as long as the process.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs NowMs() const = 0;
  TimeS NowS() const { return NowMs() / 1000; }
};

class SystemClock final : public Clock {
 public:
  TimeMs NowMs() const override {
    return static_cast<TimeMs>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count());
  }
};

// Another clock, `offset_ms` later (or earlier, when negative). `base` outlives it.
class ShiftedClock final : public Clock {
 public:
  ShiftedClock(const Clock& base, int64_t offset_ms) : base_(base), offset_ms_(offset_ms) {}
  TimeMs NowMs() const override { return base_.NowMs() + static_cast<TimeMs>(offset_ms_); }

 private:
  const Clock& base_;
  const int64_t offset_ms_;
};

// A deadline for a gRPC call. gRPC measures by the process's own clock, so this never goes through
// a Clock.
inline std::chrono::system_clock::time_point DeadlineIn(std::chrono::milliseconds time) {
  return std::chrono::system_clock::now() + time;
}

}  // namespace whoelse

#endif  // WHOELSE_RPC_CLOCK_H_
