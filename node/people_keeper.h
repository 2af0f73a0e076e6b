// What the calendar asks of people at this node: the lists of a month that is over, and each day
// the head of the trail in the operator's log, where it is out of reach of whoever has the node's
// disk.
#ifndef WHOELSE_NODE_PEOPLE_KEEPER_H_
#define WHOELSE_NODE_PEOPLE_KEEPER_H_

#include <vector>

#include "node/each_day.h"
#include "node/inbox_keeper.h"
#include "node/rocksdb_store.h"
#include "rpc/clock.h"

namespace whoelse {

class PeopleKeeper {
 public:
  PeopleKeeper(std::vector<StaffMember> staff, const RocksdbStore& store, InboxKeeper& inbox,
               const Clock& clock);

 private:
  void LookAtDay(TimeMs now);
  absl::Status ListMonths(TimeMs now);

  const std::vector<StaffMember> staff_;
  const RocksdbStore& store_;
  InboxKeeper& inbox_;
  EachDay days_;   // last: its thread uses the others
};

// At the start, before anybody does anything: the first entry of a new trail; and one that says so
// when the store was restored from a backup, or not in use for longer than a restart takes, for it
// may be an older copy, and what people did since then is not in it. DATA_LOSS.
absl::Status BeginTrail(AgencyId agency, TimeMs now, RocksdbStore& store);

}  // namespace whoelse

#endif  // WHOELSE_NODE_PEOPLE_KEEPER_H_
