#include <algorithm>
#include <utility>

#include "node/day_of.h"
#include "node/inbox_document.h"
#include "node/registry.h"

namespace whoelse {
namespace {

void See(RecordId id, std::vector<bool>* seen) {
  if (seen == nullptr) return;
  if (seen->size() <= id) seen->resize(id + 1);
  (*seen)[id] = true;
}

}  // namespace

absl::Status Registry::Take(std::span<const ImportRow> rows, TimeMs now, bool write,
                            ImportCounts* counts, std::vector<bool>* seen) {
  const std::lock_guard one_at_a_time(import_mutex_);
  const auto closed_before = closed_;
  disputes_.clear();
  RecordBatch batch(store_, now);
  for (const ImportRow& row : rows) {
    const absl::Status taken = TakeOne(row, DayOf(now), batch, counts, seen);
    if (!taken.ok()) return taken;
  }
  if (absl::Status closed = CloseWhatFeedsSay(batch); !closed.ok()) return closed;
  if (write) {
    // First: after a crash between the two nobody is silent without an item, and the rows come again.
    if (!disputes_.empty()) store_.AddAlarms(disputes_);
    // An import acknowledges nothing before FinishImport, which waits for the disk.
    Write(std::move(batch), nullptr, RocksdbStore::Synced::kLater);
  } else {
    closed_ = closed_before;
  }
  return absl::OkStatus();
}

absl::Status Registry::TakeOne(const ImportRow& row, Date today, RecordBatch& batch,
                               ImportCounts* counts, std::vector<bool>* seen) {
  const Record& record = row.record;
  const auto found = store_.FindBySource(record.source, record.source_id);
  if (!found.ok()) return found.status();
  const RecordId id = found->has_value() ? (*found)->id : 0;
  const bool gone = found->has_value() && id == 0;
  const bool fresh = id == 0;
  if ((gone && (*found)->erased) ||
      (fresh && (row.action == RowAction::kEnd || DueActionOf(record, today) != DueAction::kNone))) {
    ++counts->left_out;
    return absl::OkStatus();
  }
  std::optional<Record> held;
  if (!fresh) {
    See(id, seen);
    absl::StatusOr<Record> read = batch.Read(id);
    if (!read.ok()) return read.status();
    held = *std::move(read);
  }
  if (row.action == RowAction::kEnd) {
    Record ended = *held;
    EndBy(*record.end, ended);
    const absl::StatusOr<bool> changed = batch.Change(id, std::move(ended));
    if (!changed.ok()) return changed.status();
    ++(*changed ? counts->ended : counts->unchanged);
    return absl::OkStatus();
  }
  const bool number_closed =
      record.nhs_number && closed_.contains({OwnerOf(record), *record.nhs_number});
  RowTaken taken = TakeRow(held ? &*held : nullptr, record, row.number_changed, number_closed, today);
  if (gone && taken.added) RaiseTo((*found)->left, *taken.added);
  const bool closes = taken.held && taken.added && taken.held->restrictions.closed;
  const bool supersedes = taken.held && taken.added && !closes;
  if (supersedes) taken.held->answered_by = batch.next_id();
  ++(fresh ? counts->imported : taken.held ? counts->updated : counts->unchanged);
  // First the one that gives up its place in the source.
  if (taken.held) {
    const absl::Status changed = ChangeWithAnswering(id, *taken.held, supersedes, batch);
    if (!changed.ok()) return changed;
  }
  const bool identifies = taken.added || (held && taken.held && IdentifiesAnother(*held, *taken.held));
  RecordId changed = id;
  if (taken.added) {
    changed = batch.Add(*std::move(taken.added));
    See(changed, seen);
  }
  if (closes && held->nhs_number) {
    const absl::Status closed = CloseAll(OwnerOf(*held), *held->nhs_number, today, batch);
    if (!closed.ok()) return closed;
  }
  return identifies ? Dispute(changed, batch, counts) : absl::OkStatus();
}

// What cannot both be right is silent from now on. Only a row that says something new about whose it is
// raises this: what people settled stays settled under the same export, night after night.
absl::Status Registry::Dispute(RecordId id, RecordBatch& batch, ImportCounts* counts) {
  const absl::StatusOr<Record> record = batch.Read(id);
  if (!record.ok()) return record.status();
  bool disputed = false, by_own = false;
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = AnswersTo(*record, type);
    if (value.empty()) continue;
    for (const RecordId other : batch.FindBy(type, value)) {
      if (other == id) continue;
      absl::StatusOr<Record> held = batch.Read(other);
      if (!held.ok()) return held.status();
      const std::optional<Conflict> conflict = ConflictOf(*record, *held);
      if (!conflict) continue;
      disputed = true;
      by_own = by_own || OwnerOf(*held) == OwnerOf(*record);
      disputes_.push_back(ConflictDocument(*conflict, id, other, batch.now()));
      held->in_dispute = true;
      const absl::StatusOr<bool> changed = batch.Change(other, *std::move(held));
      if (!changed.ok()) return changed.status();
    }
  }
  if (!disputed) return absl::OkStatus();
  // Another organisation's is for the lead officers of both. Counted, a dry run with any name and date
  // of birth would tell whether a child is at some school of the hub.
  if (by_own) ++counts->disputed;
  Record silent = *record;
  silent.in_dispute = true;
  return batch.Change(id, std::move(silent)).status();
}

