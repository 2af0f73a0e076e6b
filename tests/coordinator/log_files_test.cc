#include "coordinator/log_files.h"

#include <gtest/gtest.h>

#include <map>

#include "coordinator/log_reader.h"
#include "coordinator/log_writer.h"
#include "tests/coordinator/fixture.h"
#include "tests/support/memory_state.h"

namespace whoelse {
namespace {

class LogFilesTest : public testing::Test {
 protected:
  // Appends until the log has `size` entries.
  void Grow(uint64_t size) {
    while (state_.entries().size() < size) {
      std::vector<Submission> pool;
      for (uint64_t n = state_.entries().size(); n < size && pool.size() < 500; ++n) {
        pool.push_back(AskSubmission{Retag<FrameHash>(H("test", Writer().U64(n).view())), 1, {}, 7,
                                     5, 1'000'000});
      }
      const auto plan = PlanPool(state_, pool, kNowMs);
      ASSERT_TRUE(plan.ok() && state_.Commit(plan->batch).ok());
    }
  }
  MemoryState state_;
};

// Whoever keeps fetching what is new has, at each size, files that give exactly the entries and, by
// the tiles alone, the root.
TEST_F(LogFilesTest, WhatIsNewIsAllThatAReaderNeeds) {
  std::map<std::string, Bytes> files;
  uint64_t before = 0;
  for (const uint64_t size : {1u, 2u, 255u, 256u, 257u, 700u, 66'000u}) {
    Grow(size);
    for (const TilePath& path : NewLogFiles(before, size)) {
      const auto bytes = ReadLogFile(state_, path, size);
      ASSERT_TRUE(bytes.ok()) << path.Serialize() << bytes.status();
      files[path.Serialize()] = *bytes;
    }
    before = size;
    const auto read = [&](TilePath path) {
      path.width = TileWidthAt(path.level.value_or(0), path.index, size);
      return files.at(path.Serialize());
    };
    const auto hash = [&](unsigned level, uint64_t index) -> absl::StatusOr<TreeHash> {
      const NodeInTile at = LocateNode(level, index);
      const TilePath tile{at.tile_level, at.tile_index};
      const auto hashes =
          ParseTile(read(tile), TileWidthAt(at.tile_level, at.tile_index, size));
      return TreeRoot(std::span(*hashes).subspan(at.first, at.count));
    };
    const auto proof = InclusionProof(size - 1, size, hash);
    ASSERT_TRUE(proof.ok());
    const auto bundle = ParseBundle(read({std::nullopt, (size - 1) / 256}),
                                    TileWidthAt(0, (size - 1) / 256, size));
    ASSERT_TRUE(bundle.ok());
    EXPECT_TRUE(VerifyInclusion(LeafHash(bundle->back()), size - 1, size, *proof,
                                state_.Head()->frontier.Root()).ok()) << size;
    EXPECT_EQ(bundle->back(), state_.entries().back());
  }
  EXPECT_TRUE(NewLogFiles(700, 700).empty());
}

TEST_F(LogFilesTest, NothingBeyondThePublishedSize) {
  Grow(600);
  EXPECT_TRUE(ReadLogFile(state_, {0, 1, 44}, 300).ok());
  EXPECT_TRUE(absl::IsNotFound(ReadLogFile(state_, {0, 1, 45}, 300).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadLogFile(state_, {std::nullopt, 2, 1}, 300).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadLogFile(state_, {1, 0, 2}, 300).status()));
  EXPECT_TRUE(ReadLogFile(state_, {1, 0, 1}, 300).ok());
}

// The scrubber's check of one tile: every single stored hash and entry in its reach counts.
TEST_F(LogFilesTest, CheckTileFindsAnyDamage) {
  Grow(600);
  for (const auto& [level, index] : {std::pair{0u, 0u}, {0u, 1u}, {0u, 2u}, {1u, 0u}}) {
    EXPECT_TRUE(CheckTile(state_, level, index, 600).ok()) << level << " " << index;
  }
  for (const uint64_t entry : {256u, 300u, 511u}) {
    const MemoryState good = state_;
    state_.entries_to_damage()[entry][3] ^= 0x10;
    EXPECT_TRUE(absl::IsDataLoss(CheckTile(state_, 0, 1, 600))) << entry;
    EXPECT_TRUE(CheckTile(state_, 0, 0, 600).ok());
    state_ = good;
  }
  for (unsigned level = 0; level <= 8; ++level) {
    const MemoryState good = state_;
    state_.nodes_to_damage()[{level, uint64_t{256} >> level}].data()[0] ^= 1;
    EXPECT_TRUE(absl::IsDataLoss(CheckTile(state_, 0, 1, 600))) << level;
    state_ = good;
  }
  // Rows lost in a migration.
  state_.nodes_to_damage().erase({0, 599});
  EXPECT_TRUE(absl::IsDataLoss(CheckTile(state_, 0, 2, 600)));
}

TEST_F(LogFilesTest, ProofsOfStoredEntries) {
  Grow(300);
  const uint64_t indexes[] = {0, 299, 7, 7};
  const auto proofs = StoredInclusionProofs(state_, indexes, 300);
  ASSERT_TRUE(proofs.ok());
  for (size_t i = 0; i < std::size(indexes); ++i) {
    EXPECT_EQ((*proofs)[i].entry, state_.entries()[indexes[i]]);
    EXPECT_TRUE(VerifyInclusion(LeafHash((*proofs)[i].entry), indexes[i], 300, (*proofs)[i].proof,
                                state_.Head()->frontier.Root()).ok());
  }
  const uint64_t outside[] = {300};
  EXPECT_FALSE(StoredInclusionProofs(state_, outside, 300).ok());
}

}  // namespace
}  // namespace whoelse
