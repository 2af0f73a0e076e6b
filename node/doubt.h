// Whether the store may be older than what this agency has signed: a backup that was brought back,
// a disk or machine that was set back. docs/decisions/0010-a-store-from-a-backup.md.
//
// Such a store has forgotten wires, so that a question could be answered a second time, and
// rosters, so that an agency that was revoked could ask. Nothing in it says so but its age. Pure.
#ifndef WHOELSE_NODE_DOUBT_H_
#define WHOELSE_NODE_DOUBT_H_

#include <limits>
#include <optional>
#include <set>

#include "protocol/ids.h"
#include "protocol/limits.h"

namespace whoelse {

class StoreDoubt {
 public:
  // What was not in use for so long may have been in use elsewhere. Longer than a restart takes.
  static constexpr TimeMs kInUseMs = 300'000;

  // `in_use_ms`: when the store says that it was in use last; nullopt: it is new. A time that is still
  // to come was written by a clock that had leapt, and would vouch for every copy until it comes.
  StoreDoubt(std::optional<TimeMs> in_use_ms, TimeMs now)
      : started_ms_(now),
        doubted_(in_use_ms && (now > *in_use_ms + kInUseMs || *in_use_ms > now + kInUseMs)) {}

  // A fresh heartbeat of this coordinator's, for the roster that rules here, came on its own
  // stream. From another's stream it may be one of before the backup.
  void OnHeartbeat(CoordinatorId coordinator) { confirmed_by_.insert(coordinator); }
  void OnRosterChanged() { confirmed_by_.clear(); }

  // Frames issued until then are refused (Holder::SetUnsureThrough): all, until t coordinators have
  // said which roster rules, of whom one at least is honest; then those that may have been answered
  // already, whose asker's clock may be ahead.
  TimeMs UnsureThrough(uint32_t threshold) const {
    if (!doubted_) return 0;
    if (confirmed_by_.size() < threshold) return std::numeric_limits<TimeMs>::max();
    return started_ms_ + kClockSkewS * 1000;
  }
  // Whether the store may say that it is in use now: not before every frame that it may have
  // forgotten has expired, or the next start would not doubt any more.
  bool Over(uint32_t threshold, TimeMs now) const {
    if (!doubted_) return true;
    return confirmed_by_.size() >= threshold &&
           now > started_ms_ + (kClockSkewS + kQuestionLifetimeS) * 1000;
  }

 private:
  const TimeMs started_ms_;
  const bool doubted_;
  std::set<CoordinatorId> confirmed_by_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_DOUBT_H_
