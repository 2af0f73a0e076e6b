// The adopted policy, from its file to the answering thread: read at the start and again when the
// operator asks for it (SIGHUP), moved on as days go by, remembered across restarts. A file that is
// wrong changes nothing; the operator is told why. That another one was taken stands in the trail,
// whichever way it came. At a hub each organisation has its own.
#ifndef WHOELSE_NODE_POLICY_KEEPER_H_
#define WHOELSE_NODE_POLICY_KEEPER_H_

#include <map>
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
  // The files by organisation code; "" alone: a node of its own. An empty path: none was adopted.
  using Paths = std::map<std::string, std::string>;
  // Before Answering::Start. INVALID_ARGUMENT, NOT_FOUND and the like: a file is wrong and no policy
  // is remembered that could go on. DATA_LOSS: the store.
  static absl::StatusOr<std::unique_ptr<PolicyKeeper>> Open(Paths paths, RocksdbStore& store,
                                                            Answering& answering,
                                                            const Clock& clock);
  ~PolicyKeeper();

  // Looks at the files again; what they say acts from the next question on, what is looser on its day.
  void Reload();
  // A lead officer's word: what waits for its day acts from the next question on. NOT_FOUND: no such
  // organisation. FAILED_PRECONDITION: nothing waits.
  absl::Status LetThrough(const std::string& organisation, const TrailNote& by);

  struct View {
    PolicyInForce policy;
    std::string problem;   // why the file does not count; empty: it does
    Date today;
  };
  // By organisation, as in the paths.
  std::map<std::string, View> Read() const;

 private:
  struct Adopted {
    std::string path;
    PolicyInForce policy;
    std::string problem;
    bool is_another = false;   // at the start: than the one that was taken last
  };
  using AllAdopted = std::map<std::string, Adopted>;
  static absl::StatusOr<Adopted> OpenOne(const std::string& organisation, const std::string& path,
                                         RocksdbStore& store, Date today);

  PolicyKeeper(AllAdopted adopted, RocksdbStore& store, Answering& answering, const Clock& clock);
  Date Today() const;
  void Run();
  void Remember(const std::string& organisation, const PolicyInForce& policy,
                const TrailNote* by = nullptr);
  // By whom, nobody can say: neither a signal nor a start has an account. Who adopted it stands in
  // the file.
  void RememberTaken(const std::string& organisation, const PolicyInForce& policy);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellOperator() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RocksdbStore& store_;
  Answering& answering_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  AllAdopted adopted_ ABSL_GUARDED_BY(mutex_);
  Date looked_on_ ABSL_GUARDED_BY(mutex_);
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_POLICY_KEEPER_H_
