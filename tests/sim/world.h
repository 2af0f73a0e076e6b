// The whole federation over the pure cores: three coordinators and five nodes of protocol-1.json, one
// virtual clock, one seeded source of delays. Everything that would be a network, a disk or a thread is
// an event in a queue; everything else is the production code.
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
#include "tests/node/federation.h"
#include "tests/node/register.h"
#include "tests/support/memory_state.h"
#include "tests/support/random.h"

namespace whoelse::sim {

// Evaluations are counted by the real sequencer; here each is allowed.
class AllowAll final : public Counters {
 public:
  bool Commit(const Charge&) override { return true; }
};

class World {
 public:
  explicit World(uint64_t seed);

  // --- what a scenario says --------------------------------------------------------------------
  void Hold(AgencyId agency, const Record& record) { nodes_.at(agency).holder->Hold(record); }
  // Starts a question; runs nothing yet. Returns its number.
  size_t Ask(const Statement& statement);
  void Detach(AgencyId agency, CoordinatorId from);
  void Attach(AgencyId agency, CoordinatorId to);
  // The process ends: what was not committed is gone; it starts again at once.
  void CrashNode(AgencyId agency);
  void CrashCoordinator(CoordinatorId id);
  void Stop(CoordinatorId id);            // and stays away
  // The relay leaves this agency out of every delivery, from now on.
  void Withhold(CoordinatorId relay, AgencyId agency);
  // The relay forwards frames without writing them into its log.
  void ForwardUnlogged(CoordinatorId relay);
  // Runs events until none is left before `until`, or all questions are done and the logs covered.
  void RunFor(TimeMs ms);

  // --- what came of it -------------------------------------------------------------------------
  Reading::Kind KindOf(size_t question, AgencyId agency) const;
  bool Disclosed(size_t question, AgencyId agency) const;
  bool Done(size_t question) const { return questions_[question]->done; }
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
    std::vector<Alarm> alarms;
    std::map<FrameHash, std::pair<Bytes, TimeS>> committed;   // what survives a crash
    std::map<CoordinatorId, LogWatch::Memory> committed_watch;
    uint64_t life = 0;                                        // events of an earlier life are void
  };
  struct Stream {
    CallId id;
    AgencyId agency;
    uint64_t pushed = 0;     // size of the log that this stream has seen
  };
  struct Coordinator {
    CoordinatorId id;
    MemoryState disk;
    std::unique_ptr<Relay> relay;
    std::unique_ptr<Evaluator> evaluator;
    std::map<StreamId, Stream> streams;
    std::map<CallId, size_t> calls;
    std::string checkpoint;                 // the last signed one
    uint64_t checkpoint_size = 0;
    bool checkpoint_due = false;
    std::set<AgencyId> withheld;
    bool unlogged = false;
    bool stopped = false;
    uint64_t life = 0;
  };
  struct Asked {
    AgencyId agency;
    std::unique_ptr<Requester> requester;
    std::vector<Requester::ExpectedAnswered> expected;
    bool done = false;
    bool failed = false;
  };

  void At(TimeMs when, std::function<void()> event);
  TimeMs Delay(uint64_t most = 40) { return 1 + random_.Below(most); }
  // One message: drawn into the diagram, delivered after a delay of its own unless an end of it has
  // died meanwhile.
  void Send(const std::string& from, const std::string& to, const std::string& label,
            std::function<void()> deliver);

  void Evaluate(size_t question);
  void Compose(size_t question);
  void SendToNextRelay(size_t question);
  void OnRelayFailed(size_t question, CoordinatorId relay);
  void Perform(CoordinatorId id, RelayActions actions);
  void Submit(CoordinatorId id, Submission submission, const FrameHash& hash);
  void DeliverTo(CoordinatorId id, const Deliver& deliver);
  void PushCheckpoints(CoordinatorId id);
  void TakeEnvelope(AgencyId agency, CoordinatorId from, const FrameDelivery& delivery);
  void AnswerAt(AgencyId agency);
  void Reply(AgencyId agency, CoordinatorId to, Bytes wire, Bytes refusal);
  void Tick(CoordinatorId id);
  void Note(AgencyId agency, std::vector<Alarm> alarms);
  Bytes SignedCheckpoint(Coordinator& c);

  SeededRandom random_;
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

// Scenario and diagram names.
const std::map<std::string, AgencyId>& AgencyNames();
std::string NameOfAgency(AgencyId id);
std::string NameOfCoordinator(CoordinatorId id);

}  // namespace whoelse::sim

#endif  // WHOELSE_TESTS_SIM_WORLD_H_
