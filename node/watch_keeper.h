// Asks what is watched (node/watch.h), on a thread of its own, at a rate that is the agency's and
// says nothing of its cases: so often a week, a question about nobody where there is no watch to
// ask. Owns the watches.
#ifndef WHOELSE_NODE_WATCH_KEEPER_H_
#define WHOELSE_NODE_WATCH_KEEPER_H_

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"
#include "node/asker.h"
#include "node/receipt_desk.h"
#include "node/watch.h"
#include "rpc/pause.h"

namespace whoelse {

class WatchKeeper {
 public:
  struct Parts {
    const NodeConfig& config;
    RocksdbStore& store;
    const Registry& registry;
    QuestionAsker& asker;
    const ReceiptDesk& desk;
    const RosterBoard& board;
    const Clock& clock;
    Random& random;
  };
  explicit WatchKeeper(Parts parts);
  ~WatchKeeper();

  // Each: INVALID_ARGUMENT "field: reason; remedy", the same for a watch that is not there and one
  // of somebody else.
  struct Wish {
    std::string number;              // of the receipt of a question of their own
    std::string case_reference;
    bool does_not_know_them = false;
  };
  absl::StatusOr<nlohmann::ordered_json> Add(const std::string& user, const Wish& wish);
  // By who set it, or a lead officer.
  absl::StatusOr<nlohmann::ordered_json> End(const std::string& user, const std::string& number);
  // Their own; a lead officer's are all.
  nlohmann::ordered_json List(const std::string& user) const;
  absl::StatusOr<nlohmann::ordered_json> Show(const std::string& user,
                                              const std::string& number) const;

 private:
  void Run();
  // In the slot's name: one question, whatever is watched.
  void AskIn(const WatchSlot& slot);
  void Ask(const Watch& watch, const AskedBefore& asked, const WatchSlot& slot);
  // Those whose end has come end.
  void EndDue();
  // Why this one ends now; empty: it goes on. With what it asks.
  std::string WhyEnded(const Watch& watch, std::optional<AskedBefore>& asked) const;
  // `by`: whose deed it was.
  void Keep(const Watch& watch, const TrailNote* by = nullptr)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  TrailNote NoteOf(const std::string& user, Deed deed, const Watch& watch) const;
  bool MaySee(const std::string& user, const Watch& watch) const;
  const Watch* Find(const std::string& user, const std::string& number) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Parts parts_;
  mutable std::mutex mutex_;
  std::map<FrameHash, Watch> watches_ ABSL_GUARDED_BY(mutex_);
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_WATCH_KEEPER_H_
