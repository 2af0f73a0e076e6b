#include "coordinator/sequencer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <utility>

#include "tests/coordinator/fixture.h"

namespace whoelse {
namespace {

FrameHash HashOf(uint64_t n) { return Retag<FrameHash>(H("test", Writer().U64(n).view())); }
AskSubmission Ask(uint64_t n, uint32_t cap = 10'000) { return {HashOf(n), 1001, {}, 7, 5, cap}; }

// What the owner's thread would do, done by the test's thread when it asks.
class Owner {
 public:
  void Post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    changed_.notify_all();
  }
  // Does what was posted until `until` holds; fails the test when it does not come.
  void WorkUntil(const std::function<bool()>& until) {
    std::unique_lock lock(mutex_);
    while (!until()) {
      ASSERT_TRUE(changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !work_.empty(); }));
      std::vector<std::function<void()>> work = std::move(work_);
      work_.clear();
      lock.unlock();
      for (const auto& piece : work) piece();
      lock.lock();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::function<void()>> work_;
};

class SequencerTest : public testing::Test {
 protected:
  void Start(uint64_t min_free_bytes = 0) {
    state_ = *RocksDbState::Open(folder_ / "data");
    mirror_ = *CheckpointMirror::Open(folder_ / "second");
    sequencer_ = std::make_unique<Sequencer>(
        *state_, *mirror_, log_key_, clock_,
        Sequencer::Settings{"log1.example/whoelse", folder_ / "data", min_free_bytes, 64},
        Sequencer::Listeners{[this](std::function<void()> work) { owner_.Post(std::move(work)); },
                             [this](const PoolCommitted& pool) {
                               EXPECT_EQ(pool.size, size_ + pool.entries.size());
                               size_ = pool.size;
                             },
                             [this](const SignedCheckpoint& one) { checkpoint_ = one; }});
  }

  TempFolder folder_;
  const SigningKey log_key_ = LogKeyOf(0);
  const SystemClock clock_;
  Owner owner_;
  std::unique_ptr<RocksDbState> state_;
  std::unique_ptr<CheckpointMirror> mirror_;
  std::unique_ptr<Sequencer> sequencer_;
  uint64_t size_ = 0;
  std::optional<SignedCheckpoint> checkpoint_;
};

TEST_F(SequencerTest, OutcomesComeInOrderAfterTheirPool) {
  Start();
  constexpr uint64_t kQuestions = 200;
  uint64_t admitted = 0;
  for (uint64_t n = 0; n < kQuestions; ++n) {
    const auto done = [&, n](const Sequencer::Settled& settled) {
      const auto& outcome = std::get<QuestionAdmitted>(std::get<LogOutcome>(settled));
      EXPECT_EQ(outcome.row.index, n);
      EXPECT_LT(n, size_);   // its leaf is durable
      ++admitted;
    };
    while (!sequencer_->Submit(Ask(n), done)) {   // the queue is short
      owner_.WorkUntil([&, before = admitted] { return admitted > before; });
    }
  }
  owner_.WorkUntil([&] { return admitted == kQuestions; });
  sequencer_->RequestCheckpoint();
  owner_.WorkUntil([&] { return checkpoint_.has_value(); });
  EXPECT_EQ(checkpoint_->size, kQuestions);
  EXPECT_EQ(checkpoint_->frontier, state_->Head()->frontier);
  EXPECT_EQ(*mirror_->Read(), checkpoint_->note);
  EXPECT_EQ(*state_->LastCheckpoint(), checkpoint_->note);
}

TEST_F(SequencerTest, AFullDiskRefusesButLosesNoAnswered) {
  Start();
  std::promise<void> asked;
  bool busy = false;
  sequencer_->Submit(Ask(1), [&](const Sequencer::Settled&) { asked.set_value(); });
  owner_.WorkUntil([&] { return size_ == 1; });
  sequencer_ = nullptr;
  mirror_ = nullptr;
  state_ = nullptr;
  Start(uint64_t{1} << 50);
  bool answered = false;
  sequencer_->Submit(AnsweredSubmission{HashOf(1), {}},
                     [&](const Sequencer::Settled&) { answered = true; }, true);
  sequencer_->Submit(Ask(2), [&](const Sequencer::Settled& settled) {
    EXPECT_EQ(std::get<ServiceError>(settled), ServiceError::kBusy);
    busy = true;
  });
  owner_.WorkUntil([&] { return busy; });
  EXPECT_FALSE(answered);
  sequencer_->Finish();   // does not wait for room
  EXPECT_EQ(state_->Head()->size(), 1u);
  EXPECT_EQ(state_->OpenQuestions()->size(), 1u);   // the next start closes it
}

using SequencerDeathTest = SequencerTest;

TEST_F(SequencerDeathTest, EndsWhenSomebodyElseSignsForTheLog) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Start();
        std::ofstream(folder_ / "second") << "another checkpoint";
        sequencer_->Submit(Ask(1), [](const Sequencer::Settled&) {});
        sequencer_->RequestCheckpoint();
        owner_.WorkUntil([] { return false; });
      },
      testing::ExitedWithCode(kStoreFailedExit), "store_failed");
}

// A log that is never idle: each outcome brings the next question, on the sequencer's own thread.
TEST_F(SequencerTest, ACheckpointDoesNotWaitForWhatComesAfterIt) {
  state_ = *RocksDbState::Open(folder_ / "data");
  mirror_ = *CheckpointMirror::Open(folder_ / "second");
  constexpr uint64_t kWaiting = kPoolMax + 100, kRequestAt = 1'000, kMost = 20 * kPoolMax;
  std::atomic<uint64_t> next = 0;
  uint64_t settled = 0;
  std::optional<uint64_t> signed_size;
  bool stopped = false;
  std::promise<void> over;
  const auto stop = [&] {
    if (!std::exchange(stopped, true)) over.set_value();
  };
  std::function<void()> submit_next;
  Sequencer sequencer(
      *state_, *mirror_, log_key_, clock_, {"log1.example/whoelse", folder_ / "data", 0, 64},
      {[](const std::function<void()>& work) { work(); }, [](const PoolCommitted&) {},
       [&](const SignedCheckpoint& one) {
         signed_size = one.size;
         stop();
       }});
  const auto done = [&](const Sequencer::Settled&) {
    if (++settled == kRequestAt) sequencer.RequestCheckpoint();
    if (settled == kMost) stop();
    if (!stopped) submit_next();
  };
  submit_next = [&] { sequencer.Submit(Ask(next++, UINT32_MAX), done, true); };
  for (uint64_t i = 0; i < kWaiting; ++i) submit_next();
  over.get_future().wait();
  sequencer.Finish();
  ASSERT_TRUE(signed_size);
  EXPECT_LE(*signed_size, kRequestAt + kWaiting + kPoolMax);
}

}  // namespace
}  // namespace whoelse
