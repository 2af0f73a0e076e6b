#include "coordinator/sequencer.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <iterator>
#include <memory>
#include <utility>

#include "rpc/log.h"

namespace whoelse {
namespace {

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) StopForTheStore(value.status());
  return *std::move(value);
}
void OrDie(const absl::Status& status) {
  if (!status.ok()) StopForTheStore(status);
}

constexpr std::chrono::seconds kFullDiskRetry{1};

}  // namespace

void StopForTheStore(const absl::Status& status) {
  Log(LogLevel::kAlarm, "store_failed", {{LogField::kError, status}});
  _exit(kStoreFailedExit);
}

bool DiskHasRoom(const std::string& path, uint64_t bytes) {
  struct statvfs disk{};
  if (statvfs(path.c_str(), &disk) != 0) return false;
  return disk.f_bavail * disk.f_frsize >= bytes;
}

Sequencer::Sequencer(RocksDbState& state, CheckpointMirror& mirror, const SigningKey& log_key,
                     const Clock& clock, Settings settings, Listeners listeners)
    : state_(state),
      mirror_(mirror),
      log_key_(log_key),
      clock_(clock),
      settings_(std::move(settings)),
      listeners_(std::move(listeners)),
      thread_([this] { Run(); }) {}

Sequencer::~Sequencer() { Finish(); }

bool Sequencer::Submit(Submission submission, Done done, bool must) {
  {
    const std::lock_guard lock(mutex_);
    if (finishing_ || (!must && queue_.size() >= settings_.queue_max)) return false;
    queue_.push_back({std::move(submission), std::move(done), must});
    ++submitted_;
  }
  changed_.notify_one();
  return true;
}

void Sequencer::RequestCheckpoint() {
  {
    const std::lock_guard lock(mutex_);
    checkpoints_wanted_.push_back(submitted_);
  }
  changed_.notify_one();
}

void Sequencer::KeepCosigned(std::string note) {
  {
    const std::lock_guard lock(mutex_);
    cosigned_ = std::move(note);
  }
  changed_.notify_one();
}

void Sequencer::Finish() {
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Sequencer::Run() {
  while (true) {
    std::vector<Waiting> pool;
    std::optional<std::string> cosigned;
    bool checkpoint = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] {
        return finishing_ || !checkpoints_wanted_.empty() || cosigned_ || !queue_.empty();
      });
      const auto end = queue_.begin() + static_cast<ptrdiff_t>(std::min(queue_.size(), kPoolMax));
      pool.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
      queue_.erase(queue_.begin(), end);
      cosigned = std::exchange(cosigned_, std::nullopt);
      // When nothing waits in front of it. What came later is not waited for: a log that is never
      // idle would sign nothing, and every node would raise its alarm.
      const uint64_t taken = submitted_ - queue_.size();
      while (!checkpoints_wanted_.empty() && checkpoints_wanted_.front() <= taken) {
        checkpoints_wanted_.pop_front();
        checkpoint = true;
      }
      if (pool.empty() && !checkpoint && !cosigned) return;   // finishing
    }
    if (!pool.empty()) CommitPool(std::move(pool));
    if (checkpoint) WriteCheckpoint();
    if (cosigned) OrDie(state_.SaveCosigned(*cosigned));
  }
}

void Sequencer::CommitPool(std::vector<Waiting> pool) {
  // A write that fails for want of space leaves the store in a state that only a restart can tell,
  // and a restart needs some space too: stop well before.
  if (!DiskHasRoom(settings_.directory, settings_.min_free_bytes)) {
    return RefusePool(std::move(pool));
  }
  std::vector<Submission> submissions;
  submissions.reserve(pool.size());
  for (Waiting& waiting : pool) submissions.push_back(std::move(waiting.submission));
  PoolPlan plan = OrDie(PlanPool(state_, submissions, clock_.NowMs()));
  if (!plan.Empty()) OrDie(state_.Commit(plan.batch));

  struct Result {
    PoolCommitted committed;
    std::vector<std::pair<Done, LogOutcome>> outcomes;
  };
  auto result = std::make_shared<Result>();
  result->committed = {std::move(plan.batch.entries), plan.batch.head.size()};
  for (size_t i = 0; i < pool.size(); ++i) {
    result->outcomes.emplace_back(std::move(pool[i].done), std::move(plan.outcomes[i]));
  }
  listeners_.post([this, result] {
    listeners_.on_committed(result->committed);
    for (const auto& [done, outcome] : result->outcomes) done(outcome);
  });
}

void Sequencer::RefusePool(std::vector<Waiting> pool) {
  Log(LogLevel::kAlarm, "disk_full",
      {{LogField::kPath, LogValue::Configured(settings_.directory)}});
  auto refused = std::make_shared<std::vector<Done>>();
  std::vector<Waiting> kept;
  for (Waiting& waiting : pool) {
    if (waiting.must) {
      kept.push_back(std::move(waiting));
    } else {
      refused->push_back(std::move(waiting.done));
    }
  }
  listeners_.post([refused] {
    for (const Done& done : *refused) done(ServiceError::kBusy);
  });
  if (kept.empty()) return;
  std::unique_lock lock(mutex_);
  queue_.insert(queue_.begin(), std::make_move_iterator(kept.begin()),
                std::make_move_iterator(kept.end()));
  // At the next start they are logged as ORPHAN.
  if (finishing_) queue_.clear();
  changed_.wait_for(lock, kFullDiskRetry, [this] { return finishing_; });
}

void Sequencer::WriteCheckpoint() {
  // From the store, not from what was just handed to it: never sign what could not be read back.
  const LogHead head = OrDie(state_.Head());
  const std::string last = OrDie(state_.LastCheckpoint());
  const Checkpoint checkpoint{settings_.origin, head.size(), head.frontier.Root()};
  auto signed_one = std::make_shared<SignedCheckpoint>();
  signed_one->note = SignCheckpoint(checkpoint, log_key_).Serialize();
  signed_one->size = head.size();
  signed_one->frontier = head.frontier;
  if (signed_one->note != last) {
    OrDie(mirror_.Swap(last, signed_one->note));
    OrDie(state_.SaveCheckpoint(signed_one->note));
  }
  listeners_.post([this, signed_one] { listeners_.on_checkpoint(*signed_one); });
}

}  // namespace whoelse
