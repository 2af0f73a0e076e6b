// The pauses of a thread that works now and then. Ending them wakes it for good, so that whoever waits
// for the thread does not wait for a pause.
#ifndef WHOELSE_RPC_PAUSE_H_
#define WHOELSE_RPC_PAUSE_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace whoelse {

class Pause {
 public:
  // Waits for so long. False, and at once, when the end has come.
  bool For(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !ended_.wait_for(lock, time, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return over_; });
  }
  // From any thread.
  void End() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace whoelse

#endif  // WHOELSE_RPC_PAUSE_H_
