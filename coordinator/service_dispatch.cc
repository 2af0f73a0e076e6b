// CoordinatorService between the calls and the relay: who is told what.
#include <algorithm>
#include <iterator>
#include <utility>

#include "coordinator/ask_call.h"
#include "coordinator/attach_call.h"
#include "coordinator/log_reader.h"
#include "coordinator/service.h"
#include "protocol/limits.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

void Append(RelayActions actions, RelayActions* out) {
  std::move(actions.begin(), actions.end(), std::back_inserter(*out));
}

absl::StatusOr<v1::LoggedLeaf> LeafIn(const CoordinatorState& state, uint64_t index, uint64_t size) {
  const auto proofs = StoredInclusionProofs(state, {&index, 1}, size);
  if (!proofs.ok()) return proofs.status();
  v1::LoggedLeaf leaf;
  leaf.set_index(index);
  leaf.set_entry(ToString(proofs->front().entry));
  for (const TreeHash& hash : proofs->front().proof) leaf.add_proof(ToString(hash));
  return leaf;
}

// For a node that was away when the roster was logged: without the leaf the roster would never rule
// there.
absl::Status AddRosterLeaves(const CoordinatorState& state, uint64_t size, v1::Attached& attached) {
  const auto leaves = FindRosterLeaves(state, size);
  if (!leaves.ok()) return leaves.status();
  if (leaves->roster) {
    auto leaf = LeafIn(state, *leaves->roster, size);
    if (!leaf.ok()) return leaf.status();
    *attached.mutable_roster() = *std::move(leaf);
  }
  if (leaves->after) {
    auto leaf = LeafIn(state, *leaves->after, size);
    if (!leaf.ok()) return leaf.status();
    *attached.mutable_after_roster() = *std::move(leaf);
  }
  return absl::OkStatus();
}

// Of the frames that the node got on a stream before: else it has to take us for one that does not log
// what it forwards.
absl::Status AddProven(const CoordinatorState& state, const v1::Hello& hello, uint64_t size,
                       v1::Attached& attached) {
  const auto asked = std::min(static_cast<size_t>(hello.unproven_size()), kUnprovenMax);
  for (size_t i = 0; i < asked && hello.unproven(static_cast<int>(i)) < size; ++i) {
    auto leaf = LeafIn(state, hello.unproven(static_cast<int>(i)), size);
    if (!leaf.ok()) return leaf.status();
    *attached.add_proven() = *std::move(leaf);
  }
  return absl::OkStatus();
}

}  // namespace

CallId CoordinatorService::Add(AskCall* call) {
  asks_[next_id_] = call;
  return next_id_++;
}

void CoordinatorService::Ask(CallId id, const TlsPin& peer, const v1::AskCall& request) {
  Do(relay_.OnAsk(id, peer, AsBytes(request.frame()), AsBytes(request.r()), now()));
}

void CoordinatorService::RemoveAsk(CallId id) {
  asks_.erase(id);
  relay_.OnCallGone(id);
}

StreamId CoordinatorService::Add(AttachCall* call) {
  streams_[next_id_] = call;
  return next_id_++;
}

void CoordinatorService::Attach(StreamId id, const Peer& peer, const v1::Hello& hello) {
  Do(relay_.OnAttach(id, peer.pin));
  AttachCall* const call = FindStream(id);
  if (!relay_.AgencyOf(id)) return;   // cut
  HearOf(id, hello);
  call->Send(Greeting(hello));
  call->SendHeartbeat(CurrentHeartbeat());
  if (hello.roster_version() != parts_.desk.ruling()->version) {
    call->SendRoster(parts_.desk.RulingBytes());
  }
  if (const Bytes next = parts_.desk.NextBytes(); !next.empty()) call->SendRoster(next);
}

v1::Attached CoordinatorService::Greeting(const v1::Hello& hello) const {
  v1::Attached attached;
  attached.set_tree_size(tree_size_);
  attached.set_checkpoint(checkpoint_->note);
  for (const TreeHash& hash : checkpoint_->frontier.hashes()) {
    attached.add_frontier(ToString(hash));
  }
  if (hello.known_size() > checkpoint_->size) {
    // Its word alone; but if it has a checkpoint to show, this log was rolled back.
    Log(LogLevel::kAlarm, "node_knows_larger_log",
        {{LogField::kTreeSize, checkpoint_->size}, {LogField::kCount, hello.known_size()}});
    return attached;
  }
  const auto proof =
      StoredConsistencyProof(parts_.state, hello.known_size(), checkpoint_->size);
  if (!proof.ok()) {
    Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, proof.status()}});
    return attached;   // the node sees that a proof is missing
  }
  for (const TreeHash& hash : *proof) attached.add_consistency(ToString(hash));
  for (const absl::Status& added :
       {AddRosterLeaves(parts_.state, checkpoint_->size, attached),
        AddProven(parts_.state, hello, checkpoint_->size, attached)}) {
    if (!added.ok()) Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, added}});
  }
  return attached;
}

