// The side of a node that answers. Start here; docs/life-of-a-question.md walks through it.
//
//   1  Handle     a frame and its admission come in: public checks, at once and loudly
//   2             an admitted frame waits for the end of its time slot
//   3  AnswerSlot all frames of a slot, in order of arrival: look up, check privately, decide, sign,
//                 seal. Every frame costs the same work and makes one record of the same size
//   4             the edge commits the slot's records as one group and keeps the wires until the end
//                 of the next slot; then they leave
//
// Pure: no clock, no thread, no disk. The edge owns one Holder on one thread (node/answering.h).
#ifndef WHOELSE_NODE_HOLDER_H_
#define WHOELSE_NODE_HOLDER_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "node/enrolment.h"
#include "node/index.h"
#include "node/log_watch.h"
#include "node/noted.h"
#include "node/policy.h"
#include "node/private_checks.h"
#include "node/public_checks.h"
#include "protocol/answer.h"
#include "protocol/roster.h"

namespace whoelse {

// Where the records are. The holder reads one for every frame, whether it hits or not.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  // NOT_FOUND: no such record (any more). Anything else is the world's fault and ends the batch.
  virtual absl::StatusOr<Record> ReadRecord(RecordId id) const = 0;
  virtual absl::StatusOr<Secret<32>> ReadWrapKey(RecordId id, KeyType type, KeyVersion kv) const = 0;
};

// One frame's line in the slot's group commit: of one size for every frame, hit or not.
struct SlotRecord {
  CoordinatorId coordinator;   // whose admission this is, and where the wire goes
  uint32_t log_key_id;
  uint64_t index;
  FrameHash frame_hash;
  Bytes wire;
  TimeS keep_until_s;          // how long the wire is kept: expires + 120 s
  bool repeated;               // the wire was made for an earlier admission
  Noted noted;                 // all zeros for a miss and for a repeated one
};

struct SlotBatch {
  TimeMs release_ms;           // the wires leave at this time at the earliest
  std::vector<SlotRecord> records;
};

struct HolderIdentity {
  AgencyId agency;
  SigningKey key;
};

class Holder {
 public:
  Holder(HolderIdentity identity, PolicyTables policies, const RecordSource& records,
         Random& random)
      : identity_(std::move(identity)),
        decoy_signature_(identity_.key.Sign("whoelse/1/decoy", {})),
        records_(records),
        random_(random),
        policies_(std::move(policies)) {}

  // Once, at the start: its organisations are controllers each for itself.
  void SetOfAHub() { of_a_hub_ = true; }
  // State that others own, handed over after each change.
  void SetRosters(std::shared_ptr<const Roster> mine, std::shared_ptr<const Roster> previous,
                  TimeMs replaced_ms);
  void SetEnrolment(EnrolmentView view) { enrolment_ = std::move(view); }
  // The tables in force, from the next slot on: one hash in all answers of a slot.
  void SetPolicies(PolicyTables policies) { policies_ = std::move(policies); }
  Index& index() { return index_; }
  // A restriction that the store does not have yet: it acts from the next question on.
  void Shield(RecordId record) { shielded_.insert(record); }
  // The store has what one notice did. Once for each: another that came meanwhile goes on acting.
  void Unshield(RecordId record) {
    if (const auto one = shielded_.find(record); one != shielded_.end()) shielded_.erase(one);
  }
  // A store that was made of a backup has forgotten notices, and what people and feeds restricted
  // since: all is shielded, pending, until people say otherwise. Also what is imported later: the
  // notice may have been about that.
  void ShieldEverybody(bool shields) { everybody_shielded_ = shields; }
  // A note that was committed before a restart and not worked off yet: its shields act again.
  void RestoreNoted(const Noted& noted);
  // A wire that was committed before a restart.
  void RestoreWire(const FrameHash& hash, Bytes wire, TimeS keep_until_s) {
    wires_[hash] = {std::move(wire), keep_until_s};
  }
  // A store that was set back has forgotten what it answered: frames issued until then are refused
  // with RESTARTED. 0: none.
  void SetUnsureThrough(TimeMs ms) { unsure_through_ms_ = ms; }
  LogWatch& Watch(CoordinatorId coordinator);   // of the ruling roster's log key

