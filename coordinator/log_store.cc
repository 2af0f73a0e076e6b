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

absl::StatusOr<Checkpoint> ReadCheckpoint(const std::string& note, const NoteVerifier& log_key) {
  auto parsed = Note::Parse(note);
  if (!parsed.ok()) return absl::DataLossError("a stored checkpoint is damaged");
  auto checkpoint = OpenCheckpoint(*parsed, log_key);
  if (!checkpoint.ok()) return absl::DataLossError("a stored checkpoint is not of this log's key");
  return checkpoint;
}

absl::Status CheckNote(const RocksDbState& state, const std::string& note,
                       const NoteVerifier& log_key) {
  if (note.empty()) return absl::OkStatus();
  auto checkpoint = ReadCheckpoint(note, log_key);
  if (!checkpoint.ok()) return checkpoint.status();
  return CheckContains(state, *checkpoint);
}

absl::Status CheckShown(const RocksDbState& state, const CheckpointMirror& mirror,
                        const NoteVerifier& log_key) {
  auto cosigned = state.CosignedCheckpoint();
  if (!cosigned.ok()) return cosigned.status();
  if (absl::Status status = CheckNote(state, *cosigned, log_key); !status.ok()) return status;
  auto shown = mirror.ReadShown();
  if (!shown.ok()) return shown.status();
  return CheckNote(state, *shown, log_key);
}

// Where the scrubber found damage, a start looks first: it may be a bit that was flipped in memory.
absl::Status CheckSuspect(const RocksDbState& state) {
  const auto suspect = state.Suspect();
  if (!suspect.ok()) return suspect.status();
  if (!*suspect) return absl::OkStatus();
  const auto head = state.Head();
  if (!head.ok()) return head.status();
  return CheckTile(state, (*suspect)->level, (*suspect)->index, head->size());
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
  if (absl::Status status = CheckShown(state, mirror, log_key); !status.ok()) return status;
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

absl::Status WithRecovery(const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsNotFound(status)) return status;
  return absl::DataLossError(
      std::string(status.message()) +
      ". This coordinator does not sign a second history of its log. Do not restore a backup and "
      "do not delete either place: refill the data directory from a mirror of this log; if there "
      "is none, retire this log's key and start a new log whose first entry names the last "
      "checkpoint that witnesses or nodes hold.");
}

absl::Status CheckLogStore(RocksDbState& state, const CheckpointMirror& mirror,
                           const NoteVerifier& log_key) {
  absl::Status status = CheckStoredLog(state, kEntriesCheckedAtStart);
  if (status.ok()) status = CheckSuspect(state);
  if (status.ok()) status = CheckPlaces(state, mirror, log_key);
  return WithRecovery(status);
}

absl::StatusOr<std::optional<CosignedCheckpoint>> StoredCosigned(const RocksDbState& state) {
  const auto stored = state.CosignedCheckpoint();
  if (!stored.ok()) return stored.status();
  if (stored->empty()) return std::nullopt;
  auto note = Note::Parse(*stored);
  if (!note.ok()) return absl::DataLossError("a stored checkpoint is damaged");
  const auto checkpoint = Checkpoint::Parse(note->text);
  if (!checkpoint.ok()) return absl::DataLossError("a stored checkpoint is damaged");
  return CosignedCheckpoint{checkpoint->size, *std::move(note)};
}

absl::Status KeepIfContradicted(const RocksDbState& state, CheckpointMirror& mirror,
                                const NoteVerifier& log_key, std::string_view note) {
  const auto parsed = Note::Parse(note);
  if (!parsed.ok()) return absl::OkStatus();
  const auto checkpoint = OpenCheckpoint(*parsed, log_key);
  if (!checkpoint.ok()) return absl::OkStatus();
  const absl::Status status = CheckContains(state, *checkpoint);
  if (status.ok()) return status;
  if (absl::Status kept = mirror.KeepShown(std::string(note)); !kept.ok()) return kept;
  return WithRecovery(status);
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
