// The answering thread: the one owner of Holder, RosterKeeper and what is known of the logs. Others
// tell it by messages; it tells them by RosterBoard and by Outlet. Time slots are kept here.
#ifndef WHOELSE_NODE_ANSWERING_H_
#define WHOELSE_NODE_ANSWERING_H_

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "node/alarm_gate.h"
#include "node/doubt.h"
#include "node/holder.h"
#include "node/rocksdb_store.h"
#include "node/roster_board.h"
#include "node/witness_file.h"
#include "protocol/roster_keeper.h"
#include "rpc/clock.h"

namespace whoelse {

// Where replies to a coordinator go; thread-safe and never blocking.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void SendWires(CoordinatorId to, std::vector<Bytes> wires) = 0;
  virtual void SendRefusals(CoordinatorId to, std::vector<Bytes> refusals) = 0;
  virtual void SendCosignature(CoordinatorId to, Witness::Cosigned cosigned) = 0;
  // Nothing on this stream can be verified any more: ends it. A new one may follow.
  virtual void EndStream(CoordinatorId to, uint64_t stream) = 0;
};

// What a coordinator pushed in one message, in the order in which it has to be taken up.
struct Push {
  std::optional<AttachStatement> attached;
  struct Envelope {
    Bytes frame;
    Bytes admission;
  };
  std::vector<Envelope> envelopes;
  struct Checkpoint {
    std::string note;
    std::vector<Bytes> leaves;
  };
  std::optional<Checkpoint> checkpoint;
  Bytes heartbeat;
  Bytes roster;
};

class Answering {
 public:
  // `evidence_dir`: where what proves an alarm is kept. `witness`: nullopt when this node is none.
  Answering(HolderIdentity identity, TrustAnchor trust, RocksdbStore& store,
            std::string evidence_dir, std::optional<WitnessFile> witness, RosterBoard& board,
            const Clock& clock, Random& random);
  ~Answering();

  // Before Start, on the starting thread: takes up stored state, then offers the first roster (empty:
  // none). FAILED_PRECONDITION when no roster rules afterwards; says which check the offered one
  // failed.
  absl::Status Restore(const SignedRoster* first);
  // Before Start: an index entry from the store.
  void LoadEntry(KeyType type, KeyVersion kv, RecordId record, const Secret<16>& check_key) {
    holder_.index().Insert(type, kv, record, check_key);
  }
  // Once, at a hub, before Start.
  void SetOfAHub() { holder_.SetOfAHub(); }
  void Start(Outlet& outlet);
  void Stop();

  // --- messages, from any thread ----------------------------------------------------------------
  // A new stream to this coordinator, which ends the one before: waits until everything that came on
  // that one is taken up, so that what the node says it knows (Hello) is what it will know when the
  // first push comes. Read earlier it could be outrun, and an honest log's proof would not fit.
  struct StreamStart {
    uint64_t stream;          // never 0, never used twice
    uint64_t known_size;      // of the last verified checkpoint
    std::string checkpoint;   // its note; empty: none yet
    std::vector<uint64_t> unproven;   // LogWatch::Unproven
  };
  StreamStart BeginStream(CoordinatorId to);
  // `bytes`: what it holds. False when the queue is full: the caller ends its stream rather than leave
  // out a frame. Pushes of another stream than the last one begun are dropped.
  bool OnPush(CoordinatorId from, uint64_t stream, Push push, size_t bytes);
  void OnDetached(CoordinatorId from, uint64_t stream);
  void SetEnrolment(EnrolmentView view);
  void SetPolicies(PolicyTables acting);
  void AddEntries(KeyVersion kv, std::vector<RocksdbStore::Enrolled> enrolled);
  void RemoveEntries(RecordId record, KeyType type);
  void OfferRoster(Bytes signed_roster);
  // A relay closed the collection of a question that this node asks.
  void OnClosed(ExpectedAnswered expected);
  // The store has these shields now.
  void ForgetShields(std::vector<RecordId> records);
  // People have said that nobody is shielded any more because the store was made of a backup.
  void StopShieldingEverybody();
  void RaiseAlarm(Alarm alarm);

  // How far a log is verified.
  struct LogStatus {
    CoordinatorId coordinator;
    uint64_t size;
    uint64_t gap;
  };
  std::vector<LogStatus> Logs() const;
  // An alarm said, since this process began, that a log does not say what came of this question.
  bool IsDisputed(const FrameHash& question) const;

 private:
  using Message = absl::AnyInvocable<void()>;
  // For this node's own threads, which wait for their own work: few at a time.
  void Post(Message message);
  void Loop();
  void TakeMessages(TimeMs until);
  LogWatch* StreamedLog(CoordinatorId from, uint64_t stream);
  void TakePush(CoordinatorId from, uint64_t stream, Push push);
  void EndStream(CoordinatorId from);
  void Raise(Alarm alarm);
  void TakeRoster(CoordinatorId from, const Bytes& signed_roster);
  void RestoreWatch(const RosterCoordinator& coordinator);
  void Cosign(CoordinatorId from);
  void TakeRosterLeaf(CoordinatorId from, const RosterEntry& leaf, TimeMs at);
  void AnswerDue();
  void ReleaseDue();
  void Every(TimeMs now);
  void OnRosterChanged();
  void ApplyDoubt();
  void PublishLogs();
  TimeMs NextDue(TimeMs now) const;

  RocksdbStore& store_;
  RosterBoard& board_;
  const Clock& clock_;
  const AgencyId agency_;
  const std::string evidence_dir_;
  Outlet* outlet_ = nullptr;

  // The loop's own.
  RosterKeeper keeper_;
  Holder holder_;
  std::optional<StoreDoubt> doubt_;                        // since Restore
  TimeMs next_in_use_ms_ = 0;
  std::deque<SlotBatch> committed_;                        // wires that wait for their slot's end
  std::map<CoordinatorId, uint64_t> streams_;              // those that are there
  uint64_t streams_begun_ = 0;
  TimeMs next_housekeeping_ms_ = 0;
  ConfirmedSpan confirmed_;                                // as it was posted
  std::optional<WitnessFile> witness_;
  AlarmGate gate_;
  std::set<CoordinatorId> alarmed_;                        // logs, since their last checkpoint

  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> messages_ ABSL_GUARDED_BY(mutex_);
  size_t pushed_bytes_ ABSL_GUARDED_BY(mutex_) = 0;        // of pushes in messages_
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<LogStatus> logs_ ABSL_GUARDED_BY(mutex_);
  std::set<FrameHash> disputed_ ABSL_GUARDED_BY(mutex_);
};

// An alarm as the document that is stored and shown.
std::string AlarmDocument(const Alarm& alarm, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ANSWERING_H_
