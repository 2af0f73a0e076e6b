// The enrolling thread: pseudonyms for what this agency holds. In bulk inside the agency's window, at
// a constant rate for good. protocol.md section 3.
#ifndef WHOELSE_NODE_ENROLLER_H_
#define WHOELSE_NODE_ENROLLER_H_

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "node/coordinators.h"
#include "node/registry.h"
#include "node/roster_board.h"
#include "rpc/clock.h"

namespace whoelse {

class Enroller {
 public:
  Enroller(AgencyId agency, Registry& registry, Coordinators& coordinators, RosterBoard& board,
           const Clock& clock, Random& random);
  ~Enroller();
  // Something was imported: look at once whether a bulk window is open.
  void Wake();

 private:
  void Run();
  bool Stopped() const;
  enum class Outcome { kDone, kOverQuota, kFailed };
  // One BULK step of any key version; false when there is none to do, or the evaluators failed.
  bool BulkStep(const Roster& roster);
  // The ENROL requests whose interval has come.
  void EnrolDue(const Roster& roster);
  // Evaluates what is pending.
  Outcome Take(const Roster& roster, KeyVersion kv, const EnrolmentStep& step);

  const AgencyId agency_;
  Registry& registry_;
  Coordinators& coordinators_;
  RosterBoard& board_;
  const Clock& clock_;
  Random& random_;
  EnrolmentRhythm rhythm_;
  std::map<KeyVersion, size_t> bulk_most_;         // elements that the evaluators may still allow
  bool unanswered_ = false;                        // the last bulk request was
  uint64_t bulk_roster_ = 0;                       // version: the roster whose windows these are
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool awake_ ABSL_GUARDED_BY(mutex_) = true;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ENROLLER_H_
