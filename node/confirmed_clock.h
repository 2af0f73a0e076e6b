// What cannot be undone (records archived and purged, the ledger's parts let go) is done by the
// node's clock, and a clock may leap: a dead battery, a wrong time server, a machine that was brought
// back. So only when the federation's heartbeats agree with it; until then it waits, and people are
// told.
// docs/decisions/0022-a-clock-that-leaps.md.
#ifndef WHOELSE_NODE_CONFIRMED_CLOCK_H_
#define WHOELSE_NODE_CONFIRMED_CLOCK_H_

#include <mutex>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "node/confirmed_time.h"
#include "node/inbox_keeper.h"
#include "node/roster_board.h"
#include "rpc/clock.h"

namespace whoelse {

class ConfirmedClock {
 public:
  // How long it waits in silence: heartbeats come with the first streams, and hourly.
  static constexpr TimeMs kToldAfterMs = 3 * 3'600'000;
  // Who waits looks again at least so often.
  static constexpr TimeMs kBetweenLooksMs = 60'000;

  ConfirmedClock(const Clock& clock, const RosterBoard& board, InboxKeeper& inbox)
      : clock_(clock), board_(board), inbox_(inbox) {}

  const Clock& clock() const { return clock_; }
  // This time of the clock; nullopt: it is not confirmed, and whoever asks waits and asks again.
  // After a while of that, an item says so, once until a time is confirmed again. Thread-safe.
  std::optional<ConfirmedTime> Confirm(TimeMs now);

 private:
  void Wait(TimeMs now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const RosterBoard& board_;
  InboxKeeper& inbox_;
  std::mutex mutex_;
  std::optional<TimeMs> looked_ ABSL_GUARDED_BY(mutex_);   // since when it waits, the last time
  TimeMs waited_ms_ ABSL_GUARDED_BY(mutex_) = 0;
  bool told_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_CONFIRMED_CLOCK_H_
