#include "tests/sim/world.h"

#include <algorithm>

#include "audit/checkpoint.h"
#include "coordinator/log_reader.h"
#include "coordinator/log_writer.h"

namespace whoelse::sim {
namespace {

constexpr TimeMs kFar = 600'000;

}  // namespace

const std::map<std::string, AgencyId>& AgencyNames() {
  static const std::map<std::string, AgencyId> names = {{"surgery", kSurgery},
                                                        {"schools", kSchools},
                                                        {"social-care", kSocialCare},
                                                        {"police", kPolice},
                                                        {"shared-node", kSharedNode}};
  return names;
}

std::string NameOfAgency(AgencyId id) {
  for (const auto& [name, agency] : AgencyNames()) {
    if (agency == id) return name;
  }
  return "nobody";
}

std::string NameOfCoordinator(CoordinatorId id) { return "coordinator-" + std::to_string(id - 100); }

World::World(uint64_t seed) : random_(seed) {
  for (const RosterCoordinator& c : RosterOf(7)->coordinators) {
    Coordinator& coordinator = coordinators_[c.id];
    coordinator.id = c.id;
    coordinator.evaluator = std::make_unique<Evaluator>(
        c.id, AdmissionKeyOf(c.id - 101),
        std::vector<EvaluatorShare>{{1, 1, ShareOf(1, c.id)}, {2, 1, ShareOf(2, c.id)}});
    coordinator.relay =
        std::make_unique<Relay>(c.id, c.log_key.key_id, AdmissionKeyOf(c.id - 101));
    Perform(c.id, coordinator.relay->SetRoster(RosterOf(7)));
  }
  for (const RosterAgency& a : RosterOf(7)->agencies) {
    nodes_[a.id].id = a.id;
    nodes_[a.id].holder = std::make_unique<TestHolder>(a.id);
    for (const auto& [id, c] : coordinators_) Attach(a.id, id);
  }
}

void World::At(TimeMs when, std::function<void()> event) {
  events_.emplace(std::make_pair(std::max(when, now_), sequence_++), std::move(event));
}

void World::Send(const std::string& from, const std::string& to, const std::string& label,
                 std::function<void()> deliver) {
  diagram_.push_back("    " + from + "->>" + to + ": " + label);
  At(now_ + Delay(), std::move(deliver));
}

void World::RunFor(TimeMs ms) {
  const TimeMs until = now_ + ms;
  while (!events_.empty() && events_.begin()->first.first <= until) {
    auto event = events_.extract(events_.begin());
    now_ = std::max(now_, event.key().first);
    event.mapped()();
  }
  now_ = until;
}

// --- asking --------------------------------------------------------------------------------------

size_t World::Ask(const Statement& statement) {
  auto asked = std::make_unique<Asked>();
  asked->agency = statement.agency;
  asked->requester = std::make_unique<Requester>(
      *Requester::Start(RosterOf(7), statement, {}, random_));
  questions_.push_back(std::move(asked));
  const size_t question = questions_.size() - 1;
  At(now_, [this, question] { Evaluate(question); });
  return question;
}

void World::Evaluate(size_t question) {
  Asked& asked = *questions_[question];
  const std::string asker = NameOfAgency(asked.agency);
  std::vector<Evaluation>& evaluations = asked.requester->evaluations();
  bool pending = false;
  for (size_t i = 0; i < evaluations.size(); ++i) {
    for (CoordinatorId id : evaluations[i].ToAsk()) {
      Send(asker, NameOfCoordinator(id), "Evaluate(blinded)", [this, question, i, id, asker] {
        Coordinator& c = coordinators_.at(id);
        Evaluation& evaluation = questions_[question]->requester->evaluations()[i];
        if (c.stopped) {
          evaluation.OnFailure(id, ServiceError::kNotReady);
          return Evaluate(question);
        }
        const auto response = c.evaluator->Handle(
            RosterOf(7), RosterOf(7)->FindAgency(questions_[question]->agency)->tls_pin,
            evaluation.request(), now_, counters_, random_);
        Send(NameOfCoordinator(id), asker, "evaluated, proof", [this, question, i, id, response] {
          Evaluation& back = questions_[question]->requester->evaluations()[i];
          if (const auto* bytes = std::get_if<Bytes>(&response)) back.OnResponse(id, *bytes);
          else back.OnFailure(id, std::get<ServiceError>(response));
          Evaluate(question);
        });
      });
    }
    pending = pending || evaluations[i].state() == Evaluation::State::kPending;
  }
  if (!pending && !evaluations.empty()) Compose(question);
}

void World::Compose(size_t question) {
  Asked& asked = *questions_[question];
  const auto composed =
      asked.requester->Compose(IdentityKeyOfAgency(asked.agency), now_, random_);
  if (!composed.ok()) {
    asked.failed = asked.done = true;
    return;
  }
  SendToNextRelay(question);
}

void World::SendToNextRelay(size_t question) {
  Asked& asked = *questions_[question];
  const std::optional<CoordinatorId> relay = asked.requester->NextRelay(random_);
  if (!relay) {
    asked.done = asked.requester->Done();
    asked.expected = asked.requester->Expected();
    return;
  }
  const CallId call = next_id_++;
  Send(NameOfAgency(asked.agency), NameOfCoordinator(*relay), "Ask(frame, r)",
       [this, question, call, id = *relay] {
         Coordinator& c = coordinators_.at(id);
         if (c.stopped) return OnRelayFailed(question, id);
         const Question& q = questions_[question]->requester->question();
         c.calls[call] = question;
         const TlsPin pin = RosterOf(7)->FindAgency(questions_[question]->agency)->tls_pin;
         Perform(id, c.relay->OnAsk(call, pin, q.frame.bytes(), q.r, now_));
       });
}

void World::OnRelayFailed(size_t question, CoordinatorId relay) {
  questions_[question]->requester->OnClosed(relay, std::nullopt);
  SendToNextRelay(question);
}

// --- coordinators --------------------------------------------------------------------------------

void World::Perform(CoordinatorId id, RelayActions actions) {
  Coordinator& c = coordinators_.at(id);
  const std::string me = NameOfCoordinator(id);
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
      const CallId call = std::visit([](const auto& a) -> CallId {
        if constexpr (requires { a.call; }) return a.call;
        else return 0;
      }, action);
      const auto found = c.calls.find(call);
      if (found == c.calls.end()) continue;
      const size_t question = found->second;
      const std::string asker = NameOfAgency(questions_[question]->agency);
      if (auto* admission = std::get_if<SendAdmission>(&action)) {
        Send(me, asker, "admission", [this, id, question, bytes = admission->admission] {
          questions_[question]->requester->OnAdmission(id, bytes);
        });
      } else if (auto* result = std::get_if<SendResult>(&action)) {
        AgencyItem item = result->result.kind == RelayResult::Kind::kCode
                              ? AgencyItem(result->result.code)
                              : AgencyItem(*result->result.bytes);
        // In order on one stream: no delay of their own between items and the end.
        questions_[question]->requester->OnItem(id, result->result.agency, std::move(item));
      } else if (auto* closed = std::get_if<SendClosed>(&action)) {
        Send(me, asker, "items, closed", [this, id, question, indexes = closed->closed] {
          questions_[question]->requester->OnClosed(
              id, Requester::Closed{indexes.asked_index, indexes.answered_index});
          SendToNextRelay(question);
        });
      } else {
        Send(me, asker, "error", [this, id, question] { OnRelayFailed(question, id); });
      }
    }
  }
  if (const auto tick = c.relay->NextTick()) {
    At(*tick, [this, id, life = c.life] {
      if (coordinators_.at(id).life == life) Tick(id);
    });
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
    if (c.unlogged && is_ask) plan->batch.entries.clear(), plan->batch.nodes.clear(),
        plan->batch.head = *c.disk.Head();
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
    if (found == c.streams.end() || c.withheld.contains(found->second.agency)) continue;
    const AgencyId agency = found->second.agency;
    Send(NameOfCoordinator(id), NameOfAgency(agency), "frame, admission",
         [this, id, agency, stream, delivery = deliver.delivery] {
           if (coordinators_.at(id).streams.contains(stream)) TakeEnvelope(agency, id, *delivery);
         });
  }
}

