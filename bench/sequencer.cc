// What the log's one writer admits while nothing is acknowledged before it is on the disk: pools of
// questions, each with one synced write (coordinator/sequencer.h).
#include "coordinator/sequencer.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <limits>

#include "bench/benchmarks.h"
#include "bench/floors.h"
#include "benchmark/benchmark.h"

namespace whoelse::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kGoalPerSecond = 5'000;   // with pooling
constexpr int kRounds = 5;                 // the quickest counts
constexpr double kCheckpointMs = 500;      // between two, as the federation tool's roster has it
constexpr size_t kAskedSize = 41;

// A new log, and clients that always have the same number of questions with its sequencer: each
// outcome brings the next question before the next pool is closed, so that this is a pool's size.
class Log {
 public:
  Log(const std::string& home, SigningKey log_key, std::unique_ptr<RocksDbState> state,
      std::unique_ptr<CheckpointMirror> mirror)
      : data_(home + "/data"),
        log_key_(std::move(log_key)),
        state_(std::move(state)),
        mirror_(std::move(mirror)),
        sequencer_(*state_, *mirror_, log_key_, clock_,
                   {.origin = "log.example/whoelse", .directory = data_},
                   {.post = [](const std::function<void()>& work) { work(); },
                    .on_committed = [this](const PoolCommitted&) { SignNowAndThen(); },
                    .on_checkpoint = [this](const SignedCheckpoint&) { ++checkpoints_; }}) {}

  // Errors of the store and of the second place.
  static absl::StatusOr<std::unique_ptr<Log>> Create(const std::string& home, Random& random) {
    auto state = RocksDbState::Open(home + "/data");
    if (!state.ok()) return state.status();
    auto mirror = CheckpointMirror::Open(home + "/second");
    if (!mirror.ok()) return mirror.status();
    const Secret<32> seed = random.NewSecret<32>();
    return std::make_unique<Log>(home, SigningKey::FromSeed(seed.Reveal()), *std::move(state),
                                 *std::move(mirror));
  }

  // Returns when all of them are admitted. False: one was not.
  bool Admit(size_t at_once, uint64_t questions) {
    last_ = next_ + questions;
    left_ = questions;
    std::promise<bool> all;
    all_ = &all;
    for (size_t i = 0; i < at_once; ++i) SubmitNext();
    return all.get_future().get();
  }

  size_t checkpoints() const { return checkpoints_; }
  // What the store has written so far, as long as it fits one log of its own.
  uint64_t BytesWritten() const {
    uint64_t bytes = 0;
    for (const auto& file : fs::directory_iterator(data_)) {
      if (file.path().extension() == ".log") bytes += file.file_size();
    }
    return bytes;
  }

 private:
  void SubmitNext() {
    const uint64_t number = next_++;
    if (number >= last_) return;
    const FrameHash hash = Retag<FrameHash>(H("bench", Writer().U64(number).view()));
    sequencer_.Submit(AskSubmission{.frame_hash = hash, .asker = 1001, .r = {}, .roster_version = 1,
                                    .agencies = 200, .ask_per_day = UINT32_MAX},
                      [this](const Sequencer::Settled& settled) { OnSettled(settled); });
  }
  void OnSettled(const Sequencer::Settled& settled) {
    const auto* const outcome = std::get_if<LogOutcome>(&settled);
    good_ = good_ && outcome != nullptr && std::holds_alternative<QuestionAdmitted>(*outcome);
    SubmitNext();
    if (--left_ == 0) all_->set_value(good_);
  }
  void SignNowAndThen() {
    if (since_checkpoint_ && since_checkpoint_->Ms() < kCheckpointMs) return;
    since_checkpoint_.emplace();
    sequencer_.RequestCheckpoint();
  }