void CoordinatorService::Replies(StreamId id, const v1::Replies& replies) {
  std::vector<ByteView> wires, refusals;
  for (const std::string& wire : replies.wires()) wires.push_back(AsBytes(wire));
  for (const std::string& refusal : replies.refusals()) refusals.push_back(AsBytes(refusal));
  Do(relay_.OnReplies(id, wires, refusals));
}

void CoordinatorService::RemoveStream(StreamId id) {
  streams_.erase(id);
  relay_.OnDetach(id);
}

AskCall* CoordinatorService::FindAsk(CallId id) const {
  const auto found = asks_.find(id);
  return found == asks_.end() ? nullptr : found->second;
}

AttachCall* CoordinatorService::FindStream(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second;
}

void CoordinatorService::CutFull(StreamId id, AttachCall* call) {
  Log(LogLevel::kWarning, "stream_full", {{LogField::kAgency, relay_.AgencyOf(id).value_or(0)}});
  relay_.OnDetach(id);
  call->Cut(ServiceError::kBusy);
}

void CoordinatorService::Do(RelayActions actions) {
  while (!actions.empty()) {
    RelayActions more;
    for (RelayAction& action : actions) {
      std::visit([this, &more](auto& a) { Perform(a, &more); }, action);
    }
    actions = std::move(more);
  }
  if (const auto next = relay_.NextTick()) {
    const TimeMs time = now();
    tick_->FireWithin(std::chrono::milliseconds(*next > time ? *next - time : 0));
  }
}

void CoordinatorService::Perform(SubmitAsk& action, RelayActions* more) {
  const FrameHash hash = action.ask.frame_hash;
  const bool taken =
      sequencer_->Submit(action.ask, [this, hash](const Sequencer::Settled& settled) {
        if (const auto* error = std::get_if<ServiceError>(&settled)) {
          return Do(relay_.OnNotAdmitted(hash, *error));
        }
        const LogOutcome& outcome = std::get<LogOutcome>(settled);
        if (const auto* admitted = std::get_if<QuestionAdmitted>(&outcome)) {
          return Do(relay_.OnAdmitted(hash, *admitted, now()));
        }
        Do(relay_.OnNotAdmitted(hash, ServiceError::kQuota));
      });
  if (!taken) Append(relay_.OnNotAdmitted(hash, ServiceError::kBusy), more);
}

void CoordinatorService::Perform(SubmitAnswered& action, RelayActions*) {
  const FrameHash hash = action.answered.frame_hash;
  // Refused only when this program is ending; then the next start closes the question.
  sequencer_->Submit(
      action.answered,
      [this, hash](const Sequencer::Settled& settled) {
        Do(relay_.OnAnswered(hash, std::get<LeafLogged>(std::get<LogOutcome>(settled)), now()));
      },
      true);
}

void CoordinatorService::Perform(Deliver& action, RelayActions* more) {
  for (const StreamId id : action.streams) {
    AttachCall* const call = FindStream(id);
    if (call != nullptr && call->live() && call->Send(*action.delivery)) continue;
    Append(relay_.OnOverflow(id, action.delivery->frame_hash), more);
    if (call != nullptr) CutFull(id, call);
  }
}

void CoordinatorService::Perform(SendAdmission& action, RelayActions*) {
  if (AskCall* const call = FindAsk(action.call)) call->Send(std::move(action.admission));
}
void CoordinatorService::Perform(SendResult& action, RelayActions*) {
  if (AskCall* const call = FindAsk(action.call)) call->Send(action.result);
}
void CoordinatorService::Perform(SendClosed& action, RelayActions*) {
  if (AskCall* const call = FindAsk(action.call)) call->Send(action.closed);
}
void CoordinatorService::Perform(FailCall& action, RelayActions*) {
  if (AskCall* const call = FindAsk(action.call)) call->Fail(action.error);
}
void CoordinatorService::Perform(CutStream& action, RelayActions*) {
  if (AttachCall* const call = FindStream(action.stream)) call->Cut(action.error);
}
void CoordinatorService::Perform(StreamReplaced& action, RelayActions*) {
  Log(LogLevel::kAlarm, "stream_replaced", {{LogField::kAgency, action.agency}});
}

}  // namespace whoelse
