// The channels to the coordinators of the roster, shared by everything at this node that calls them.
#ifndef WHOELSE_NODE_COORDINATORS_H_
#define WHOELSE_NODE_COORDINATORS_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "node/evaluation.h"
#include "proto/federation.grpc.pb.h"
#include "protocol/roster.h"
#include "rpc/certificate.h"
#include "rpc/clock.h"
#include "rpc/tls.h"

namespace whoelse {

class Coordinators {
 public:
  using Stub = v1::Coordinator::Stub;

  // `on_liar`: told of each evaluation that was signed and wrong, on the thread of Run.
  using OnLiar = std::function<void(const Evaluation::Liar&)>;
  Coordinators(TlsFiles files, const Clock& clock, OnLiar on_liar)
      : files_(std::move(files)), clock_(clock), on_liar_(std::move(on_liar)) {}

  // A stub for this coordinator as the roster names it: endpoint and TLS pin. The channel is kept
  // while neither changes.
  std::shared_ptr<Stub> StubFor(const RosterCoordinator& coordinator);

  // Whether whom this call reached is that coordinator now: by key and by the dates of its certificate,
  // which gRPC looks at when a connection begins and never again. For a call that has begun; when not,
  // what it gave must not be used, and the next stub makes a new connection.
  bool IsStill(const RosterCoordinator& coordinator, const grpc::ClientContext& context);
  // The last second of the certificate of whom this call reached; 0 when IsStill would be false.
  TimeS CertifiedUntil(const RosterCoordinator& coordinator, const grpc::ClientContext& context);
  TimeS NowS() const { return clock_.NowS(); }

  // Asks evaluators until the evaluation is done or has failed; calls go out side by side. Blocks the
  // calling thread, which is never one of gRPC's event threads.
  void Run(Evaluation& evaluation, const Roster& roster);
  // This coordinator no longer takes us for a member on the connection that is there: the next stub
  // makes a new one, with the certificate as it is then. A renewed one is shown at a handshake only.
  void Reconnect(CoordinatorId id);
  // An alarm in the log if it is why nobody speaks with us.
  void LookAtCertificate() const { LookAtOwnCertificate(files_, clock_); }
  // Coordinators that failed in the last minute: asked last.
  std::set<CoordinatorId> Failing() const;
  // Who gave a wrong evaluation, with a valid signature on it, since this process began.
  std::set<CoordinatorId> Liars() const;

 private:
  struct Known {
    std::string endpoint;
    TlsPin pin;
    std::shared_ptr<Stub> stub;
    std::shared_ptr<PeerGate> gate;   // lets in this pin
  };
  Known& KnownOf(const RosterCoordinator& coordinator) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const TlsFiles files_;
  const Clock& clock_;
  const OnLiar on_liar_;
  mutable std::mutex mutex_;
  std::map<CoordinatorId, Known> known_ ABSL_GUARDED_BY(mutex_);
  std::map<CoordinatorId, TimeMs> failed_ms_ ABSL_GUARDED_BY(mutex_);
  std::set<CoordinatorId> liars_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_COORDINATORS_H_
