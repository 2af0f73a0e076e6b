#include <algorithm>
#include <iterator>
#include <map>

#include "node/registry.h"

namespace whoelse {
namespace {

// One child under one identity. Joined to what was closed, or may be as old, the new identity would be
// given away; and who opens one such number would open them all.
bool IsOfOneIdentity(const StoredRecord& a, const StoredRecord& b) {
  if (a.record.restrictions.closed != b.record.restrictions.closed) return false;
  if (a.record.beside_closed != b.record.beside_closed) return false;
  return a.record.answered_by == b.id || b.record.answered_by == a.id ||
         SameChild(a.record, b.record);
}

}  // namespace

absl::StatusOr<std::vector<StoredRecord>> Registry::ChildBy(const NhsNumber& number,
                                                            const Organisations& theirs) {
  return ChildFrom(store_.FindByIdentifier(KeyType::kNhsNumber, number.digits()), theirs);
}

absl::StatusOr<std::vector<StoredRecord>> Registry::ChildOf(RecordId record,
                                                            const Organisations& theirs) {
  return ChildFrom({record}, theirs);
}

std::vector<RecordId> Registry::NeighboursOf(const StoredRecord& stored) const {
  std::vector<RecordId> neighbours;
  if (stored.record.answered_by != 0) neighbours.push_back(stored.record.answered_by);
  AddAnswered(answers_for_, stored.id, neighbours);
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(stored.record, type);
    if (value.empty()) continue;
    std::ranges::copy(store_.FindByIdentifier(type, value), std::back_inserter(neighbours));
  }
  return neighbours;
}

// What is found leads to more, until nothing new comes.
absl::StatusOr<std::vector<StoredRecord>> Registry::ChildFrom(const std::vector<RecordId>& found,
                                                              const Organisations& theirs) {
  const std::lock_guard no_change(import_mutex_);
  std::map<RecordId, StoredRecord> child;
  std::vector<StoredRecord> next;
  const auto take = [&](RecordId id, const StoredRecord* from) {
    if (child.contains(id)) return absl::OkStatus();
    absl::StatusOr<StoredRecord> stored = store_.ReadStored(id);
    if (absl::IsNotFound(stored.status())) return absl::OkStatus();
    if (!stored.ok()) return stored.status();
    if (!theirs.Has(stored->record)) return absl::OkStatus();
    if (from != nullptr && !IsOfOneIdentity(*from, *stored)) return absl::OkStatus();
    next.push_back(*stored);
    child.emplace(id, *std::move(stored));
    return absl::OkStatus();
  };
  for (const RecordId id : found) {
    if (const absl::Status taken = take(id, nullptr); !taken.ok()) return taken;
  }
  while (!next.empty()) {
    const StoredRecord from = std::move(next.back());
    next.pop_back();
    for (const RecordId id : NeighboursOf(from)) {
      if (const absl::Status taken = take(id, &from); !taken.ok()) return taken;
    }
  }
  std::vector<StoredRecord> records;
  for (auto& [id, stored] : child) records.push_back(std::move(stored));
  return records;
}

}  // namespace whoelse
