// The side of a node that asks. Start here; docs/life-of-a-question.md walks through it.
//
//   1  Start      a planned statement; one Evaluation per ASKED key version, always with the full
//                 number of slots, also for a child that this agency holds
//   2  Compose    when they are done: the question, checked as every holder will check it. The edge
//                 stores the opening, sealed and synced, before anything leaves
//   3  NextRelay  the frame goes to one relay of the pair; OnItem as answers come; OnClosed. What is
//                 then missing is asked for once more through the other relay, by the same bytes
//   4  Readings   for each agency of the roster one reading: answered, refused, or nothing
//
// Pure: the edge carries bytes and time in and out (node/asker.h).
#ifndef WHOELSE_NODE_REQUESTER_H_
#define WHOELSE_NODE_REQUESTER_H_

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/entry.h"
#include "node/answered_watch.h"
#include "node/evaluation.h"
#include "node/reading.h"
#include "protocol/question.h"
#include "protocol/roster.h"

namespace whoelse {

class Requester {
 public:
  // `statement`: but for r, salt and seed, which are drawn here. INVALID_ARGUMENT when the roster
  // has no ASKED key version (a roster that parses always has).
  static absl::StatusOr<Requester> Start(std::shared_ptr<const Roster> roster, Statement statement,
                                         const std::set<CoordinatorId>& avoid, Random& random);

  // One for each ASKED key version, in order. Drive them until none is pending.
  std::vector<Evaluation>& evaluations() { return evaluations_; }

  // Builds the frame. FAILED_PRECONDITION: an evaluation failed. INTERNAL: the question does not
  // pass the holders' own checks, which would read as everybody disclosing nothing; not sent.
  absl::Status Compose(const SigningKey& identity, TimeMs now, Random& random);
  const Question& question() const { return *question_; }

  // The relay to send the frame to now: the first of the pair by chance, then, when that one has
  // closed or failed and something is missing, the other. nullopt: wait, or done.
  std::optional<CoordinatorId> NextRelay(Random& random);
  // The admission; false when it is not this relay's word for this frame (then nothing it says
  // counts for the log).
  bool OnAdmission(CoordinatorId relay, ByteView admission);
  // The first of an agency counts: what the relay gives in its place later contradicts it. Bytes of
  // no known length are nothing.
  void OnItem(CoordinatorId relay, AgencyId agency, AgencyItem item);
  // The relay closed the collection, or (no indexes) the call failed.
  struct Closed {
    uint64_t asked_index;
    uint64_t answered_index;
  };
  void OnClosed(CoordinatorId relay, std::optional<Closed> closed);
  bool Done() const;

  // What came of every agency, in roster order.
  std::vector<std::pair<AgencyId, Reading>> Readings() const;
  size_t AnsweredCount() const;
  // A relay gave something, so that there is evidence to keep and to show.
  bool SomethingCame() const;
  // A refusal that shows a newer roster than this question's.
  bool RosterIsStale() const { return stale_; }

  // What this relay's Answered leaf has to say. nullopt while it has not closed. It contradicts itself
  // when it closed without an item of every agency, with two of one, or another question.
  std::optional<ExpectedAnswered> ExpectedOf(CoordinatorId relay) const;

  const Roster& roster() const { return *roster_; }
  const Statement& statement() const { return statement_; }
  // Everything that came, by relay and agency, for the receipt.
  struct Collected {
    Bytes admission;
    std::map<AgencyId, AgencyItem> items;
    std::optional<Closed> closed;
    bool ended = false;
    bool took_back = false;   // it gave one agency's item twice, and not the same
  };
  const std::map<CoordinatorId, Collected>& collected() const { return collected_; }
  // The relays of collected(), as they were asked.
  const std::vector<CoordinatorId>& order() const { return order_; }

 private:
  Requester() = default;
  absl::Status CheckOwn(TimeMs now) const;

  std::shared_ptr<const Roster> roster_;
  Statement statement_;
  std::vector<KeyVersion> versions_;
  std::vector<Evaluation> evaluations_;
  std::vector<std::array<std::optional<SubKeys>, kSlotsByNumber>> sub_keys_;
  std::optional<Question> question_;
  std::map<CoordinatorId, Collected> collected_;
  std::vector<CoordinatorId> order_;
  std::map<AgencyId, Reading> readings_;
  bool stale_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_REQUESTER_H_
