#include "node/registry.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>

namespace whoelse {
namespace {

// Which identifiers have sub-keys: a bit each.
class EnrolledSet {
 public:
  void Insert(KeyVersion kv, RecordId record, KeyType type) {
    std::vector<bool>& records = records_[{kv, type}];
    if (records.size() <= record) records.resize(record + 1);
    records[record] = true;
  }
  bool Contains(KeyVersion kv, RecordId record, KeyType type) const {
    const auto records = records_.find({kv, type});
    return records != records_.end() && record < records->second.size() && records->second[record];
  }

 private:
  std::map<std::pair<KeyVersion, KeyType>, std::vector<bool>> records_;
};

void ShieldPending(Record& record) { record.shield_pending = true; }

}  // namespace

absl::Status Registry::Load(const std::vector<KeyVersion>& versions) {
  if (of_a_hub_) answering_.SetOfAHub();
  absl::StatusOr<RocksdbStore::EnrolmentState> state = store_.ReadEnrolmentState();
  if (!state.ok()) return state.status();
  absl::StatusOr<std::set<std::string>> closed = store_.ReadClosedNames();
  if (!closed.ok()) return closed.status();
  const std::lock_guard no_import(import_mutex_);
  const std::lock_guard lock(mutex_);
  closed_ = *std::move(closed);
  enrolment_.RestoreImported(state->newest_import_ms);
  enrolment_.RestoreBegun(state->begun_ms);
  enrolment_.SetKeyVersions(versions);
  versions_ = kept_ = versions;
  // Before anything is read: a version that was retired while this node was down recognises nobody.
  store_.KeepKeyVersions(versions);
  // A third of a start is sub-keys: they are read beside the records.
  EnrolledSet enrolled;
  std::future<absl::Status> sub_keys = std::async(std::launch::async, [this, &enrolled] {
    return store_.ForEachSubKey([&](KeyVersion kv, const RocksdbStore::Enrolled& one) {
      enrolled.Insert(kv, one.record, one.type);
      answering_.LoadEntry(one.type, kv, one.record, one.keys.check);
    });
  });
  const absl::Status records = store_.LoadRecords([&](const StoredRecord& stored) {
    enrolment_.RestoreHeld(stored.id, stored.arrived_ms);
    if (stored.record.restrictions.closed && stored.record.nhs_number) {
      closed_.insert(store_.ClosedName(OwnerOf(stored.record), *stored.record.nhs_number));
    }
    NoteAnswers(stored.id, 0, stored.record.answered_by);
    ++records_;
  });
  if (const absl::Status read = sub_keys.get(); !read.ok()) return read;
  if (!records.ok()) return records;
  enrolment_.RestorePending([&](KeyVersion kv, RecordId record, KeyType type) {
    return enrolled.Contains(kv, record, type);
  });
  Publish();
  return absl::OkStatus();
}

void Registry::SetKeyVersions(const std::vector<KeyVersion>& versions,
                              const std::vector<KeyVersion>& held_over) {
  std::vector<KeyVersion> kept = versions;
  std::ranges::copy_if(held_over, std::back_inserter(kept), [&](KeyVersion kv) {
    return std::ranges::find(versions, kv) == versions.end();
  });
  const std::lock_guard lock(mutex_);
  versions_ = versions;
  if (kept == kept_) return;
  kept_ = kept;
  enrolment_.SetKeyVersions(kept);
  store_.KeepKeyVersions(kept);
  SaveState();
  Publish();
}

void Registry::SaveState(const TrailNote* by) {
  store_.WriteEnrolmentState({enrolment_.begun_ms(), enrolment_.newest_import_ms()}, by);
}

void Registry::Publish() { answering_.SetEnrolment(enrolment_.View()); }

void Registry::Apply(const std::vector<RocksdbStore::RecordChange>& changes) {
  for (const RocksdbStore::RecordChange& change : changes) {
    if (!change.before) ++records_;
    for (size_t i = 0; i < kSubjectPositions.size(); ++i) {
      const KeyType type = kSubjectPositions[i];
      const std::string_view now = AnswersTo(change.now.record, type);
      const std::string_view before =
          change.before ? AnswersTo(*change.before, type) : std::string_view();
      if (now == before) continue;
      if (!before.empty()) answering_.RemoveEntries(change.now.id, type);
      if (now.empty()) {
        enrolment_.Drop(change.now.id, type);
      } else {
        enrolment_.Hold(change.now.id, type, change.now.arrived_ms[i]);
      }
    }
  }
}

absl::StatusOr<std::vector<RocksdbStore::RecordChange>> Registry::Change(
    const std::vector<RecordId>& records, const std::function<void(Record&)>& change) const {
  std::vector<RocksdbStore::RecordChange> changes;
  for (RecordId id : records) {
    absl::StatusOr<StoredRecord> held = store_.ReadStored(id);
    if (absl::IsNotFound(held.status())) continue;
    if (!held.ok()) return held.status();
    StoredRecord changed = *held;
    change(changed.record);
    changes.push_back({std::move(changed), std::move(held->record)});
  }
  return changes;
}

absl::StatusOr<std::vector<std::pair<RecordId, Record>>> Registry::HeldOf(
    const Subject& subject, const Organisations& theirs) const {
  std::vector<std::pair<RecordId, Record>> held;
  for (const SubjectEntry& entry : subject) {
    if (entry.type == KeyType::kNone) continue;
    for (RecordId id : store_.FindByIdentifier(entry.type, entry.value)) {
      absl::StatusOr<Record> record = store_.ReadRecord(id);
      if (absl::IsNotFound(record.status())) continue;   // removed since it was found
      if (!record.ok()) return record.status();
      if (!theirs.Has(*record)) continue;
      const RecordId answers = record->answered_by != 0 ? record->answered_by : id;
      held.emplace_back(answers, *std::move(record));
    }
  }
  return held;
}

absl::StatusOr<std::vector<Record>> Registry::RecordsOf(const Subject& subject,
                                                       const Organisations& theirs) const {
  auto held = HeldOf(subject, theirs);
  if (!held.ok()) return held.status();
  std::vector<Record> records;
  for (auto& [answers, record] : *held) records.push_back(std::move(record));
  return records;
}

std::string Registry::OwnerOf(RecordId record) const {
  if (!of_a_hub_) return "";
  const absl::StatusOr<StoredRecord> stored = store_.ReadStored(record);
  return stored.ok() ? OwnerOf(stored->record) : std::string();
}

absl::Status Registry::ApplyJournal(const std::vector<RocksdbStore::JournalEntry>& entries,
                                    const std::vector<RecordId>& shield,
                                    const std::vector<RocksdbStore::InboxDocument>& inbox) {
  const std::lock_guard one_at_a_time(import_mutex_);
  const auto changes = Change(shield, ShieldPending);
  if (!changes.ok()) return changes.status();
  store_.FinishJournal(entries, *changes, inbox);
  return absl::OkStatus();
}

absl::Status Registry::ApplySent(const RocksdbStore::NewQuestion& question,
                                 const std::vector<RecordId>& shield,
                                 const std::vector<RocksdbStore::InboxDocument>& inbox) {
  const std::lock_guard one_at_a_time(import_mutex_);
  const auto changes = Change(shield, ShieldPending);
  if (!changes.ok()) return changes.status();
  store_.WriteQuestion(question, *changes, inbox);
  return absl::OkStatus();
}

absl::Status Registry::DecideNotice(Notice decision, const std::vector<RecordId>& records,
                                    const RocksdbStore::InboxDocument& item,
                                    const TrailNote& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  auto changes = Change(records, [&](Record& record) {
    switch (decision) {
      case Notice::kConfirmed: record.restrictions.shielded = true; break;
      case Notice::kLifted: record.shield_pending = false; break;
    }
  });
  if (!changes.ok()) return changes.status();
  store_.FinishJournal({}, *changes, {item}, &by);
  return absl::OkStatus();
}

absl::StatusOr<std::set<RecordId>> Registry::AnsweringWith(
    const std::vector<RecordId>& records) const {
  std::set<RecordId> with;
  std::vector<RecordId> next = records;
  while (!next.empty()) {
    const RecordId id = next.back();
    next.pop_back();
    if (!with.insert(id).second) continue;
    AddAnswered(answers_for_, id, next);
    const absl::StatusOr<StoredRecord> stored = store_.ReadStored(id);
    if (absl::IsNotFound(stored.status())) continue;   // removed since
    if (!stored.ok()) return stored.status();
    if (stored->record.answered_by != 0) next.push_back(stored->record.answered_by);
  }
  return with;
}

// A dispute rises on whatever comes to answer for a record, when its number is replaced or it is
// merged; the items go on naming the record alone, and without this what answers would be silent
// for ever.
absl::Status Registry::SettleConflict(
    const std::vector<RecordId>& records,
    const std::function<absl::StatusOr<std::vector<RecordId>>()>& disputed,
    const RocksdbStore::InboxDocument& item, const TrailNote& by) {
  const std::lock_guard one_at_a_time(import_mutex_);
  const absl::StatusOr<std::vector<RecordId>> others = disputed();
  if (!others.ok()) return others.status();
  const auto settled = AnsweringWith(records), silent = AnsweringWith(*others);
  for (const auto* const found : {&settled, &silent}) {
    if (!found->ok()) return found->status();
  }
  std::vector<RecordId> freed;
  std::ranges::set_difference(*settled, *silent, std::back_inserter(freed));
  auto changes = Change(freed, [](Record& record) { record.in_dispute = false; });
  if (!changes.ok()) return changes.status();
  store_.FinishJournal({}, *changes, {item}, &by);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Registry::Work>> Registry::NextToEnrol(KeyVersion kv, size_t n,
                                                                  TimeMs now) {
  std::vector<Enrolment::Item> items;
  {
    const std::lock_guard lock(mutex_);
    const size_t begun = enrolment_.begun_ms().size();
    items = enrolment_.Next(kv, n, now);
    if (enrolment_.begun_ms().size() != begun) SaveState();
  }
  std::vector<Work> work;
  for (const Enrolment::Item& item : items) {
    absl::StatusOr<StoredRecord> stored = store_.ReadStored(item.record);
    if (absl::IsNotFound(stored.status())) continue;   // removed since
    if (!stored.ok()) return stored.status();
    const std::string_view value = AnswersTo(stored->record, item.type);
    if (!value.empty()) work.push_back({item.record, item.type, std::string(value)});
  }
  return work;
}

size_t Registry::Pending(KeyVersion kv) const {
  const std::lock_guard lock(mutex_);
  return enrolment_.Pending(kv);
}

absl::Status Registry::OnEnrolled(KeyVersion kv, const std::vector<Work>& work,
                                  std::vector<SubKeys> keys) {
  const std::lock_guard no_import(import_mutex_);
  std::vector<RocksdbStore::Enrolled> enrolled;
  for (size_t i = 0; i < work.size(); ++i) {
    absl::StatusOr<StoredRecord> stored = store_.ReadStored(work[i].record);
    if (absl::IsNotFound(stored.status())) continue;
    if (!stored.ok()) return stored.status();
    // An import may have given the record another number while the evaluators were asked.
    if (AnswersTo(stored->record, work[i].type) != work[i].value) continue;
    enrolled.push_back({work[i].record, work[i].type, std::move(keys[i])});
  }
  const std::lock_guard lock(mutex_);
  // Retired while the evaluators were asked: its sub-keys are gone, and these must not stay behind.
  if (std::ranges::find(kept_, kv) == kept_.end()) return absl::OkStatus();
  store_.WriteSubKeys(kv, enrolled);
  for (const RocksdbStore::Enrolled& one : enrolled) {
    enrolment_.MarkEnrolled(kv, one.record, one.type);
  }
  answering_.AddEntries(kv, std::move(enrolled));
  Publish();
  return absl::OkStatus();
}

Registry::Summary Registry::Summarise() const {
  const std::lock_guard lock(mutex_);
  Summary summary{records_, enrolment_.newest_import_ms(), {}};
  for (KeyVersion kv : versions_) {
    summary.versions.push_back({kv, enrolment_.Complete(kv), enrolment_.Pending(kv)});
  }
  return summary;
}

}  // namespace whoelse
