// Work that is due once on each day (UTC): at once, and again when a new day has begun, on a thread
// of its own. A day is the clock's, which may be set, and goes on while the machine sleeps.
#ifndef WHOELSE_NODE_EACH_DAY_H_
#define WHOELSE_NODE_EACH_DAY_H_

#include <functional>
#include <thread>

#include "protocol/ids.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

class EachDay {
 public:
  // Whether the day's work is done; false: it is called again at the next look. Long work rests by
  // the pause, and ends when that has ended.
  using Work = std::function<bool(TimeMs now, Pause& pause)>;
  EachDay(const Clock& clock, Work work);
  ~EachDay();

 private:
  void Run();

  const Clock& clock_;
  const Work work_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_EACH_DAY_H_
