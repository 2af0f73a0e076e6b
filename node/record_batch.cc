#include "node/record_batch.h"

#include <algorithm>
#include <utility>

namespace whoelse {
namespace {

// `before`: the record as it is stored; nullptr for a new one.
Arrivals ArrivalsOf(const Record& record, const StoredRecord* before, TimeMs now) {
  Arrivals arrived_ms{};
  for (size_t i = 0; i < kSubjectPositions.size(); ++i) {
    const std::string_view value = AnswersTo(record, kSubjectPositions[i]);
    if (value.empty()) continue;
    const bool same = before != nullptr && AnswersTo(before->record, kSubjectPositions[i]) == value;
    arrived_ms[i] = same ? before->arrived_ms[i] : now;
  }
  return arrived_ms;
}

}  // namespace

absl::StatusOr<Record> RecordBatch::Read(RecordId id) const {
  if (const auto gathered = place_.find(id); gathered != place_.end()) {
    return changes_[gathered->second].now.record;
  }
  absl::StatusOr<StoredRecord> held = store_.ReadStored(id);
  if (!held.ok()) return held.status();
  return std::move(held->record);
}

absl::StatusOr<bool> RecordBatch::Change(RecordId id, Record record) {
  NoteIdentifiers(id, record);
  if (const auto gathered = place_.find(id); gathered != place_.end()) {
    RocksdbStore::RecordChange& change = changes_[gathered->second];
    if (change.now.record == record) return false;
    const StoredRecord last = std::exchange(change.now, {id, {}, std::move(record)});
    change.now.arrived_ms = ArrivalsOf(change.now.record, &last, now_);
    return true;
  }
  absl::StatusOr<StoredRecord> held = store_.ReadStored(id);
  if (!held.ok()) return held.status();
  if (held->record == record) return false;
  const Arrivals arrived_ms = ArrivalsOf(record, &*held, now_);
  place_[id] = changes_.size();
  changes_.push_back({{id, arrived_ms, std::move(record)}, std::move(held->record)});
  return true;
}

RecordId RecordBatch::Add(Record record) {
  const RecordId id = next_id_++;
  NoteIdentifiers(id, record);
  place_[id] = changes_.size();
  const Arrivals arrived_ms = ArrivalsOf(record, nullptr, now_);
  changes_.push_back({{id, arrived_ms, std::move(record)}, std::nullopt});
  return id;
}

std::vector<RecordId> RecordBatch::AnsweredBy(RecordId id) const {
  std::vector<RecordId> answered;
  for (const RocksdbStore::RecordChange& change : changes_) {
    if (change.now.record.answered_by == id) answered.push_back(change.now.id);
  }
  return answered;
}

void RecordBatch::NoteIdentifiers(RecordId id, const Record& record) {
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (!value.empty()) had_[std::string(value)].push_back(id);
  }
}

std::vector<RecordId> RecordBatch::FindBy(KeyType type, std::string_view value) const {
  std::vector<RecordId> found;
  for (const RecordId id : lookup_.Find(type, value)) {
    if (!place_.contains(id)) found.push_back(id);
  }
  const size_t stored = found.size();
  if (const auto had = had_.find(value); had != had_.end()) {
    for (const RecordId id : had->second) {
      const auto gathered = place_.find(id);
      if (gathered == place_.end() ||
          IdentifierOf(changes_[gathered->second].now.record, type) != value) {
        continue;
      }
      if (std::find(found.begin(), found.end(), id) == found.end()) found.push_back(id);
    }
  }
  std::sort(found.begin() + static_cast<ptrdiff_t>(stored), found.end());
  return found;
}

}  // namespace whoelse
