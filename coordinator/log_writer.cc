#include "coordinator/log_writer.h"

#include <algorithm>
#include <utility>

namespace whoelse {
namespace {

constexpr TimeMs kDayMs = 86'400'000;

// The state as it will be when the batch so far is written.
class Planner {
 public:
  Planner(const CoordinatorState& state, LogHead head, TimeMs now)
      : state_(state), now_(std::max(now, head.last_ms)) {
    plan_.batch.first_index = head.size();
    plan_.batch.head = std::move(head);
  }

  absl::Status Add(const Submission& submission) {
    auto outcome = std::visit([this](const auto& s) { return Apply(s); }, submission);
    if (!outcome.ok()) return outcome.status();
    plan_.outcomes.push_back(*std::move(outcome));
    return absl::OkStatus();
  }

  PoolPlan Take() {
    StateBatch& batch = plan_.batch;
    for (const auto& [key, value] : counters_) batch.counters.push_back({key, value});
    for (const auto& [key, value] : tallies_) batch.tallies.push_back({key, value});
    for (const auto& [hash, row] : asked_) batch.asked.push_back(row);
    return std::move(plan_);
  }

 private:
  absl::StatusOr<LogOutcome> Apply(const AskSubmission& ask) {
    auto earlier = FindAsked(ask.frame_hash);
    if (!earlier.ok()) return earlier.status();
    // A question costs once, however often its asker has to send it.
    if (*earlier) return QuestionAdmitted{**earlier, true};
    auto within = CountToday(CounterUse::kQuestion, ask.asker, ask.ask_per_day);
    if (!within.ok()) return within.status();
    if (!*within) return OverQuota{};
    const LeafLogged leaf = Append(AskedEntry{now_, ask.frame_hash});
    const AskedRow row{leaf.index, leaf.time_ms,       ask.frame_hash, ask.asker,
                       ask.r,      ask.roster_version, ask.agencies,   std::nullopt};
    asked_[ask.frame_hash] = row;
    return QuestionAdmitted{row, false};
  }

  absl::StatusOr<LogOutcome> Apply(const AnsweredSubmission& answered) {
    auto row = FindAsked(answered.frame_hash);
    if (!row.ok()) return row.status();
    if (!*row) return absl::DataLossError("log: an answered question is not in the log");
    // One Asked, one Answered: a second one would let the relay choose which to show.
    if ((*row)->answered_index) return LeafLogged{*(*row)->answered_index, now_};
    const LeafLogged leaf = Append(AnsweredEntry{(*row)->index, now_, answered.answers_hash});
    (*row)->answered_index = leaf.index;
    asked_[answered.frame_hash] = **row;
    return leaf;
  }

  absl::StatusOr<LogOutcome> Apply(const ChargeSubmission& submission) {
    const Charge& charge = submission.charge;
    auto within = Count(charge.key, charge.cost, charge.cap);
    if (!within.ok()) return within.status();
    if (!*within) return OverQuota{};
    auto last = LastHour();
    if (!last.ok()) return last.status();
    TallyKey key = charge.tally;
    // An hour whose table is logged is closed, also when the clock went back.
    if (*last && key.hour <= **last) key.hour = **last + 1;
    auto tally = TallyOf(key);
    if (!tally.ok()) return tally.status();
    tallies_[key] = *tally + charge.elements;
    return LeafLogged{};
  }

  absl::StatusOr<LogOutcome> Apply(const EvaluatedSubmission& evaluated) {
    auto last = LastHour();
    if (!last.ok()) return last.status();
    if (*last && **last >= evaluated.hour) return LeafLogged{};
    auto stored = state_.TalliesBefore(evaluated.hour + 1);
    if (!stored.ok()) return stored.status();
    std::map<TallyKey, uint32_t> cells(stored->begin(), stored->end());
    for (auto it = tallies_.begin(); it != tallies_.end();) {
      if (it->first.hour > evaluated.hour) {
        ++it;
        continue;
      }
      cells[it->first] = it->second;
      it = tallies_.erase(it);
    }
    std::map<uint32_t, std::vector<EvaluatedRow>> tables;
    tables[evaluated.hour];   // an hour without evaluations is a statement too
    for (const auto& [key, elements] : cells) {
      tables[key.hour].push_back({key.party, key.kind, key.kv, elements});
    }
    LeafLogged leaf;
    for (auto& [hour, rows] : tables) leaf = AppendTable(hour, evaluated.salt, std::move(rows));
    last_hour_ = evaluated.hour;
    return leaf;
  }

  absl::StatusOr<LogOutcome> Apply(const RosterSubmission& roster) {
    plan_.batch.roster_state = roster.state;
    if (!roster.accepted) return LeafLogged{};
    plan_.batch.rosters.push_back(*roster.accepted);
    const LeafLogged leaf = Append(RosterEntry{roster.accepted->version, roster.hash});
    plan_.batch.roster_leaf = leaf.index;
    return leaf;
  }

  absl::StatusOr<LogOutcome> Apply(const HandedInSubmission& handed_in) {
    const TreeHash leaf = LeafHash(SerializeLogEntry(handed_in.entry));
    auto earlier = FindLogged(leaf);
    if (!earlier.ok()) return earlier.status();
    if (*earlier) return LeafLogged{**earlier, now_};
    auto within = CountToday(handed_in.use, handed_in.party, handed_in.per_day);
    if (!within.ok()) return within.status();
    if (!*within) return OverQuota{};
    const LeafLogged logged = Append(handed_in.entry);
    plan_.batch.logged.push_back({leaf, logged.index});
    return logged;
  }

