// What the calendar does to records: archives and purges what is due, once a day. On a thread of its
// own.
#ifndef WHOELSE_NODE_LIFE_KEEPER_H_
#define WHOELSE_NODE_LIFE_KEEPER_H_

#include <thread>

#include "node/registry.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

class LifeKeeper {
 public:
  LifeKeeper(Registry& registry, const Clock& clock);
  ~LifeKeeper();

 private:
  void Run();

  Registry& registry_;
  const Clock& clock_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LIFE_KEEPER_H_
