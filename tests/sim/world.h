// The whole federation over the pure cores: three coordinators and five nodes of protocol-1.json, one
// virtual clock, one seeded source of delays. Everything that would be a network, a disk or a thread is
// an event in a queue; everything else is the production code.
//
//   world.cc              events, rosters, faults, what came of it
//   world_asking.cc       questions, from the evaluators to the last answer
//   world_coordinator.cc  relays with their logs
//   world_node.cc         nodes: streams, frames, slots
#ifndef WHOELSE_TESTS_SIM_WORLD_H_
#define WHOELSE_TESTS_SIM_WORLD_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/evaluator.h"
#include "coordinator/relay.h"
#include "node/requester.h"
#include "protocol/roster_keeper.h"
#include "tests/node/federation.h"
#include "tests/node/register.h"
#include "tests/sim/roster_office.h"
#include "tests/support/lies.h"
#include "tests/support/memory_state.h"
#include "tests/support/random.h"

namespace whoelse::sim {

// Evaluations are counted by the real sequencer; here each is allowed.
class AllowAll final : public Counters {
 public:
  bool Commit(const Charge&) override { return true; }
};

// How a coordinator cheats, from some moment on.
struct Cheats {
  std::set<AgencyId> withheld;   // left out of every delivery
  std::set<AgencyId> rewritten;  // are shown leaves that are not the log's
  std::set<AgencyId> forked;     // are shown another history when they attach
  std::set<AgencyId> dropped;    // whose answers are logged and not handed over
  bool unlogged = false;         // forwards frames without writing them into its log
  bool stalled = false;          // signs no checkpoint any more
  bool no_rosters = false, no_heartbeats = false;   // are not passed on
  std::string lie;               // of its evaluator (tests/support/lies.h)
};

class World {
 public:
  explicit World(uint64_t seed);

  // --- what a scenario says --------------------------------------------------------------------
  // Enrolled in these key versions.
  void Hold(AgencyId agency, const Record& record, const std::vector<KeyVersion>& versions = {1, 2});
  // Which key versions the node calls complete.
  void SetComplete(AgencyId agency, std::set<KeyVersion> versions);
  // Starts a question; runs nothing yet. Returns its number.
  size_t Ask(const Statement& statement);
  void Detach(AgencyId agency, CoordinatorId from);
  void Attach(AgencyId agency, CoordinatorId to);
  // The process ends: what was not committed is gone; it starts again at once.
  void CrashNode(AgencyId agency);
  void CrashCoordinator(CoordinatorId id);
  void Stop(CoordinatorId id);            // and stays away
  // From now on; `cheats` is what it does besides being honest.
  Cheats& Cheating(CoordinatorId id) { return coordinators_.at(id).cheats; }
  RosterOffice& office() { return office_; }
  // The office's newest roster comes to the coordinators, to each in its own time, and through them
  // to the nodes.
  void Distribute();
  void RunFor(TimeMs ms);

  // --- what came of it -------------------------------------------------------------------------
  Reading::Kind KindOf(size_t question, AgencyId agency) const;
  bool Disclosed(size_t question, AgencyId agency) const;
  bool Done(size_t question) const { return questions_[question]->done; }
  // It ended with an error and no answers: nobody takes that for "nothing".
  bool Failed(size_t question) const { return questions_[question]->failed; }
  bool Unconfirmed(AgencyId agency) const { return nodes_.at(agency).keeper->Unconfirmed(now_); }
  uint64_t RosterVersionAt(AgencyId agency) const;
  // Whom this node's evaluations proved to lie.
  const std::set<CoordinatorId>& LiarsAt(AgencyId agency) const { return nodes_.at(agency).liars; }
  std::vector<Alarm> AlarmsAt(AgencyId agency) const { return nodes_.at(agency).alarms; }
  size_t TotalAlarms() const;
  // Broken promises, as sentences; empty is what every test wants.
  std::vector<std::string> BrokenInvariants() const;
  // Every message, as the source of a sequence diagram (Mermaid).
  std::string Diagram() const;
  TimeMs now() const { return now_; }
  Random& random() { return random_; }

