// CoordinatorService and the log: what is signed and when, who says what about it, who is shown it.
#include <utility>

#include "coordinator/attach_call.h"
#include "coordinator/key_events.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_store.h"
#include "coordinator/service.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

// How long the nodes of an older log have for attaching before this start signs anything new. They
// come back within a second of their relay; a question would be LOG_BEHIND after ten.
constexpr TimeMs kHearNodesMs = 3'000;

template <typename T>
T OrStop(absl::StatusOr<T> value) {
  if (!value.ok()) StopForTheStore(value.status());
  return *std::move(value);
}

CosignedCheckpoint AsSigned(const std::string& note, uint64_t size) {
  return {size, Note::Parse(note).value()};   // our own signature's
}

}  // namespace

// A new log signs at once. An older one starts from what it signed last: were the store and the
// second place rolled back together, only nodes and witnesses could know, and a new signature before
// they were heard would be the fork.
void CoordinatorService::TakeUpLog() {
  const std::string last = OrStop(parts_.state.LastCheckpoint());
  if (last.empty()) {
    heard_ = true;
    return sequencer_->RequestCheckpoint();
  }
  hear_until_ = now() + kHearNodesMs;
  if (auto cosigned = OrStop(StoredCosigned(parts_.state))) cosigned_.Restore(*std::move(cosigned));
  const uint64_t size = OrStop(Checkpoint::Parse(Note::Parse(last)->text)).size;
  uncovered_ = OrStop(parts_.state.Entries(size, tree_size_));
  OnCheckpoint({last, size, OrStop(FrontierAt(parts_.state, size))});
  if (!uncovered_.empty()) SignWhenHeard();
}

void CoordinatorService::SignWhenHeard() {
  sign_when_heard_ = !heard_;
  if (heard_) sequencer_->RequestCheckpoint();
}

// What a node knows of this log. One checkpoint that this log's key signed and that the store does
// not contain ends everything: the next signature would be the proof of a fork.
void CoordinatorService::HearOf(StreamId id, const v1::Hello& hello) {
  const absl::Status status =
      KeepIfContradicted(parts_.state, parts_.mirror, log_verifier_, hello.checkpoint());
  if (!status.ok()) StopForTheStore(status);
  heard_from_.insert(*relay_.AgencyOf(id));
  if (heard_ || heard_from_.size() <= parts_.desk.ruling()->agencies.size() / 2) return;
  heard_ = true;
  if (sign_when_heard_) SignWhenHeard();
}

void CoordinatorService::OnCommitted(const PoolCommitted& committed) {
  tree_size_ = committed.size;
  if (committed.entries.empty()) return;
  uncovered_.insert(uncovered_.end(), committed.entries.begin(), committed.entries.end());
  // Half of what is allowed: signing, the second place and the way to the nodes take time too.
  const auto allowed = std::chrono::milliseconds(parts_.desk.ruling()->parameters.checkpoint_ms);
  if (checkpoint_) checkpoint_timer_->FireWithin(allowed / 2);
}

void CoordinatorService::OnCheckpoint(const SignedCheckpoint& checkpoint) {
  const bool first = !checkpoint_;
  if (!first && checkpoint.size == checkpoint_->size) return;
  // Who attaches starts from the last checkpoint, so all streams need the same leaves next.
  const uint64_t base = tree_size_ - uncovered_.size();
  const auto end = uncovered_.begin() + static_cast<ptrdiff_t>(checkpoint.size - base);
  v1::CheckpointPush push;
  push.set_checkpoint(checkpoint.note);
  for (auto leaf = uncovered_.begin(); leaf != end; ++leaf) push.add_leaves(ToString(*leaf));
  uncovered_.erase(uncovered_.begin(), end);
  checkpoint_ = checkpoint;
  const CosignedCheckpoint* published = cosigned_.Published();
  if (published == nullptr || published->size < checkpoint.size) {
    cosigned_.OnSigned(AsSigned(checkpoint.note, checkpoint.size));
  }
  Publish();
  parts_.signed_log.Publish({checkpoint.size, checkpoint.note});
  if (first) return TakeCalls();
  ToNodes(push);
}

void CoordinatorService::ToNodes(const v1::CheckpointPush& push) {
  for (const auto& [id, stream] : streams_) {
    if (stream->live() && !stream->Send(push)) CutFull(id, stream);
  }
}

// Whoever became a witness with this roster may have known it first, and its line was a stranger's. A
// log that is quiet signs nothing that it would cosign next: so its last checkpoint is shown again.
void CoordinatorService::TakeUpWitnesses(const Roster& roster) {
  std::vector<NoteVerifier> witnesses;
  for (const RosterWitness& witness : roster.witnesses) witnesses.push_back(witness.key);
  if (cosigned_.SetWitnesses(std::move(witnesses), roster.quorum)) Publish();
  if (!checkpoint_) return;
  v1::CheckpointPush again;
  again.set_checkpoint(checkpoint_->note);
  ToNodes(again);
}

void CoordinatorService::Cosignature(StreamId id, const v1::Cosignature& cosignature) {
  if (Take(cosignature.size(), cosignature.line()) != CosignedCheckpoints::Taken::kBad) return;
  // Cut, so that whoever sends bad ones pays a handshake for each verification.
  Log(LogLevel::kAlarm, "cosignature_bad",
      {{LogField::kAgency, relay_.AgencyOf(id).value_or(0)},
       {LogField::kTreeSize, cosignature.size()}});
  relay_.OnDetach(id);
  if (AttachCall* const call = FindStream(id)) call->Cut(ServiceError::kSignature);
}

void CoordinatorService::TakeCosignature(uint64_t size, std::string line) {
  loop_->Post([this, size, line = std::move(line)] { Take(size, line); });
}

CosignedCheckpoints::Taken CoordinatorService::Take(uint64_t size, std::string_view line) {
  const auto taken = cosigned_.Take(size, line);
  if (taken == CosignedCheckpoints::Taken::kPublished) Publish();
  return taken;
}

void CoordinatorService::Publish() {
  const CosignedCheckpoint* published = cosigned_.Published();
  const auto before = parts_.published.Latest();
  std::string note = published->note.Serialize();
  if (before && before->checkpoint == note) return;
  if (cosigned_.HasPublishedQuorum()) sequencer_->KeepCosigned(note);
  parts_.published.Publish({published->size, std::move(note)});
}

const CoordinatorState* CoordinatorService::StoreOf(uint32_t log_key_id) const {
  return log_key_id == log_verifier_.key_id ? &parts_.state : parts_.ended.Find(log_key_id);
}

void CoordinatorService::LogKeyEvents() {
  const auto logged = OrStop(parts_.state.KeyEvents());
  for (const KeyEventEntry& event :
       DueKeyEvents(*parts_.desk.ruling(), parts_.evaluator.KeyVersions(), logged)) {
    sequencer_->Submit(KeyEventSubmission{event}, [](const Sequencer::Settled&) {}, true);
  }
}

void CoordinatorService::LogHandedIn(HandedInSubmission entry,
                                     std::function<void(OrError<uint64_t>)> done) {
  const auto settled = [done](const Sequencer::Settled& outcome) {
    if (const auto* error = std::get_if<ServiceError>(&outcome)) return done(*error);
    const auto* leaf = std::get_if<LeafLogged>(&std::get<LogOutcome>(outcome));
    if (leaf == nullptr) return done(ServiceError::kQuota);
    done(leaf->index);
  };
  if (!sequencer_->Submit(std::move(entry), settled)) done(ServiceError::kBusy);
}

}  // namespace whoelse
