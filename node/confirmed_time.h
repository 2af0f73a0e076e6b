// A time that is not this node's clock's word alone. What destroys by age takes one of these, so
// that no caller can bring it a clock that leapt. Pure.
#ifndef WHOELSE_NODE_CONFIRMED_TIME_H_
#define WHOELSE_NODE_CONFIRMED_TIME_H_

#include <optional>

#include "protocol/roster_keeper.h"

namespace whoelse {

class ConfirmedTime {
 public:
  // nullopt: the heartbeats do not agree with it, or are too few.
  static std::optional<ConfirmedTime> Of(TimeMs now, const ConfirmedSpan& span) {
    if (!span.Has(now)) return std::nullopt;
    return ConfirmedTime(now);
  }
  TimeMs ms() const { return ms_; }

 private:
  explicit ConfirmedTime(TimeMs ms) : ms_(ms) {}
  TimeMs ms_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_CONFIRMED_TIME_H_