 private:
  struct Node {
    AgencyId id;
    std::unique_ptr<TestHolder> holder;
    std::unique_ptr<RosterKeeper> keeper;
    std::vector<Alarm> alarms;
    std::set<CoordinatorId> liars;
    std::vector<std::pair<Record, std::vector<KeyVersion>>> held;   // in order of import
    std::set<KeyVersion> complete = {1, 2};
    std::map<FrameHash, std::pair<Bytes, TimeS>> committed;   // what survives a crash
    std::map<CoordinatorId, LogWatch::Memory> committed_watch;
    uint64_t life = 0;                                        // events of an earlier life are void
  };
  struct Stream {
    CallId id;
    AgencyId agency;
    uint64_t pushed = 0;     // size of the log that this stream has seen
  };
  struct Call {
    size_t question;
    const Requester* requester;             // its attempt: an earlier one's events are void
  };
  struct Coordinator {
    CoordinatorId id;
    MemoryState disk;
    std::unique_ptr<RosterKeeper> keeper;
    std::unique_ptr<Relay> relay;
    std::unique_ptr<Evaluator> evaluator;
    Liar liar;
    Cheats cheats;
    std::map<StreamId, Stream> streams;
    std::map<CallId, Call> calls;
    std::string checkpoint;                 // the last signed one
    uint64_t checkpoint_size = 0;
    bool checkpoint_due = false;
    bool ever_unlogged = false;             // its log cannot be held against it any more
    bool stopped = false;
    uint64_t life = 0;
  };
  struct Asked {
    AgencyId agency;
    Statement statement;
    std::unique_ptr<Requester> requester;
    std::vector<ExpectedAnswered> expected;
    bool retried = false;                   // under a newer roster
    bool done = false;
    bool failed = false;
  };

  void At(TimeMs when, std::function<void()> event);
  TimeMs Delay(uint64_t most = 40) { return 1 + random_.Below(most); }
  // One message: drawn into the diagram, delivered after a delay of its own unless an end of it has
  // died meanwhile.
  void Send(const std::string& from, const std::string& to, const std::string& label,
            std::function<void()> deliver);

  void Start(size_t question);
  void Evaluate(size_t question);
  OrError<Bytes> EvaluateAt(Coordinator& c, const TlsPin& peer, const Bytes& request);
  void Compose(size_t question);
  void SendToNextRelay(size_t question);
  void OnRelayFailed(size_t question, CoordinatorId relay);
  void End(size_t question);
  bool FetchRoster(AgencyId agency);
  void CompareAnswers(size_t question, const ExpectedAnswered& expected);
  void Perform(CoordinatorId id, RelayActions actions);
  void Submit(CoordinatorId id, Submission submission, const FrameHash& hash);
  void DeliverTo(CoordinatorId id, const Deliver& deliver);
  void PushCheckpoints(CoordinatorId id);
  void TakeEnvelope(AgencyId agency, CoordinatorId from, const FrameDelivery& delivery);
  void AnswerWhenDue(AgencyId agency);   // at the end of the first slot that waits
  void AnswerAt(AgencyId agency);
  void OfferRoster(AgencyId agency, const SignedRoster& roster);
  void TakeHeartbeat(AgencyId agency, const Coordinator& from);
  void Reply(AgencyId agency, CoordinatorId to, Bytes wire, Bytes refusal);
  void Tick(CoordinatorId id);
  void PerformForCall(CoordinatorId id, CallId call, const RelayAction& action);
  void TakeRoster(CoordinatorId id, const SignedRoster& roster);
  void EveryHour(CoordinatorId id);
  AttachStatement StatementFor(Coordinator& c, AgencyId agency, const LogWatch& watch);
  void BreakCalls(Coordinator& c);   // their askers see the connection end
  void Note(AgencyId agency, std::vector<Alarm> alarms);
  Bytes SignedCheckpoint(Coordinator& c);

  SeededRandom random_;
  RosterOffice office_;
  TimeMs now_ = 1'800'000'000'000;
  uint64_t sequence_ = 0;
  std::map<std::pair<TimeMs, uint64_t>, std::function<void()>> events_;
  std::map<AgencyId, Node> nodes_;
  std::map<CoordinatorId, Coordinator> coordinators_;
  std::vector<std::unique_ptr<Asked>> questions_;
  std::map<std::pair<FrameHash, AgencyId>, std::set<Bytes>> wires_seen_;
  uint64_t next_id_ = 1;
  AllowAll counters_;
  std::vector<std::string> diagram_;
};

// The key that an agency connects with; no roster here changes it.
const TlsPin& PinOf(AgencyId id);

// Scenario and diagram names.
const std::map<std::string, AgencyId>& AgencyNames();
std::string NameOfAgency(AgencyId id);
std::string NameOfCoordinator(CoordinatorId id);

}  // namespace whoelse::sim

#endif  // WHOELSE_TESTS_SIM_WORLD_H_
