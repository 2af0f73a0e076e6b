// The Merkle tree of RFC 6962 section 2 over SHA-256, and its proofs. docs/formats/checkpoint.md.
#ifndef WHOELSE_AUDIT_MERKLE_H_
#define WHOELSE_AUDIT_MERKLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/hash.h"

namespace whoelse {

using TreeHash = Sha256Digest;

// The auditors' Go tools read sizes as int64: a larger tree would be one that only we can read.
inline constexpr uint64_t kTreeSizeMax = (uint64_t{1} << 63) - 1;
// The height of that tree: no inclusion proof is longer.
inline constexpr size_t kInclusionProofMax = 63;
static_assert(kTreeSizeMax >> kInclusionProofMax == 0);

TreeHash EmptyRoot();                                              // SHA-256("")
TreeHash LeafHash(ByteView entry);                                 // SHA-256(0x00 || entry)
TreeHash NodeHash(const TreeHash& left, const TreeHash& right);    // SHA-256(0x01 || left || right)

// The root of the tree over these leaf hashes.
TreeHash TreeRoot(std::span<const TreeHash> leaves);

// What it takes to append to a tree and to state its root without its leaves: the roots of the
// perfect subtrees that it consists of, the largest (leftmost) first.
class Frontier {
 public:
  Frontier() = default;   // the empty tree
  // INVALID_ARGUMENT unless there is one hash for each bit that is set in `size`, and
  // size <= kTreeSizeMax. Whether the hashes are the right ones, only Root() against a signed
  // checkpoint can say.
  static absl::StatusOr<Frontier> Create(uint64_t size, std::vector<TreeHash> hashes);

  void Append(const TreeHash& leaf);
  uint64_t size() const { return size_; }
  const std::vector<TreeHash>& hashes() const { return hashes_; }
  TreeHash Root() const;

  bool operator==(const Frontier&) const = default;

 private:
  uint64_t size_ = 0;
  std::vector<TreeHash> hashes_;
};

// Hash(level, index): the root of the perfect subtree over the leaves
// [index * 2^level, (index + 1) * 2^level). Only subtrees that lie within the tree are asked for.
using HashReader = absl::FunctionRef<absl::StatusOr<TreeHash>(unsigned level, uint64_t index)>;

// The tree as it was at `size`, at most kTreeSizeMax, from its stored subtrees: O(log size) reads.
// What `hash` fails with.
absl::StatusOr<Frontier> ReadFrontier(uint64_t size, HashReader hash);

// RFC 6962 section 2.1.1: the siblings on the way from leaf `index` to the root of the tree of
// `size` leaves, the leaf's own sibling first. INVALID_ARGUMENT unless
// index < size <= kTreeSizeMax; else what `hash` fails with.
absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index, uint64_t size,
                                                     HashReader hash);
absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index,
                                                     std::span<const TreeHash> leaves);

// RFC 6962 section 2.1.2: that the tree of `old_size` leaves is a prefix of that of `new_size`.
// Empty from size 0. INVALID_ARGUMENT unless old_size <= new_size <= kTreeSizeMax; else what `hash`
// fails with.
absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t old_size, uint64_t new_size,
                                                       HashReader hash);
absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t old_size,
                                                       std::span<const TreeHash> leaves);

// RFC 9162 section 2.1.3.2. INVALID_ARGUMENT: no such leaf in a tree of this size, or a proof that
// is not exactly as long as this leaf's must be. UNAUTHENTICATED: it leads to another root.
absl::Status VerifyInclusion(const TreeHash& leaf, uint64_t index, uint64_t size,
                             std::span<const TreeHash> proof, const TreeHash& root);

// RFC 9162 section 2.1.4.2. INVALID_ARGUMENT: the old tree is larger, or a proof that is not
// exactly as long as it must be. UNAUTHENTICATED: it leads to another root, a tree of size 0 has a
// root other than EmptyRoot(), or two trees of one size have different roots.
absl::Status VerifyConsistency(uint64_t old_size, const TreeHash& old_root, uint64_t new_size,
                               const TreeHash& new_root, std::span<const TreeHash> proof);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_MERKLE_H_
