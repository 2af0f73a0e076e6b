#include "audit/merkle.h"

#include <gtest/gtest.h>

#include <bit>

#include "tests/audit/support.h"
#include "tests/reference/rfc6962.h"
#include "tests/support/random.h"
#include "tests/support/vectors.h"

namespace whoelse {
namespace {

using absl::StatusCode;

constexpr size_t kLargest = 300;
constexpr size_t kLargestFromLeaves = 70;   // each such proof hashes the whole tree

// Entries of a few lengths, the empty one and a repeated one among them.
std::vector<Bytes> Entries(size_t n) {
  std::vector<Bytes> entries;
  for (size_t i = 0; i < n; ++i) entries.push_back(Bytes(i % 7, static_cast<uint8_t>(i / 3)));
  return entries;
}

std::vector<TreeHash> Leaves(const std::vector<Bytes>& entries) {
  std::vector<TreeHash> leaves;
  for (const Bytes& entry : entries) leaves.push_back(LeafHash(entry));
  return leaves;
}

std::span<const TreeHash> First(const std::vector<TreeHash>& leaves, size_t n) {
  return std::span<const TreeHash>(leaves).first(n);
}

// A store that has every node.
auto ReaderOf(Rfc6962& reference) {
  return [&reference](unsigned level, uint64_t index) -> absl::StatusOr<TreeHash> {
    return reference.Mth(index << level, (index + 1) << level);
  };
}

TreeHash Flipped(TreeHash hash, size_t bit) {
  hash.data()[bit / 8 % TreeHash::kSize] ^= static_cast<uint8_t>(1u << (bit % 8));
  return hash;
}

// Every proof near `proof`: one hash altered, left out or doubled, one more at the end, two
// neighbours swapped.
std::vector<std::vector<TreeHash>> Damaged(const std::vector<TreeHash>& proof, size_t bit) {
  std::vector<std::vector<TreeHash>> all;
  for (size_t i = 0; i < proof.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    all.push_back(proof);
    all.back()[i] = Flipped(proof[i], bit + i);
    all.push_back(proof);
    all.back().erase(all.back().begin() + at);
    all.push_back(proof);
    all.back().insert(all.back().begin() + at, proof[i]);
    if (i > 0 && proof[i] != proof[i - 1]) {
      all.push_back(proof);
      std::swap(all.back()[i], all.back()[i - 1]);
    }
  }
  all.push_back(proof);
  all.back().push_back(TreeHash());
  return all;
}

TEST(Merkle, VectorsOfTheLog) {
  const auto& log = LogVectors();
  std::vector<TreeHash> leaves;
  EXPECT_EQ(EmptyRoot(), HexFixed<TreeHash>(log["roots"][0]));
  Frontier frontier;
  for (size_t i = 0; i < log["entries"].size(); ++i) {
    const TreeHash leaf = LeafHash(Hex(log["entries"][i]));
    EXPECT_EQ(leaf, HexFixed<TreeHash>(log["leaf_hashes"][i]));
    leaves.push_back(leaf);
    frontier.Append(leaf);
    EXPECT_EQ(frontier.Root(), HexFixed<TreeHash>(log["roots"][i + 1]));
    EXPECT_EQ(TreeRoot(leaves), frontier.Root());
  }
  EXPECT_EQ(log["consistency"].size(), 7u);
  for (const auto& c : log["consistency"]) {
    std::vector<TreeHash> expected;
    for (const auto& hash : c["proof"]) expected.push_back(HexFixed<TreeHash>(hash));
    const size_t old_size = c["old"];
    const size_t new_size = c["new"];
    const auto proof = ConsistencyProof(old_size, First(leaves, new_size));
    ASSERT_TRUE(proof.ok());
    EXPECT_EQ(*proof, expected);
    EXPECT_TRUE(VerifyConsistency(old_size, HexFixed<TreeHash>(log["roots"][old_size]), new_size,
                                  HexFixed<TreeHash>(log["roots"][new_size]), expected)
                    .ok());
  }
}

TEST(Merkle, RootsAreRfc6962s) {
  Rfc6962 reference(Entries(kLargest));
  const auto leaves = Leaves(Entries(kLargest));
  Frontier frontier;
  for (size_t n = 0; n <= kLargest; ++n) {
    ASSERT_EQ(frontier.size(), n);
    ASSERT_EQ(frontier.Root(), reference.Mth(0, n)) << n;
    ASSERT_EQ(frontier.hashes().size(), static_cast<size_t>(std::popcount(n)));
    const auto again = Frontier::Create(n, frontier.hashes());
    ASSERT_TRUE(again.ok());
    ASSERT_EQ(*again, frontier);
    if (n < kLargest) frontier.Append(leaves[n]);
  }
}

TEST(Merkle, FrontierRefusesAnotherNumberOfHashes) {
  EXPECT_TRUE(Frontier::Create(5, {TreeHash(), TreeHash()}).ok());
  EXPECT_EQ(Frontier::Create(5, {TreeHash()}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Frontier::Create(5, std::vector<TreeHash>(3)).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_FALSE(Frontier::Create(0, {TreeHash()}).ok());
  EXPECT_TRUE(Frontier::Create(kTreeSizeMax, std::vector<TreeHash>(63)).ok());
  EXPECT_FALSE(Frontier::Create(kTreeSizeMax + 1, {TreeHash()}).ok());
}

TEST(Merkle, InclusionProofsAreRfc6962s) {
  Rfc6962 reference(Entries(kLargest));
  const auto leaves = Leaves(Entries(kLargest));
  for (size_t n = 1; n <= kLargest; ++n) {
    const TreeHash root = reference.Mth(0, n);
    for (size_t m = 0; m < n; ++m) {
      const auto proof = InclusionProof(m, n, ReaderOf(reference));
      ASSERT_TRUE(proof.ok());
      ASSERT_EQ(*proof, reference.Path(m, 0, n)) << m << " of " << n;
      if (n <= kLargestFromLeaves) {
        ASSERT_EQ(*InclusionProof(m, First(leaves, n)), *proof) << m << " of " << n;
      }
      ASSERT_TRUE(VerifyInclusion(leaves[m], m, n, *proof, root).ok()) << m << " of " << n;
    }
  }
}

TEST(Merkle, ConsistencyProofsAreRfc6962s) {
  Rfc6962 reference(Entries(kLargest));
  const auto leaves = Leaves(Entries(kLargest));
  for (size_t n = 1; n <= kLargest; ++n) {
    const TreeHash root = reference.Mth(0, n);
    for (size_t m = 1; m <= n; ++m) {
      const auto proof = ConsistencyProof(m, n, ReaderOf(reference));
      ASSERT_TRUE(proof.ok());
      ASSERT_EQ(*proof, reference.Proof(m, n)) << m << " in " << n;
      if (n <= kLargestFromLeaves) {
        ASSERT_EQ(*ConsistencyProof(m, First(leaves, n)), *proof) << m << " in " << n;
      }
      ASSERT_TRUE(VerifyConsistency(m, reference.Mth(0, m), n, root, *proof).ok())
          << m << " in " << n;
    }
  }
}

TEST(Merkle, EveryDamagedInclusionProofIsRefused) {
  constexpr size_t kSizes = 130;
  Rfc6962 reference(Entries(kSizes));
  const auto leaves = Leaves(Entries(kSizes));
  for (size_t n = 1; n <= kSizes; ++n) {
    const TreeHash root = reference.Mth(0, n);
    for (size_t m = 0; m < n; ++m) {
      const auto proof = reference.Path(m, 0, n);
      for (const auto& bad : Damaged(proof, n + m)) {
        const auto status = VerifyInclusion(leaves[m], m, n, bad, root);
        ASSERT_FALSE(status.ok()) << m << " of " << n;
        ASSERT_EQ(status.code() == StatusCode::kInvalidArgument, bad.size() != proof.size());
      }
      ASSERT_FALSE(VerifyInclusion(Flipped(leaves[m], n), m, n, proof, root).ok());
      ASSERT_FALSE(VerifyInclusion(leaves[m], m, n, proof, Flipped(root, m)).ok());
      const size_t other = (m + 1) % n;
      if (other != m) {
        ASSERT_FALSE(VerifyInclusion(leaves[m], other, n, proof, root).ok()) << m << " of " << n;
      }
    }
  }
}

TEST(Merkle, EveryDamagedConsistencyProofIsRefused) {
  constexpr size_t kSizes = 130;
  Rfc6962 reference(Entries(kSizes));
  for (size_t n = 1; n <= kSizes; ++n) {
    const TreeHash root = reference.Mth(0, n);
    for (size_t m = 1; m <= n; ++m) {
      const TreeHash old_root = reference.Mth(0, m);
      const auto proof = reference.Proof(m, n);
      for (const auto& bad : Damaged(proof, n + m)) {
        const auto status = VerifyConsistency(m, old_root, n, root, bad);
        ASSERT_FALSE(status.ok()) << m << " in " << n;
        ASSERT_EQ(status.code() == StatusCode::kInvalidArgument, bad.size() != proof.size());
      }
      ASSERT_EQ(VerifyConsistency(m, Flipped(old_root, n), n, root, proof).code(),
                StatusCode::kUnauthenticated);
      ASSERT_EQ(VerifyConsistency(m, old_root, n, Flipped(root, m), proof).code(),
                StatusCode::kUnauthenticated);
    }
  }
}

// The rule that a widely packaged verifier forgets.
TEST(Merkle, SizeZeroHasOneRootAndEmptyProofs) {
  const TreeHash invented = LeafHash({});
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 0, EmptyRoot(), {}).ok());
  EXPECT_TRUE(VerifyConsistency(0, EmptyRoot(), 6, invented, {}).ok());
  EXPECT_EQ(VerifyConsistency(0, invented, 6, invented, {}).code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(VerifyConsistency(0, invented, 0, invented, {}).code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(VerifyConsistency(0, EmptyRoot(), 0, invented, {}).code(),
            StatusCode::kUnauthenticated);
  const std::vector<TreeHash> one = {invented};
  EXPECT_EQ(VerifyConsistency(0, EmptyRoot(), 6, invented, one).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyInclusion(invented, 0, 0, {}, EmptyRoot()).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(VerifyInclusion(invented, 0, 1, {}, invented).ok());
}

TEST(Merkle, AnEmptyProofIsTooShortWhereOneIsNeeded) {
  const auto leaves = Leaves(Entries(7));
  const TreeHash root = TreeRoot(leaves);
  for (size_t m = 1; m < leaves.size(); ++m) {
    EXPECT_EQ(VerifyConsistency(m, TreeRoot(First(leaves, m)), 7, root, {}).code(),
              StatusCode::kInvalidArgument);
    EXPECT_EQ(VerifyInclusion(leaves[m], m, 7, {}, root).code(), StatusCode::kInvalidArgument);
  }
}

TEST(Merkle, ImpossibleSizesAreRefused) {
  const TreeHash hash;
  const std::vector<TreeHash> leaves(3);
  EXPECT_EQ(InclusionProof(3, leaves).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(4, leaves).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyInclusion(hash, 3, 3, {}, hash).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyConsistency(4, hash, 3, hash, {}).code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyInclusion(hash, 0, kTreeSizeMax + 1, {}, hash).code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(VerifyConsistency(1, hash, kTreeSizeMax + 1, hash, {}).code(),
            StatusCode::kInvalidArgument);
}

// In a tree of this size only proofs exist, never the leaves: the sums must not overflow.
TEST(Merkle, TheLargestTree) {
  const auto all_alike = [](unsigned level, uint64_t) -> absl::StatusOr<TreeHash> {
    TreeHash hash = LeafHash({});
    for (unsigned i = 0; i < level; ++i) hash = NodeHash(hash, hash);
    return hash;
  };
  std::vector<TreeHash> edge;
  for (unsigned level = 63; level-- > 0;) edge.push_back(*all_alike(level, 0));
  const TreeHash root = Frontier::Create(kTreeSizeMax, edge)->Root();
  for (const uint64_t index : {uint64_t{0}, kTreeSizeMax / 2, kTreeSizeMax - 1}) {
    const auto proof = InclusionProof(index, kTreeSizeMax, all_alike);
    ASSERT_TRUE(proof.ok());
    EXPECT_TRUE(VerifyInclusion(LeafHash({}), index, kTreeSizeMax, *proof, root).ok());
  }
  const uint64_t half = uint64_t{1} << 62;
  const auto proof = ConsistencyProof(half, kTreeSizeMax, all_alike);
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(VerifyConsistency(half, *all_alike(62, 0), kTreeSizeMax, root, *proof).ok());
}

TEST(Merkle, AFailingStoreFailsTheProof) {
  const auto broken = [](unsigned, uint64_t) -> absl::StatusOr<TreeHash> {
    return absl::DataLossError("tile");
  };
  EXPECT_EQ(InclusionProof(1, 5, broken).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(ConsistencyProof(1, 5, broken).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace whoelse