  absl::StatusOr<LogOutcome> Apply(const KeyEventSubmission& submission) {
    const KeyEventEntry& event = submission.event;
    auto logged = state_.KeyEvents();
    if (!logged.ok()) return logged.status();
    logged->insert(logged->end(), plan_.batch.key_events.begin(), plan_.batch.key_events.end());
    for (const KeyEventEntry& other : *logged) {
      if (other.kv == event.kv && other.event == event.event) return LeafLogged{};
    }
    plan_.batch.key_events.push_back(event);
    return Append(event);
  }

  LeafLogged AppendTable(uint32_t hour, const EvaluatedSalt& seed, std::vector<EvaluatedRow> rows) {
    const EvaluatedSalt salt = Retag<EvaluatedSalt>(
        H("whoelse/1/evaluated-salt", {seed, Writer().U32(hour).view()}));
    std::sort(rows.begin(), rows.end());
    const LeafLogged leaf = Append(EvaluatedEntry{hour, EvaluatedTableHash(salt, rows)});
    plan_.batch.evaluated.push_back({hour, leaf.index, salt, std::move(rows)});
    return leaf;
  }

  LeafLogged Append(const LogEntry& entry) {
    StateBatch& batch = plan_.batch;
    Bytes bytes = SerializeLogEntry(entry);
    const TreeHash leaf = LeafHash(bytes);
    const LeafLogged logged{batch.head.size(), now_};
    StoreNodes(leaf);
    batch.head.frontier.Append(leaf);
    batch.head.last_ms = now_;
    batch.entries.push_back(std::move(bytes));
    return logged;
  }

  // The leaf, and every perfect subtree that it completes.
  void StoreNodes(const TreeHash& leaf) {
    const std::vector<TreeHash>& left = plan_.batch.head.frontier.hashes();
    TreeNodeRow node{0, plan_.batch.head.size(), leaf};
    plan_.batch.nodes.push_back(node);
    for (size_t next = left.size(); node.index & 1; --next) {
      node = {node.level + 1, node.index >> 1, NodeHash(left[next - 1], node.hash)};
      plan_.batch.nodes.push_back(node);
    }
  }

  absl::StatusOr<bool> CountToday(CounterUse use, AgencyId party, uint32_t cap) {
    return Count({use, party, EvaluationKind::kAsk, 0, static_cast<uint32_t>(now_ / kDayMs)}, 1,
                 cap);
  }

  // True when `key` rose by `cost`; false when that would pass `cap`.
  absl::StatusOr<bool> Count(const CounterKey& key, uint32_t cost, uint32_t cap) {
    auto found = counters_.find(key);
    uint32_t value = 0;
    if (found != counters_.end()) {
      value = found->second;
    } else {
      auto stored = state_.Counter(key);
      if (!stored.ok()) return stored.status();
      value = *stored;
    }
    if (uint64_t{value} + cost > cap) return false;
    counters_[key] = value + cost;
    return true;
  }

  absl::StatusOr<uint32_t> TallyOf(const TallyKey& key) const {
    const auto found = tallies_.find(key);
    if (found != tallies_.end()) return found->second;
    return state_.Tally(key);
  }

  absl::StatusOr<std::optional<uint32_t>> LastHour() const {
    if (last_hour_) return last_hour_;
    return state_.LastEvaluatedHour();
  }

  absl::StatusOr<std::optional<uint64_t>> FindLogged(const TreeHash& leaf) const {
    for (const LoggedRow& row : plan_.batch.logged) {
      if (row.leaf == leaf) return row.index;
    }
    return state_.FindLogged(leaf);
  }

  absl::StatusOr<std::optional<AskedRow>> FindAsked(const FrameHash& hash) const {
    const auto found = asked_.find(hash);
    if (found != asked_.end()) return found->second;
    return state_.FindAsked(hash);
  }

  const CoordinatorState& state_;
  const TimeMs now_;
  PoolPlan plan_;
  std::map<CounterKey, uint32_t> counters_;
  std::map<TallyKey, uint32_t> tallies_;
  std::map<FrameHash, AskedRow> asked_;
  std::optional<uint32_t> last_hour_;
};

}  // namespace

bool PoolPlan::Empty() const {
  return batch.entries.empty() && batch.counters.empty() && batch.tallies.empty() &&
         !batch.roster_state;
}

absl::StatusOr<PoolPlan> PlanPool(const CoordinatorState& state, std::span<const Submission> pool,
                                  TimeMs now) {
  auto head = state.Head();
  if (!head.ok()) return head.status();
  Planner planner(state, *std::move(head), now);
  for (const Submission& submission : pool) {
    if (absl::Status status = planner.Add(submission); !status.ok()) return status;
  }
  return planner.Take();
}

absl::StatusOr<std::vector<Submission>> OrphanSubmissions(const CoordinatorState& state) {
  auto open = state.OpenQuestions();
  if (!open.ok()) return open.status();
  std::vector<Submission> orphans;
  for (const AskedRow& row : *open) {
    const std::vector<AnsweredItem> items(row.agencies, ItemOf(RelayCode::kOrphan));
    orphans.push_back(AnsweredSubmission{row.frame_hash, AnswersHash(items)});
  }
  return orphans;
}

}  // namespace whoelse
