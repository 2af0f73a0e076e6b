// The store on a disk: what it keeps, and what it refuses to open.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "coordinator/checkpoint_mirror.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_store.h"
#include "coordinator/log_writer.h"
#include "coordinator/rocksdb_state.h"
#include "coordinator/state_rows.h"
#include "tests/coordinator/fixture.h"
#include "tests/support/memory_state.h"

namespace whoelse {
namespace {

namespace fs = std::filesystem;

FrameHash HashOf(uint64_t n) { return Retag<FrameHash>(H("test", Writer().U64(n).view())); }
AskSubmission Ask(uint64_t n, uint32_t cap = 1'000'000) { return {HashOf(n), 1001, {}, 7, 5, cap}; }

std::vector<LogOutcome> CommitTo(CoordinatorState& state, const std::vector<Submission>& pool,
                                 TimeMs now = kNowMs) {
  auto plan = PlanPool(state, pool, now);
  EXPECT_TRUE(plan.ok()) << plan.status();
  if (!plan.ok()) return {};
  const absl::Status committed = state.Commit(plan->batch);
  EXPECT_TRUE(committed.ok()) << committed;
  return plan->outcomes;
}

class StoreTest : public testing::Test {
 protected:
  std::unique_ptr<RocksDbState> Open() {
    auto state = RocksDbState::Open(data_);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *std::move(state) : nullptr;
  }
  NoteVerifier LogVerifier() const {
    return *NoteVerifier::Parse(
        ProtocolVectors()["keys"]["coordinators"][0]["log_vkey"].get<std::string>());
  }
  std::string Signed(const LogHead& head) const {
    const Checkpoint checkpoint{LogVerifier().name, head.size(), head.frontier.Root()};
    return SignCheckpoint(checkpoint, LogKeyOf(0)).Serialize();
  }

