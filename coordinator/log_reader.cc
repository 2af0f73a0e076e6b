#include "coordinator/log_reader.h"

#include <algorithm>
#include <bit>

#include "audit/tile.h"

namespace whoelse {
namespace {

constexpr uint64_t kLeavesBehindRoster = 64;   // that are looked through for one with a time

// One subtree against its halves.
absl::Status CheckHalves(const CoordinatorState& state, unsigned level, uint64_t index) {
  const auto whole = state.Node(level, index);
  if (!whole.ok()) return whole.status();
  const auto left = state.Node(level - 1, 2 * index);
  if (!left.ok()) return left.status();
  const auto right = state.Node(level - 1, 2 * index + 1);
  if (!right.ok()) return right.status();
  if (NodeHash(*left, *right) == *whole) return absl::OkStatus();
  return absl::DataLossError("log: a stored subtree is not the hash of its halves");
}

// A perfect subtree against its halves, down the right edge to a leaf.
absl::Status CheckRightEdge(const CoordinatorState& state, unsigned level, uint64_t index) {
  absl::Status status;
  for (; status.ok() && level > 0; --level) {
    status = CheckHalves(state, level, index);
    index = 2 * index + 1;
  }
  return status;
}

absl::Status CheckEntries(const CoordinatorState& state, uint64_t begin, uint64_t end) {
  auto entries = state.Entries(begin, end);
  if (!entries.ok()) return entries.status();
  for (uint64_t index = begin; index < end; ++index) {
    auto leaf = state.Node(0, index);
    if (!leaf.ok()) return leaf.status();
    if (LeafHash((*entries)[index - begin]) != *leaf) {
      return absl::DataLossError("log: a stored entry is not the one that was hashed");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Frontier> FrontierAt(const CoordinatorState& state, uint64_t size) {
  return ReadFrontier(size, [&state](unsigned level, uint64_t index) {
    return state.Node(level, index);
  });
}

absl::StatusOr<std::vector<TreeHash>> StoredConsistencyProof(const CoordinatorState& state,
                                                             uint64_t old_size,
                                                             uint64_t new_size) {
  return ConsistencyProof(old_size, new_size, [&state](unsigned level, uint64_t index) {
    return state.Node(level, index);
  });
}

absl::StatusOr<std::vector<ProofOfEntry>> StoredInclusionProofs(
    const CoordinatorState& state, std::span<const uint64_t> indexes, uint64_t size) {
  std::vector<ProofOfEntry> proofs;
  for (const uint64_t index : indexes) {
    auto proof = InclusionProof(index, size, [&state](unsigned level, uint64_t at) {
      return state.Node(level, at);
    });
    if (!proof.ok()) return proof.status();
    auto entries = state.Entries(index, index + 1);
    if (!entries.ok()) return entries.status();
    proofs.push_back({std::move(entries->front()), *std::move(proof)});
  }
  return proofs;
}

absl::StatusOr<RosterLeaves> FindRosterLeaves(const CoordinatorState& state, uint64_t size) {
  const auto roster = state.RosterLeaf();
  if (!roster.ok()) return roster.status();
  RosterLeaves leaves;
  if (!*roster || **roster >= size) return leaves;
  leaves.roster = *roster;
  const uint64_t begin = **roster + 1;
  const auto entries = state.Entries(begin, std::min(size, begin + kLeavesBehindRoster));
  if (!entries.ok()) return entries.status();
  for (size_t i = 0; i < entries->size() && !leaves.after; ++i) {
    const auto type = static_cast<LogEntryType>((*entries)[i].front());
    if (type == LogEntryType::kAsked || type == LogEntryType::kAnswered) leaves.after = begin + i;
  }
  return leaves;
}

absl::Status CheckStoredLog(const CoordinatorState& state, uint64_t entries) {
  auto head = state.Head();
  if (!head.ok()) return head.status();
  const uint64_t size = head->size();
  auto recomputed = FrontierAt(state, size);
  if (!recomputed.ok()) return recomputed.status();
  if (*recomputed != head->frontier) {
    return absl::DataLossError("log: the stored head is not the tree of the stored subtrees");
  }
  for (uint64_t begin = 0; begin < size;) {
    const auto level = static_cast<unsigned>(std::bit_width(size - begin) - 1);
    absl::Status edge = CheckRightEdge(state, level, begin >> level);
    if (!edge.ok()) return edge;
    begin += uint64_t{1} << level;
  }
  return CheckEntries(state, size - std::min(size, entries), size);
}

absl::Status CheckTile(const CoordinatorState& state, unsigned level, uint64_t index,
                       uint64_t size) {
  const uint64_t begin = index * kTileWidth;
  const unsigned width = TileWidthAt(level, index, size);
  absl::Status status =
      level == 0 ? CheckEntries(state, begin, begin + width) : absl::OkStatus();
  const unsigned base = level * kTileHeight;
  for (unsigned up = 1; status.ok() && up <= kTileHeight; ++up) {
    for (uint64_t i = 0; status.ok() && i < width >> up; ++i) {
      status = CheckHalves(state, base + up, (begin >> up) + i);
    }
  }
  // What is missing is as bad as what is wrong: the tile is within the log.
  if (!absl::IsNotFound(status)) return status;
  return absl::DataLossError("log: a row of the log is missing from the store");
}

absl::Status CheckContains(const CoordinatorState& state, const Checkpoint& checkpoint) {
  auto head = state.Head();
  if (!head.ok()) return head.status();
  if (checkpoint.size > head->size()) {
    return absl::DataLossError("log: the store ends before a checkpoint that was signed");
  }
  auto frontier = FrontierAt(state, checkpoint.size);
  if (!frontier.ok()) return frontier.status();
  if (frontier->Root() != checkpoint.root) {
    return absl::DataLossError("log: the store contradicts a checkpoint that was signed");
  }
  return absl::OkStatus();
}

}  // namespace whoelse
