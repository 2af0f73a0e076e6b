#include "audit/merkle.h"

#include <array>
#include <bit>
#include <utility>

namespace whoelse {
namespace {

constexpr std::array<uint8_t, 1> kLeafPrefix = {0x00};
constexpr std::array<uint8_t, 1> kNodePrefix = {0x01};

// The roots of neighbouring perfect subtrees, largest first, joined to the root of them all.
TreeHash Join(const std::vector<TreeHash>& subtrees) {
  TreeHash root = subtrees.back();
  for (size_t i = subtrees.size() - 1; i > 0; --i) root = NodeHash(subtrees[i - 1], root);
  return root;
}

// The leaves [begin, end) as a node of RFC 6962's recursion.
struct Range {
  uint64_t begin;
  uint64_t end;
  uint64_t size() const { return end - begin; }
  // Where RFC 6962 splits it: after the largest power of two below its size, which is at least 2.
  uint64_t Middle() const { return begin + std::bit_floor(size() - 1); }
};

// `range` came from splitting, so the perfect subtrees in it lie at multiples of their size.
absl::StatusOr<TreeHash> RootOf(Range range, HashReader hash) {
  std::vector<TreeHash> subtrees;
  while (range.size() > 0) {
    const auto level = static_cast<unsigned>(std::bit_width(range.size()) - 1);
    auto subtree = hash(level, range.begin >> level);
    if (!subtree.ok()) return subtree.status();
    subtrees.push_back(*subtree);
    range.begin += uint64_t{1} << level;
  }
  return Join(subtrees);
}

// A proof lists the ranges from the leaf upwards; they were found from the root downwards.
absl::StatusOr<std::vector<TreeHash>> RootsUpwards(const std::vector<Range>& downwards,
                                                   HashReader hash) {
  std::vector<TreeHash> proof;
  for (auto range = downwards.rbegin(); range != downwards.rend(); ++range) {
    auto root = RootOf(*range, hash);
    if (!root.ok()) return root.status();
    proof.push_back(*root);
  }
  return proof;
}

absl::StatusOr<TreeHash> HashIn(std::span<const TreeHash> leaves, unsigned level, uint64_t index) {
  return TreeRoot(leaves.subspan(index << level, uint64_t{1} << level));
}

enum class Side { kLeft, kRight };

// The way from a node to the root: RFC 9162's fn and sn.
struct Climb {
  uint64_t node;   // the node's position on its level
  uint64_t last;   // that of the level's last node

  bool AtRoot() const { return last == 0; }
  void Up() {
    node >>= 1;
    last >>= 1;
  }
  // Goes up to the parent shared with the next sibling; the side on which that sibling stands.
  Side PassSibling() {
    if (node % 2 == 0 && node != last) {
      Up();
      return Side::kRight;
    }
    // A last node without a sibling is its own parent, until it is a right child.
    while (node % 2 == 0 && node != 0) Up();
    Up();
    return Side::kLeft;
  }
};

absl::Status Expect(bool good, const char* complaint) {
  return good ? absl::OkStatus() : absl::UnauthenticatedError(complaint);
}

// What VerifyConsistency must hold when no proof can: from size 0, or between equal sizes.
absl::Status CheckEmptyOrEqual(uint64_t old_size, const TreeHash& old_root, uint64_t new_size,
                               const TreeHash& new_root) {
  // Without this, a log could show anybody an invented root at size 0 and nobody would notice.
  if (old_size == 0 && old_root != EmptyRoot()) {
    return absl::UnauthenticatedError("consistency proof: an empty tree with another root");
  }
  return Expect(old_size != new_size || old_root == new_root,
                "consistency proof: two roots of one size");
}

}  // namespace

TreeHash EmptyRoot() { return Sha256({}); }
TreeHash LeafHash(ByteView entry) { return Sha256({kLeafPrefix, entry}); }
TreeHash NodeHash(const TreeHash& left, const TreeHash& right) {
  return Sha256({kNodePrefix, left, right});
}

TreeHash TreeRoot(std::span<const TreeHash> leaves) {
  Frontier frontier;
  for (const TreeHash& leaf : leaves) frontier.Append(leaf);
  return frontier.Root();
}

absl::StatusOr<Frontier> Frontier::Create(uint64_t size, std::vector<TreeHash> hashes) {
  if (size > kTreeSizeMax) return absl::InvalidArgumentError("frontier: the tree is too large");
  if (hashes.size() != static_cast<size_t>(std::popcount(size))) {
    return absl::InvalidArgumentError("frontier: not one hash for each perfect subtree");
  }
  Frontier frontier;
  frontier.size_ = size;
  frontier.hashes_ = std::move(hashes);
  return frontier;
}

void Frontier::Append(const TreeHash& leaf) {
  TreeHash node = leaf;
  for (uint64_t rest = size_; rest & 1; rest >>= 1) {
    node = NodeHash(hashes_.back(), node);
    hashes_.pop_back();
  }
  hashes_.push_back(node);
  ++size_;
}

TreeHash Frontier::Root() const { return hashes_.empty() ? EmptyRoot() : Join(hashes_); }

absl::StatusOr<Frontier> ReadFrontier(uint64_t size, HashReader hash) {
  std::vector<TreeHash> hashes;
  for (uint64_t begin = 0; begin < size;) {
    const auto level = static_cast<unsigned>(std::bit_width(size - begin) - 1);
    auto subtree = hash(level, begin >> level);
    if (!subtree.ok()) return subtree.status();
    hashes.push_back(*subtree);
    begin += uint64_t{1} << level;
  }
  return Frontier::Create(size, std::move(hashes));
}

absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index, uint64_t size,
                                                     HashReader hash) {
  if (index >= size || size > kTreeSizeMax) {
    return absl::InvalidArgumentError("inclusion proof: no such leaf");
  }
  std::vector<Range> siblings;
  Range at{0, size};
  while (at.size() > 1) {
    const uint64_t middle = at.Middle();
    if (index < middle) {
      siblings.push_back({middle, at.end});
      at.end = middle;
    } else {
      siblings.push_back({at.begin, middle});
      at.begin = middle;
    }
  }
  return RootsUpwards(siblings, hash);
}

absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index,
                                                     std::span<const TreeHash> leaves) {
  return InclusionProof(index, leaves.size(), [leaves](unsigned level, uint64_t i) {
    return HashIn(leaves, level, i);
  });
}

absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t old_size, uint64_t new_size,
                                                       HashReader hash) {
  if (old_size > new_size || new_size > kTreeSizeMax) {
    return absl::InvalidArgumentError("consistency proof: no such trees");
  }
  if (old_size == 0) return std::vector<TreeHash>();
  std::vector<Range> parts;
  Range at{0, new_size};
  while (at.end != old_size) {
    const uint64_t middle = at.Middle();
    if (old_size <= middle) {
      parts.push_back({middle, at.end});
      at.end = middle;
    } else {
      parts.push_back({at.begin, middle});
      at.begin = middle;
    }
  }
  // From the left edge it is the old tree itself, whose root the verifier holds.
  if (at.begin != 0) parts.push_back(at);
  return RootsUpwards(parts, hash);
}

absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t old_size,
                                                       std::span<const TreeHash> leaves) {
  return ConsistencyProof(old_size, leaves.size(), [leaves](unsigned level, uint64_t i) {
    return HashIn(leaves, level, i);
  });
}

absl::Status VerifyInclusion(const TreeHash& leaf, uint64_t index, uint64_t size,
                             std::span<const TreeHash> proof, const TreeHash& root) {
  if (index >= size || size > kTreeSizeMax) {
    return absl::InvalidArgumentError("inclusion proof: no such leaf");
  }
  Climb climb{index, size - 1};
  TreeHash hash = leaf;
  for (const TreeHash& sibling : proof) {
    // Without the two checks of length, an inner node could be passed off as a leaf.
    if (climb.AtRoot()) return absl::InvalidArgumentError("inclusion proof: too long");
    hash = climb.PassSibling() == Side::kLeft ? NodeHash(sibling, hash) : NodeHash(hash, sibling);
  }
  if (!climb.AtRoot()) return absl::InvalidArgumentError("inclusion proof: too short");
  return Expect(hash == root, "inclusion proof: leads to another root");
}

absl::Status VerifyConsistency(uint64_t old_size, const TreeHash& old_root, uint64_t new_size,
                               const TreeHash& new_root, std::span<const TreeHash> proof) {
  if (old_size > new_size || new_size > kTreeSizeMax) {
    return absl::InvalidArgumentError("consistency proof: the old tree is the larger one");
  }
  if (old_size == 0 || old_size == new_size) {
    if (!proof.empty()) return absl::InvalidArgumentError("consistency proof: too long");
    return CheckEmptyOrEqual(old_size, old_root, new_size, new_root);
  }
  // From the old tree's last leaf up to the largest perfect subtree that ends with it.
  Climb climb{old_size - 1, new_size - 1};
  while (climb.node % 2 == 1) climb.Up();
  // The proof starts with that subtree; when it is the whole old tree, the verifier has its root.
  const bool old_is_perfect = std::has_single_bit(old_size);
  if (!old_is_perfect && proof.empty()) {
    return absl::InvalidArgumentError("consistency proof: too short");
  }
  TreeHash old_hash = old_is_perfect ? old_root : proof.front();
  TreeHash new_hash = old_hash;
  for (const TreeHash& sibling : proof.subspan(old_is_perfect ? 0 : 1)) {
    if (climb.AtRoot()) return absl::InvalidArgumentError("consistency proof: too long");
    if (climb.PassSibling() == Side::kLeft) {
      old_hash = NodeHash(sibling, old_hash);
      new_hash = NodeHash(sibling, new_hash);
    } else {
      new_hash = NodeHash(new_hash, sibling);   // what stands to the right is not in the old tree
    }
  }
  if (!climb.AtRoot()) return absl::InvalidArgumentError("consistency proof: too short");
  return Expect(old_hash == old_root && new_hash == new_root,
                "consistency proof: leads to another root");
}

}  // namespace whoelse
