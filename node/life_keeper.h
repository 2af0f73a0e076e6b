// What the calendar does to records: archives and purges what is due, once a day that is confirmed.
#ifndef WHOELSE_NODE_LIFE_KEEPER_H_
#define WHOELSE_NODE_LIFE_KEEPER_H_

#include "node/confirmed_clock.h"
#include "node/each_day.h"
#include "node/registry.h"

namespace whoelse {

class LifeKeeper {
 public:
  LifeKeeper(Registry& registry, ConfirmedClock& clock);

 private:
  EachDay days_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LIFE_KEEPER_H_