// What rises on a record that another one answers for rises on that one too.
absl::Status Registry::ChangeWithAnswering(RecordId id, const Record& record, bool answered_by_new,
                                           RecordBatch& batch) {
  const absl::StatusOr<bool> changed = batch.Change(id, record);
  if (!changed.ok()) return changed.status();
  if (record.answered_by == 0 || answered_by_new) return absl::OkStatus();
  absl::StatusOr<Record> answers = batch.Read(record.answered_by);
  if (absl::IsNotFound(answers.status())) return absl::OkStatus();
  if (!answers.ok()) return answers.status();
  RaiseTo(record, *answers);
  return batch.Change(record.answered_by, *std::move(answers)).status();
}

absl::Status Registry::CloseAll(const std::string& owner, const NhsNumber& number, Date today,
                                RecordBatch& batch) {
  closed_.insert({owner, number});
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
    if (!replaced->nhs_number || closed_.contains({owner, *replaced->nhs_number})) continue;
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
    const absl::Status closed = closed_.contains({owner, number})
                                    ? CloseReplacedBy(owner, id, DayOf(batch.now()), batch)
                                    : CloseAll(owner, number, DayOf(batch.now()), batch);
    if (!closed.ok()) return closed;
  }
  return absl::OkStatus();
}

std::vector<RecordId> Registry::AnsweredBy(RecordId id, const RecordBatch& batch) const {
  std::vector<RecordId> answered = batch.AnsweredBy(id);
  const auto [first, last] = answers_for_.equal_range(id);
  for (auto it = first; it != last; ++it) answered.push_back(it->second);
  return answered;
}

void Registry::NoteAnswers(RecordId id, RecordId before, RecordId now) {
  if (before == now) return;
  const auto [first, last] = answers_for_.equal_range(before);
  const auto noted = std::find_if(first, last, [&](const auto& one) { return one.second == id; });
  if (noted != last) answers_for_.erase(noted);
  if (now != 0) answers_for_.emplace(now, id);
}

void Registry::Write(RecordBatch batch, const TrailNote* by, RocksdbStore::Synced synced) {
  const std::vector<RocksdbStore::RecordChange> changes = std::move(batch).Take();
  if (changes.empty() && by == nullptr) return;
  std::vector<RecordId> changed;
  for (const RocksdbStore::RecordChange& change : changes) {
    NoteAnswers(change.now.id, change.before ? change.before->answered_by : 0,
                change.now.record.answered_by);
    changed.push_back(change.now.id);
  }
  std::optional<TrailNote> note;
  if (by != nullptr) note.emplace(*by).AddRecords(changed);
  const std::lock_guard lock(mutex_);
  store_.WriteRecords(changes, note ? &*note : nullptr, synced);
  Apply(changes);
}

absl::StatusOr<bool> Registry::Holds(const std::string& source,
                                     const std::string& source_id) const {
  const auto found = store_.FindBySource(source, source_id);
  if (!found.ok()) return found.status();
  return found->has_value() && (*found)->id != 0;
}

absl::StatusOr<std::map<std::string, Registry::Absent>> Registry::FindAbsent(
    const std::set<std::string>& sources, const std::vector<bool>& seen, Date today) const {
  std::map<std::string, Absent> absent;
  for (const std::string& source : sources) absent[source] = {};
  const absl::Status read = store_.ForEachRecord(0, [&](const StoredRecord& stored) {
    const auto of_source = absent.find(stored.record.source);
    if (of_source == absent.end() || !IsLive(stored.record, today)) return true;
    ++of_source->second.live;
    if (stored.id < seen.size() && seen[stored.id]) return true;
    of_source->second.records.push_back(stored.id);
    return true;
  });
  if (!read.ok()) return read;
  return absent;
}

absl::Status Registry::EndAll(std::span<const RecordId> records, Date end, TimeMs now) {
  return ChangeEach(records, now, [&](Record& record) { EndBy(end, record); });
}

void Registry::FinishImport(bool complete, const TrailNote& by) {
  const std::lock_guard lock(mutex_);
  if (complete) enrolment_.OnImported(by.at_ms);
  SaveState(&by);
  Publish();
}

}  // namespace whoelse
