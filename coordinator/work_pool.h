// A few threads for work that is too long for the loop, behind a bounded queue.
#ifndef WHOELSE_COORDINATOR_WORK_POOL_H_
#define WHOELSE_COORDINATOR_WORK_POOL_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace whoelse {

class WorkPool {
 public:
  WorkPool(size_t threads, size_t queue_max);
  ~WorkPool();   // Finish()
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // False when the queue is full, or after Finish: the caller says BUSY.
  bool Submit(std::function<void()> work);
  // Does what is in the queue, then ends the threads.
  void Finish();

 private:
  void Work();

  const size_t queue_max_;
  std::mutex mutex_;   // guards queue_ and finishing_
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool finishing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_WORK_POOL_H_
