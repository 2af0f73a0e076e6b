// A coordinator's CoordinatorState in memory, for tests and the simulation.
#ifndef WHOELSE_TESTS_SUPPORT_MEMORY_STATE_H_
#define WHOELSE_TESTS_SUPPORT_MEMORY_STATE_H_

#include <algorithm>
#include <map>
#include <set>

#include "coordinator/state.h"

namespace whoelse {

class MemoryState final : public CoordinatorState {
 public:
  absl::StatusOr<LogHead> Head() const override { return head_; }
  absl::StatusOr<TreeHash> Node(unsigned level, uint64_t index) const override {
    const auto found = nodes_.find({level, index});
    if (found == nodes_.end()) return absl::NotFoundError("no such subtree");
    return found->second;
  }
  absl::StatusOr<std::vector<Bytes>> Entries(uint64_t begin, uint64_t end) const override {
    if (begin > end || end > entries_.size()) return absl::NotFoundError("no such entries");
    return std::vector<Bytes>(entries_.begin() + begin, entries_.begin() + end);
  }
  absl::StatusOr<uint32_t> Counter(const CounterKey& key) const override {
    const auto found = counters_.find(key);
    return found == counters_.end() ? 0 : found->second;
  }
  absl::StatusOr<uint32_t> Tally(const TallyKey& key) const override {
    const auto found = tallies_.find(key);
    return found == tallies_.end() ? 0 : found->second;
  }
  absl::StatusOr<std::vector<std::pair<TallyKey, uint32_t>>> TalliesBefore(
      uint32_t hour) const override {
    return std::vector<std::pair<TallyKey, uint32_t>>(tallies_.begin(),
                                                      tallies_.lower_bound(TallyKey{hour}));
  }
  absl::StatusOr<std::optional<uint32_t>> LastEvaluatedHour() const override {
    if (tables_.empty()) return std::nullopt;
    return tables_.rbegin()->first;
  }
  absl::StatusOr<std::optional<AskedRow>> FindAsked(const FrameHash& hash) const override {
    const auto found = asked_.find(hash);
    if (found == asked_.end()) return std::nullopt;
    return found->second;
  }
  absl::StatusOr<std::vector<AskedRow>> OpenQuestions() const override {
    std::vector<AskedRow> open;
    for (const auto& [hash, row] : asked_) {
      if (!row.answered_index) open.push_back(row);
    }
    std::sort(open.begin(), open.end(),
              [](const AskedRow& a, const AskedRow& b) { return a.index < b.index; });
    return open;
  }
  absl::StatusOr<Bytes> RosterState() const override { return roster_state_; }
  absl::StatusOr<std::optional<uint64_t>> RosterLeaf() const override { return roster_leaf_; }
  absl::StatusOr<std::optional<uint64_t>> FindLogged(const TreeHash& leaf) const override {
    const auto found = logged_.find(leaf);
    if (found == logged_.end()) return std::nullopt;
    return found->second;
  }
  absl::StatusOr<std::vector<KeyEventEntry>> KeyEvents() const override {
    std::vector<KeyEventEntry> events;
    for (const auto& [key, event] : key_events_) events.push_back(event);
    return events;
  }
  absl::StatusOr<std::vector<AskedRow>> SideTable(uint64_t from, uint64_t to,
                                                  size_t most) const override {
    std::map<uint64_t, AskedRow> by_index;
    for (const auto& [hash, row] : asked_) by_index[row.index] = row;
    std::vector<AskedRow> rows;
    for (auto it = by_index.lower_bound(from); it != by_index.end() && it->first <= to; ++it) {
      if (rows.size() == most) break;
      rows.push_back(it->second);
    }
    return rows;
  }
  absl::StatusOr<std::optional<EvaluatedTable>> FirstTable(uint32_t from,
                                                           uint32_t to) const override {
    const auto found = tables_.lower_bound(from);
    if (found == tables_.end() || found->first > to) return std::nullopt;
    return found->second;
  }

  absl::Status Commit(const StateBatch& batch) override {
    if (batch.first_index != entries_.size()) return absl::InternalError("not the next entry");
    entries_.insert(entries_.end(), batch.entries.begin(), batch.entries.end());
    for (const TreeNodeRow& row : batch.nodes) nodes_[{row.level, row.index}] = row.hash;
    head_ = batch.head;
    for (const auto& [key, value] : batch.counters) counters_[key] = value;
    for (const EvaluatedTable& table : batch.evaluated) {
      std::erase_if(tallies_, [&](const auto& tally) { return tally.first.hour == table.hour; });
      tables_[table.hour] = table;
    }
    for (const auto& [key, value] : batch.tallies) tallies_[key] = value;
    for (const AskedRow& row : batch.asked) asked_[row.frame_hash] = row;
    for (const StoredRoster& row : batch.rosters) rosters_[row.version] = row.signed_roster;
    for (const LoggedRow& row : batch.logged) logged_[row.leaf] = row.index;
    for (const KeyEventEntry& e : batch.key_events) key_events_[{e.kv, e.event}] = e;
    if (batch.roster_leaf) roster_leaf_ = batch.roster_leaf;
    if (batch.roster_state) roster_state_ = *batch.roster_state;
    return absl::OkStatus();
  }

  const std::vector<Bytes>& entries() const { return entries_; }
  const std::map<uint32_t, EvaluatedTable>& tables() const { return tables_; }
  const std::map<uint64_t, Bytes>& rosters() const { return rosters_; }

  // For tests of a damaged store.
  std::vector<Bytes>& entries_to_damage() { return entries_; }
  std::map<std::pair<unsigned, uint64_t>, TreeHash>& nodes_to_damage() { return nodes_; }
  LogHead& head_to_damage() { return head_; }

 private:
  std::vector<Bytes> entries_;
  std::map<std::pair<unsigned, uint64_t>, TreeHash> nodes_;
  LogHead head_;
  std::map<CounterKey, uint32_t> counters_;
  std::map<TallyKey, uint32_t> tallies_;
  std::map<FrameHash, AskedRow> asked_;
  std::map<uint32_t, EvaluatedTable> tables_;
  std::map<uint64_t, Bytes> rosters_;
  std::map<TreeHash, uint64_t> logged_;
  std::map<std::pair<KeyVersion, KeyEvent>, KeyEventEntry> key_events_;
  std::optional<uint64_t> roster_leaf_;
  Bytes roster_state_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_MEMORY_STATE_H_
