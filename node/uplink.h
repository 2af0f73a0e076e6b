// A node's stream to one coordinator: dials out, says where it stands, hands pushes to the answering
// thread and sends its replies. Comes back by itself, with jitter.
#ifndef WHOELSE_NODE_UPLINK_H_
#define WHOELSE_NODE_UPLINK_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "node/answering.h"
#include "node/coordinators.h"
#include "proto/federation.grpc.pb.h"
#include "protocol/roster.h"

namespace whoelse {

class Uplink {
 public:
  Uplink(RosterCoordinator coordinator, Coordinators& coordinators, Answering& answering,
         RosterBoard& board, Random& random);
  ~Uplink() { Stop(); }

  // Cuts the stream and waits for the threads; from then on this uplink asks nobody for anything. Not
  // on the answering thread, for which it may wait.
  void Stop();

  // Queued; when the queue is full or no stream is there they are dropped: the asker sees no answer
  // and asks once more through the other relay, where the wire is cached.
  void Send(std::vector<Bytes> wires, std::vector<Bytes> refusals);
  void Send(Witness::Cosigned cosigned);
  // Cuts this stream if it is the one that is there. The next one waits as after a failure.
  void End(uint64_t stream);
  bool attached() const;
  const RosterCoordinator& coordinator() const { return coordinator_; }

 private:
  using Stream = grpc::ClientReaderWriter<v1::FromNode, v1::ToNode>;
  void Run();
  bool Stopping() const;
  void Queue(v1::FromNode message);
  bool RunStream();                        // true when it had been attached and was not cut from here
  void Write(Stream& stream, uint64_t id);
  bool CheckCoordinator(const grpc::ClientContext& context);
  void CutWhenExpired(uint64_t id);
  void WaitBeforeRetry(int failures);

  const RosterCoordinator coordinator_;
  Coordinators& coordinators_;
  Answering& answering_;
  RosterBoard& board_;
  Random& random_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::FromNode> outgoing_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  uint64_t stream_ ABSL_GUARDED_BY(mutex_) = 0;       // Answering::BeginStream; 0 sends nothing
  bool cut_ ABSL_GUARDED_BY(mutex_) = false;
  TimeS certified_until_ ABSL_GUARDED_BY(mutex_) = 0;   // its certificate; 0: unknown yet
  bool attached_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

// One Uplink for each coordinator of the roster that rules.
class Uplinks final : public Outlet {
 public:
  Uplinks(Coordinators& coordinators, Answering& answering, RosterBoard& board, Random& random)
      : coordinators_(coordinators), answering_(answering), board_(board), random_(random) {}

  // Starts, keeps and ends uplinks as this roster demands. Waits for those that end.
  void Follow(const Roster& roster);
  void StopAll();
  std::set<CoordinatorId> Attached() const;

  void SendWires(CoordinatorId to, std::vector<Bytes> wires) override;
  void SendRefusals(CoordinatorId to, std::vector<Bytes> refusals) override;
  void SendCosignature(CoordinatorId to, Witness::Cosigned cosigned) override;
  void EndStream(CoordinatorId to, uint64_t stream) override;

 private:
  std::shared_ptr<Uplink> Find(CoordinatorId id) const;
  // Those that are not of this roster as they are, or all.
  void StopOthersThan(const Roster* roster);

  Coordinators& coordinators_;
  Answering& answering_;
  RosterBoard& board_;
  Random& random_;
  mutable std::mutex mutex_;
  std::map<CoordinatorId, std::shared_ptr<Uplink>> uplinks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_UPLINK_H_
