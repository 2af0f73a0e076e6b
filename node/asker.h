// A question asked at this node, from what was typed to the report: drives one Requester through
// the coordinators. One call a question, on the caller's thread.
#ifndef WHOELSE_NODE_ASKER_H_
#define WHOELSE_NODE_ASKER_H_

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>

#include "nlohmann/json_fwd.hpp"
#include "node/answering.h"
#include "node/asked_for.h"
#include "node/asking.h"
#include "node/config.h"
#include "node/coordinators.h"
#include "node/inbox_keeper.h"
#include "node/receipt_keeper.h"
#include "node/registry.h"
#include "node/requester.h"
#include "node/roster_board.h"
#include "rpc/clock.h"

namespace whoelse {

// A question waits for a second person: the inbox's item.
struct ApprovalRequested {
  std::string item;
};

class QuestionAsker {
 public:
  QuestionAsker(const NodeConfig& config, const SigningKey& identity,
                const Secret<32>& practitioner_key, RocksdbStore& store, Registry& registry,
                Answering& answering, Coordinators& coordinators, RosterBoard& board,
                ReceiptKeeper& receipts, InboxKeeper& inbox, const Clock& clock, Random& random)
      : agency_(config.agency), config_(config), identity_(identity),
        practitioner_key_(practitioner_key),
        store_(store), registry_(registry), answering_(answering), coordinators_(coordinators),
        board_(board), receipts_(receipts), inbox_(inbox), clock_(clock), random_(random) {}

  // Nothing was sent: a field to put right, no question left today, a second person to wait for. Or
  // nothing came of it: what the coordinators said (kQuota among them).
  using Failure = std::variant<FieldError, UsedUp, ApprovalRequested, ServiceError>;
  using Outcome = std::variant<nlohmann::ordered_json, Failure>;
  using Progress = std::function<void(size_t answered, size_t agencies)>;
  // `progress` as answers come.
  Outcome Ask(const AskInput& input, const std::string& user, const Person& person,
              const Origin& origin, const Progress& progress);
  // Whether Ask would send it, by all rules but the day's caps. Nothing is sent, counted or
  // requested.
  std::optional<Failure> Check(const AskInput& input, const std::string& user, const Person& person);

  // A question of the node itself, with what came of it. `plan`: what it asks under this roster;
  // nullopt: this roster lets it ask no more, kNotAMember.
  struct Given {
    FrameHash frame_hash;
    std::vector<std::pair<AgencyId, Reading>> readings;
  };
  using OwnPlan = std::function<std::optional<AskPlan>(const Roster&)>;
  std::variant<Given, ServiceError> AskAsNode(const OwnPlan& plan, const AskedFor& asked_for);

  // A question that the node itself puts, for which nobody waits. False: nothing came of it.
  bool AskAsNode(const Statement& statement, const std::string& reference);

  // What stands for this user in questions; only this node can tell whom it means.
  PersonRef RefOf(const std::string& user) const;

 private:
  // When each step of a question was done, from its start.
  struct Timings {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::map<std::string, double> ms;
    void Mark(const char* step);
  };
  // A question that left, and what came of it.
  struct Sent {
    Requester requester;
    AskPlan plan;
    RosterBoard::Posting posting;
    ReceiptState state;
    Timings timings;
  };
  class Allowance;

  // Who asks, and at a hub for which organisation.
  std::variant<Asker, FieldError> AskerOf(const AskInput& input, const std::string& user,
                                          const Person& person) const;
  // What of the day is used up, by this asker and for this organisation.
  absl::Status ReadCounts(Date today, Asker& asker) const;
  // What is sent, with the day's count and the approval taken up. `asker` gets the approver.
  std::variant<AskPlan, Failure> Plan(const AskInput& input, Asker& asker, const Roster& roster,
                                      Date today, Allowance& allowance);
  std::optional<Failure> GetApproval(const AskInput& input, const NeedsApproval& needs, Asker& asker,
                                     Allowance& allowance);

  // --- what leaves and comes (asker_sending.cc) ---------------------------------------------------
  using Planner = std::function<std::variant<AskPlan, Failure>(const Roster&)>;
  // Writes down what there is of the question, before each frame leaves. An error: none may.
  using Leaving = std::function<absl::Status(RocksdbStore::NewQuestion, const AskPlan&)>;
  // The question as `plan` has it, anew when the roster was another one: written down, sent, its
  // receipt kept.
  std::variant<Sent, Failure> Put(const Planner& plan, const AskedFor& asked_for,
                                  const Leaving& leaving, const Progress& progress);
  std::variant<Requester, ServiceError> Compose(std::shared_ptr<const Roster> roster,
                                                const Statement& statement, Timings& timings);
  // Sends the frame to one relay and takes what comes until it closes. The error, if it refused.
  std::optional<ServiceError> Collect(Requester& requester, CoordinatorId relay,
                                      const Progress& progress);
  // Fetches the roster that rules at a coordinator and waits until it rules here. False: no
  // coordinator has one that this node accepts and does not have.
  bool FetchRoster(const Roster& current);
  // What this coordinator has is offered to the answering thread. False: it gave nothing.
  bool OfferRosterOf(const RosterCoordinator& coordinator, std::chrono::milliseconds timeout);
  // After a refusal that shows a newer roster (protocol.md section 7).
  void OfferNewerRosters(const Roster& current);

  const AgencyId agency_;
  const NodeConfig& config_;
  const SigningKey& identity_;
  const Secret<32>& practitioner_key_;
  RocksdbStore& store_;
  Registry& registry_;
  Answering& answering_;
  Coordinators& coordinators_;
  RosterBoard& board_;
  ReceiptKeeper& receipts_;
  InboxKeeper& inbox_;
  const Clock& clock_;
  Random& random_;
  std::mutex counting_;   // held while a question is checked against today's counts and counted
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ASKER_H_
