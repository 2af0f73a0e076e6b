// One completion queue, one thread: everything of the service happens here, so nothing of it needs
// a lock. Other threads hand in work by Post.
#ifndef WHOELSE_COORDINATOR_EVENT_LOOP_H_
#define WHOELSE_COORDINATOR_EVENT_LOOP_H_

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace whoelse {

// What the completion queue hands back.
class Tag {
 public:
  virtual void Run(bool ok) = 0;

 protected:
  ~Tag() = default;
};

class EventLoop {
 public:
  explicit EventLoop(std::unique_ptr<grpc::ServerCompletionQueue> queue)
      : queue_(std::move(queue)), posted_(this) {}

  grpc::ServerCompletionQueue* queue() { return queue_.get(); }

  // Runs tags until Close was called and the queue is empty. On one thread, once.
  void Run();
  // `work` runs on the loop's thread, in the order of the calls. Any thread. False, and `work` never
  // runs, after Close.
  bool Post(std::function<void()> work);
  // Runs once everything that has come already is dealt with, and before the loop waits for more: what
  // is written then goes out in fewer messages, which is what a message costs most by. On the loop's
  // thread.
  void Later(Tag* tag) { later_.push_back(tag); }
  // Ends Run when everything armed has come back. The server has been shut down before, no alarm is
  // armed, and nothing is armed any more after it.
  void Close();

 private:
  class Posted final : public Tag {
   public:
    explicit Posted(EventLoop* loop) : loop_(loop) {}
    void Run(bool) override { loop_->RunPosted(); }

   private:
    EventLoop* const loop_;
  };
  void RunPosted();
  void RunLater();

  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  Posted posted_;
  std::vector<Tag*> later_;   // the loop's thread alone

  std::mutex mutex_;   // guards the rest
  std::vector<std::function<void()>> work_;
  grpc::Alarm wake_;
  bool waking_ = false;   // wake_ is armed
  bool closed_ = false;
};

// Calls `fire` when its time has come. On the loop's thread, all of it.
class Timer final : private Tag {
 public:
  Timer(EventLoop* loop, std::function<void()> fire) : loop_(loop), fire_(std::move(fire)) {}

  // Fires after `delay`, or earlier when it was already due earlier.
  void FireWithin(std::chrono::milliseconds delay);
  // Never fires again. Its alarm, if armed, comes back to the queue by itself.
  void Stop();

 private:
  using Time = std::chrono::system_clock::time_point;   // gRPC's own
  void Run(bool ok) override;
  void Arm();

  EventLoop* const loop_;
  const std::function<void()> fire_;
  grpc::Alarm alarm_;
  std::optional<Time> due_;
  bool armed_ = false;
  bool stopped_ = false;
};

// What waits a little for others of its kind, so that one message can be made of them: a message
// costs more than what is in it. On the loop's thread, all of it.
class Gathering {
 public:
  // A tag runs within `wait` of its coming.
  Gathering(EventLoop* loop, std::chrono::milliseconds wait)
      : wait_(wait), timer_(loop, [this] { RunAll(); }) {}

  void Add(Tag* tag) {
    tags_.push_back(tag);
    timer_.FireWithin(wait_);
  }
  // Without waiting any more.
  void RunAll();
  // Before the loop closes; nothing is added after it.
  void Stop();

 private:
  const std::chrono::milliseconds wait_;
  Timer timer_;
  std::vector<Tag*> tags_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_EVENT_LOOP_H_
