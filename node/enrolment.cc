#include "node/enrolment.h"

#include <algorithm>
#include <utility>

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr uint64_t kUnitS = 600;

size_t PositionOf(KeyType type) {
  return static_cast<size_t>(std::ranges::find(kSubjectPositions, type) -
                             kSubjectPositions.begin());
}

}  // namespace

uint32_t EnrolmentView::EnrolledThrough(const std::vector<KeyVersion>& complete_in_frame,
                                        uint32_t interval_s, TimeMs now) const {
  const auto floor_to_interval = [&](TimeMs ms) { return ms / 1000 / interval_s * interval_s; };
  const uint64_t this_interval = floor_to_interval(now);
  // The interval that ended last began one interval ago; the one before it, two.
  uint64_t through = this_interval < 2 * uint64_t{interval_s} ? 0 : this_interval - 2 * interval_s;
  through = std::min(through, floor_to_interval(newest_import_ms));
  const auto oldest = oldest_unenrolled_ms.find(complete_in_frame);
  if (oldest != oldest_unenrolled_ms.end()) {
    through = std::min(through, floor_to_interval(oldest->second));
  }
  return static_cast<uint32_t>(through / kUnitS);
}

template <typename IsEnrolled>
void Enrolment::AddHeld(absl::btree_set<Item>& items, IsEnrolled is_enrolled) const {
  for (const auto& [record, arrived_ms] : held_) {
    for (const KeyType type : kSubjectPositions) {
      const TimeMs at = arrived_ms[PositionOf(type)];
      if (at != 0 && !is_enrolled(record, type)) items.insert({at, record, type});
    }
  }
}

void Enrolment::SetKeyVersions(const std::vector<KeyVersion>& versions) {
  std::erase_if(pending_, [&](const auto& entry) {
    return std::find(versions.begin(), versions.end(), entry.first) == versions.end();
  });
  std::erase_if(begun_ms_, [&](const auto& entry) {
    return std::find(versions.begin(), versions.end(), entry.first) == versions.end();
  });
  for (KeyVersion kv : versions) {
    const auto [it, added] = pending_.try_emplace(kv);
    if (added) AddHeld(it->second, [](RecordId, KeyType) { return false; });
  }
}

void Enrolment::RestoreHeld(RecordId record, const Arrivals& arrived_ms) {
  if (arrived_ms != Arrivals{}) held_.insert(held_.end(), {record, arrived_ms});
}

void Enrolment::RestorePending(
    const std::function<bool(KeyVersion, RecordId, KeyType)>& is_enrolled) {
  for (auto& [kv, items] : pending_) {
    AddHeld(items, [&, kv = kv](RecordId record, KeyType type) {
      return is_enrolled(kv, record, type);
    });
  }
}

void Enrolment::Hold(RecordId record, KeyType type, TimeMs arrived_ms) {
  Drop(record, type);
  held_[record][PositionOf(type)] = arrived_ms;
  for (auto& [kv, items] : pending_) items.insert({arrived_ms, record, type});
}

void Enrolment::Drop(RecordId record, KeyType type) {
  const auto held = held_.find(record);
  if (held == held_.end()) return;
  const TimeMs arrived_ms = std::exchange(held->second[PositionOf(type)], 0);
  for (auto& [kv, items] : pending_) items.erase({arrived_ms, record, type});
  if (held->second == Arrivals{}) held_.erase(held);
}

void Enrolment::MarkEnrolled(KeyVersion kv, RecordId record, KeyType type) {
  const auto pending = pending_.find(kv);
  const auto held = held_.find(record);
  if (pending == pending_.end() || held == held_.end()) return;
  pending->second.erase({held->second[PositionOf(type)], record, type});
}

std::vector<Enrolment::Item> Enrolment::Next(KeyVersion kv, size_t n, TimeMs now) {
  std::vector<Item> next;
  const auto it = pending_.find(kv);
  if (it == pending_.end()) return next;
  if (!held_.empty()) begun_ms_.try_emplace(kv, now);
  for (const Item& item : it->second) {
    if (next.size() == n) break;
    next.push_back(item);
  }
  return next;
}

size_t Enrolment::Pending(KeyVersion kv) const {
  const auto it = pending_.find(kv);
  return it == pending_.end() ? 0 : it->second.size();
}

bool Enrolment::Complete(KeyVersion kv) const {
  const auto begun = begun_ms_.find(kv);
  const auto pending = pending_.find(kv);
  if (begun == begun_ms_.end() || pending == pending_.end()) return false;
  return pending->second.empty() || pending->second.begin()->arrived_ms > begun->second;
}

std::optional<TimeMs> Enrolment::OldestUnenrolled(const std::vector<KeyVersion>& versions) const {
  // The first that is pending in every one of them: walk one set, look up in the others.
  const auto first = pending_.find(versions.front());
  if (first == pending_.end()) return std::nullopt;
  for (const Item& item : first->second) {
    const bool in_all = std::all_of(versions.begin(), versions.end(), [&](KeyVersion kv) {
      const auto it = pending_.find(kv);
      return it != pending_.end() && it->second.contains(item);
    });
    if (in_all) return item.arrived_ms;
  }
  return std::nullopt;
}

EnrolmentView Enrolment::View() const {
  EnrolmentView view;
  view.imported = newest_import_ms_ != 0 || !held_.empty();
  view.newest_import_ms = newest_import_ms_;
  std::vector<KeyVersion> all;
  for (const auto& [kv, items] : pending_) {
    if (Complete(kv)) view.complete.insert(kv);
    all.push_back(kv);
  }
  const auto add = [&](const std::vector<KeyVersion>& versions) {
    if (const auto oldest = OldestUnenrolled(versions)) view.oldest_unenrolled_ms[versions] = *oldest;
  };
  for (KeyVersion kv : all) add({kv});
  if (all.size() > 1) add(all);
  return view;
}

std::optional<EnrolmentStep> PlanBulk(const RosterAgency& agency, KeyVersion kv, size_t pending,
                                      TimeMs now) {
  if (pending == 0) return std::nullopt;
  for (const BulkWindow& window : agency.bulk) {
    if (window.kv != kv || now / 1000 < window.from || now / 1000 > window.until) continue;
    return EnrolmentStep{EvaluationKind::kBulk, std::min(pending, kEvaluateElementsMax)};
  }
  return std::nullopt;
}

bool EnrolmentRhythm::Due(KeyVersion kv, TimeMs now, uint32_t interval_s) {
  const uint64_t interval = now / 1000 / interval_s;
  uint64_t& last = last_interval_.try_emplace(kv, interval).first->second;
  return std::exchange(last, interval) != interval;
}

std::vector<std::optional<Digest>> FilledUp(std::vector<std::optional<Digest>> pending,
                                            const EnrolmentStep& step) {
  if (step.kind == EvaluationKind::kEnrol) pending.resize(step.elements);
  return pending;
}

}  // namespace whoelse