  const std::string data_;
  const SystemClock clock_;
  const SigningKey log_key_;
  const std::unique_ptr<RocksDbState> state_;
  const std::unique_ptr<CheckpointMirror> mirror_;
  std::atomic<uint64_t> next_ = 0;
  std::atomic<uint64_t> last_ = 0;
  std::atomic<size_t> checkpoints_ = 0;
  // The sequencer's thread's while questions are with it.
  uint64_t left_ = 0;
  bool good_ = true;
  std::promise<bool>* all_ = nullptr;
  std::optional<Stopwatch> since_checkpoint_;
  Sequencer sequencer_;   // last: its thread uses the rest
};

// What hashing one leaf and its share of the tree costs, and one signature, in ms.
struct Primitives {
  double hashes_ms, signature_ms;
};
Primitives MeasurePrimitives(const Effort& effort, Random& random) {
  constexpr int kLeaves = 1'000;
  const Bytes entry(kAskedSize);
  const TreeHash hash = LeafHash(entry);
  const SigningKey key = SigningKey::FromSeed(random.NewSecret<32>().Reveal());
  const std::vector<double> ns = LeastNs(
      effort.Of(20, 1), {[&] {
                           for (int i = 0; i < kLeaves; ++i) {
                             benchmark::DoNotOptimize(LeafHash(entry));
                             benchmark::DoNotOptimize(NodeHash(hash, hash));
                           }
                         },
                         [&] { benchmark::DoNotOptimize(key.SignBare(entry)); }});
  return {ns[0] / kLeaves / 1e6, ns[1] / 1e6};
}

absl::Status MeasurePools(size_t pool, size_t pools, const Setting& setting, Report& report) {
  SystemRandom random;
  const std::string home = setting.home + "/" + std::to_string(pool);
  fs::create_directory(home);
  const auto log = Log::Create(home, random);
  if (!log.ok()) return log.status();
  const Primitives primitives = MeasurePrimitives(setting.effort, random);
  const auto of = [&](double value) { return value / static_cast<double>(pools); };
  double least_ms = std::numeric_limits<double>::infinity(), least_floor_ms = least_ms;
  size_t bytes = 0;
  for (int round = 0; round < setting.effort.Of(kRounds, 1); ++round) {
    const uint64_t before = (*log)->BytesWritten();
    const size_t checkpoints = (*log)->checkpoints();
    const Stopwatch watch;
    if (!(*log)->Admit(pool, pools * pool)) return absl::InternalError("a question was refused");
    least_ms = std::min(least_ms, of(watch.Ms()));
    if (round == 0) bytes = ((*log)->BytesWritten() - before) / pools;   // later it begins anew
    double synced_ms = 0;
    for (const double ms : SyncedWritesMs(home, bytes, static_cast<int>(pools))) synced_ms += ms;
    const double heads = of(static_cast<double>((*log)->checkpoints() - checkpoints));
    least_floor_ms = std::min(
        least_floor_ms, of(synced_ms) + static_cast<double>(pool) * primitives.hashes_ms +
                            heads * primitives.signature_ms);
  }
  const auto per_second = [&](double ms) { return static_cast<double>(pool) / ms * 1'000; };
  report.Add({"pools of " + std::to_string(pool), per_second(least_ms), "admissions/s",
              {{"synced writes of the same bytes, SHA-256, a signature a head",
                per_second(least_floor_ms)}},
              pool == kPoolMax ? std::optional(kGoalPerSecond) : std::nullopt, Better::kMore});
  report.Say("    " + std::to_string(bytes / pool) + " bytes an admission, " +
             std::to_string((*log)->checkpoints()) + " checkpoints signed");
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureSequencer(const Setting& setting, Report& report) {
  for (const auto& [pool, pools] : {std::pair<size_t, size_t>{1, 400}, {8, 300}, {64, 100},
                                    {kPoolMax, 40}}) {
    const absl::Status measured =
        MeasurePools(pool, setting.effort.Of(pools, size_t{2}), setting, report);
    if (!measured.ok()) return measured;
  }
  return absl::OkStatus();
}

}  // namespace whoelse::bench
