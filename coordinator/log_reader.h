// Reads over a stored log: subtrees at any size it once had, and whether the store still says what
// it said. Pure.
#ifndef WHOELSE_COORDINATOR_LOG_READER_H_
#define WHOELSE_COORDINATOR_LOG_READER_H_

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "coordinator/state.h"

namespace whoelse {

// The tree as it was at `size`, from stored subtrees: O(log size) reads. NOT_FOUND when the log is
// not that long.
absl::StatusOr<Frontier> FrontierAt(const CoordinatorState& state, uint64_t size);

// RFC 6962 proof that the tree of `old_size` is a prefix of that of `new_size`: O(log^2) reads.
absl::StatusOr<std::vector<TreeHash>> StoredConsistencyProof(const CoordinatorState& state,
                                                             uint64_t old_size,
                                                             uint64_t new_size);

// An entry and its RFC 6962 inclusion proof.
struct ProofOfEntry {
  Bytes entry;
  std::vector<TreeHash> proof;
};
// One for each of `indexes`, in their order, in the tree of `size`. INVALID_ARGUMENT: an index that
// is not in it.
absl::StatusOr<std::vector<ProofOfEntry>> StoredInclusionProofs(
    const CoordinatorState& state, std::span<const uint64_t> indexes, uint64_t size);

// The newest Roster leaf, and the first Asked or Answered leaf of the next ones behind it, whose time is
// one by which the roster was in the log. Either nullopt when the tree of `size` has none.
struct RosterLeaves {
  std::optional<uint64_t> roster;
  std::optional<uint64_t> after;
};
absl::StatusOr<RosterLeaves> FindRosterLeaves(const CoordinatorState& state, uint64_t size);

// DATA_LOSS, with what contradicts what, unless the stored head is the tree of the stored subtrees,
// these are the hashes of their children along the right edge, and the newest `entries` entries are
// those that were hashed. Run before anything is appended: a store that lost or changed something
// would otherwise be signed as a second history of this log.
absl::Status CheckStoredLog(const CoordinatorState& state, uint64_t entries);

// DATA_LOSS unless this tile of the tree of `size` is right: its hashes are those of the entries (at
// level 0), and the stored subtrees above them, up to the hash in the tile one level up, are those
// of their halves. Over all tiles, that is the whole log.
absl::Status CheckTile(const CoordinatorState& state, unsigned level, uint64_t index,
                       uint64_t size);

// DATA_LOSS unless the stored log contains the tree that this checkpoint states. A store that was
// rolled back, restored from an old copy or swapped fails here.
absl::Status CheckContains(const CoordinatorState& state, const Checkpoint& checkpoint);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_READER_H_
