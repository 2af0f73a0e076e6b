// The roster as the node's threads see it: written by the answering thread, read by all others.
#ifndef WHOELSE_NODE_ROSTER_BOARD_H_
#define WHOELSE_NODE_ROSTER_BOARD_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <chrono>

#include "absl/base/thread_annotations.h"
#include "protocol/roster_keeper.h"

namespace whoelse {

class RosterBoard {
 public:
  struct Posting {
    std::shared_ptr<const Roster> roster;   // rules; never null once the node runs
    ConfirmedSpan confirmed;                // RosterKeeper::Confirmed
  };

  void Post(Posting posting) {
    {
      const std::lock_guard lock(mutex_);
      posting_ = std::move(posting);
    }
    changed_.notify_all();
  }
  Posting Read() const {
    const std::lock_guard lock(mutex_);
    return posting_;
  }
  // Waits until the roster is another one than `seen`, the board is closed, or the time is over.
  Posting WaitForOther(const std::shared_ptr<const Roster>& seen, std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [&] { return closed_ || posting_.roster != seen; });
    return posting_;
  }
  // Wakes everybody who waits, for good.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Posting posting_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ROSTER_BOARD_H_
