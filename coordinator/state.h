// What a coordinator has to remember, and the one way in which it changes: a StateBatch, written
// whole and synced. Pure; rocksdb_state.h keeps it on a disk, tests/support/memory_state.h in memory.
#ifndef WHOELSE_COORDINATOR_STATE_H_
#define WHOELSE_COORDINATOR_STATE_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/entry.h"
#include "audit/merkle.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/question.h"

namespace whoelse {

// The end of the log: what it takes to append to it.
struct LogHead {
  Frontier frontier;
  TimeMs last_ms = 0;   // the time of the newest entry; entries never go back in time

  uint64_t size() const { return frontier.size(); }
  bool operator==(const LogHead&) const = default;
};

// The root of the perfect subtree over [index * 2^level, (index + 1) * 2^level). Never changes.
struct TreeNodeRow {
  unsigned level = 0;
  uint64_t index = 0;
  TreeHash hash;
  bool operator==(const TreeNodeRow&) const = default;
};

// What is capped, and over what time.
enum class CounterUse : uint8_t {
  kEvaluation = 1,   // requests of a party by kind and key version; BULK: elements
  kQuestion,         // questions that an agency had admitted here
  kLedgerDigest,     // digests that an agency had logged here
  kOpening           // openings that an auditor had logged here
};
struct CounterKey {
  CounterUse use = CounterUse::kEvaluation;
  AgencyId party = 0;
  EvaluationKind kind = EvaluationKind::kAsk;   // of kEvaluation, else kAsk
  KeyVersion kv = 0;                            // of kEvaluation, else 0
  uint32_t day = 0;                             // unix days (UTC); 0: never starts anew (BULK)
  auto operator<=>(const CounterKey&) const = default;
};

// Elements charged in an hour to one party, kind and key version: a cell of the Evaluated table.
struct TallyKey {
  uint32_t hour = 0;   // unix seconds / 3600
  AgencyId party = 0;
  EvaluationKind kind = EvaluationKind::kAsk;
  KeyVersion kv = 0;
  auto operator<=>(const TallyKey&) const = default;
};

// The side table: who asked what. Opened to auditors, never to members.
struct AskedRow {
  uint64_t index = 0;            // of the Asked leaf
  TimeMs time_ms = 0;            // of the Asked leaf
  FrameHash frame_hash;
  AgencyId asker = 0;
  Opening32 r;                   // opens the frame's asker_tag to `asker`
  uint64_t roster_version = 0;   // the header's: its order is that of the answers
  uint32_t agencies = 0;         // how many that roster has
  std::optional<uint64_t> answered_index;   // of the Answered leaf, once there is one
  bool operator==(const AskedRow&) const = default;
};

// An hour's table, as it opens to auditors.
struct EvaluatedTable {
  uint32_t hour = 0;
  uint64_t index = 0;            // of the Evaluated leaf
  EvaluatedSalt salt;
  std::vector<EvaluatedRow> rows;
  bool operator==(const EvaluatedTable&) const = default;
};

// Where an entry that a party handed in stands in the log.
struct LoggedRow {
  TreeHash leaf;                 // LeafHash of the entry
  uint64_t index = 0;
  bool operator==(const LoggedRow&) const = default;
};

// A roster as it was offered, kept for as long as the log: what a frame's roster order means.
struct StoredRoster {
  uint64_t version = 0;
  Bytes signed_roster;
  bool operator==(const StoredRoster&) const = default;
};

// Everything that changes at once. Values are absolute, so that a batch can be checked on its own.
struct StateBatch {
  uint64_t first_index = 0;           // of entries[0]
  std::vector<Bytes> entries;
  std::vector<TreeNodeRow> nodes;         // leaves are level 0
  LogHead head;                       // after the entries
  std::vector<std::pair<CounterKey, uint32_t>> counters;
  std::vector<std::pair<TallyKey, uint32_t>> tallies;
  std::vector<AskedRow> asked;        // new ones, and those that an Answered closes
  std::vector<EvaluatedTable> evaluated;   // each ends the tallies of its hour
  std::vector<StoredRoster> rosters;
  std::vector<LoggedRow> logged;
  std::vector<KeyEventEntry> key_events;
  std::optional<uint64_t> roster_leaf;      // index of the newest Roster leaf
  std::optional<Bytes> roster_state;  // RosterKeeper::State
};

// Reads return what was committed, never more. Every error of a read means that the store is
// damaged or unreachable: whoever gets one stops (a guess in its place would be a second history).
class CoordinatorState {
 public:
  virtual ~CoordinatorState() = default;

  virtual absl::StatusOr<LogHead> Head() const = 0;
  // NOT_FOUND when the log has no such subtree yet.
  virtual absl::StatusOr<TreeHash> Node(unsigned level, uint64_t index) const = 0;
  // Entries [begin, end). NOT_FOUND when the log does not reach so far.
  virtual absl::StatusOr<std::vector<Bytes>> Entries(uint64_t begin, uint64_t end) const = 0;
  virtual absl::StatusOr<uint32_t> Counter(const CounterKey& key) const = 0;   // 0: never charged
  virtual absl::StatusOr<uint32_t> Tally(const TallyKey& key) const = 0;
  // The tallies of all hours below `hour`.
  virtual absl::StatusOr<std::vector<std::pair<TallyKey, uint32_t>>> TalliesBefore(
      uint32_t hour) const = 0;
  // The newest hour that is logged; nullopt: none.
  virtual absl::StatusOr<std::optional<uint32_t>> LastEvaluatedHour() const = 0;
  virtual absl::StatusOr<std::optional<AskedRow>> FindAsked(const FrameHash& hash) const = 0;
  // Asked without Answered, in the order of the log.
  virtual absl::StatusOr<std::vector<AskedRow>> OpenQuestions() const = 0;
  virtual absl::StatusOr<Bytes> RosterState() const = 0;   // empty: none yet
  // Index of the newest Roster leaf; nullopt: none yet.
  virtual absl::StatusOr<std::optional<uint64_t>> RosterLeaf() const = 0;
  // Where an entry that a party handed in stands; nullopt: it was not handed in.
  virtual absl::StatusOr<std::optional<uint64_t>> FindLogged(const TreeHash& leaf) const = 0;
  // Every key event that was logged, by key version and event.
  virtual absl::StatusOr<std::vector<KeyEventEntry>> KeyEvents() const = 0;
  // The first `most` rows of the side table whose index is from..to, in the order of the log.
  virtual absl::StatusOr<std::vector<AskedRow>> SideTable(uint64_t from, uint64_t to,
                                                          size_t most) const = 0;
  // The first logged table whose hour is from..to; nullopt: none.
  virtual absl::StatusOr<std::optional<EvaluatedTable>> FirstTable(uint32_t from,
                                                                   uint32_t to) const = 0;

  // All of it or nothing, and on the disk when it returns. After an error nothing may be written
  // any more: what the disk holds is then unknown.
  virtual absl::Status Commit(const StateBatch& batch) = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_STATE_H_
