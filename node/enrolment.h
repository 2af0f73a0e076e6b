// Which records are still to be enrolled under which key version, and what may be said about it in
// an answer. protocol.md sections 3 (ENROL, BULK) and 6 (complete, enrolled_through).
#ifndef WHOELSE_NODE_ENROLMENT_H_
#define WHOELSE_NODE_ENROLMENT_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "node/record.h"
#include "protocol/roster.h"

namespace whoelse {

// What the answering side needs to know; a value, handed over after each change.
struct EnrolmentView {
  bool imported = false;
  TimeMs newest_import_ms = 0;   // complete ones; 0: none yet
  std::set<KeyVersion> complete;
  // For each set of key versions: arrival of the oldest record that is enrolled in none of them.
  std::map<std::vector<KeyVersion>, TimeMs> oldest_unenrolled_ms;

  // The `enrolled_through` of an answer to a frame with these complete key versions, in units of
  // 600 s. Rounded, and never later than the start of the interval before the one that ended last:
  // a finer time would date the arrival of one child.
  uint32_t EnrolledThrough(const std::vector<KeyVersion>& complete_in_frame, uint32_t interval_s,
                           TimeMs now) const;
};

class Enrolment {
 public:
  // Ordered by arrival: the oldest is enrolled first and found at once.
  struct Item {
    TimeMs arrived_ms;
    RecordId record;
    KeyType type;
    auto operator<=>(const Item&) const = default;
  };

  // The key versions that count. A new one has all held records pending; a retired one is forgotten.
  void SetKeyVersions(const std::vector<KeyVersion>& versions);
  // An identifier of a record, loaded or new there: to be enrolled under every version.
  void Hold(RecordId record, KeyType type, TimeMs arrived_ms);
  // The record does not have it any more.
  void Drop(RecordId record, KeyType type);
  void MarkEnrolled(KeyVersion kv, RecordId record, KeyType type);
  // A complete import: all of a file's rows.
  void OnImported(TimeMs now) { newest_import_ms_ = now; }

  // The oldest pending items of this key version, at most n. The first call after records are held
  // begins the version's enrolment: it is complete when all records held then are enrolled.
  std::vector<Item> Next(KeyVersion kv, size_t n, TimeMs now);
  size_t Pending(KeyVersion kv) const;
  bool Complete(KeyVersion kv) const;

  // When the enrolment of each version began; what must survive a restart.
  const std::map<KeyVersion, TimeMs>& begun_ms() const { return begun_ms_; }
  void RestoreBegun(std::map<KeyVersion, TimeMs> begun) { begun_ms_ = std::move(begun); }
  void RestoreImported(TimeMs newest_import_ms) { newest_import_ms_ = newest_import_ms; }
  // What a start finds, with the key versions set: each record's identifiers, in order of the ids; then,
  // once, which of them are enrolled under a version. Were each held and then marked, all of a register
  // would go through the pending ones.
  void RestoreHeld(RecordId record, const Arrivals& arrived_ms);
  void RestorePending(const std::function<bool(KeyVersion, RecordId, KeyType)>& is_enrolled);
  TimeMs newest_import_ms() const { return newest_import_ms_; }

  EnrolmentView View() const;

 private:
  // To the pending ones of a version: what is held and not enrolled.
  template <typename IsEnrolled>
  void AddHeld(absl::btree_set<Item>& items, IsEnrolled is_enrolled) const;
  std::optional<TimeMs> OldestUnenrolled(const std::vector<KeyVersion>& versions) const;

  // B-trees: a register of a million records has two million items.
  absl::btree_map<RecordId, Arrivals> held_;
  std::map<KeyVersion, absl::btree_set<Item>> pending_;
  std::map<KeyVersion, TimeMs> begun_ms_;
  TimeMs newest_import_ms_ = 0;   // 0: never
};

// One request to the evaluators.
struct EnrolmentStep {
  EvaluationKind kind;     // kBulk or kEnrol
  size_t elements;         // of the request; dummies fill an ENROL up
};
// Inside the agency's window and with something pending: as large a BULK as fits. nullopt otherwise.
std::optional<EnrolmentStep> PlanBulk(const RosterAgency& agency, KeyVersion kv, size_t pending,
                                      TimeMs now);

// The constant rate: one ENROL an interval and key version, whether or not anything is pending.
// Enrolling on the event itself would tell every coordinator when this agency took on a child.
class EnrolmentRhythm {
 public:
  // Whether this version's request is due now; true once an interval. Not in the interval of the first
  // call: restarts must not add requests.
  bool Due(KeyVersion kv, TimeMs now, uint32_t interval_s);

 private:
  std::map<KeyVersion, uint64_t> last_interval_;
};
// The inputs of a request: an ENROL is filled up with dummies, so that its size says nothing.
std::vector<std::optional<Digest>> FilledUp(std::vector<std::optional<Digest>> pending,
                                            const EnrolmentStep& step);

}  // namespace whoelse

#endif  // WHOELSE_NODE_ENROLMENT_H_
