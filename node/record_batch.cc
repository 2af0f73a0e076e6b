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

const StoredRecord* RecordBatch::GatheredAs(RecordId id) const {
  const auto gathered = place_.find(id);
  return gathered == place_.end() ? nullptr : &changes_[gathered->second].now;
}

absl::StatusOr<StoredRecord> RecordBatch::ReadBefore(RecordId id) const {
  const StoredRecord* const gathered = before_ != nullptr ? before_->GatheredAs(id) : nullptr;
  return gathered != nullptr ? absl::StatusOr<StoredRecord>(*gathered) : store_.ReadStored(id);
}

absl::StatusOr<Record> RecordBatch::Read(RecordId id) const {
  if (const Record* const gathered = Gathered(id)) return *gathered;
  absl::StatusOr<StoredRecord> held = ReadBefore(id);
  if (!held.ok()) return held.status();
  return std::move(held->record);
}

bool RecordBatch::Agrees(RecordId id, const Record& record) const {
  const bool stored =
      Gathered(id) == nullptr && (before_ == nullptr || before_->Gathered(id) == nullptr);
  return stored && store_.Agrees(id, record);
}

absl::StatusOr<bool> RecordBatch::Change(RecordId id, Record record) {
  Note(id, record);
  if (const auto gathered = place_.find(id); gathered != place_.end()) {
    RocksdbStore::RecordChange& change = changes_[gathered->second];
    if (change.now.record == record) return false;
    const StoredRecord last = std::exchange(change.now, {id, {}, std::move(record)});
    change.now.arrived_ms = ArrivalsOf(change.now.record, &last, now_);
    return true;
  }
  absl::StatusOr<StoredRecord> held = ReadBefore(id);
  if (!held.ok()) return held.status();
  if (held->record == record) return false;
  const Arrivals arrived_ms = ArrivalsOf(record, &*held, now_);
  place_[id] = changes_.size();
  changes_.push_back({{id, arrived_ms, std::move(record)}, std::move(held->record)});
  return true;
}

RecordId RecordBatch::Add(Record record) {
  const RecordId id = next_id_++;
  Note(id, record);
  place_[id] = changes_.size();
  const Arrivals arrived_ms = ArrivalsOf(record, nullptr, now_);
  changes_.push_back({{id, arrived_ms, std::move(record)}, std::nullopt});
  return id;
}

std::vector<RecordId> RecordBatch::AnsweredBy(RecordId id) const {
  std::vector<RecordId> answered;
  const auto had = answered_.find(id);
  if (had == answered_.end()) return answered;   // nearly always
  for (const RecordId other : had->second) {
    const Record* const gathered = Gathered(other);
    if (gathered == nullptr || gathered->answered_by != id) continue;
    if (std::ranges::find(answered, other) == answered.end()) answered.push_back(other);
  }
  return answered;
}

void RecordBatch::Note(RecordId id, const Record& record) {
  if (record.answered_by != 0) answered_[record.answered_by].push_back(id);
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (!value.empty()) had_[std::string(value)].push_back(id);
  }
}

void RecordBatch::AddGathered(KeyType type, std::string_view value, const RecordBatch* over,
                              std::vector<RecordId>& found) const {
  const auto had = had_.find(value);
  if (had == had_.end()) return;
  for (const RecordId id : had->second) {
    const Record* const gathered = Gathered(id);
    if (gathered == nullptr || IdentifierOf(*gathered, type) != value) continue;
    if (over != nullptr && over->Gathered(id) != nullptr) continue;
    if (std::ranges::find(found, id) == found.end()) found.push_back(id);
  }
}

std::vector<RecordId> RecordBatch::FindBy(KeyType type, std::string_view value) const {
  std::vector<RecordId> found;
  for (const RecordId id : store_.FindByIdentifier(type, value)) {
    if (Gathered(id) != nullptr) continue;
    if (before_ == nullptr || before_->Gathered(id) == nullptr) found.push_back(id);
  }
  const auto stored = static_cast<ptrdiff_t>(found.size());
  if (before_ != nullptr) before_->AddGathered(type, value, this, found);
  AddGathered(type, value, nullptr, found);
  std::sort(found.begin() + stored, found.end());
  return found;
}

}  // namespace whoelse
