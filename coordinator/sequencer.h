// The one thread that writes. It closes a pool of submissions as soon as the last batch is durable,
// so a quiet log waits for nobody and a busy one pays one sync for many. log-formats.md, "Writing it
// so that nothing is lost".
#ifndef WHOELSE_COORDINATOR_SEQUENCER_H_
#define WHOELSE_COORDINATOR_SEQUENCER_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "audit/checkpoint.h"
#include "coordinator/checkpoint_mirror.h"
#include "coordinator/log_writer.h"
#include "coordinator/rocksdb_state.h"
#include "protocol/service_error.h"
#include "rpc/clock.h"

namespace whoelse {

inline constexpr size_t kPoolMax = 512;

// A checkpoint that was signed and stands in both places.
struct SignedCheckpoint {
  std::string note;
  uint64_t size = 0;
  Frontier frontier;
};

// What became durable with one pool.
struct PoolCommitted {
  std::vector<Bytes> entries;   // new ones, in order
  uint64_t size = 0;            // of the log after them
};

// The exit code of a coordinator whose store can no longer be trusted. Its supervisor starts it
// again; what the disk holds is then read back and checked.
inline constexpr int kStoreFailedExit = 70;

// Ends the process at once with that code, with an alarm. No retry, no clean-up: what the disk holds
// is unknown until it has been read anew, and one more write could make an old state the newest.
[[noreturn]] void StopForTheStore(const absl::Status& status);

// Whether the volume of `path` has so many bytes free; false when it cannot be asked.
bool DiskHasRoom(const std::string& path, uint64_t bytes);

class Sequencer {
 public:
  // A submission's outcome: kBusy when the disk is fuller than allowed.
  using Settled = std::variant<LogOutcome, ServiceError>;
  using Done = std::function<void(const Settled&)>;

  struct Settings {
    std::string origin;            // of the log: its key's name
    std::string directory;         // whose volume needs `min_free_bytes`
    uint64_t min_free_bytes = 0;
    size_t queue_max = 8192;
  };
  struct Listeners {
    // Runs work on the owner's thread, in order. All that follows is called through it.
    std::function<void(std::function<void()>)> post;
    // Before the outcomes of the same pool.
    std::function<void(const PoolCommitted&)> on_committed;
    std::function<void(const SignedCheckpoint&)> on_checkpoint;
  };

  // All outlive the sequencer. The store has been checked (log_reader.h), orphans are submitted by
  // the owner. Any failure of the store ends the process at once with kStoreFailedExit.
  Sequencer(RocksDbState& state, CheckpointMirror& mirror, const SigningKey& log_key,
            const Clock& clock, Settings settings, Listeners listeners);
  ~Sequencer();   // Finish()
  Sequencer(const Sequencer&) = delete;
  Sequencer& operator=(const Sequencer&) = delete;

  // False, and `done` is never called, when the queue is full. `must`: what bounds itself and must
  // not be lost (an Answered for each Asked) is always taken.
  bool Submit(Submission submission, Done done, bool must = false);
  // Signs the head as it is when everything submitted so far is durable.
  void RequestCheckpoint();
  // Keeps what a quorum of witnesses cosigned; the newest, when several wait.
  void KeepCosigned(std::string note);
  // Commits what was submitted, then ends the thread.
  void Finish();

 private:
  struct Waiting {
    Submission submission;
    Done done;
    bool must;
  };

  void Run();
  void CommitPool(std::vector<Waiting> pool);
  void RefusePool(std::vector<Waiting> pool);
  void WriteCheckpoint();

  RocksDbState& state_;
  CheckpointMirror& mirror_;
  const SigningKey& log_key_;
  const Clock& clock_;
  const Settings settings_;
  const Listeners listeners_;

  std::mutex mutex_;   // guards the next six
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  uint64_t submitted_ = 0;
  std::deque<uint64_t> checkpoints_wanted_;   // how much had been submitted when each was
  std::optional<std::string> cosigned_;
  bool finishing_ = false;

  std::thread thread_;   // last: starts when the rest is there
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_SEQUENCER_H_
