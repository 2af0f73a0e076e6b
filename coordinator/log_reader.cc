#include "coordinator/log_reader.h"

#include <algorithm>
#include <bit>

namespace whoelse {
namespace {

// `node`, its hash given, against its children, down the right edge to a leaf.
absl::Status CheckRightEdge(const CoordinatorState& state, unsigned level, uint64_t index,
                            TreeHash hash) {
  for (; level > 0; --level) {
    auto left = state.Node(level - 1, 2 * index);
    if (!left.ok()) return left.status();
    auto right = state.Node(level - 1, 2 * index + 1);
    if (!right.ok()) return right.status();
    if (NodeHash(*left, *right) != hash) {
      return absl::DataLossError("log: a stored subtree is not the hash of its halves");
    }
    index = 2 * index + 1;
    hash = *right;
  }
  return absl::OkStatus();
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
  std::vector<TreeHash> hashes;
  for (uint64_t begin = 0; begin < size;) {
    const auto level = static_cast<unsigned>(std::bit_width(size - begin) - 1);
    auto hash = state.Node(level, begin >> level);
    if (!hash.ok()) return hash.status();
    hashes.push_back(*hash);
    begin += uint64_t{1} << level;
  }
  return Frontier::Create(size, std::move(hashes));
}

absl::StatusOr<std::vector<TreeHash>> StoredConsistencyProof(const CoordinatorState& state,
                                                             uint64_t old_size,
                                                             uint64_t new_size) {
  return ConsistencyProof(old_size, new_size, [&state](unsigned level, uint64_t index) {
    return state.Node(level, index);
  });
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
  size_t i = 0;
  for (uint64_t begin = 0; begin < size; ++i) {
    const auto level = static_cast<unsigned>(std::bit_width(size - begin) - 1);
    absl::Status edge = CheckRightEdge(state, level, begin >> level, recomputed->hashes()[i]);
    if (!edge.ok()) return edge;
    begin += uint64_t{1} << level;
  }
  return CheckEntries(state, size - std::min(size, entries), size);
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
