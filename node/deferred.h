// What answering left to be done later: shields written down, the lead officer's inbox filled. On a
// thread and at moments of its own, so that nothing about its timing depends on a frame.
#ifndef WHOELSE_NODE_DEFERRED_H_
#define WHOELSE_NODE_DEFERRED_H_

#include <string>
#include <thread>
#include <vector>

#include "node/answering.h"
#include "node/registry.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

// What a note asks for. Pure.
struct DeferredWork {
  std::vector<RecordId> shield;
  std::vector<std::string> inbox_items;   // JSON documents
};
DeferredWork WorkOf(const Noted& noted);

class Deferred {
 public:
  Deferred(RocksdbStore& store, Registry& registry, Answering& answering, const Clock& clock,
           Random& random);
  ~Deferred();

 private:
  void Run();
  void WorkOff();

  RocksdbStore& store_;
  Registry& registry_;
  Answering& answering_;
  const Clock& clock_;
  Random& random_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_DEFERRED_H_
