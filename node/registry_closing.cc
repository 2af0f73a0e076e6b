// What a closed number takes along, and what an import would close.
#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "node/day_of.h"
#include "node/registry.h"

namespace whoelse {

absl::Status Registry::CloseAll(const std::string& owner, std::vector<NhsNumber> numbers, Date today,
                                RecordBatch& batch) {
  std::set<NhsNumber> fresh;   // not closed before
  const auto close = [&](const NhsNumber& number) {
    if (closed_.insert(store_.ClosedName(owner, number)).second) fresh.insert(number);
  };
  std::vector<RecordId> doors;
  for (const NhsNumber& number : numbers) close(number);
  while (!numbers.empty()) {   // a chain of numbers may be long: no recursion
    const NhsNumber number = numbers.back();
    numbers.pop_back();
    for (const RecordId id : batch.FindByNumber(number)) {
      absl::StatusOr<Record> record = batch.Read(id);
      if (!record.ok()) return record.status();
      if (OwnerOf(*record) != owner) continue;
      if (record->superseded && fresh.contains(number)) doors.push_back(id);
      CloseNumber(today, *record);
      const absl::StatusOr<bool> changed = batch.Change(id, *std::move(record));
      if (!changed.ok()) return changed.status();
      const absl::StatusOr<std::vector<NhsNumber>> replaced = OpenReplacedBy(owner, id, batch);
      if (!replaced.ok()) return replaced.status();
      for (const NhsNumber& other : *replaced) {
        close(other);
        numbers.push_back(other);
      }
    }
  }
  return MarkBesideDoors(owner, doors, batch);
}

absl::StatusOr<Registry::Above> Registry::AboveOf(const std::string& owner,
                                                  std::vector<RecordId> doors,
                                                  const RecordBatch& batch) const {
  Above above;
  const size_t own = doors.size();
  for (size_t i = 0; i < doors.size(); ++i) {
    if (above.records.contains(doors[i])) continue;   // no ring goes on for ever
    const absl::StatusOr<Record> record = batch.Read(doors[i]);
    if (absl::IsNotFound(record.status())) continue;
    if (!record.ok()) return record.status();
    if (OwnerOf(*record) != owner) continue;
    if (i >= own) above.records.insert(doors[i]);
    if (record->answered_by != 0) doors.push_back(record->answered_by);
    if (i < own || !record->nhs_number || !above.numbers.insert(*record->nhs_number).second) continue;
    // People give each record under a number a door of its own.
    std::ranges::copy(batch.FindByNumber(*record->nhs_number), std::back_inserter(doors));
  }
  return above;
}

// They may be older still than a closed number, and lead to the new identity as it did. What has led
// from there to what answers is newer, and stays.
absl::Status Registry::MarkBesideDoors(const std::string& owner, const std::vector<RecordId>& closed,
                                       RecordBatch& batch) {
  const absl::StatusOr<Above> above = AboveOf(owner, closed, batch);
  if (!above.ok()) return above.status();
  for (const RecordId by : above->records) {
    const absl::Status marked =
        MarkDoors(owner, AllAnsweredBy(by, batch), above->numbers, batch);
    if (!marked.ok()) return marked;
  }
  return absl::OkStatus();
}

absl::Status Registry::MarkBesideClosed(const std::string& owner, std::span<const NhsNumber> numbers,
                                        RecordBatch& batch) {
  std::vector<RecordId> closed, beside;
  for (const NhsNumber& number : numbers) {
    std::ranges::copy(batch.FindByNumber(number),
                      std::back_inserter(IsClosed(owner, number) ? closed : beside));
  }
  const absl::StatusOr<Above> above = AboveOf(owner, std::move(closed), batch);
  if (!above.ok()) return above.status();
  return MarkDoors(owner, beside, above->numbers, batch);
}

absl::Status Registry::MarkDoors(const std::string& owner, std::span<const RecordId> records,
                                 const std::set<NhsNumber>& newer, RecordBatch& batch) {
  for (const RecordId id : records) {
    absl::StatusOr<Record> door = batch.Read(id);
    if (!door.ok()) return door.status();
    if (!door->superseded || door->restrictions.closed || door->beside_closed) continue;
    if (!door->nhs_number || newer.contains(*door->nhs_number) || OwnerOf(*door) != owner) continue;
    door->beside_closed = true;
    const absl::StatusOr<bool> changed = batch.Change(id, *std::move(door));
    if (!changed.ok()) return changed.status();
  }
  return absl::OkStatus();
}

absl::Status Registry::InheritBesideClosed(Record& door, const RecordBatch& batch) const {
  for (const RecordId id : batch.FindByNumber(*door.nhs_number)) {
    const absl::StatusOr<Record> other = batch.Read(id);
    if (!other.ok()) return other.status();
    const bool marked = other->superseded && other->beside_closed;
    if (marked && OwnerOf(*other) == OwnerOf(door)) door.beside_closed = true;
  }
  return absl::OkStatus();
}

// By name too: the row says so on one night, and lists the numbers on every later one. Most of them
// have nothing here that would stay closed.
absl::Status Registry::CloseParted(const ImportRow& row, const std::optional<NhsNumber>& held,
                                   Date today, RecordBatch& batch) {
  const std::string owner = OwnerOf(row.record);
  std::vector<NhsNumber> numbers = row.superseded_numbers;
  for (const NhsNumber& number : numbers) batch.KeepClosed(store_.ClosedName(owner, number));
  if (held) numbers.push_back(*held);
  return CloseAll(owner, std::move(numbers), today, batch);
}

absl::StatusOr<std::vector<NhsNumber>> Registry::OpenReplacedBy(const std::string& owner, RecordId id,
                                                                const RecordBatch& batch) const {
  std::vector<NhsNumber> numbers;
  for (const RecordId other : AnsweredBy(id, batch)) {
    const absl::StatusOr<Record> replaced = batch.Read(other);
    if (!replaced.ok()) return replaced.status();
    if (!replaced->nhs_number || IsClosed(owner, *replaced->nhs_number)) continue;
    numbers.push_back(*replaced->nhs_number);
  }
  return numbers;
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
    absl::StatusOr<std::vector<NhsNumber>> numbers = std::vector{number};
    if (IsClosed(owner, number)) numbers = OpenReplacedBy(owner, id, batch);
    if (!numbers.ok()) return numbers.status();
    const absl::Status closed = CloseAll(owner, *std::move(numbers), DayOf(batch.now()), batch);
    if (!closed.ok()) return closed;
  }
  return absl::OkStatus();
}

