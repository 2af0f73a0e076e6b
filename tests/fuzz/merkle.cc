#include "audit/merkle.h"

#include "tests/fuzz/fuzz.h"
#include "tests/reference/rfc6962.h"

namespace whoelse {
namespace {

// What the input says: a tree of `size` different leaves, one of them, an earlier size, and damage
// to a proof.
struct Case {
  size_t size, index, old_size, claimed;
  uint8_t damage, place;
};
Case Read(ByteView input) {
  Reader in(input);
  const size_t size = in.U8() % 64 + 1u;
  const size_t index = in.U8() % size, old_size = in.U8() % (size + 1);
  const size_t claimed = in.U8() % (size + 1);
  const uint8_t damage = in.U8();
  return {size, index, old_size, claimed, damage, in.U8()};
}

// As it is, or with a bit turned over, a hash left out, or one put in.
std::vector<TreeHash> Damage(std::vector<TreeHash> proof, const Case& c) {
  const size_t at = proof.empty() ? 0 : c.place % proof.size();
  const auto place = proof.begin() + static_cast<std::ptrdiff_t>(at);
  if (c.damage % 4 == 1 && !proof.empty()) place->data()[c.damage % TreeHash::kSize] ^= 1;
  if (c.damage % 4 == 2 && !proof.empty()) proof.erase(place);
  if (c.damage % 4 == 3) proof.insert(place, proof.empty() ? EmptyRoot() : *place);
  return proof;
}

void FuzzInclusion(const Case& c, std::span<const TreeHash> leaves, Rfc6962& reference) {
  const auto proof = InclusionProof(c.index, leaves);
  const auto expected = reference.Path(c.index, 0, c.size);
  Hold(proof.ok() && *proof == expected, "the inclusion proof is RFC 6962's");
  const auto tried = Damage(expected, c);
  const bool good = tried == expected && c.claimed == c.index;
  Hold(VerifyInclusion(leaves[c.index], c.claimed, c.size, tried, TreeRoot(leaves)).ok() == good,
       "the right inclusion proof is good, and no other");
}

void FuzzConsistency(const Case& c, std::span<const TreeHash> leaves, Rfc6962& reference) {
  const auto proof = ConsistencyProof(c.old_size, leaves);
  const auto expected =
      c.old_size == 0 ? std::vector<TreeHash>() : reference.Proof(c.old_size, c.size);
  Hold(proof.ok() && *proof == expected, "the consistency proof is RFC 6962's");
  const auto tried = Damage(expected, c);
  const bool good = tried == expected && c.claimed == c.old_size;
  const TreeHash old_root = TreeRoot(leaves.first(c.old_size));
  Hold(VerifyConsistency(c.claimed, old_root, c.size, TreeRoot(leaves), tried).ok() == good,
       "the right consistency proof is good, and no other");
}

}  // namespace

void Fuzz(ByteView input) {
  const Case c = Read(input);
  std::vector<Bytes> entries;
  std::vector<TreeHash> leaves;
  for (size_t i = 0; i < c.size; ++i) {
    entries.push_back({static_cast<uint8_t>(i)});
    leaves.push_back(LeafHash(entries.back()));
  }
  Rfc6962 reference(entries);
  Hold(TreeRoot(leaves) == reference.Mth(0, c.size), "the root is RFC 6962's");
  FuzzInclusion(c, leaves, reference);
  FuzzConsistency(c, leaves, reference);
}

}  // namespace whoelse
