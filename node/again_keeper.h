// Puts questions once more at their time (node/again.h), on a thread of its own. Owns what waits;
// that it was put is remembered by its receipt, so that a node that was killed between does not put
// it twice.
#ifndef WHOELSE_NODE_AGAIN_KEEPER_H_
#define WHOELSE_NODE_AGAIN_KEEPER_H_

#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "node/again.h"
#include "node/asker.h"
#include "node/receipt_desk.h"
#include "rpc/pause.h"

namespace whoelse {

class AgainKeeper {
 public:
  struct Parts {
    const NodeConfig& config;
    RocksdbStore& store;
    QuestionAsker& asker;
    const ReceiptDesk& desk;
    const Clock& clock;
    Random& random;
  };
  // Takes up what a run before this one left waiting.
  explicit AgainKeeper(Parts parts);
  ~AgainKeeper();

  struct Wish {
    std::string number;            // of the first question's receipt
    std::string at;                // "08:30"; empty: when the agencies open
    bool does_not_know_them = false;
  };
  // {"receipt", "at_ms", "agencies": names of those that are hoped for}. INVALID_ARGUMENT "field:
  // reason; remedy" also for what the rules would refuse already now. RESOURCE_EXHAUSTED: 200 wait.
  absl::StatusOr<nlohmann::ordered_json> Request(const std::string& user,
                                                 const Person& person, const Wish& wish);

 private:
  void Run();
  void PutDue(TimeMs now);
  // What became of it; nullopt: nothing yet, it waits another minute.
  std::optional<std::string> Put(const AgainRequest& request);
  // What of it has left so far, by this process or one before.
  struct SoFar {
    std::string number;   // of the question to which something came; empty: there is none
    size_t in_vain = 0;   // of how many nothing came
  };
  absl::StatusOr<SoFar> PutSoFar(const AgainRequest& request) const;
  // `by`: whose deed it was.
  void Keep(const AgainRequest& request, const TrailNote* by = nullptr)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Parts parts_;
  std::mutex mutex_;
  std::map<FrameHash, AgainRequest> waiting_ ABSL_GUARDED_BY(mutex_);
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_AGAIN_KEEPER_H_
