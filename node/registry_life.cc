#include <algorithm>
#include <set>
#include <utility>

#include "node/day_of.h"
#include "node/inbox_document.h"
#include "node/policy_looser.h"
#include "node/registry.h"

namespace whoelse {
namespace {

constexpr size_t kChunk = 1000;   // records changed as one

FieldError NoSuch(const std::string& field) {
  return {field, "no record here has it", "look it up with records list"};
}

std::span<const RecordId> ChunkAt(const std::vector<RecordId>& records, size_t first) {
  return std::span(records).subspan(first, std::min(kChunk, records.size() - first));
}

bool IsDone(const Registry::Done& done) { return std::holds_alternative<std::monostate>(done); }

}  // namespace

Registry::Done Registry::FindOne(const Which& which, const std::string& field,
                                 const Organisations& theirs, StoredRecord* one) const {
  const RecordId found = store_.FindBySource(which.source, which.source_id);
  if (found == 0) return NoSuch(field);
  absl::StatusOr<StoredRecord> stored = store_.ReadStored(found);
  if (!stored.ok()) return stored.status();
  // In the same words: a refusal of its own would say that another school of the hub has it.
  if (!theirs.Has(stored->record)) return NoSuch(field);
  *one = *std::move(stored);
  return {};
}

Registry::Done Registry::ChangeOne(const Which& which, const By& by,
                                   const std::function<Done(Record&)>& change) {
  const std::lock_guard one_at_a_time(import_mutex_);
  StoredRecord one;
  if (Done found = FindOne(which, "id", by.organisations, &one); !IsDone(found)) return found;
  if (Done changed = change(one.record); !IsDone(changed)) return changed;
  RecordBatch batch(store_, by.note.at_ms);
  const absl::StatusOr<bool> gathered = batch.Change(one.id, std::move(one.record));
  if (!gathered.ok()) return gathered.status();
  Write(batch, &by.note);
  return {};
}

Registry::Done Registry::End(const Which& which, Date end, const By& by) {
  return ChangeOne(which, by, [&](Record& record) -> Done {
    record.end = end;
    return {};
  });
}

Registry::Done Registry::SetLead(const Which& which, bool lead, const By& by) {
  return ChangeOne(which, by, [&](Record& record) -> Done {
    if (lead && record.name.empty()) {
      return FieldError{"id", "the record names no professional who could lead",
                        "have its system give a name"};
    }
    record.lead_professional = lead;
    record.lead_decided_here = true;
    return {};
  });
}

Registry::Done Registry::LetThrough(const Which& which, const By& by) {
  return ChangeOne(which, by, [&](Record& record) -> Done {
    if (!LooserOn(record, DayOf(by.note.at_ms))) {
      return FieldError{"id", "nothing in the record waits for its day", "see records list"};
    }
    whoelse::LetThrough(record);
    return {};
  });
}

Registry::Done Registry::Supersede(const NhsNumber& old, const NhsNumber& current, const By& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  if (old == current) return FieldError{"by", "is the same number", "give the number that replaced it"};
  disputes_.clear();   // of a dry run
  RecordBatch batch(store_, by.note.at_ms);
  std::vector<RecordId> added;
  for (const RecordId id : batch.FindByNumber(old)) {
    absl::StatusOr<Record> held = batch.Read(id);
    if (!held.ok()) return held.status();
    if (!by.organisations.Has(*held)) continue;
    for (const NhsNumber& number : {old, current}) {
      if (!IsClosed(OwnerOf(*held), number)) continue;
      return FieldError{"nhs-number", "one of the two is closed",
                        "leave them apart: what was closed is never joined"};
    }
    if (held->superseded) continue;
    Record row = *held;
    row.nhs_number = current;
    RowTaken taken = TakeRow(&*held, row, NumberChange::kSuperseded, false, DayOf(by.note.at_ms));
    taken.held->answered_by = batch.next_id();
    const absl::Status inherited = InheritBesideClosed(*taken.held, batch);
    if (!inherited.ok()) return inherited;
    const absl::StatusOr<bool> changed = batch.Change(id, *std::move(taken.held));
    if (!changed.ok()) return changed.status();
    added.push_back(batch.Add(*std::move(taken.added)));
  }
  if (added.empty()) return NoSuch("nhs-number");
  // When all have gone over: what stood under the one number says nothing new of each other.
  std::set<RecordId> together;
  for (const RecordId id : added) {
    const auto answering = AnsweringBy(id, batch);
    if (!answering.ok()) return answering.status();
    together.insert(answering->first);
  }
  for (const RecordId id : added) {
    const absl::StatusOr<bool> disputed = Dispute(id, true, {}, batch, together);
    if (!disputed.ok()) return disputed.status();
  }
  WriteDisputed(batch, by.note);
  const std::lock_guard lock(mutex_);
  Publish();
  return {};
}

Registry::Done Registry::Close(const NhsNumber& number, const By& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  RecordBatch batch(store_, by.note.at_ms);
  std::set<std::string> owners;
  for (const RecordId id : batch.FindByNumber(number)) {
    const absl::StatusOr<Record> held = batch.Read(id);
    if (!held.ok()) return held.status();
    if (by.organisations.Has(*held)) owners.insert(OwnerOf(*held));
  }
  if (owners.empty()) return NoSuch("nhs-number");
  for (const std::string& owner : owners) {
    const absl::Status closed = CloseAll(owner, {number}, DayOf(by.note.at_ms), batch);
    if (!closed.ok()) return closed;
  }
  Write(batch, &by.note);
  return {};
}

absl::StatusOr<std::vector<RecordId>> Registry::ClosedWith(
    const std::vector<RecordId>& records) const {
  std::set<RecordId> closed(records.begin(), records.end());
  for (const RecordId id : records) {
    const absl::StatusOr<Record> record = store_.ReadRecord(id);
    if (absl::IsNotFound(record.status())) continue;   // removed since they were proposed
    if (!record.ok()) return record.status();
    if (!record->nhs_number) continue;
    for (const RecordId other :
         store_.FindByIdentifier(KeyType::kNhsNumber, record->nhs_number->digits())) {
      if (OwnerOf(other) == OwnerOf(*record)) closed.insert(other);
    }
  }
  return std::vector<RecordId>(closed.begin(), closed.end());
}

absl::Status Registry::Lower(const Lowering& lowering, const std::vector<RecordId>& records,
                             const RocksdbStore::InboxDocument& item, const TrailNote& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  absl::StatusOr<std::vector<RecordId>> lowered = records;
  if (lowering.what == Lowered::kClosed) lowered = ClosedWith(records);
  if (!lowered.ok()) return lowered.status();
  const auto changes = Change(
      *lowered, [&](Record& record) { whoelse::Lower(lowering, DayOf(by.at_ms), record); });
  if (!changes.ok()) return changes.status();
  std::set<std::string> opened;
  for (const RocksdbStore::RecordChange& change : *changes) {
    const Record& now = change.now.record;
    const bool opens = change.before->restrictions.closed && !now.restrictions.closed;
    if (opens && now.nhs_number) opened.insert(store_.ClosedName(OwnerOf(now), *now.nhs_number));
  }
  // Of a number more than the item names: what came under it since, and who looks a record up in
  // the trail has to find it.
  TrailNote note = by;
  store_.WriteLowered(*changes, item, opened, note.AddRecords(*lowered));
  for (const std::string& name : opened) closed_.erase(name);
  return absl::OkStatus();
}

Registry::Done Registry::Merge(const Which& from, const Which& into, const By& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  const Organisations& theirs = by.organisations;
  StoredRecord merged, answers;
  if (Done found = FindOne(from, "id", theirs, &merged); !IsDone(found)) return found;
  if (Done found = FindOne(into, "into", theirs, &answers); !IsDone(found)) return found;
  if (merged.id == answers.id) return FieldError{"into", "is the same record", "give the other one"};
  // What answers is decided by the policy of whose it is, and each has its own.
  if (OwnerOf(merged.record) != OwnerOf(answers.record)) {
    return FieldError{"into", "is another organisation's record, and each answers for its own",
                      "leave the two apart"};
  }
  if (MergeConflictOf(merged.record, answers.record)) {
    return DisputeMerge(merged.id, answers.id, by.note);
  }
  const Date today = DayOf(by.note.at_ms);
  if (const auto error = whoelse::Merge(merged.record, today, answers.record)) return *error;
  merged.record.answered_by = answers.id;
  RecordBatch batch(store_, by.note.at_ms);
  for (StoredRecord* const one : {&merged, &answers}) {
    const absl::StatusOr<bool> changed = batch.Change(one->id, std::move(one->record));
    if (!changed.ok()) return changed.status();
  }
  Write(batch, &by.note);
  return {};
}

// Somebody takes two children for one: one of the two records says something wrong.
Registry::Done Registry::DisputeMerge(RecordId from, RecordId into, const TrailNote& by) {
  RecordBatch batch(store_, by.at_ms);
  std::set<std::string> owners;
  for (const RecordId id : {from, into}) {
    absl::StatusOr<Record> record = batch.Read(id);
    if (!record.ok()) return record.status();
    owners.insert(OwnerOf(*record));
    record->in_dispute = true;
    const absl::StatusOr<bool> changed = batch.Change(id, *std::move(record));
    if (!changed.ok()) return changed.status();
  }
  store_.AddAlarm(ConflictDocument(Conflict::kMerge, {from, into}, owners, by.at_ms));
  Write(batch, &by);
  return FieldError{"id",
                    "the two have different numbers, UPNs or dates of birth: nothing was merged, and "
                    "both say nothing until a lead officer has settled it",
                    "see whoelse inbox list; if one number replaced the other use records supersede"};
}

Registry::Done Registry::Unmerge(const Which& from, const By& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  StoredRecord one;
  if (Done found = FindOne(from, "id", by.organisations, &one); !IsDone(found)) return found;
  const RecordId merged_into = one.record.answered_by;
  if (merged_into == 0) {
    return FieldError{"id", "the record is not merged", "look it up with records list"};
  }
  // As it answers, which may be by another one again.
  const absl::StatusOr<Record> answers = store_.ReadRecord(merged_into);
  if (!answers.ok()) return answers.status();
  const RecordId answering = answers->answered_by != 0 ? answers->answered_by : merged_into;
  whoelse::Unmerge(*answers, one.record);
  CarryClass(*answers, DayOf(by.note.at_ms), one.record);
  RecordBatch batch(store_, by.note.at_ms);
  const absl::StatusOr<bool> changed = batch.Change(one.id, std::move(one.record));
  if (!changed.ok()) return changed.status();
  if (absl::Status parted = DisputeParted(one.id, answering, batch); !parted.ok()) return parted;
  WriteDisputed(batch, by.note);
  return {};
}

void Registry::WriteDisputed(const RecordBatch& batch, const TrailNote& by) {
  // First, as an import does.
  const std::vector<std::string> disputes = TakeDisputes(by.at_ms);
  if (!disputes.empty()) store_.AddAlarms(disputes);
  Write(batch, &by);
}

Registry::Done Registry::Erase(const Which& which, const By& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  StoredRecord one;
  if (Done found = FindOne(which, "id", by.organisations, &one); !IsDone(found)) return found;
  // With the numbers that it had replaced, and those they had.
  std::vector<RecordId> erased = {one.id};
  for (size_t i = 0; i < erased.size(); ++i) AddAnswered(answers_for_, erased[i], erased);
  const absl::Status removed = Remove(erased, true, by.note.at_ms, &by.note);
  if (!removed.ok()) return removed;
  return {};
}

absl::Status Registry::Remove(std::span<const RecordId> records, bool erased, TimeMs now,
                              const TrailNote* by) {
  std::vector<StoredRecord> gone;
  std::set<std::string> closed;
  for (const RecordId id : records) {
    absl::StatusOr<StoredRecord> stored = store_.ReadStored(id);
    if (absl::IsNotFound(stored.status())) continue;
    if (!stored.ok()) return stored.status();
    const Record& record = stored->record;
    if (record.restrictions.closed && record.nhs_number) {
      closed.insert(store_.ClosedName(OwnerOf(record), *record.nhs_number));
    }
    gone.push_back(*std::move(stored));
  }
  const absl::StatusOr<std::vector<std::string>> disputed = DisputedWithout(gone, now);
  if (!disputed.ok()) return disputed.status();
  // First: after a crash between the two nobody is silent without an item.
  if (!disputed->empty()) store_.AddAlarms(*disputed);
  const std::lock_guard lock(mutex_);
  std::optional<TrailNote> note;
  if (by != nullptr) note.emplace(*by).AddRecords({records.begin(), records.end()});
  store_.RemoveRecords(gone, erased, closed, note ? &*note : nullptr);
  for (const StoredRecord& stored : gone) {
    for (const KeyType type : kSubjectPositions) {
      answering_.RemoveEntries(stored.id, type);
      enrolment_.Drop(stored.id, type);
    }
    NoteAnswers(stored.id, stored.record.answered_by, 0);
    --records_;
  }
  Publish();
  return absl::OkStatus();
}

absl::StatusOr<Registry::DueCounts> Registry::DoWhatIsDue(ConfirmedTime now) {
  const Date today = DayOf(now.ms());
  std::vector<RecordId> archive, purge;
  std::vector<bool> held;
  std::vector<std::pair<RecordId, RecordId>> answered_by;
  const absl::Status read = store_.ForEachRecord(0, [&](const StoredRecord& stored) {
    held.resize(stored.id + 1);
    held[stored.id] = true;
    if (stored.record.answered_by != 0) {
      answered_by.push_back({stored.id, stored.record.answered_by});
    }
    const DueAction due = DueActionOf(stored.record, today);
    if (due == DueAction::kArchive) archive.push_back(stored.id);
    if (due == DueAction::kPurge) purge.push_back(stored.id);
    return true;
  });
  if (!read.ok()) return read;
  // What answered for them is gone: they have nothing to say any more.
  for (const auto& [id, other] : answered_by) {
    if (other >= held.size() || !held[other]) purge.push_back(id);
  }
  for (size_t first = 0; first < archive.size(); first += kChunk) {
    const absl::Status archived = ChangeEach(
        ChunkAt(archive, first), now.ms(), [&](Record& record) { record.archived_on = today; });
    if (!archived.ok()) return archived;
  }
  for (size_t first = 0; first < purge.size(); first += kChunk) {
    const std::lock_guard one_at_a_time(import_mutex_);
    const absl::Status removed = Remove(ChunkAt(purge, first), false, now.ms());
    if (!removed.ok()) return removed;
  }
  const std::lock_guard lock(mutex_);
  Publish();
  return DueCounts{archive.size(), purge.size()};
}

absl::Status Registry::ChangeEach(std::span<const RecordId> records, TimeMs now,
                                  const std::function<void(Record&)>& change) {
  const std::lock_guard one_at_a_time(import_mutex_);
  RecordBatch batch(store_, now);
  for (const RecordId id : records) {
    absl::StatusOr<Record> record = batch.Read(id);
    if (absl::IsNotFound(record.status())) continue;
    if (!record.ok()) return record.status();
    change(*record);
    const absl::StatusOr<bool> changed = batch.Change(id, *std::move(record));
    if (!changed.ok()) return changed.status();
  }
  Write(batch);
  return absl::OkStatus();
}

}  // namespace whoelse