// What answers by the record already is found without the row.
bool Registry::LeadsToHeld(const RowClosing& closing, const Brought& brought) const {
  std::set<RecordId> answered;
  std::vector<RecordId> next;
  if (closing.record != 0 && !closing.replaced.empty()) next.push_back(closing.record);
  while (!next.empty()) {
    const RecordId id = next.back();
    next.pop_back();
    if (!answered.insert(id).second) continue;
    const std::lock_guard one_at_a_time(import_mutex_);
    AddAnswered(answers_for_, id, next);
  }
  return std::ranges::any_of(closing.replaced, [&](const NhsNumber& number) {
    if (brought.contains({closing.owner, number})) return true;
    const std::vector<RecordId> held =
        store_.FindByIdentifier(KeyType::kNhsNumber, number.digits());
    return !held.empty() && std::ranges::none_of(
        held, [&](RecordId id) { return answered.contains(id); });
  });
}

// As CloseAll would find them once all rows are taken. A record that a row
// brings under a number is closed with it whichever of the two rows comes first.
absl::StatusOr<std::vector<RecordId>> Registry::ClosedBy(std::span<const RowClosing> rows) const {
  using Numbered = std::pair<std::string_view, NhsNumber>;   // of an owner
  const auto numbered = [](const RowClosing* row) { return Numbered(row->owner, *row->number); };
  std::vector<Numbered> numbers;   // that are closed
  std::vector<std::pair<std::string_view, RecordId>> records;   // that are, of this owner
  const auto close_all = [&](std::string_view owner, const std::vector<NhsNumber>& some) {
    for (const NhsNumber& number : some) numbers.emplace_back(owner, number);
  };
  const auto close = [&](const RowClosing& row) {
    if (row.record != 0) records.emplace_back(row.owner, row.record);
    if (row.number) numbers.push_back(numbered(&row));
    close_all(row.owner, row.replaced);
  };
  std::vector<const RowClosing*> others;   // by the number that they have
  std::map<RecordId, const RowClosing*> row_of;
  for (const RowClosing& row : rows) {
    if (row.record != 0) row_of.emplace(row.record, &row);
    close_all(row.owner, row.parted);
    if (row.closes) close(row);
    if (!row.closes && row.number) others.push_back(&row);
  }
  std::ranges::sort(others, {}, numbered);
  // The number that a record has, and the one that it gets: a merged one may have got it before.
  const auto close_numbers_of = [&](std::string_view owner, RecordId id, const Record& record) {
    if (record.nhs_number) numbers.emplace_back(owner, *record.nhs_number);
    const auto row = row_of.find(id);
    if (row == row_of.end() || !row->second->stays || !row->second->number) return;
    numbers.emplace_back(owner, *row->second->number);
  };
  std::vector<RecordId> closed;
  std::set<Numbered> known;
  std::set<RecordId> followed;
  while (!numbers.empty() || !records.empty()) {
    if (!numbers.empty()) {
      const Numbered number = numbers.back();
      numbers.pop_back();
      if (!known.insert(number).second) continue;
      const auto& [owner, digits] = number;
      for (const RecordId id : store_.FindByIdentifier(KeyType::kNhsNumber, digits.digits())) {
        records.emplace_back(owner, id);
      }
      for (const RowClosing* const row : std::ranges::equal_range(others, number, {}, numbered)) {
        close(*row);
      }
      continue;
    }
    const auto [owner, id] = records.back();
    records.pop_back();
    if (followed.contains(id)) continue;
    const absl::StatusOr<StoredRecord> stored = store_.ReadStored(id);
    if (absl::IsNotFound(stored.status())) continue;   // removed since it was found
    if (!stored.ok()) return stored.status();
    const Record& record = stored->record;
    if (OwnerOf(record) != owner) continue;
    followed.insert(id);
    if (!record.restrictions.closed) closed.push_back(id);
    const auto row = row_of.find(id);
    // Closed before its row comes, it is parted from what the row brings, with what that names.
    if (row != row_of.end()) close_all(owner, row->second->replaced);
    std::vector<RecordId> answered;
    {
      const std::lock_guard one_at_a_time(import_mutex_);   // not for long: others wait
      AddAnswered(answers_for_, id, answered);
    }
    for (const RecordId other : answered) {
      const absl::StatusOr<StoredRecord> replaced = store_.ReadStored(other);
      if (absl::IsNotFound(replaced.status())) continue;
      if (!replaced.ok()) return replaced.status();
      close_numbers_of(owner, other, replaced->record);
    }
    // What its row closes on a merged record it closes on what answers for that as well, up to the
    // first number that was replaced (RaiseAnswering). Whether it has a row in this file nobody
    // remembers; one that is closed already, and that no row changes, raises nothing.
    const bool raises =
        !record.restrictions.closed || (row != row_of.end() && row->second->raises);
    std::set<RecordId> raised;   // no ring goes on for ever
    for (RecordId by = raises && !record.superseded ? record.answered_by : 0;
         by != 0 && raised.insert(by).second;) {
      const absl::StatusOr<StoredRecord> answers = store_.ReadStored(by);
      if (absl::IsNotFound(answers.status())) break;
      if (!answers.ok()) return answers.status();
      records.emplace_back(owner, by);
      close_numbers_of(owner, by, answers->record);
      by = answers->record.superseded ? 0 : answers->record.answered_by;
    }
  }
  return closed;
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
