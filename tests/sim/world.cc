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
    coordinator.keeper = std::make_unique<RosterKeeper>(VectorAnchor());
    (void)coordinator.keeper->Offer(office_.newest(), now_);
    coordinator.evaluator = std::make_unique<Evaluator>(c.id, AdmissionKeyOf(c.id - 101),
                                                        office_.SharesOf(c.id));
    coordinator.relay =
        std::make_unique<Relay>(c.id, c.log_key.key_id, AdmissionKeyOf(c.id - 101));
    Perform(c.id, coordinator.relay->SetRoster(coordinator.keeper->ruling()));
    At(now_ + 3'600'000, [this, id = c.id] { EveryHour(id); });
  }
  for (const RosterAgency& a : RosterOf(7)->agencies) {
    Node& node = nodes_[a.id];
    node.id = a.id;
    node.holder = std::make_unique<TestHolder>(a.id);
    node.keeper = std::make_unique<RosterKeeper>(VectorAnchor());
    OfferRoster(a.id, office_.newest());
    for (const auto& [id, c] : coordinators_) Attach(a.id, id);
  }
}

const TlsPin& PinOf(AgencyId id) { return RosterOf(7)->FindAgency(id)->tls_pin; }

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

// --- records, rosters -----------------------------------------------------------------------------

void World::Hold(AgencyId agency, const Record& record, const std::vector<KeyVersion>& versions) {
  Node& node = nodes_.at(agency);
  node.held.emplace_back(record, versions);
  node.holder->Hold(record, versions);
}

void World::SetComplete(AgencyId agency, std::set<KeyVersion> versions) {
  Node& node = nodes_.at(agency);
  node.complete = std::move(versions);
  node.holder->SetComplete(node.complete);
}

void World::Distribute() {
  for (const auto& [id, c] : coordinators_) {
    At(now_ + Delay(300), [this, id = id, roster = office_.newest()] { TakeRoster(id, roster); });
  }
}

// --- faults --------------------------------------------------------------------------------------

void World::CrashNode(AgencyId agency) {
  Node& node = nodes_.at(agency);
  ++node.life;
  auto fresh = std::make_unique<TestHolder>(agency);
  // Records as the store has them, restrictions that a notice raised included.
  auto stored = node.holder->records.records.begin();
  for (const auto& [record, versions] : node.held) fresh->Hold(stored++->second, versions);
  fresh->SetComplete(node.complete);
  for (const auto& [hash, kept] : node.committed) {
    fresh->holder.RestoreWire(hash, kept.first, kept.second);
  }
  const RosterKeeper::State state = node.keeper->Persistent();
  node.keeper = std::make_unique<RosterKeeper>(VectorAnchor());
  (void)node.keeper->Restore(state, now_);
  fresh->holder.SetRosters(node.keeper->ruling(), nullptr, 0);
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
  c.streams.clear();
  c.checkpoint_due = false;
  const RosterKeeper::State state = c.keeper->Persistent();
  c.keeper = std::make_unique<RosterKeeper>(VectorAnchor());
  (void)c.keeper->Restore(state, now_);
  c.relay = std::make_unique<Relay>(id, RosterOf(7)->FindCoordinator(id)->log_key.key_id,
                                    AdmissionKeyOf(id - 101));
  Perform(id, c.relay->SetRoster(c.keeper->ruling()));
  const std::vector<Submission> orphans = *OrphanSubmissions(c.disk);
  if (!orphans.empty()) (void)c.disk.Commit(PlanPool(c.disk, orphans, now_)->batch);
  if (c.disk.Head()->size() > 0) SignedCheckpoint(c);
  for (const auto& [agency, node] : nodes_) Attach(agency, id);
  BreakCalls(c);
}

void World::Stop(CoordinatorId id) {
  Coordinator& c = coordinators_.at(id);
  ++c.life;
  c.stopped = true;
  c.streams.clear();
  BreakCalls(c);
}

void World::BreakCalls(Coordinator& c) {
  for (const auto& [id, call] : std::exchange(c.calls, {})) {
    const Asked& asked = *questions_[call.question];
    if (!asked.done && asked.requester.get() == call.requester) OnRelayFailed(call.question, c.id);
  }
}

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

uint64_t World::RosterVersionAt(AgencyId agency) const {
  return nodes_.at(agency).keeper->ruling()->version;
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
    if (c.stopped || c.ever_unlogged) continue;
    if (!c.disk.OpenQuestions()->empty()) {
      broken.push_back(NameOfCoordinator(id) + ": an Asked without an Answered");
    }
    if (!CheckStoredLog(c.disk, kFar).ok()) broken.push_back(NameOfCoordinator(id) + ": log damaged");
  }
  for (const auto& asked : questions_) {
    if (!asked->done) broken.push_back("a question that never ended");
    for (const ExpectedAnswered& expected : asked->expected) {
      const Coordinator& c = coordinators_.at(expected.relay);
      const auto entries = c.disk.Entries(expected.answered_index, expected.answered_index + 1);
      const auto parsed = entries.ok() ? ParseLogEntry(entries->front()) : entries.status();
      const auto* answered = parsed.ok() ? std::get_if<AnsweredEntry>(&*parsed) : nullptr;
      const bool honest = !c.ever_unlogged && c.cheats.dropped.empty();
      if (honest && (answered == nullptr || answered->answers_hash != expected.answers_hash)) {
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
