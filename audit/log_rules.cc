#include "audit/log_rules.h"

#include <algorithm>
#include <utility>

namespace whoelse {

void LogRules::Breach(uint64_t index, std::string what) {
  ++summary_.breaches_total;
  if (summary_.breaches.size() < kBreachesMax) summary_.breaches.push_back({index, std::move(what)});
}

void LogRules::OnTime(uint64_t index, TimeMs time_ms) {
  if (summary_.first_ms == 0) summary_.first_ms = time_ms;
  // A leaf dated back would let a relay say that it logged before it forwarded.
  if (time_ms < summary_.last_ms) Breach(index, "its time lies before that of an earlier entry");
  summary_.last_ms = std::max(summary_.last_ms, time_ms);
}

void LogRules::On(uint64_t index, const AskedEntry& entry) {
  OnTime(index, entry.time_ms);
  if (!asked_.insert(entry.frame_hash).second) Breach(index, "this question was logged before");
  open_[index] = entry.time_ms;
}

void LogRules::On(uint64_t index, const AnsweredEntry& entry) {
  OnTime(index, entry.time_ms);
  // A second one would let a relay choose later which answers it stands by.
  if (open_.erase(entry.asked_index) == 0) {
    Breach(index, "it closes entry " + std::to_string(entry.asked_index) +
                      ", which is no open question");
  }
}

void LogRules::On(uint64_t index, const EvaluatedEntry& entry) {
  // Two tables of one hour could be opened to two auditors.
  if (entry.hour <= last_hour_) Breach(index, "its hour has had its table of evaluations");
  last_hour_ = std::max(last_hour_, entry.hour);
}

void LogRules::On(uint64_t index, const RosterEntry& entry) {
  // Two of one version could be shown to two agencies; an older one brings back who was dropped.
  if (entry.version <= last_roster_) {
    Breach(index, "a roster of this version, or a later one, was logged before");
  }
  last_roster_ = std::max(last_roster_, entry.version);
  rosters_.insert(Digest(std::span<const uint8_t, 32>(entry.hash.data(), 32)));
}

void LogRules::On(uint64_t index, const KeyEventEntry& entry) {
  const auto [life, is_new] = lives_.try_emplace(entry.kv, entry.event);
  const bool in_order = is_new ? entry.event == KeyEvent::kCreated : life->second < entry.event;
  // A version that is destroyed and then activated is one whose shares somebody kept.
  if (!in_order) {
    Breach(index, "key version " + std::to_string(entry.kv) + " was " +
                      std::string(Name(entry.event)) + " out of order");
  }
  life->second = std::max(life->second, entry.event);
  const bool stated = entry.event == KeyEvent::kDestroyed
                          ? entry.statement_hash == DestroyedHash(entry.kv)
                          : rosters_.contains(entry.statement_hash);
  if (!stated) Breach(index, "it names no roster that was logged before, and no destruction");
}

void LogRules::OnEntry(uint64_t index, ByteView bytes) {
  const auto entry = ParseLogEntry(bytes);
  if (!entry.ok()) return Breach(index, std::string(entry.status().message()));
  ++summary_.entries[entry->index()];
  std::visit([&](const auto& e) { On(index, e); }, *entry);
}

LogRules::Summary LogRules::Finish(uint64_t patience_ms) {
  for (const auto& [index, time_ms] : open_) {
    if (summary_.last_ms - time_ms > patience_ms) {
      Breach(index, "this question was never closed");
    } else {
      summary_.open.push_back(index);
    }
  }
  std::stable_sort(summary_.breaches.begin(), summary_.breaches.end(),
                   [](const LogBreach& a, const LogBreach& b) { return a.index < b.index; });
  return std::move(summary_);
}

}  // namespace whoelse
