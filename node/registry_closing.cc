// What a closed number takes along, and what an import would close.
#include <algorithm>
#include <utility>

#include "node/day_of.h"
#include "node/registry.h"

namespace whoelse {

absl::Status Registry::CloseAll(const std::string& owner, const NhsNumber& number, Date today,
                                RecordBatch& batch) {
  closed_.insert(store_.ClosedName(owner, number));
  for (const RecordId id : batch.FindByNumber(number)) {
    absl::StatusOr<Record> record = batch.Read(id);
    if (!record.ok()) return record.status();
    if (OwnerOf(*record) != owner) continue;
    CloseNumber(today, *record);
    const absl::StatusOr<bool> changed = batch.Change(id, *std::move(record));
    if (!changed.ok()) return changed.status();
    const absl::Status closed = CloseReplacedBy(owner, id, today, batch);
    if (!closed.ok()) return closed;
  }
  return absl::OkStatus();
}

// A number that this record had replaced is the same identity.
absl::Status Registry::CloseReplacedBy(const std::string& owner, RecordId id, Date today,
                                       RecordBatch& batch) {
  for (const RecordId other : AnsweredBy(id, batch)) {
    const absl::StatusOr<Record> replaced = batch.Read(other);
    if (!replaced.ok()) return replaced.status();
    if (!replaced->nhs_number || IsClosed(owner, *replaced->nhs_number)) continue;
    const absl::Status closed = CloseAll(owner, *replaced->nhs_number, today, batch);
    if (!closed.ok()) return closed;
  }
  return absl::OkStatus();
}

// A feed that says of a record that it is closed says it of the number: what else is held under it, or
// comes under it later, would give the identity away, and people could join it to the new one.
absl::Status Registry::CloseWhatFeedsSay(RecordBatch& batch) {
  for (size_t i = 0; i < batch.changes().size(); ++i) {   // closing adds some
    const StoredRecord& changed = batch.changes()[i].now;
    if (!changed.record.restrictions.closed || !changed.record.nhs_number) continue;
    const RecordId id = changed.id;   // copies: what is gathered moves when there is more
    const NhsNumber number = *changed.record.nhs_number;
    const std::string owner = OwnerOf(changed.record);
    // Also under a number that was closed before: a feed may say that it replaced another one.
    const absl::Status closed = IsClosed(owner, number)
                                    ? CloseReplacedBy(owner, id, DayOf(batch.now()), batch)
                                    : CloseAll(owner, number, DayOf(batch.now()), batch);
    if (!closed.ok()) return closed;
  }
  return absl::OkStatus();
}

// As CloseAll and CloseReplacedBy would find them.
absl::StatusOr<std::vector<RecordId>> Registry::HeldUnder(std::vector<NhsNumber> numbers,
                                                          std::vector<RecordId> closing,
                                                          const std::string& owner) const {
  std::vector<RecordId> held;
  std::set<NhsNumber> known;
  std::set<RecordId> followed;
  while (!numbers.empty() || !closing.empty()) {
    if (!closing.empty()) {
      const RecordId id = closing.back();
      closing.pop_back();
      if (!followed.insert(id).second) continue;
      std::vector<RecordId> answered;
      AddAnswered(answers_for_, id, answered);
      for (const RecordId other : answered) {
        const absl::StatusOr<StoredRecord> replaced = store_.ReadStored(other);
        if (absl::IsNotFound(replaced.status())) continue;   // removed since it was found
        if (!replaced.ok()) return replaced.status();
        if (replaced->record.nhs_number) numbers.push_back(*replaced->record.nhs_number);
      }
      continue;
    }
    const NhsNumber number = numbers.back();
    numbers.pop_back();
    if (!known.insert(number).second) continue;
    for (const RecordId id : store_.FindByIdentifier(KeyType::kNhsNumber, number.digits())) {
      const absl::StatusOr<StoredRecord> stored = store_.ReadStored(id);
      if (absl::IsNotFound(stored.status())) continue;
      if (!stored.ok()) return stored.status();
      if (OwnerOf(stored->record) != owner) continue;
      if (!stored->record.restrictions.closed) held.push_back(id);
      closing.push_back(id);
    }
  }
  return held;
}

absl::StatusOr<std::vector<Registry::Share>> Registry::SharesOf(
    const std::vector<bool>& records) const {
  std::map<std::pair<std::string, std::string>, Share> shares;   // of an owner and a source
  const absl::Status read = store_.ForEachRecord(0, [&](const StoredRecord& stored) {
    const Record& record = stored.record;
    // A number that was replaced says the same as what replaced it, and is of no source.
    if (record.restrictions.closed || record.archived_on || record.answered_by != 0) return true;
    Share& share = shares[{OwnerOf(record), record.source}];
    ++share.held;
    share.among += stored.id < records.size() && records[stored.id];
    return true;
  });
  if (!read.ok()) return read;
  std::vector<Share> each;
  for (const auto& [whose, share] : shares) each.push_back(share);
  return each;
}

}  // namespace whoelse
