// The four ways in which real transparency logs are known to have died, replayed: none of them may
// end in a signature over a second history. log-formats.md, "Writing it so that nothing is lost".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "coordinator/log_reader.h"
#include "coordinator/log_store.h"
#include "coordinator/log_writer.h"
#include "tests/coordinator/fixture.h"
#include "tests/support/memory_state.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

class LogFailuresTest : public testing::Test {
 protected:
  static NoteVerifier LogVerifier() {
    return *NoteVerifier::Parse(
        ProtocolVectors()["keys"]["coordinators"][0]["log_vkey"].get<std::string>());
  }
  static StateBatch Planned(const CoordinatorState& state, uint64_t first, uint64_t count) {
    std::vector<Submission> pool;
    for (uint64_t n = first; n < first + count; ++n) {
      pool.push_back(AskSubmission{Retag<FrameHash>(H("test", Writer().U64(n).view())), 1, {}, 7, 5,
                                   1'000'000});
    }
    return PlanPool(state, pool, kNowMs).value().batch;
  }
  // As the sequencer: append, sign, second place, store.
  void AppendAndSign(uint64_t first, uint64_t count) {
    auto state = *RocksDbState::Open(data_);
    auto mirror = *CheckpointMirror::Open(second_);
    ASSERT_TRUE(state->Commit(Planned(*state, first, count)).ok());
    const LogHead head = *state->Head();
    const Checkpoint checkpoint{LogVerifier().name, head.size(), head.frontier.Root()};
    const std::string note = SignCheckpoint(checkpoint, LogKeyOf(0)).Serialize();
    ASSERT_TRUE(mirror->Swap(*state->LastCheckpoint(), note).ok());
    ASSERT_TRUE(state->SaveCheckpoint(note).ok());
  }
  absl::Status Start() {
    auto state = RocksDbState::Open(data_);
    if (!state.ok()) return state.status();
    auto mirror = *CheckpointMirror::Open(second_);
    return CheckLogStore(**state, *mirror, LogVerifier());
  }

  TempFolder folder_;
  const std::string data_ = folder_ / "data", second_ = folder_ / "second";
};

// One bit, by a failing memory, between the moment when an entry was stored and when it was hashed:
// the signed root no longer covers what is stored, for ever.
TEST_F(LogFailuresTest, ABitFlippedBetweenStoringAndHashing) {
  AppendAndSign(0, 10);
  {
    auto state = *RocksDbState::Open(data_);
    StateBatch batch = Planned(*state, 10, 10);
    batch.entries[4][20] ^= 0x01;   // stored so, hashed as it was meant
    ASSERT_TRUE(state->Commit(batch).ok());
  }
  const absl::Status status = Start();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("not the one that was hashed"));
}

// Two machines, or two runs, that each extend what they hold.
TEST_F(LogFailuresTest, TwoInconsistentHeads) {
  AppendAndSign(0, 10);
  fs::copy(data_, folder_ / "twin", fs::copy_options::recursive);
  AppendAndSign(10, 5);
  // The twin has its own five entries. It shares the second place, and may not sign there.
  auto twin = *RocksDbState::Open(folder_ / "twin");
  ASSERT_TRUE(twin->Commit(Planned(*twin, 100, 5)).ok());
  auto mirror = *CheckpointMirror::Open(second_);
  EXPECT_TRUE(absl::IsAborted(mirror->Swap(*twin->LastCheckpoint(), "the twin's checkpoint")));
  const absl::Status status = CheckLogStore(*twin, *mirror, LogVerifier());
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("contradicts"));
}

// A copy from one store to the next that left rows out: a start that looks at the end alone would go
// on, and some reader would find the hole years later.
TEST_F(LogFailuresTest, RowsLostInAMigration) {
  MemoryState source;
  ASSERT_TRUE(source.Commit(Planned(source, 0, 600)).ok());
  for (const uint64_t lost : {599u, 512u, 130u}) {
    MemoryState copy = source;
    copy.nodes_to_damage().erase({0, lost});
    EXPECT_FALSE(CheckStoredLog(copy, 600).ok()) << lost;
    EXPECT_TRUE(absl::IsDataLoss(CheckTile(copy, 0, lost / 256, 600))) << lost;
  }
  // Lost at the end, with the head: only a checkpoint that was signed tells.
  MemoryState shorter;
  ASSERT_TRUE(shorter.Commit(Planned(shorter, 0, 500)).ok());
  EXPECT_TRUE(CheckStoredLog(shorter, 600).ok());
  const Checkpoint was{LogVerifier().name, 600, source.Head()->frontier.Root()};
  EXPECT_TRUE(absl::IsDataLoss(CheckContains(shorter, was)));
}

// A restored snapshot: in itself whole and consistent, and older than what was signed.
TEST_F(LogFailuresTest, ADatabaseRolledBackUnderASignedHead) {
  AppendAndSign(0, 10);
  fs::copy(data_, folder_ / "snapshot", fs::copy_options::recursive);
  AppendAndSign(10, 10);
  fs::remove_all(data_);
  fs::copy(folder_ / "snapshot", data_, fs::copy_options::recursive);
  const absl::Status status = Start();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("ends before"));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("mirror of this log"));
}

}  // namespace
}  // namespace whoelse
