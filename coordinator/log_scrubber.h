// Reads the whole log again and again, slowly: entries against leaf hashes, subtrees against their
// halves. What the disk changed is so found by us, and not by the first auditor who asks for it.
#ifndef WHOELSE_COORDINATOR_LOG_SCRUBBER_H_
#define WHOELSE_COORDINATOR_LOG_SCRUBBER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "coordinator/rocksdb_state.h"

namespace whoelse {

class LogScrubber {
 public:
  // Checks one tile every `pause`, on a thread of its own: at 1 s a log of a million entries takes a
  // bit more than an hour and less than 1 % of a core. Damage is remembered in the store
  // (RocksDbState::SaveSuspect), so that no later start gets past it, and handed to `on_damage`;
  // then it ends. `state` outlives it.
  LogScrubber(RocksDbState& state, std::chrono::milliseconds pause,
              std::function<void(const absl::Status&)> on_damage);
  ~LogScrubber();
  LogScrubber(const LogScrubber&) = delete;
  LogScrubber& operator=(const LogScrubber&) = delete;

 private:
  void Run();
  absl::Status CheckNext();
  bool Paused();   // false: it is over

  RocksDbState& state_;
  const std::chrono::milliseconds pause_;
  const std::function<void(const absl::Status&)> on_damage_;
  LogTile next_;
  std::mutex mutex_;   // guards over_
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;   // last
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_SCRUBBER_H_