  TempFolder folder_;
  const std::string data_ = folder_ / "data";
  const std::string second_ = folder_ / "second";
};

// Random submissions to the disk and to memory, with the disk reopened now and then: every read
// gives the same.
TEST_F(StoreTest, AgreesWithMemory) {
  const uint64_t seed = 42;
  SCOPED_TRACE(seed);
  SeededRandom random(seed);
  MemoryState memory;
  auto disk = Open();
  for (int round = 0; round < 40; ++round) {
    std::vector<Submission> pool;
    for (uint64_t i = 1 + random.Below(6); i > 0; --i) {
      const uint64_t n = random.Below(60);
      Charge charge{{CounterUse::kEvaluation, AgencyId(n % 3), EvaluationKind::kBulk, 1, 0}, 1, 50,
                    {uint32_t(round), AgencyId(n % 3), EvaluationKind::kBulk, 1}, uint32_t(n)};
      switch (random.Below(5)) {
        case 0: pool.push_back(ChargeSubmission{charge}); break;
        case 1:
          if (*memory.FindAsked(HashOf(n))) pool.push_back(AnsweredSubmission{HashOf(n), {}});
          break;
        case 2: pool.push_back(EvaluatedSubmission{uint32_t(round / 2), {}}); break;
        case 3: pool.push_back(RosterSubmission{{uint8_t(n)}, StoredRoster{n, {1}}, {}}); break;
        default: pool.push_back(Ask(n, 30));
      }
    }
    CommitTo(*disk, pool, kNowMs + round);
    CommitTo(memory, pool, kNowMs + round);
    if (round % 10 == 9) disk = nullptr, disk = Open();
    ASSERT_EQ(*disk->Head(), *memory.Head());
    ASSERT_EQ(*disk->RosterState(), *memory.RosterState());
    ASSERT_EQ(*disk->LastEvaluatedHour(), *memory.LastEvaluatedHour());
    ASSERT_EQ(*disk->TalliesBefore(1000), *memory.TalliesBefore(1000));
    ASSERT_EQ(*disk->OpenQuestions(), *memory.OpenQuestions());
  }
  const uint64_t size = memory.Head()->size();
  ASSERT_GT(size, 30u);
  EXPECT_EQ(*disk->Entries(0, size), *memory.Entries(0, size));
  EXPECT_TRUE(absl::IsNotFound(disk->Entries(0, size + 1).status()));
  for (uint64_t n = 0; n < 60; ++n) EXPECT_EQ(*disk->FindAsked(HashOf(n)), *memory.FindAsked(HashOf(n)));
  for (AgencyId party = 0; party < 3; ++party) {
    const CounterKey key{CounterUse::kEvaluation, party, EvaluationKind::kBulk, 1, 0};
    EXPECT_EQ(*disk->Counter(key), *memory.Counter(key));
  }
  EXPECT_TRUE(CheckStoredLog(*disk, size).ok());
  EXPECT_TRUE(absl::IsNotFound(disk->Node(0, size).status()));
}

TEST_F(StoreTest, QuotaSurvivesAReopening) {
  auto state = Open();
  CommitTo(*state, {Ask(1, 1)});
  state = nullptr;
  state = Open();
  EXPECT_TRUE(std::holds_alternative<OverQuota>(CommitTo(*state, {Ask(2, 1)})[0]));
  const auto again = CommitTo(*state, {Ask(1, 1)});
  EXPECT_TRUE(std::get<QuestionAdmitted>(again[0]).earlier);
}

TEST_F(StoreTest, OpenQuestionsAreClosedAtTheStart) {
  auto state = Open();
  CommitTo(*state, {Ask(1), Ask(2)});
  ASSERT_TRUE(CloseOrphans(*state, kNowMs + 5).ok());
  EXPECT_TRUE(state->OpenQuestions()->empty());
  EXPECT_EQ(state->Head()->size(), 4u);
  ASSERT_TRUE(CloseOrphans(*state, kNowMs + 5).ok());
  EXPECT_EQ(state->Head()->size(), 4u);
}

TEST_F(StoreTest, OneProcessAtATime) {
  auto state = Open();
  EXPECT_TRUE(absl::IsUnavailable(RocksDbState::Open(data_).status()));
}

TEST_F(StoreTest, AnotherLogsStore) {
  auto state = Open();
  ASSERT_TRUE(state->BindTo("one").ok());
  ASSERT_TRUE(state->BindTo("one").ok());
  EXPECT_TRUE(absl::IsDataLoss(state->BindTo("two")));
}

// Flips one bit in the middle of every file that holds data; each time the store must either refuse
// to open or refuse its checks, never serve something else than was written.
TEST_F(StoreTest, AFlippedBitAnywhereIsNoticed) {
  {
    auto state = Open();
    for (uint64_t n = 0; n < 200; ++n) CommitTo(*state, {Ask(n)});
  }
  const LogHead head = *Open()->Head();   // this open moved the first entries into tables
  {
    auto state = Open();
    for (uint64_t n = 200; n < 300; ++n) CommitTo(*state, {Ask(n)});
  }
  size_t damaged = 0;
  const std::string good = folder_ / "good";
  fs::copy(data_, good, fs::copy_options::recursive);
  for (const auto& file : fs::directory_iterator(good)) {
    const std::string name = file.path().filename();
    const bool table = name.ends_with(".sst");
    if ((!table && !name.ends_with(".log") && !name.starts_with("MANIFEST")) ||
        file.file_size() < 64) {
      continue;
    }
    SCOPED_TRACE(name);
    fs::remove_all(data_);
    fs::copy(good, data_, fs::copy_options::recursive);
    std::fstream bytes(data_ + "/" + name, std::ios::in | std::ios::out | std::ios::binary);
    const auto at = static_cast<std::streamoff>(file.file_size() / 3);
    bytes.seekg(at);
    const char was = static_cast<char>(bytes.get());
    bytes.seekp(at);
    bytes.put(static_cast<char>(was ^ 0x10));
    bytes.close();
    ++damaged;
    auto state = RocksDbState::Open(data_);
    absl::Status status = state.status();
    if (status.ok()) status = CheckStoredLog(**state, 300);
    for (uint64_t n = 0; status.ok() && n < 300; ++n) status = (*state)->FindAsked(HashOf(n)).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  }
  EXPECT_GE(damaged, 3u);
  EXPECT_EQ(head.size(), 200u);
}

TEST_F(StoreTest, LostFilesAreNotANewStore) {
  {
    auto state = Open();
    CommitTo(*state, {Ask(1)});
  }
  fs::remove(data_ + "/CURRENT");
  const auto opened = RocksDbState::Open(data_);
  EXPECT_TRUE(absl::IsDataLoss(opened.status())) << opened.status();
  EXPECT_THAT(std::string(opened.status().message()), testing::HasSubstr("mirror"));
}

class TwoPlacesTest : public StoreTest {
 protected:
  // A log of `entries`, with a checkpoint over all of them in both places.
  void Write(uint64_t entries) {
    auto state = Open();
    auto mirror = *CheckpointMirror::Open(second_);
    for (uint64_t n = 0; n < entries; ++n) CommitTo(*state, {Ask(n)});
    const std::string last = *state->LastCheckpoint();
    const std::string note = Signed(*state->Head());
    ASSERT_TRUE(mirror->Swap(last, note).ok());
    ASSERT_TRUE(state->SaveCheckpoint(note).ok());
  }
  absl::Status Check() {
    auto state = Open();
    auto mirror = *CheckpointMirror::Open(second_);
    return CheckLogStore(*state, *mirror, LogVerifier());
  }
  void ExpectRefused() {
    const absl::Status status = Check();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("mirror of this log"));
  }
};

TEST_F(TwoPlacesTest, BothInOrder) {
  Write(3);
  EXPECT_TRUE(Check().ok());
  Write(5);
  EXPECT_TRUE(Check().ok());
}

TEST_F(TwoPlacesTest, TheStoreWasRolledBack) {
  Write(3);
  fs::copy(data_, folder_ / "backup", fs::copy_options::recursive);
  Write(7);
  fs::remove_all(data_);
  fs::rename(folder_ / "backup", data_);
  ExpectRefused();
}

TEST_F(TwoPlacesTest, TheStoreIsGone) {
  Write(3);
  fs::remove_all(data_);
  ExpectRefused();
}

TEST_F(TwoPlacesTest, AnotherHistoryOfTheSameLength) {
  Write(3);
  fs::remove_all(data_);
  auto state = Open();
  for (uint64_t n = 0; n < 3; ++n) CommitTo(*state, {Ask(n + 100)});
  state = nullptr;
  ExpectRefused();
}

TEST_F(TwoPlacesTest, TheSecondPlaceIsGoneOlderOrForeign) {
  Write(3);
  const std::string older = Signed(*Open()->Head());
  Write(7);
  fs::remove(second_);
  ExpectRefused();
  std::ofstream(second_) << older;
  ExpectRefused();
  std::ofstream(second_) << "no checkpoint";
  ExpectRefused();
  const LogHead head = *Open()->Head();
  std::ofstream(second_) << SignCheckpoint({"other", head.size(), head.frontier.Root()},
                                           LogKeyOf(1)).Serialize();
  ExpectRefused();
}

TEST_F(TwoPlacesTest, ACrashBetweenTheTwoPlaces) {
  Write(3);
  auto state = Open();
  CommitTo(*state, {Ask(10)});
  const std::string note = Signed(*state->Head());
  {
    auto mirror = *CheckpointMirror::Open(second_);
    ASSERT_TRUE(mirror->Swap(*state->LastCheckpoint(), note).ok());
  }
  state = nullptr;   // without SaveCheckpoint
  EXPECT_TRUE(Check().ok());
  EXPECT_EQ(*Open()->LastCheckpoint(), note);
}

// Both places rolled back together: a node shows what it holds, and no later start gets past it.
TEST_F(TwoPlacesTest, AShownCheckpointStaysInTheWay) {
  Write(3);
  const std::string ours = *CheckpointMirror::Open(second_).value()->Read();
  const std::string longer =
      SignCheckpoint({LogVerifier().name, 7, LeafHash({})}, LogKeyOf(0)).Serialize();
  const std::string forked =
      SignCheckpoint({LogVerifier().name, 3, LeafHash({})}, LogKeyOf(0)).Serialize();
  const std::string forged =
      SignCheckpoint({LogVerifier().name, 7, LeafHash({})}, LogKeyOf(1)).Serialize();
  const auto show = [&](const std::string& note) {
    auto state = Open();
    auto mirror = *CheckpointMirror::Open(second_);
    return KeepIfContradicted(*state, *mirror, LogVerifier(), note);
  };
  EXPECT_TRUE(show(ours).ok());
  EXPECT_TRUE(show(forged).ok());
  EXPECT_TRUE(show("anything").ok());
  EXPECT_TRUE(Check().ok());
  EXPECT_TRUE(absl::IsDataLoss(show(forked)));
  ExpectRefused();
  EXPECT_TRUE(absl::IsDataLoss(show(longer)));
  ExpectRefused();
}

TEST_F(TwoPlacesTest, ACosignedCheckpointThatTheStoreDoesNotContain) {
  Write(3);
  ASSERT_TRUE(Open()->SaveCosigned(
      SignCheckpoint({LogVerifier().name, 2, LeafHash({})}, LogKeyOf(0)).Serialize()).ok());
  ExpectRefused();
}

// What the scrubber found is looked at again at every start: still damaged, or a passing error.
TEST_F(TwoPlacesTest, ASuspectTileIsLookedAtAgain) {
  Write(300);
  ASSERT_TRUE(Open()->SaveSuspect({0, 1}).ok());
  EXPECT_TRUE(Check().ok());
  auto state = Open();
  StateBatch damage;   // rewrites one leaf's hash, and nothing else
  damage.first_index = 300;
  damage.head = *state->Head();
  damage.nodes = {{0, 260, LeafHash({})}};
  ASSERT_TRUE(state->Commit(damage).ok());
  state = nullptr;
  ExpectRefused();
}

TEST_F(TwoPlacesTest, SomebodyElseWritesTheSecondPlace) {
  auto mirror = *CheckpointMirror::Open(second_);
  EXPECT_EQ(*mirror->Read(), "");
  ASSERT_TRUE(mirror->Swap("", "one").ok());
  std::ofstream(second_) << "other";
  EXPECT_TRUE(absl::IsAborted(mirror->Swap("one", "two")));
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckpointMirror::Open(second_).status()));
}

