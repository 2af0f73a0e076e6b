// The coordinator's service: gRPC calls, the relay, the roster and the sequencer, tied together on
// one thread. What is decided is decided in relay.h, evaluator.h and log_writer.h; here is only who
// is told, and when.
//
//   calls (ask_call.h, attach_call.h, short_calls.h) --> CoordinatorService --> Relay: actions
//                                                         |  ^                    |
//                                     submissions         v  | outcomes           v
//                                                       Sequencer --> store    calls again
#ifndef WHOELSE_COORDINATOR_SERVICE_H_
#define WHOELSE_COORDINATOR_SERVICE_H_

#include <atomic>
#include <future>
#include <map>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "coordinator/cosigned.h"
#include "coordinator/ended_logs.h"
#include "coordinator/evaluator.h"
#include "coordinator/event_loop.h"
#include "coordinator/log_publication.h"
#include "coordinator/relay.h"
#include "coordinator/roster_desk.h"
#include "coordinator/sequencer.h"
#include "coordinator/work_pool.h"
#include "proto/audit.grpc.pb.h"
#include "proto/federation.grpc.pb.h"
#include "rpc/server.h"
#include "rpc/tls.h"

namespace whoelse {

class AskCall;
class AttachCall;

// What the service is made of. The references outlive it.
struct ServiceParts {
  CoordinatorId self;
  std::string listen;
  TlsFiles tls;
  const Clock& clock;
  Random& random;                // safe to use by several threads
  RosterDesk& desk;              // a roster rules
  Evaluator& evaluator;
  Relay& relay;
  RocksDbState& state;           // checked, no question open
  CheckpointMirror& mirror;
  LogPublication& published;     // what the log shows to the world, kept up to date
  LogPublication& signed_log;    // the newest signed, whoever cosigned it
  const EndedLogs& ended;
  const SigningKey& log_key;
  const SigningKey& admission_key;   // heartbeats
  Sequencer::Settings log;
  std::vector<NoteVerifier> outside_witnesses;
  std::optional<RosterDesk::Change> first_change;   // from before the service was there
  // The shares as they are in the secrets file now; read again with each roster.
  std::function<absl::StatusOr<std::vector<EvaluatorShare>>()> read_shares;
};

class CoordinatorService {
 public:
  // Returns when there is a checkpoint and calls are taken. Signs nothing new over an older log
  // before its nodes had time to show what they know of it. UNAVAILABLE when the address cannot be
  // bound.
  static absl::StatusOr<std::unique_ptr<CoordinatorService>> Start(ServiceParts parts);
  ~CoordinatorService();   // Stop()

  int port() const { return port_; }
  // Looks at the roster file now. Any thread.
  void LookAtRoster();
  // A signature line of a witness over the checkpoint of that size. Any thread.
  void TakeCosignature(uint64_t size, std::string line);
  // Takes no new calls, lets open questions end (at most `grace`), cuts the rest, stops the threads.
  void Stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

  // For the calls, on the loop's thread.
  v1::Coordinator::AsyncService& rpc() { return rpc_; }
  v1::Audit::AsyncService& audit_rpc() { return audit_rpc_; }
  CoordinatorId self() const { return parts_.self; }
  const CoordinatorState& state() const { return parts_.state; }
  // The store of this log, or of one that has ended; nullptr: it is not kept here.
  const CoordinatorState* StoreOf(uint32_t log_key_id) const;
  const CosignedCheckpoints& cosigned() const { return cosigned_; }
  EventLoop& loop() { return *loop_; }
  Sequencer& sequencer() { return *sequencer_; }
  WorkPool& pool() { return pool_; }
  Evaluator& evaluator() { return parts_.evaluator; }
  Random& random() { return parts_.random; }
  const RosterDesk& desk() const { return parts_.desk; }
  TimeMs now() const { return parts_.clock.NowMs(); }
  // Who this call is from, checked anew: the handshake's check is as old as the connection.
  std::optional<Peer> CheckPeer(const grpc::ServerContext& context) const;
  Bytes CurrentHeartbeat();