Bytes World::SignedCheckpoint(Coordinator& c) {
  const LogHead head = *c.disk.Head();
  const Checkpoint checkpoint{RosterOf(7)->FindCoordinator(c.id)->log_key.name, head.size(),
                              head.frontier.Root()};
  c.checkpoint = SignCheckpoint(checkpoint, LogKeyOf(c.id)).Serialize();
  c.checkpoint_size = head.size();
  return ToBytes(AsBytes(c.checkpoint));
}

void World::PushCheckpoints(CoordinatorId id) {
  Coordinator& c = coordinators_.at(id);
  c.checkpoint_due = false;
  if (c.stopped) return;
  SignedCheckpoint(c);
  for (auto& [stream, state] : c.streams) {
    if (state.pushed == c.checkpoint_size) continue;
    const std::vector<Bytes> leaves = *c.disk.Entries(state.pushed, c.checkpoint_size);
    state.pushed = c.checkpoint_size;
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

// --- nodes ---------------------------------------------------------------------------------------

void World::Attach(AgencyId agency, CoordinatorId to) {
  Coordinator& c = coordinators_.at(to);
  if (c.stopped) return;
  const StreamId stream = next_id_++;
  c.streams[stream] = {stream, agency, c.checkpoint_size};
  Perform(to, c.relay->OnAttach(stream, RosterOf(7)->FindAgency(agency)->tls_pin));
  LogWatch& watch = nodes_.at(agency).holder->holder.Watch(to);
  AttachStatement statement{c.disk.Head()->size(), c.checkpoint, {}, {}};
  if (!c.checkpoint.empty()) {
    statement.frontier = FrontierAt(c.disk, c.checkpoint_size)->hashes();
    const auto proof =
        StoredConsistencyProof(c.disk, std::min(watch.known_size(), c.checkpoint_size),
                               c.checkpoint_size);
    if (proof.ok()) statement.consistency = *proof;
  }
  Note(agency, watch.OnAttached(statement));
  diagram_.push_back("    " + NameOfAgency(agency) + "->>" + NameOfCoordinator(to) + ": Attach");
}

void World::Detach(AgencyId agency, CoordinatorId from) {
  Coordinator& c = coordinators_.at(from);
  for (auto it = c.streams.begin(); it != c.streams.end();) {
    if (it->second.agency != agency) {
      ++it;
      continue;
    }
    c.relay->OnDetach(it->first);
    it = c.streams.erase(it);
  }
}

void World::TakeEnvelope(AgencyId agency, CoordinatorId from, const FrameDelivery& delivery) {
  Node& node = nodes_.at(agency);
  Holder::Reply reply = node.holder->holder.Handle(from, delivery.frame, delivery.admission, now_);
  Note(agency, std::move(reply.alarms));
  if (reply.refusal) Reply(agency, from, {}, *std::move(reply.refusal));
  if (const auto end = node.holder->holder.NextSlotEnd()) {
    At(*end, [this, agency, life = node.life] {
      if (nodes_.at(agency).life == life) AnswerAt(agency);
    });
  }
}

void World::AnswerAt(AgencyId agency) {
  Node& node = nodes_.at(agency);
  while (true) {
    auto batch = node.holder->holder.AnswerSlot(now_);
    if (!batch.ok() || !batch->has_value()) return;
    for (SlotRecord& record : (*batch)->records) {
      node.committed[record.frame_hash] = {record.wire, record.keep_until_s};
      wires_seen_[{record.frame_hash, agency}].insert(record.wire);
      At((*batch)->release_ms, [this, agency, to = record.coordinator, wire = record.wire,
                                life = node.life] {
        if (nodes_.at(agency).life == life) Reply(agency, to, wire, {});
      });
    }
  }
}

void World::Reply(AgencyId agency, CoordinatorId to, Bytes wire, Bytes refusal) {
  const std::string label = wire.empty() ? "refusal" : "sealed wire";
  Send(NameOfAgency(agency), NameOfCoordinator(to), label,
       [this, agency, to, wire = std::move(wire), refusal = std::move(refusal)] {
         Coordinator& c = coordinators_.at(to);
         for (const auto& [stream, state] : c.streams) {
           if (state.agency != agency || c.stopped) continue;
           std::vector<ByteView> wires, refusals;
           if (!wire.empty()) wires.push_back(wire);
           if (!refusal.empty()) refusals.push_back(refusal);
           return Perform(to, c.relay->OnReplies(stream, wires, refusals));
         }
       });
}

void World::Note(AgencyId agency, std::vector<Alarm> alarms) {
  for (Alarm& alarm : alarms) nodes_.at(agency).alarms.push_back(std::move(alarm));
}

// --- faults --------------------------------------------------------------------------------------

void World::CrashNode(AgencyId agency) {
  Node& node = nodes_.at(agency);
  ++node.life;
  auto fresh = std::make_unique<TestHolder>(agency);
  for (const auto& [id, record] : node.holder->records.records) fresh->Hold(record);
  for (const auto& [hash, kept] : node.committed) {
    fresh->holder.RestoreWire(hash, kept.first, kept.second);
  }
  for (const auto& [id, memory] : node.committed_watch) fresh->holder.Watch(id).Restore(memory);
  node.holder = std::move(fresh);
  for (const auto& [id, c] : coordinators_) {
    Detach(agency, id);
    Attach(agency, id);
  }
}

void World::CrashCoordinator(CoordinatorId id) {
  Coordinator& c = coordinators_.at(id);
  ++c.life;
  const std::map<CallId, size_t> calls = std::move(c.calls);
  c.calls.clear();
  c.streams.clear();
  c.checkpoint_due = false;
  c.relay = std::make_unique<Relay>(id, RosterOf(7)->FindCoordinator(id)->log_key.key_id,
                                    AdmissionKeyOf(id - 101));
  Perform(id, c.relay->SetRoster(RosterOf(7)));
  const std::vector<Submission> orphans = *OrphanSubmissions(c.disk);
  if (!orphans.empty()) (void)c.disk.Commit(PlanPool(c.disk, orphans, now_)->batch);
  if (c.disk.Head()->size() > 0) SignedCheckpoint(c);
  for (const auto& [agency, node] : nodes_) Attach(agency, id);
  for (const auto& [call, question] : calls) {
    if (!questions_[question]->done) OnRelayFailed(question, id);
  }
}

void World::Stop(CoordinatorId id) {
  Coordinator& c = coordinators_.at(id);
  c.stopped = true;
  c.streams.clear();
}

void World::Withhold(CoordinatorId relay, AgencyId agency) {
  coordinators_.at(relay).withheld.insert(agency);
}

void World::ForwardUnlogged(CoordinatorId relay) { coordinators_.at(relay).unlogged = true; }

// --- what came of it -----------------------------------------------------------------------------

Reading::Kind World::KindOf(size_t question, AgencyId agency) const {
  for (const auto& [id, reading] : questions_[question]->requester->Readings()) {
    if (id == agency) return reading.kind;
  }
  return Reading::Kind::kNothingYet;
}

bool World::Disclosed(size_t question, AgencyId agency) const {
  for (const auto& [id, reading] : questions_[question]->requester->Readings()) {
    if (id == agency) return reading.Answered() && reading.answer->disclosed;
  }
  return false;
}

size_t World::TotalAlarms() const {
  size_t total = 0;
  for (const auto& [id, node] : nodes_) total += node.alarms.size();
  return total;
}

std::vector<std::string> World::BrokenInvariants() const {
  std::vector<std::string> broken;
  for (const auto& [key, wires] : wires_seen_) {
    if (wires.size() > 1) broken.push_back("two different wires of one agency for one frame");
  }
  for (const auto& [id, c] : coordinators_) {
    if (c.stopped || c.unlogged) continue;
    if (!c.disk.OpenQuestions()->empty()) {
      broken.push_back(NameOfCoordinator(id) + ": an Asked without an Answered");
    }
    if (!CheckStoredLog(c.disk, kFar).ok()) broken.push_back(NameOfCoordinator(id) + ": log damaged");
  }
  for (const auto& asked : questions_) {
    if (!asked->done) broken.push_back("a question that never ended");
    for (const Requester::ExpectedAnswered& expected : asked->expected) {
      const Coordinator& c = coordinators_.at(expected.relay);
      const auto entries = c.disk.Entries(expected.answered_index, expected.answered_index + 1);
      const auto parsed = entries.ok() ? ParseLogEntry(entries->front()) : entries.status();
      const auto* answered = parsed.ok() ? std::get_if<AnsweredEntry>(&*parsed) : nullptr;
      if (!c.unlogged && (answered == nullptr || answered->answers_hash != expected.answers_hash)) {
        broken.push_back("Answered is not what the asker received");
      }
    }
  }
  return broken;
}

std::string World::Diagram() const {
  std::string out = "sequenceDiagram\n";
  for (const std::string& line : diagram_) {
    if (line.find(": Attach") == std::string::npos) out += line + "\n";
  }
  return out;
}

}  // namespace whoelse::sim
