// Reads the whole log again and again, slowly: entries against leaf hashes, subtrees against their
// halves. What the disk changed is so found by us, and not by the first auditor who asks for it.
#ifndef WHOELSE_COORDINATOR_LOG_SCRUBBER_H_
#define WHOELSE_COORDINATOR_LOG_SCRUBBER_H_

#include <chrono>
#include <functional>
#include <thread>

#include "coordinator/rocksdb_state.h"
#include "rpc/pause.h"

namespace whoelse {

class LogScrubber {
 public:
  // Checks one tile every `between`, on a thread of its own: at 1 s a log of a million entries takes a
  // bit more than an hour and less than 1 % of a core. Damage is remembered in the store
  // (RocksDbState::SaveSuspect), so that no later start gets past it, and handed to `on_damage`;
  // then it ends. `state` outlives it.
  LogScrubber(RocksDbState& state, std::chrono::milliseconds between,
              std::function<void(const absl::Status&)> on_damage);
  ~LogScrubber();
  LogScrubber(const LogScrubber&) = delete;
  LogScrubber& operator=(const LogScrubber&) = delete;

 private:
  void Run();
  absl::Status CheckNext();

  RocksDbState& state_;
  const std::chrono::milliseconds between_;
  const std::function<void(const absl::Status&)> on_damage_;
  LogTile next_;
  Pause pause_;
  std::thread thread_;   // last
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_SCRUBBER_H_