  struct Reply {
    std::optional<Bytes> refusal;   // at once; otherwise the frame waits for its slot
    std::vector<Alarm> alarms;
  };
  // A frame from this coordinator's stream. Never fails: what is wrong with it is a refusal.
  Reply Handle(CoordinatorId from, ByteView frame, ByteView admission, TimeMs now);

  // The oldest slot that has ended by `now` and has frames, answered. nullopt: none. An error is
  // the store's: nothing may leave, and the process should end.
  absl::StatusOr<std::optional<SlotBatch>> AnswerSlot(TimeMs now);
  // When the next slot with frames ends; nullopt: none waits.
  std::optional<TimeMs> NextSlotEnd() const;

  // Forgets wires whose time is over, and the key versions of a roster that is no longer held over.
  void Sweep(TimeMs now);

 private:
  struct Waiting {
    std::optional<Frame> frame;   // nullopt: a repetition of one that was admitted before
    std::shared_ptr<const Roster> frame_roster;   // of the header's version, when it was admitted
    Admission admission;
    TimeMs arrived_ms;
  };
  struct TimeSlot {
    TimeMs release_ms = 0;
    std::vector<Waiting> waiting;   // in order of arrival
    uint32_t frames = 0;
    uint32_t repeats = 0;
  };
  struct KeptWire {
    Bytes wire;
    TimeS keep_until_s;
  };
  struct Lookup {
    std::vector<Hit> hits;
    // What the hits point to; of at most kRecordsLookedAt records.
    absl::flat_hash_map<RecordId, std::unique_ptr<Record>> records;
    std::vector<std::unique_ptr<Secret<32>>> wraps;
    std::map<std::string, size_t, std::less<>> looked_at;   // by whose they are
    // Who has records that were not looked at; with `stopped` it may be anybody.
    std::set<std::string, std::less<>> cut;
    bool stopped = false;
    bool under_notice = false;   // one of those

    bool Cut(std::string_view owner) const { return stopped || cut.contains(owner); }
  };
  struct Decided {
    Answer answer;
    Noted noted;
  };

  TimeSlot& SlotAt(TimeMs now);
  PublicState StateFor(const FrameHash& hash, TimeMs now);
  Bytes Refuse(const FrameHash& hash, ByteView admission, RefusalCode code) const;
  absl::StatusOr<Lookup> LookUp(const Frame& frame) const;
  absl::Status ReadHit(RecordId id, uint8_t j, KeyType type, KeyVersion kv, Lookup& lookup) const;
  std::string_view OwnerOf(const Record& record) const {
    return of_a_hub_ ? std::string_view(record.organisation_code) : std::string_view();
  }
  bool IsShielded(RecordId answers) const {
    return everybody_shielded_ || shielded_.contains(answers);
  }
  std::set<RecordId> ShieldCut(Lookup& lookup) const;
  void PerformDecoyWork(const Frame& frame) const;
  absl::StatusOr<SlotRecord> AnswerOne(const Waiting& waiting);
  std::optional<SlotRecord> RepeatOne(const Admission& admission) const;
  Decided Decide(const Frame& frame, const PrivateVerdict& verdict, TimeMs arrived_ms);
  static bool WatchIsTold(const Record& record, const Disclosure& disclosure, Date today);
  void Disclose(const Frame& frame, const PrivateVerdict& verdict, Date today, Decided& decided);
  Answer Blank(const Frame& frame, TimeMs now) const;

  bool of_a_hub_ = false;
  const HolderIdentity identity_;
  const Signature decoy_signature_;   // of nothing
  const RecordSource& records_;
  Random& random_;

  PolicyTables policies_;

  Index index_;
  EnrolmentView enrolment_;
  std::shared_ptr<const Roster> roster_, previous_;
  TimeMs replaced_ms_ = 0;
  bool member_ = false;                                 // of roster_
  TimeMs unsure_through_ms_ = 0;
  std::map<std::pair<CoordinatorId, uint32_t>, LogWatch> watches_;
  std::map<TimeMs, TimeSlot> slots_;                    // by their end
  absl::flat_hash_map<FrameHash, KeptWire> wires_;      // answered
  std::set<FrameHash> waiting_;                         // pending
  std::multiset<RecordId> shielded_;
  bool everybody_shielded_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_HOLDER_H_
