// Many nodes and askers in one thread: real streams over mutual TLS that answer every frame at once
// with a wire of the right size, so that a coordinator is the only one with something to do.
#ifndef WHOELSE_BENCH_STUB_NODES_H_
#define WHOELSE_BENCH_STUB_NODES_H_

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/stub_area.h"
#include "proto/federation.grpc.pb.h"
#include "rpc/clock.h"

namespace whoelse::bench {

class StubAsk;
class StubNode;

class StubNodes {
 public:
  // One node for each agency of the area, which dials at once.
  explicit StubNodes(const StubArea& area);
  ~StubNodes();   // hangs up

  // False: not all of them within `patience`.
  bool WaitAttached(std::chrono::seconds patience);

  // Asks all of it at once, each question through the node of its agency, and waits until each is
  // closed. False when anything but one wire an agency came back.
  struct Asked {
    size_t place;   // of the agency in the roster
    Question question;
  };
  bool Ask(const std::vector<Asked>& questions);
  // The same, one question after another so far apart.
  bool AskEach(std::chrono::milliseconds apart, const std::vector<Asked>& questions);
  // Of the questions asked last: from the call to its admission.
  std::vector<double> admission_ms();

  // Messages in both directions, of nodes and askers: what gRPC's cost goes by.
  uint64_t messages() const { return messages_; }

  // For the calls, on the loop's thread.
  void CountMessage() { ++messages_; }
  grpc::CompletionQueue* queue() { return &queue_; }
  size_t count() const { return stubs_.size(); }
  void OnAttached();
  void OnAdmitted(double ms);
  void OnAsked(bool complete);
  void OnGone();

 private:
  void Post(std::function<void()> work);
  void Begin();
  bool WaitAsked(size_t questions);

  const SystemClock clock_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<v1::Coordinator::Stub>> stubs_;
  std::vector<StubNode*> nodes_;   // the loop's
  size_t gone_ = 0;                // the loop's
  std::atomic<uint64_t> messages_ = 0;

  std::mutex mutex_;   // guards the rest
  std::condition_variable changed_;
  size_t attached_ = 0;
  size_t asked_ = 0;
  bool all_complete_ = true;
  std::vector<double> admission_ms_;

  std::thread thread_;
};

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_STUB_NODES_H_