  // Nodes answer at the ends of time slots, many at one moment: what an asker gets waits for the rest.
  Gathering& results() { return *results_; }
  // Questions that come side by side are logged in several pools: what a node gets after a frame
  // waits for the next ones.
  Gathering& frames() { return *frames_; }

  CallId Add(AskCall* call);
  void Ask(CallId id, const TlsPin& peer, const v1::AskCall& request);
  void RemoveAsk(CallId id);

  StreamId Add(AttachCall* call);
  void Attach(StreamId id, const Peer& peer, const v1::Hello& hello);
  void Replies(StreamId id, const v1::Replies& replies);
  void Cosignature(StreamId id, const v1::Cosignature& cosignature);
  void RemoveStream(StreamId id);

  // `done` gets the entry's index, or kQuota, or kBusy.
  void LogHandedIn(HandedInSubmission entry, std::function<void(OrError<uint64_t>)> done);

 private:
  explicit CoordinatorService(ServiceParts parts);
  absl::Status Listen();
  void Prepare();   // first on the loop: roster and first checkpoint
  void TakeUpLog();
  void TakeCalls();

  void Do(RelayActions actions);
  void Perform(SubmitAsk& action, RelayActions* more);
  void Perform(SubmitAnswered& action, RelayActions* more);
  void Perform(Deliver& action, RelayActions* more);
  void Perform(SendAdmission& action, RelayActions* more);
  void Perform(SendResult& action, RelayActions* more);
  void Perform(SendClosed& action, RelayActions* more);
  void Perform(FailCall& action, RelayActions* more);
  void Perform(CutStream& action, RelayActions* more);
  void Perform(StreamReplaced& action, RelayActions* more);

  void OnCommitted(const PoolCommitted& committed);
  void OnCheckpoint(const SignedCheckpoint& checkpoint);
  void ToNodes(const v1::CheckpointPush& push);
  void TakeUpWitnesses(const Roster& roster);
  void SignWhenHeard();
  void HearOf(StreamId id, const v1::Hello& hello);
  CosignedCheckpoints::Taken Take(uint64_t size, std::string_view line);
  void Publish();
  void LogKeyEvents();
  void OnTick();
  void EverySecond(TimeMs now);
  void Apply(RosterDesk::Change change);
  void RosterRules();
  void TakeUpShares();
  void PushHeartbeat();
  void CutFull(StreamId id, AttachCall* call);
  void CutExpired(TimeS now);
  v1::Attached Greeting(const v1::Hello& hello) const;
  AskCall* FindAsk(CallId id) const;
  AttachCall* FindStream(StreamId id) const;
  void CutAllCalls();
  void WaitForLoop();   // until it has run what was posted; not on its own thread

  ServiceParts parts_;
  const NoteVerifier log_verifier_;
  const std::shared_ptr<PeerGate> gate_;
  v1::Coordinator::AsyncService rpc_;
  v1::Audit::AsyncService audit_rpc_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  WorkPool pool_;
  std::unique_ptr<Sequencer> sequencer_;
  std::thread thread_;              // runs the loop
  std::promise<void> serving_;
  std::atomic<bool> stopped_ = false;

  // On the loop's thread only.
  Relay& relay_;
  std::unique_ptr<Timer> tick_, checkpoint_timer_;
  std::unique_ptr<Gathering> results_, frames_;
  absl::flat_hash_map<CallId, AskCall*> asks_;
  absl::flat_hash_map<StreamId, AttachCall*> streams_;
  uint64_t next_id_ = 1;            // of calls and streams
  uint64_t tree_size_ = 0;          // of the log, as committed
  std::vector<Bytes> uncovered_;    // entries after the last checkpoint
  std::optional<SignedCheckpoint> checkpoint_;
  CosignedCheckpoints cosigned_;
  bool heard_ = false;              // nodes had time to show a later checkpoint than ours
  bool sign_when_heard_ = false;
  std::set<AgencyId> heard_from_;
  TimeMs hear_until_ = 0;
  Bytes heartbeat_;
  uint32_t heartbeat_hour_ = 0;
  uint64_t heartbeat_version_ = 0;
  uint32_t evaluated_hour_ = 0;     // the newest that was submitted
  TimeMs next_second_ = 0;
  bool draining_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_SERVICE_H_
