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
#include "node/holder.h"
#include "node/requester.h"
#include "node/rocksdb_store.h"
#include "node/roster_board.h"
#include "protocol/roster_keeper.h"
#include "rpc/clock.h"

namespace whoelse {

// Where replies to a coordinator go; thread-safe and never blocking.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void SendWires(CoordinatorId to, std::vector<Bytes> wires) = 0;
  virtual void SendRefusals(CoordinatorId to, std::vector<Bytes> refusals) = 0;
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
  Answering(HolderIdentity identity, TrustAnchor trust, RocksdbStore& store, RosterBoard& board,
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
  void Start(Outlet& outlet);
  void Stop();

  // --- messages, from any thread ----------------------------------------------------------------
  // False when the queue is full: the caller drops its stream rather than a frame.
  bool OnPush(CoordinatorId from, Push push);
  void OnDetached(CoordinatorId from);
  void SetEnrolment(EnrolmentView view);
  void SetPolicy(const PolicyTable& acting);
  void AddEntries(KeyVersion kv, std::vector<RocksdbStore::Enrolled> enrolled);
  void RemoveEntries(RecordId record);
  void OfferRoster(Bytes signed_roster);
  void ExpectAnswered(Requester::ExpectedAnswered expected);
  // The store has these shields now.
  void ForgetShields(std::vector<RecordId> records);
  void RaiseAlarm(Alarm alarm);

  // The size of a log's last verified checkpoint, for Hello.
  uint64_t KnownSize(CoordinatorId coordinator) const;
  struct LogStatus {
    CoordinatorId coordinator;
    uint64_t size;
    uint64_t gap;
  };
  std::vector<LogStatus> Logs() const;

 private:
  using Message = absl::AnyInvocable<void()>;
  bool Post(Message message, bool even_if_full);
  void Loop();
  void TakeMessages(TimeMs until);
  void TakePush(CoordinatorId from, Push push);
  void TakeLeaves(CoordinatorId from, const std::vector<LogWatch::Leaf>& leaves);
  void AnswerDue();
  void ReleaseDue();
  void Every(TimeMs now);
  void OnRosterChanged();
  void PublishLogs();
  TimeMs NextDue(TimeMs now) const;

  RocksdbStore& store_;
  RosterBoard& board_;
  const Clock& clock_;
  const AgencyId agency_;
  Outlet* outlet_ = nullptr;

  // The loop's own.
  RosterKeeper keeper_;
  Holder holder_;
  std::deque<SlotBatch> committed_;                        // wires that wait for their slot's end
  std::map<std::pair<CoordinatorId, uint64_t>, Requester::ExpectedAnswered> expected_;
  TimeMs next_housekeeping_ms_ = 0;
  bool unconfirmed_ = true;

  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> messages_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<LogStatus> logs_ ABSL_GUARDED_BY(mutex_);
};

// An alarm as the document that is stored and shown.
std::string AlarmDocument(const Alarm& alarm, TimeMs now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ANSWERING_H_
