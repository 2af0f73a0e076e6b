// A coordinator's log without the rest: opens the store as a start does, lets the sequencer write,
// and says on file descriptor 3 what it acknowledged. Something goes wrong on the way.
//
//   crash-child write FOLDER FIRST FAULT AT POWER_LOSS SEED
//   crash-child verify FOLDER         the acknowledged is in FOLDER/expected
//
// Lines on descriptor 3 and in FOLDER/expected:  leaf NUMBER INDEX  |  head SIZE ROOT
#include <sys/syscall.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>

#include "coordinator/log_reader.h"
#include "coordinator/log_store.h"
#include "coordinator/sequencer.h"
#include "crypto/random.h"
#include "tests/coordinator/crash/io_faults.h"

namespace whoelse {
namespace {

constexpr int kReport = 3;
constexpr uint64_t kQuestions = 40;

// How a start ended that could not trust the store.
constexpr int kRefusedExit = 3, kCannotStartExit = 1;
// And one that went on after a write of the store's log had failed.
constexpr int kWentOnExit = 4;

FrameHash HashOf(uint64_t n) { return Retag<FrameHash>(H("crash", Writer().U64(n).view())); }

SigningKey LogKey() { return SigningKey::FromSeed(std::array<uint8_t, 32>{0x11}); }
NoteVerifier LogVerifier() {
  return *NoteVerifier::Create("crash.example/log", NoteKeyType::kEd25519, LogKey().verify_key());
}

void Report(const std::string& line) {
  syscall(SYS_write, kReport, line.data(), line.size());
}

struct Log {
  std::unique_ptr<RocksDbState> state;
  std::unique_ptr<CheckpointMirror> mirror;
};

// As Coordinator::OpenStore.
absl::StatusOr<Log> Open(const std::string& folder, TimeMs now) {
  auto state = RocksDbState::Open(folder + "/data");
  if (!state.ok()) return state.status();
  absl::Status status = (*state)->BindTo(LogVerifier().Encode());
  if (!status.ok()) return status;
  auto mirror = CheckpointMirror::Open(folder + "/second");
  if (!mirror.ok()) return mirror.status();
  status = CheckLogStore(**state, **mirror, LogVerifier());
  if (status.ok()) status = CloseOrphans(**state, now);
  if (!status.ok()) return status;
  return Log{*std::move(state), *std::move(mirror)};
}

// How many submissions are not settled yet.
class Pending {
 public:
  void Add() {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  void Done() {
    const std::lock_guard lock(mutex_);
    --count_;
    changed_.notify_all();
  }
  void WaitFor(uint64_t at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ <= at_most; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t count_ = 0;
};

void Ask(Sequencer& sequencer, uint64_t n, Pending& pending) {
  pending.Add();
  const AskSubmission ask{HashOf(n), 1, {}, 1, 3, 1'000'000};
  const auto answered = [&pending](const Sequencer::Settled&) { pending.Done(); };
  sequencer.Submit(ask, [&sequencer, &pending, n, answered](const Sequencer::Settled& settled) {
    const auto& admitted = std::get<QuestionAdmitted>(std::get<LogOutcome>(settled));
    Report("leaf " + std::to_string(n) + " " + std::to_string(admitted.row.index) + "\n");
    if (n % 3 == 0) return pending.Done();   // stays open: an orphan of the next start
    sequencer.Submit(AnsweredSubmission{HashOf(n), {}}, answered, true);
  });
}

int WriteLog(const std::string& folder, uint64_t first, uint64_t seed) {
  const SystemClock clock;
  auto log = Open(folder, clock.NowMs());
  if (!log.ok()) {
    std::cerr << log.status() << "\n";
    _exit(FaultCame() ? kCannotStartExit : kRefusedExit);
  }
  const SigningKey key = LogKey();
  Sequencer sequencer(
      *log->state, *log->mirror, key, clock, {LogVerifier().name, folder, 0},
      {[](const std::function<void()>& work) { work(); }, [](const PoolCommitted&) {},
       [](const SignedCheckpoint& checkpoint) {
         Report("head " + std::to_string(checkpoint.size) + " " +
                ToHex(checkpoint.frontier.Root()) + "\n");
       }});
  Pending pending;
  for (uint64_t n = first; n < first + kQuestions; ++n) {
    Ask(sequencer, n, pending);
    if ((n + seed) % 5 == 0) sequencer.RequestCheckpoint();
    pending.WaitFor((n * 7 + seed) % 4);   // pools of different sizes
  }
  pending.WaitFor(0);
  sequencer.RequestCheckpoint();
  sequencer.Finish();
  // A write that failed and was tried again: what the failed one left is anybody's guess.
  _exit(FaultCameToALog() ? kWentOnExit : 0);
}

absl::Status CheckLine(const RocksDbState& state, const std::string& line) {
  std::istringstream in(line);
  std::string kind, value;
  uint64_t number = 0;
  in >> kind >> number >> value;
  if (kind == "leaf") {
    const uint64_t index = std::stoull(value);
    const auto row = state.FindAsked(HashOf(number));
    if (!row.ok()) return row.status();
    if (!*row || (*row)->index != index) return absl::DataLossError("a leaf is missing: " + line);
    const auto entry = state.Entries(index, index + 1);
    if (!entry.ok()) return entry.status();
    const auto parsed = ParseLogEntry(entry->front());
    const auto* asked = parsed.ok() ? std::get_if<AskedEntry>(&*parsed) : nullptr;
    if (asked && asked->frame_hash == HashOf(number)) return absl::OkStatus();
    return absl::DataLossError("another entry stands there: " + line);
  }
  TreeHash root;
  if (kind != "head" || !FromHex(value, std::span<uint8_t>(root.data(), root.size()))) {
    return absl::InvalidArgumentError("no report: " + line);
  }
  return CheckContains(state, {LogVerifier().name, number, root});
}

int Verify(const std::string& folder) {
  const SystemClock clock;
  const auto log = Open(folder, clock.NowMs());
  absl::Status status = log.status();
  if (status.ok()) status = CheckStoredLog(*log->state, 1'000'000);
  std::ifstream expected(folder + "/expected");
  for (std::string line; status.ok() && std::getline(expected, line);) {
    status = CheckLine(*log->state, line);
  }
  if (!status.ok()) std::cerr << status << "\n";
  _exit(status.ok() ? 0 : kRefusedExit);
}

int Main(int argc, char** argv) {
  if (!InitCrypto()) return 2;
  const std::string mode = argc > 2 ? argv[1] : "";
  if (mode == "verify") return Verify(argv[2]);
  if (mode != "write" || argc != 8) return 2;
  const uint64_t seed = std::stoull(argv[7]);
  PlanFaults({static_cast<Fault>(std::stoi(argv[4])), std::stoull(argv[5]), argv[6][0] == '1', seed});
  return WriteLog(argv[2], std::stoull(argv[3]), seed);
}

}  // namespace
}  // namespace whoelse

int main(int argc, char** argv) { return whoelse::Main(argc, argv); }
