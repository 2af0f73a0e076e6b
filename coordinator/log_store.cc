#include "coordinator/log_store.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_writer.h"
#include "coordinator/sequencer.h"

namespace whoelse {
namespace {

constexpr uint64_t kEntriesCheckedAtStart = 4096;

absl::Status WithAdvice(const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsNotFound(status)) return status;
  return absl::DataLossError(
      std::string(status.message()) +
      ". This coordinator does not sign a second history of its log. Do not restore a backup and "
      "do not delete either place: refill the data directory from a mirror of this log; if there "
      "is none, retire this log's key and start a new log whose first entry names the last "
      "checkpoint that witnesses or nodes hold.");
}

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& note, const NoteVerifier& log_key) {
  auto parsed = Note::Parse(note);
  if (!parsed.ok()) return absl::DataLossError("a stored checkpoint is damaged");
  auto checkpoint = OpenCheckpoint(*parsed, log_key);
  if (!checkpoint.ok()) return absl::DataLossError("a stored checkpoint is not of this log's key");
  return checkpoint;
}

absl::Status CheckPlaces(RocksDbState& state, const CheckpointMirror& mirror,
                         const NoteVerifier& log_key) {
  auto inner = state.LastCheckpoint();
  if (!inner.ok()) return inner.status();
  auto outer = mirror.Read();
  if (!outer.ok()) return outer.status();
  if (outer->empty()) {
    return inner->empty() ? absl::OkStatus()
                          : absl::DataLossError("the second place lost its checkpoint");
  }
  auto newest = ReadCheckpoint(*outer, log_key);
  if (!newest.ok()) return newest.status();
  if (absl::Status status = CheckContains(state, *newest); !status.ok()) return status;
  if (!inner->empty()) {
    auto older = ReadCheckpoint(*inner, log_key);
    if (!older.ok()) return older.status();
    if (older->size > newest->size) {
      return absl::DataLossError("the second place holds an older checkpoint than the store");
    }
  }
  // The second place is written first and synced; the store's copy may have been lost in a crash.
  return *inner == *outer ? absl::OkStatus() : state.SaveCheckpoint(*outer);
}

}  // namespace

absl::Status CheckLogStore(RocksDbState& state, const CheckpointMirror& mirror,
                           const NoteVerifier& log_key) {
  absl::Status status = CheckStoredLog(state, kEntriesCheckedAtStart);
  if (status.ok()) status = CheckPlaces(state, mirror, log_key);
  return WithAdvice(status);
}

absl::Status CloseOrphans(RocksDbState& state, TimeMs now) {
  auto orphans = OrphanSubmissions(state);
  if (!orphans.ok()) return orphans.status();
  std::span<const Submission> rest(*orphans);
  while (!rest.empty()) {
    const auto pool = rest.first(std::min(rest.size(), kPoolMax));
    auto plan = PlanPool(state, pool, now);
    if (!plan.ok()) return plan.status();
    if (absl::Status status = state.Commit(plan->batch); !status.ok()) return status;
    rest = rest.subspan(pool.size());
  }
  return absl::OkStatus();
}

}  // namespace whoelse
