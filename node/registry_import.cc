#include <algorithm>
#include <future>
#include <iterator>
#include <memory>
#include <utility>

#include "node/day_of.h"
#include "node/import_crowds.h"
#include "node/registry.h"

namespace whoelse {
namespace {

constexpr size_t kWrittenTogether = 1000;   // rows

void See(RecordId id, std::vector<bool>* seen) {
  if (seen == nullptr) return;
  if (seen->size() <= id) seen->resize(id + 1);
  (*seen)[id] = true;
}

// A row without the word says that its number was superseded when it has the held one among those
// that its own replaced: an export of another node has the numbers alone, and a blank reason would
// close for good what people there have superseded. A word stands: a system whose history lists
// every earlier number would else join the old identity to the new one.
NumberChange WhyChanged(const Record& held, const ImportRow& row) {
  if (row.number_changed) return *row.number_changed;
  const bool replaced =
      held.nhs_number &&
      std::ranges::find(row.superseded_numbers, *held.nhs_number) != row.superseded_numbers.end();
  return replaced ? NumberChange::kSuperseded : NumberChange::kClosed;
}

// A row about nothing that is held, and that nothing comes of.
bool IsLeftOut(const std::optional<RocksdbStore::Gone>& gone, const ImportRow& row, Date today) {
  return (gone && gone->erased) || row.action == RowAction::kEnd ||
         DueActionOf(row.record, today) != DueAction::kNone;
}

}  // namespace

absl::Status Registry::Take(std::span<const ImportRow> rows, TimeMs now, bool write,
                            ImportCounts* counts, Pass* pass) {
  const std::lock_guard one_at_a_time(import_mutex_);
  disputes_.clear();
  std::vector<bool>* const seen = pass == nullptr ? nullptr : &pass->seen;
  if (write) {
    const size_t known = closed_.size();
    const absl::Status taken = TakeAndWrite(rows, now, counts, seen);
    counts->closed += closed_.size() - known;
    return taken;
  }
  ClosedNumbers before = closed_;
  if (pass != nullptr) closed_.insert(pass->closed.begin(), pass->closed.end());
  const size_t known = closed_.size();
  RecordBatch batch(store_, now);
  const absl::Status gathered = Gather(rows, batch, counts, seen);
  counts->closed += closed_.size() - known;
  if (pass != nullptr) pass->closed = std::move(closed_);
  closed_ = std::move(before);
  return gathered;
}

absl::Status Registry::Gather(std::span<const ImportRow> rows, RecordBatch& batch,
                              ImportCounts* counts, std::vector<bool>* seen) {
  for (const ImportRow& row : rows) {
    const absl::Status taken = TakeOne(row, DayOf(batch.now()), batch, counts, seen);
    if (!taken.ok()) return taken;
  }
  return CloseWhatFeedsSay(batch);
}

// One batch is gathered while the one before is sealed and written: each is half of the work.
absl::Status Registry::TakeAndWrite(std::span<const ImportRow> rows, TimeMs now,
                                    ImportCounts* counts, std::vector<bool>* seen) {
  std::unique_ptr<const RecordBatch> before;
  std::future<void> written;   // ends before `before` does
  while (!rows.empty()) {
    auto batch = std::make_unique<RecordBatch>(store_, now, before.get());
    const std::span<const ImportRow> some = rows.first(std::min(kWrittenTogether, rows.size()));
    rows = rows.subspan(some.size());
    const absl::Status gathered = Gather(some, *batch, counts, seen);
    if (!gathered.ok()) return gathered;
    if (written.valid()) written.get();
    NoteAnswers(batch->changes());
    written = std::async(std::launch::async, [this, &one = *batch, disputes = TakeDisputes(now)] {
      // First: after a crash between the two nobody is silent without an item, and the rows come again.
      if (!disputes.empty()) store_.AddAlarms(disputes);
      // An import acknowledges nothing before FinishImport, which waits for the disk.
      Write(one, nullptr, RocksdbStore::Synced::kLater);
    });
    before = std::move(batch);
  }
  return absl::OkStatus();
}

absl::Status Registry::TakeOne(const ImportRow& row, Date today, RecordBatch& batch,
                               ImportCounts* counts, std::vector<bool>* seen) {
  const Record& record = row.record;
  const RecordId id = store_.FindBySource(record.source, record.source_id);
  const bool fresh = id == 0;
  std::optional<RocksdbStore::Gone> gone;
  if (fresh) {
    auto found = store_.FindGone(record.source, record.source_id);
    if (!found.ok()) return found.status();
    gone = *std::move(found);
  }
  if (fresh && IsLeftOut(gone, row, today)) {
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
      record.nhs_number && IsClosed(OwnerOf(record), *record.nhs_number);
  RowTaken taken = held ? TakeRow(&*held, record, WhyChanged(*held, row), number_closed, today)
                        : TakeRow(nullptr, record, NumberChange::kClosed, number_closed, today);
  if (gone && taken.added) {
    // No item names who comes back: a dispute of then is a shield, which two people lift. A notice
    // is lifted with the shield, and until then it silences all records of the child.
    if (gone->left.in_dispute) gone->left.restrictions.shielded = true;
    gone->left.in_dispute = false;
    RaiseTo(gone->left, *taken.added);
  }
  const bool closes = taken.held && taken.added && taken.held->restrictions.closed;
  const bool supersedes = taken.held && taken.added && !closes;
  if (closes) {
    const absl::Status carried = CarryWhatAnswered(*held, today, batch, *taken.added);
    if (!carried.ok()) return carried;
  }
  // Behind the number that was held there may be another child from now on.
  const bool door_of_another =
      supersedes && IdentifiesAnother(*taken.held, DoorOf(*held->nhs_number, *taken.added));
  if (supersedes) {
    taken.held->answered_by = batch.next_id();
    const absl::Status inherited = InheritBesideClosed(*taken.held, batch);
    if (!inherited.ok()) return inherited;
  }
  const Record& stands = taken.added ? *taken.added : taken.held ? *taken.held : *held;
  counts->class_kept += stands.service_class > record.service_class;
  // First the one that gives up its place in the source.
  if (taken.held) {
    const absl::StatusOr<bool> changed = batch.Change(id, *taken.held);
    if (!changed.ok()) return changed.status();
    const bool shielded = record.restrictions.shielded ||
                          (held->restrictions.shielded && !held->restrictions.closed);
    const absl::Status raised =
        RaiseAnswering(supersedes ? *taken.added : *taken.held, shielded, batch);
    if (!raised.ok()) return raised;
  } else if (held && held->restrictions.closed && record.restrictions.shielded) {
    // Its own shield shows no change on what is closed, which is shielded by that.
    Record shielded = *held;
    shielded.restrictions.closed = false;
    const absl::Status raised = RaiseAnswering(shielded, true, batch);
    if (!raised.ok()) return raised;
  }
  const bool identifies = taken.added || (held && taken.held && IdentifiesAnother(*held, *taken.held));
  RecordId changed = id;
  if (taken.added) {
    changed = batch.Add(*std::move(taken.added));
    See(changed, seen);
  }
  // Where the identity changed, the row names numbers of the one before.
  const bool parted = closes || row.number_changed == NumberChange::kClosed;
  if (parted) {
    const absl::Status closed =
        CloseParted(row, closes ? held->nhs_number : std::nullopt, today, batch);
    if (!closed.ok()) return closed;
  }
  auto replaced = TakeReplaced(
      parted ? std::span<const NhsNumber>() : row.superseded_numbers, changed, batch);
  if (!replaced.ok()) return replaced.status();
  const bool updated = taken.held || !replaced->empty();
  ++(fresh ? counts->imported : updated ? counts->updated : counts->unchanged);
  if (door_of_another) replaced->push_back(*held->nhs_number);
  const absl::StatusOr<bool> disputed = Dispute(changed, identifies, *replaced, batch);
  if (!disputed.ok()) return disputed.status();
  counts->disputed += *disputed;
  return absl::OkStatus();
}

// A row that says which numbers its own replaced: how an export carries them to another node.
absl::StatusOr<std::vector<NhsNumber>> Registry::TakeReplaced(std::span<const NhsNumber> numbers,
                                                              RecordId id, RecordBatch& batch) {
  std::vector<NhsNumber> fresh;
  if (numbers.empty()) return fresh;
  const absl::StatusOr<Record> record = batch.Read(id);
  if (!record.ok()) return record.status();
  const auto known = NumbersReplacedBy(
      id, [&](RecordId by) { return AnsweredBy(by, batch); },
      [&](RecordId other) { return batch.Read(other); }, [](const Record&) { return true; });
  if (!known.ok()) return known.status();
  // What is closed is never joined to what comes after, whatever a feed says of it. Nor is what
  // stands beside it and may be older still, unless the row's own number is closed like them.
  const auto closed = [&, owner = OwnerOf(*record)](const NhsNumber& number) {
    return IsClosed(owner, number);
  };
  if (!record->restrictions.closed && std::ranges::any_of(numbers, closed)) {
    const absl::Status marked = MarkBesideClosed(OwnerOf(*record), numbers, batch);
    if (!marked.ok()) return marked;
    return fresh;
  }
  std::set<NhsNumber> there(known->begin(), known->end());
  for (const NhsNumber& number : numbers) {
    if (closed(number) || !there.insert(number).second) continue;
    Record door = DoorOf(number, *record);
    door.answered_by = id;
    const absl::Status inherited = InheritBesideClosed(door, batch);
    if (!inherited.ok()) return inherited;
    batch.Add(std::move(door));
    fresh.push_back(number);
  }
  return fresh;
}

// A record that was merged answered no less strictly than what answers for it, whose shields it does not
// have itself.
absl::Status Registry::CarryWhatAnswered(const Record& held, Date today,
                                         const RecordBatch& batch, Record& added) const {
  for (RecordId by = held.answered_by; by != 0;) {
    const absl::StatusOr<Record> answers = batch.Read(by);
    if (absl::IsNotFound(answers.status())) return absl::OkStatus();
    if (!answers.ok()) return answers.status();
    CarryRestrictions(*answers, today, added);
    by = answers->answered_by;
  }
  return absl::OkStatus();
}

// What rises on a record that another one answers for rises on that one too, and on what answers
// for that one.
absl::Status Registry::RaiseAnswering(const Record& record, bool shielded, RecordBatch& batch) {
  if (record.answered_by == 0) return absl::OkStatus();   // nearly always
  Record raises = record;
  std::set<RecordId> raised;   // no ring goes on for ever
  for (RecordId by = record.answered_by; by != 0 && raised.insert(by).second;) {
    absl::StatusOr<Record> answers = batch.Read(by);
    if (absl::IsNotFound(answers.status())) return absl::OkStatus();
    if (!answers.ok()) return answers.status();
    RaiseTo(raises, *answers);
    const RecordId next = answers->answered_by;
    if (raises.restrictions.closed && answers->superseded) {
      // A number is closed for itself, and not for the one that had replaced it: what else rises
      // goes on.
      raises.restrictions.closed = false;
      raises.restrictions.shielded = shielded || answers->nhs_number != record.nhs_number;
    }
    const absl::StatusOr<bool> changed = batch.Change(by, *std::move(answers));
    if (!changed.ok()) return changed.status();
    by = next;
  }
  return absl::OkStatus();
}

void Registry::AddAnswered(const AnswersFor& answers_for, RecordId id,
                           std::vector<RecordId>& answered) {
  const auto [first, last] = answers_for.equal_range(id);
  for (auto it = first; it != last; ++it) answered.push_back(it->second);
}

std::vector<RecordId> Registry::AnsweredBy(RecordId id, const RecordBatch& batch) const {
  std::vector<RecordId> answered = batch.AnsweredBy(id);
  AddAnswered(answers_for_, id, answered);
  return answered;
}

std::vector<RecordId> Registry::AllAnsweredBy(RecordId id, const RecordBatch& batch) const {
  std::vector<RecordId> all = AnsweredBy(id, batch);
  for (size_t i = 0; i < all.size(); ++i) {
    for (const RecordId other : AnsweredBy(all[i], batch)) {
      if (std::ranges::find(all, other) == all.end()) all.push_back(other);
    }
  }
  return all;
}

void Registry::NoteAnswers(RecordId id, RecordId before, RecordId now) {
  if (before == now) return;
  const auto [first, last] = answers_for_.equal_range(before);
  const auto noted = std::find_if(first, last, [&](const auto& one) { return one.second == id; });
  if (noted != last) answers_for_.erase(noted);
  if (now != 0) answers_for_.emplace(now, id);
}

void Registry::NoteAnswers(const std::vector<RocksdbStore::RecordChange>& changes) {
  for (const RocksdbStore::RecordChange& change : changes) {
    NoteAnswers(change.now.id, change.before ? change.before->answered_by : 0,
                change.now.record.answered_by);
  }
}

void Registry::Write(const RecordBatch& batch, const TrailNote* by) {
  if (batch.changes().empty() && by == nullptr) return;
  NoteAnswers(batch.changes());
  std::optional<TrailNote> note;
  if (by != nullptr) {
    std::vector<RecordId> changed;
    for (const RocksdbStore::RecordChange& change : batch.changes()) changed.push_back(change.now.id);
    note.emplace(*by).AddRecords(changed);
  }
  Write(batch, note ? &*note : nullptr, RocksdbStore::Synced::kNow);
}

void Registry::Write(const RecordBatch& batch, const TrailNote* by, RocksdbStore::Synced synced) {
  store_.WriteRecords(batch.changes(), by, synced, batch.closed());
  const std::lock_guard lock(mutex_);
  Apply(batch.changes());
}

// Of the same owner: a school could else see, by rows of its own up to the last one that is taken, whether
// another school of the hub holds a child of this number.
absl::StatusOr<std::optional<KeyType>> Registry::CrowdBefore(const Record& record) const {
  const std::string owner = OwnerOf(record);
  for (const KeyType type : kSubjectPositions) {
    const std::string_view value = IdentifierOf(record, type);
    if (value.empty()) continue;
    const std::vector<RecordId> held = store_.FindByIdentifier(type, value);
    if (held.size() < kRowsOfOneIdentifierMax) continue;
    const RecordId own = store_.FindBySource(record.source, record.source_id);
    if (std::ranges::binary_search(held, own)) continue;
    if (!of_a_hub_) return type;
    size_t of_owner = 0;
    for (const RecordId id : held) {
      const absl::StatusOr<Record> other = store_.ReadRecord(id);
      if (absl::IsNotFound(other.status())) continue;   // removed since it was found
      if (!other.ok()) return other.status();
      of_owner += OwnerOf(*other) == owner;
      if (of_owner == kRowsOfOneIdentifierMax) return type;
    }
  }
  return std::nullopt;
}

bool Registry::Holds(const std::string& source, const std::string& source_id) const {
  return store_.FindBySource(source, source_id) != 0;
}

absl::StatusOr<std::optional<Registry::RowClosing>> Registry::ClosingOf(
    const ImportRow& row, Date today, const Brought& brought) const {
  if (row.action == RowAction::kEnd) return std::nullopt;
  const Record& record = row.record;
  RowClosing closing;
  closing.line = row.line;
  closing.owner = OwnerOf(record);
  closing.record = store_.FindBySource(record.source, record.source_id);
  closing.number = record.nhs_number;
  bool number_closed = false;
  if (record.nhs_number) {
    const std::lock_guard one_at_a_time(import_mutex_);
    number_closed = IsClosed(closing.owner, *record.nhs_number);
  }
  closing.closes = record.restrictions.closed || number_closed;
  // Most rows have the number that is held, and need no reading to see it.
  const bool as_before =
      closing.record == 0 ||
      (record.nhs_number &&
       std::ranges::binary_search(
           store_.FindByIdentifier(KeyType::kNhsNumber, record.nhs_number->digits()),
           closing.record));
  bool parted = row.number_changed == NumberChange::kClosed;
  if (closing.record != 0 && (closing.closes || !as_before)) {
    const absl::StatusOr<StoredRecord> held = store_.ReadStored(closing.record);
    if (!held.ok() && !absl::IsNotFound(held.status())) return held.status();
    if (held.ok()) {
      const RowTaken taken =
          TakeRow(&held->record, record, WhyChanged(held->record, row), number_closed, today);
      const bool another = taken.held && taken.added;
      closing.stays = !another || !taken.held->restrictions.closed;
      parted = parted || !closing.stays;
      if (!closing.stays) closing.parted.push_back(*held->record.nhs_number);
      if (another && closing.stays) closing.replaced.push_back(*held->record.nhs_number);
      const std::optional<Record>& raised = another && closing.stays ? taken.added : taken.held;
      closing.raises = raised && raised->restrictions.closed;
    }
  }
  std::ranges::copy(row.superseded_numbers,
                    std::back_inserter(parted ? closing.parted : closing.replaced));
  if (closing.closes || !closing.parted.empty()) {
    if (closing.record != 0) return closing;
    const auto gone = store_.FindGone(record.source, record.source_id);
    if (!gone.ok()) return gone.status();
    if (IsLeftOut(*gone, row, today)) return std::nullopt;
    return closing;
  }
  if (!record.nhs_number) return std::nullopt;
  if (!as_before || LeadsToHeld(closing, brought)) return closing;
  return std::nullopt;
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
