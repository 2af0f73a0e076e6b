// An open RPC: an object that lives for as long as the completion queue, another thread or a timer
// may still come back to it.
#ifndef WHOELSE_COORDINATOR_CALL_H_
#define WHOELSE_COORDINATOR_CALL_H_

#include "coordinator/event_loop.h"

namespace whoelse {

class Call {
 public:
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // One more, or one less, who comes back. Deletes itself when nobody does any more.
  void Hold() { ++holders_; }
  void Release() {
    if (--holders_ == 0) delete this;
  }

 protected:
  Call() = default;
  virtual ~Call() = default;

 private:
  int holders_ = 0;
};

// One step of a call, as the completion queue hands it back. A member of the call.
template <typename T>
class Step final : public Tag {
 public:
  Step(T* call, void (T::*method)(bool ok)) : call_(call), method_(method) {}

  // What to give to gRPC; the call stays until it comes back.
  void* Arm() { return static_cast<Tag*>(Held()); }
  // The same for the loop itself.
  Tag* Held() {
    call_->Hold();
    return this;
  }
  // For AsyncNotifyWhenDone, which is given before the call is accepted and comes back only if it
  // was: Hold is the caller's, once it knows.
  void* Unheld() { return static_cast<Tag*>(this); }

  void Run(bool ok) override {
    T* const call = call_;   // this Step goes with the call
    (call->*method_)(ok);
    call->Release();
  }

 private:
  T* const call_;
  void (T::*const method_)(bool ok);
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_CALL_H_
