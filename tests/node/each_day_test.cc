// Once on each of the clock's days, whichever way it moves.
#include "node/each_day.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace whoelse {
namespace {

constexpr TimeMs kDayMs = 86'400'000;

// A clock that the work itself moves, so that no test waits for a look in vain.
class MovedClock final : public Clock {
 public:
  TimeMs NowMs() const override { return now; }
  std::atomic<TimeMs> now = 20'000 * kDayMs + 5;
};

class Calls {
 public:
  void Add(TimeMs now) {
    const std::lock_guard lock(mutex_);
    at_.push_back(now);
    changed_.notify_all();
  }
  std::vector<TimeMs> Until(size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return at_.size() >= n; });
    return at_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<TimeMs> at_;
};

TEST(EachDay, AtOnceOnANewDayAndAgainWhenItWasNotDone) {
  MovedClock clock;
  const TimeMs first = clock.now, second = first + kDayMs, before = first - 3 * kDayMs;
  Calls calls;
  {
    const EachDay days(clock, [&](TimeMs now, Pause&) {
      calls.Add(now);
      if (now == first) clock.now = second;             // done; the next day begins
      if (now == second) clock.now = second + 1;        // not done: the same day once more
      if (now == second + 1) clock.now = before;        // the clock was set back: another day
      return now != second;
    });
    EXPECT_EQ(calls.Until(4), (std::vector<TimeMs>{first, second, second + 1, before}));
  }
  EXPECT_EQ(calls.Until(4).size(), 4u);   // nothing twice, and nothing after its end
}

TEST(EachDay, LongWorkEndsWithIt) {
  MovedClock clock;
  Calls calls;
  std::atomic<bool> ended = false;
  {
    const EachDay days(clock, [&](TimeMs now, Pause& pause) {
      calls.Add(now);
      while (pause.For(std::chrono::hours(1))) {
      }
      ended = true;
      return false;
    });
    calls.Until(1);
  }
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace whoelse
