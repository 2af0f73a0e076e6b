// Which alarms are raised: of a log that misbehaves with every message the first is as good as all.
// Each one raised is a synced write and a file of evidence, and people have to read them.
#ifndef WHOELSE_NODE_ALARM_GATE_H_
#define WHOELSE_NODE_ALARM_GATE_H_

#include <map>
#include <utility>

#include "node/log_watch.h"

namespace whoelse {

class AlarmGate {
 public:
  // Whether to raise it: the first of its log and kind, and one an hour after that, which says how many
  // like it were left out.
  bool Admits(Alarm& alarm, TimeMs now) {
    const auto [it, first] = raised_.try_emplace({alarm.coordinator, alarm.kind}, Raised{now, 0});
    if (first) return true;
    Raised& last = it->second;
    if (now < last.at + kEveryMs) {
      last.left_out += 1 + alarm.repeated;
      return false;
    }
    alarm.repeated += last.left_out;
    last = {now, 0};
    return true;
  }

 private:
  static constexpr TimeMs kEveryMs = 3'600'000;
  struct Raised {
    TimeMs at;
    uint64_t left_out;
  };
  std::map<std::pair<CoordinatorId, AlarmKind>, Raised> raised_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ALARM_GATE_H_
