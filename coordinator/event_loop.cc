#include "coordinator/event_loop.h"

#include <utility>

namespace whoelse {
namespace {

// So that what waits to be written does not wait for a flood to end.
constexpr size_t kAtOnceMax = 256;

}  // namespace

void EventLoop::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    static_cast<Tag*>(tag)->Run(ok);
    for (size_t more = 0; more < kAtOnceMax; ++more) {
      const auto next = queue_->AsyncNext(&tag, &ok, gpr_inf_past(GPR_CLOCK_REALTIME));
      if (next != grpc::CompletionQueue::GOT_EVENT) break;
      static_cast<Tag*>(tag)->Run(ok);
    }
    RunLater();
  }
}

void EventLoop::RunLater() {
  while (!later_.empty()) {
    std::vector<Tag*> later;
    later.swap(later_);
    for (Tag* const tag : later) tag->Run(true);
  }
}

bool EventLoop::Post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  work_.push_back(std::move(work));
  // One alarm for however much work: arming one costs more than most of what is posted.
  if (!waking_) wake_.Set(queue_.get(), gpr_inf_past(GPR_CLOCK_REALTIME), static_cast<Tag*>(&posted_));
  waking_ = true;
  return true;
}

void EventLoop::RunPosted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(work_);
    waking_ = false;
  }
  for (const std::function<void()>& piece : work) piece();
}

void EventLoop::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;   // arming an alarm on a queue that shuts down aborts
  }
  queue_->Shutdown();
}

void Timer::FireWithin(std::chrono::milliseconds delay) {
  if (stopped_) return;
  const Time due = std::chrono::system_clock::now() + delay;
  if (due_ && *due_ <= due) return;
  due_ = due;
  if (armed_) {
    alarm_.Cancel();   // Run arms it anew
  } else {
    Arm();
  }
}

void Timer::Stop() {
  stopped_ = true;
  due_.reset();
  if (armed_) alarm_.Cancel();
}

void Timer::Arm() {
  armed_ = true;
  alarm_.Set(loop_->queue(), *due_, static_cast<Tag*>(this));
}

void Timer::Run(bool ok) {
  armed_ = false;
  if (!due_) return;
  if (!ok) return Arm();   // cancelled in favour of an earlier time
  due_.reset();
  fire_();
}

void Gathering::RunAll() {
  for (Tag* const tag : std::exchange(tags_, {})) tag->Run(true);
}

void Gathering::Stop() {
  RunAll();
  timer_.Stop();
}

}  // namespace whoelse
