// What answering left to be done later: shields written down, the lead officer's inbox filled. On a
// thread and at moments of its own, so that nothing about its timing depends on a frame.
#ifndef WHOELSE_NODE_DEFERRED_H_
#define WHOELSE_NODE_DEFERRED_H_

#include <thread>

#include "node/inbox_keeper.h"
#include "node/rocksdb_store.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

class Deferred {
 public:
  Deferred(RocksdbStore& store, InboxKeeper& inbox, const Clock& clock, Random& random);
  ~Deferred();

 private:
  void Run();
  void WorkOff();

  RocksdbStore& store_;
  InboxKeeper& inbox_;
  const Clock& clock_;
  Random& random_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_DEFERRED_H_
