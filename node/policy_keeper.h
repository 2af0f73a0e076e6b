// The adopted policy, from its file to the answering thread: read at the start and again when the
// operator asks for it (SIGHUP), moved on as days go by, remembered across restarts. A file that is
// wrong changes nothing; the operator is told why.
#ifndef WHOELSE_NODE_POLICY_KEEPER_H_
#define WHOELSE_NODE_POLICY_KEEPER_H_

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "node/answering.h"
#include "node/policy_in_force.h"
#include "node/rocksdb_store.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

class PolicyKeeper {
 public:
  // `path` empty: the agency adopted none. Before Answering::Start. INVALID_ARGUMENT, NOT_FOUND and
  // the like: the file is wrong and no policy is remembered that could go on. DATA_LOSS: the store.
  static absl::StatusOr<std::unique_ptr<PolicyKeeper>> Open(std::string path, RocksdbStore& store,
                                                            Answering& answering,
                                                            const Clock& clock);
  ~PolicyKeeper();

  // Looks at the file again; what it says acts from the next question on, what is looser on its day.
  void Reload();

  struct View {
    PolicyInForce policy;
    std::string problem;   // why the file does not count; empty: it does
    Date today;
  };
  View Read() const;

 private:
  PolicyKeeper(std::string path, RocksdbStore& store, Answering& answering, const Clock& clock,
               PolicyInForce policy, std::string problem);
  Date Today() const;
  void Run();
  void Publish(const TrailNote* by = nullptr) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellOperator() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  RocksdbStore& store_;
  Answering& answering_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  PolicyInForce policy_ ABSL_GUARDED_BY(mutex_);
  std::string problem_ ABSL_GUARDED_BY(mutex_);
  Date looked_on_ ABSL_GUARDED_BY(mutex_);
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_KEEPER_H_
