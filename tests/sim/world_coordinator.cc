// Coordinators: the relay's actions carried out, the sequencer, checkpoints and rosters pushed; and
// each way of cheating at the place where an honest one would do its duty.
#include <algorithm>

#include "audit/checkpoint.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_writer.h"
#include "tests/sim/world.h"

namespace whoelse::sim {
namespace {

constexpr TimeMs kHourMs = 3'600'000;

template <typename Action>
CallId CallOf(const Action& action) {
  if constexpr (requires { action.call; }) return action.call;
  return 0;
}

// The same size, another first leaf, and the signature of the log's own key.
void Fork(AttachStatement& statement, CoordinatorId id) {
  Checkpoint checkpoint = *Checkpoint::Parse(Note::Parse(statement.checkpoint)->text);
  statement.frontier.front().data()[0] ^= 1;
  checkpoint.root = Frontier::Create(checkpoint.size, statement.frontier)->Root();
  statement.checkpoint = SignCheckpoint(checkpoint, LogKeyOf(id)).Serialize();
}

}  // namespace

void World::Perform(CoordinatorId id, RelayActions actions) {
  Coordinator& c = coordinators_.at(id);
  for (RelayAction& action : actions) {
    if (auto* ask = std::get_if<SubmitAsk>(&action)) {
      Submit(id, ask->ask, ask->ask.frame_hash);
    } else if (auto* answered = std::get_if<SubmitAnswered>(&action)) {
      Submit(id, answered->answered, answered->answered.frame_hash);
    } else if (auto* deliver = std::get_if<Deliver>(&action)) {
      DeliverTo(id, *deliver);
    } else if (auto* cut = std::get_if<CutStream>(&action)) {
      c.streams.erase(cut->stream);
    } else if (!std::holds_alternative<StreamReplaced>(action)) {
      PerformForCall(id, std::visit([](const auto& a) { return CallOf(a); }, action), action);
    }
  }
  if (const auto tick = c.relay->NextTick()) {
    At(*tick, [this, id, life = c.life] {
      if (coordinators_.at(id).life == life) Tick(id);
    });
  }
}

void World::PerformForCall(CoordinatorId id, CallId call, const RelayAction& action) {
  Coordinator& c = coordinators_.at(id);
  const auto found = c.calls.find(call);
  if (found == c.calls.end()) return;
  const auto [question, attempt] = found->second;
  Asked& asked = *questions_[question];
  if (asked.requester.get() != attempt) return;
  const auto tell = [&](const std::string& label, auto deliver) {
    Send(NameOfCoordinator(id), NameOfAgency(asked.agency), label,
         [this, question = question, attempt = attempt, deliver] {
           Requester& requester = *questions_[question]->requester;
           if (&requester == attempt) deliver(requester);
         });
  };
  if (const auto* admission = std::get_if<SendAdmission>(&action)) {
    tell("admission", [](Requester&) {});
    asked.requester->OnAdmission(id, admission->admission);
  } else if (const auto* result = std::get_if<SendResult>(&action)) {
    AgencyItem item = result->result.kind == RelayResult::Kind::kCode
                          ? AgencyItem(result->result.code)
                          : AgencyItem(*result->result.bytes);
    if (c.cheats.dropped.contains(result->result.agency)) item = RelayCode::kDeadline;
    // In order on one stream: no delay of their own between admission, items and the end.
    asked.requester->OnItem(id, result->result.agency, std::move(item));
  } else if (const auto* closed = std::get_if<SendClosed>(&action)) {
    tell("items, closed",
         [this, id, question = question, closed = closed->closed](Requester& requester) {
           requester.OnClosed(id, Requester::Closed{closed.asked_index, closed.answered_index});
           CompareAnswers(question, *requester.ExpectedOf(id));
           SendToNextRelay(question);
         });
  } else {
    tell("error", [this, id, question = question](Requester&) { OnRelayFailed(question, id); });
  }
}

void World::Tick(CoordinatorId id) {
  Coordinator& c = coordinators_.at(id);
  if (!c.stopped) Perform(id, c.relay->OnTick(now_));
}

// The sequencer: a synced batch takes a moment, and a crash before its end loses it.
void World::Submit(CoordinatorId id, Submission submission, const FrameHash& hash) {
  At(now_ + Delay(5), [this, id, hash, submission = std::move(submission),
                       life = coordinators_.at(id).life] {
    Coordinator& c = coordinators_.at(id);
    if (c.life != life || c.stopped) return;
    auto plan = PlanPool(c.disk, {&submission, 1}, now_);
    if (!plan.ok()) return;
    const bool is_ask = std::holds_alternative<AskSubmission>(submission);
    if (c.cheats.unlogged && is_ask) {
      c.ever_unlogged = true;
      plan->batch.entries.clear();
      plan->batch.nodes.clear();
      plan->batch.head = *c.disk.Head();
    }
    (void)c.disk.Commit(plan->batch);
    const LogOutcome& outcome = plan->outcomes.front();
    if (const auto* admitted = std::get_if<QuestionAdmitted>(&outcome)) {
      Perform(id, c.relay->OnAdmitted(hash, *admitted, now_));
    } else if (const auto* leaf = std::get_if<LeafLogged>(&outcome)) {
      Perform(id, c.relay->OnAnswered(hash, *leaf, now_));
    } else {
      Perform(id, c.relay->OnNotAdmitted(hash, ServiceError::kQuota));
    }
    if (c.checkpoint_due) return;
    c.checkpoint_due = true;
    At(now_ + 500, [this, id, life] {
      if (coordinators_.at(id).life == life) PushCheckpoints(id);
    });
  });
}

void World::DeliverTo(CoordinatorId id, const Deliver& deliver) {
  Coordinator& c = coordinators_.at(id);
  for (StreamId stream : deliver.streams) {
    const auto found = c.streams.find(stream);
    if (found == c.streams.end() || c.cheats.withheld.contains(found->second.agency)) continue;
    const AgencyId agency = found->second.agency;
    Send(NameOfCoordinator(id), NameOfAgency(agency), "frame, admission",
         [this, id, agency, stream, delivery = deliver.delivery] {
           if (coordinators_.at(id).streams.contains(stream)) TakeEnvelope(agency, id, *delivery);
         });
  }
}

Bytes World::SignedCheckpoint(Coordinator& c) {
  const LogHead head = *c.disk.Head();
  const Checkpoint checkpoint{c.keeper->ruling()->FindCoordinator(c.id)->log_key.name,
                              head.size(), head.frontier.Root()};
  c.checkpoint = SignCheckpoint(checkpoint, LogKeyOf(c.id)).Serialize();
  c.checkpoint_size = head.size();
  return ToBytes(AsBytes(c.checkpoint));
}

void World::PushCheckpoints(CoordinatorId id) {
  Coordinator& c = coordinators_.at(id);
  c.checkpoint_due = false;
  if (c.stopped || c.cheats.stalled) return;
  SignedCheckpoint(c);
  for (auto& [stream, state] : c.streams) {
    if (state.pushed == c.checkpoint_size) continue;
    std::vector<Bytes> leaves = *c.disk.Entries(state.pushed, c.checkpoint_size);
    state.pushed = c.checkpoint_size;
    if (c.cheats.rewritten.contains(state.agency)) leaves.front().back() ^= 1;
    // After the frames that it covers, which may take up to the longest delay.
    At(now_ + 50, [this, id, stream = stream, agency = state.agency, note = c.checkpoint, leaves] {
      if (!coordinators_.at(id).streams.contains(stream)) return;
      Node& node = nodes_.at(agency);
      LogWatch::Covered covered = node.holder->holder.Watch(id).OnCheckpoint(note, leaves);
      Note(agency, std::move(covered.alarms));
      node.committed_watch[id] = node.holder->holder.Watch(id).memory();
    });
  }
}

AttachStatement World::StatementFor(Coordinator& c, AgencyId agency, const LogWatch& watch) {
  AttachStatement statement{c.disk.Head()->size(), c.checkpoint, {}, {}};
  if (c.checkpoint.empty()) return statement;
  statement.frontier = FrontierAt(c.disk, c.checkpoint_size)->hashes();
  const uint64_t known = std::min(watch.known_size(), c.checkpoint_size);
  const auto proof = StoredConsistencyProof(c.disk, known, c.checkpoint_size);
  if (proof.ok()) statement.consistency = *proof;
  for (const uint64_t index : watch.Unproven()) {
    if (index >= c.checkpoint_size) break;
    ProofOfEntry leaf = StoredInclusionProofs(c.disk, {&index, 1}, c.checkpoint_size)->front();
    statement.proven.push_back({index, std::move(leaf.entry), std::move(leaf.proof)});
  }
  if (c.cheats.forked.contains(agency)) Fork(statement, c.id);
  return statement;
}

// The operator's new roster: its agencies are cut off at once, its shares are taken up, the nodes are
// told.
void World::TakeRoster(CoordinatorId id, const SignedRoster& roster) {
  Coordinator& c = coordinators_.at(id);
  if (c.stopped || !c.keeper->Offer(roster, now_).ok()) return;
  c.evaluator->SetShares(office_.SharesOf(id));
  Perform(id, c.relay->SetRoster(c.keeper->ruling()));
  for (const auto& [stream, state] : c.streams) {
    if (c.cheats.no_rosters) continue;
    Send(NameOfCoordinator(id), NameOfAgency(state.agency), "roster",
         [this, id, stream = stream, agency = state.agency, roster] {
           if (!coordinators_.at(id).streams.contains(stream)) return;
           OfferRoster(agency, roster);
           TakeHeartbeat(agency, coordinators_.at(id));
         });
  }
}

void World::EveryHour(CoordinatorId id) {
  for (const auto& [stream, state] : coordinators_.at(id).streams) {
    TakeHeartbeat(state.agency, coordinators_.at(id));
  }
  At(now_ + kHourMs, [this, id] { EveryHour(id); });
}

}  // namespace whoelse::sim