class KilledTest : public StoreTest {
 protected:
  // How many of these questions the store lost, and one more if it contradicts itself.
  int CountLost(uint64_t first, uint64_t last) {
    auto state = RocksDbState::Open(data_);
    if (!state.ok()) return -1;
    int lost = CheckStoredLog(**state, 1'000'000).ok() ? 0 : 1;
    for (uint64_t n = first; n <= last; ++n) lost += (*state)->FindAsked(HashOf(n))->has_value() ? 0 : 1;
    return lost;
  }
};

// A process that is killed in the middle of writing keeps every leaf that it had acknowledged.
TEST_F(KilledTest, KeepsEveryLeafThatItAcknowledged) {
  for (int round = 0; round < 3; ++round) {
    int acknowledged[2];
    ASSERT_EQ(pipe(acknowledged), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(acknowledged[0]);
      auto state = RocksDbState::Open(data_);
      if (!state.ok()) _exit(3);
      for (uint64_t n = round * 1'000'000;; ++n) {
        auto plan = PlanPool(**state, std::vector<Submission>{Ask(n)}, kNowMs);
        if (!plan.ok() || !(*state)->Commit(plan->batch).ok()) _exit(4);
        if (write(acknowledged[1], &n, sizeof n) != sizeof n) _exit(5);
      }
    }
    close(acknowledged[1]);
    uint64_t last = 0;
    for (int i = 0; i < 40 + 13 * round; ++i) {
      ASSERT_EQ(read(acknowledged[0], &last, sizeof last), ssize_t{sizeof last});
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    uint64_t more = 0;
    while (read(acknowledged[0], &more, sizeof more) == ssize_t{sizeof more}) last = more;
    close(acknowledged[0]);
    // Looked at by a third process: one that has opened a store has threads, and must not fork.
    const pid_t reader = fork();
    if (reader == 0) _exit(CountLost(round * 1'000'000, last) == 0 ? 0 : 1);
    waitpid(reader, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
}

}  // namespace
}  // namespace whoelse
