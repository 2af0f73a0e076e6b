// Records of which people have to find out whose they are.
#include <algorithm>
#include <utility>

#include "node/inbox_document.h"
#include "node/registry.h"

namespace whoelse {
namespace {

// Whether another child answers by an identifier that is the same as before.
bool IsOfAnother(Record before, const Record& now) {
  before.nhs_number = now.nhs_number;
  before.upn = now.upn;   // a door has none
  return IdentifiesAnother(before, now);
}

}  // namespace

Registry::DisputeKey Registry::KeyOf(Conflict conflict, const Record& a, const Record& b) const {
  const KeyType type = conflict == Conflict::kOneUpn ? KeyType::kUpn : KeyType::kNhsNumber;
  DisputeKey key{conflict, std::string(IdentifierOf(a, type)), OwnerOf(a), OwnerOf(b)};
  if (key.other_owner < key.owner) std::swap(key.owner, key.other_owner);
  return key;
}

// What a question is answered with that finds this record: itself or, where it is a door or was
// merged, what answers for it, under this one's identifiers.
absl::StatusOr<std::pair<RecordId, Record>> Registry::AnsweringBy(RecordId id,
                                                                  const RecordBatch& batch) const {
  absl::StatusOr<Record> own = batch.Read(id);
  if (!own.ok()) return own.status();
  if (own->answered_by == 0 || own->restrictions.closed || own->archived_on) {
    return std::pair(id, *std::move(own));
  }
  std::pair<RecordId, Record> answering(id, *own);
  while (answering.second.answered_by != 0) {
    const RecordId by = answering.second.answered_by;
    absl::StatusOr<Record> answers = batch.Read(by);
    if (absl::IsNotFound(answers.status())) return std::pair(id, *own);   // it leads nowhere
    if (!answers.ok()) return answers.status();
    answering = {by, *std::move(answers)};
  }
  answering.second.nhs_number = own->nhs_number;
  answering.second.upn = own->upn;
  return answering;
}

absl::Status Registry::FindDisputed(RecordId id, const Record& record, KeyType type,
                                    const RecordBatch& batch,
                                    std::vector<Disputed>& disputed) const {
  const std::string_view value = AnswersTo(record, type);
  if (value.empty()) return absl::OkStatus();
  for (const RecordId other : batch.FindBy(type, value)) {
    if (other == id || batch.Agrees(other, record)) continue;
    const auto held = AnsweringBy(other, batch);
    if (!held.ok()) return held.status();
    const auto& [by, answers] = *held;
    if (by == id) continue;
    const auto conflict = ConflictBetween(id, record, by, answers, batch);
    if (!conflict.ok()) return conflict.status();
    if (!*conflict) continue;
    disputed.push_back({by, KeyOf(**conflict, record, answers), answers.in_dispute});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Conflict>> Registry::ConflictBetween(RecordId id, const Record& record,
                                                                  RecordId other, const Record& held,
                                                                  const RecordBatch& batch) const {
  const std::optional<Conflict> conflict = ConflictOf(record, held);
  if (conflict != Conflict::kOneUpn) return conflict;
  for (const auto& [answers, number] :
       {std::pair(id, held.nhs_number), std::pair(other, record.nhs_number)}) {
    for (const RecordId answered : AllAnsweredBy(answers, batch)) {
      const absl::StatusOr<Record> door = batch.Read(answered);
      if (!door.ok()) return door.status();
      if (!door->superseded || door->nhs_number != number) continue;
      if (door->restrictions.closed || door->beside_closed) continue;
      // Behind the door the two are under one number.
      Record under_it = record;
      under_it.nhs_number = held.nhs_number;
      return ConflictOf(under_it, held);
    }
  }
  return conflict;
}

absl::Status Registry::FindDisputedBy(RecordId by, const Record& answers, const RecordBatch& batch,
                                      std::vector<Disputed>& disputed) const {
  for (const KeyType type : kSubjectPositions) {
    const absl::Status found = FindDisputed(by, answers, type, batch, disputed);
    if (!found.ok()) return found;
  }
  return absl::OkStatus();
}

absl::Status Registry::FindDisputedBehind(RecordId by, const RecordBatch& batch,
                                          std::vector<Disputed>& disputed) const {
  const std::vector<RecordId> answered = AllAnsweredBy(by, batch);
  if (answered.empty()) return absl::OkStatus();   // nearly always
  const RecordBatch before = batch.Before();
  for (const RecordId id : answered) {
    const auto was = AnsweringBy(id, before), is = AnsweringBy(id, batch);
    if (!was.ok() && !absl::IsNotFound(was.status())) return was.status();
    if (!is.ok()) return is.status();
    if (was.ok() && !IsOfAnother(was->second, is->second)) continue;
    const absl::Status found = FindDisputedBy(is->first, is->second, batch, disputed);
    if (!found.ok()) return found;
  }
  return absl::OkStatus();
}

// What cannot both be right is silent from now on. Only a row that says something new about whose
// it is raises this: what people settled stays settled under the same export, night after night. A
// number that it is said to have replaced is compared as its own is, or a file would join two
// children by a door. Where the record of the row was merged it is what answers for it. And what
// answers for others is another child under all their identifiers from now on.
absl::StatusOr<bool> Registry::Dispute(RecordId id, bool identifies,
                                       std::span<const NhsNumber> replaced, RecordBatch& batch,
                                       const std::set<RecordId>& together) {
  if (!identifies && replaced.empty()) return false;
  const auto answering = AnsweringBy(id, batch);
  if (!answering.ok()) return answering.status();
  const auto& [by, answers] = *answering;
  std::vector<Disputed> disputed;
  if (identifies) {
    absl::Status found = FindDisputedBy(by, answers, batch, disputed);
    if (found.ok() && by == id) found = FindDisputedBehind(id, batch, disputed);
    if (!found.ok()) return found;
  }
  for (const NhsNumber& number : replaced) {
    const absl::Status found =
        FindDisputed(by, DoorOf(number, answers), KeyType::kNhsNumber, batch, disputed);
    if (!found.ok()) return found;
  }
  std::erase_if(disputed, [&](const Disputed& one) { return together.contains(one.other); });
  const absl::Status silenced = Silence(by, disputed, batch);
  if (!silenced.ok()) return silenced;
  // Another organisation's is for the lead officers of both. Counted, a dry run with any name and date
  // of birth would tell whether a child is at some school of the hub.
  return std::ranges::any_of(
      disputed, [](const Disputed& one) { return one.key.owner == one.key.other_owner; });
}

absl::Status Registry::Silence(RecordId by, const std::vector<Disputed>& disputed,
                               RecordBatch& batch) {
  if (disputed.empty()) return absl::OkStatus();
  std::set<RecordId> silent = {by};
  for (const Disputed& one : disputed) {
    disputes_[one.key].insert({by, one.other});
    silent.insert(one.other);
  }
  for (const RecordId one : silent) {
    absl::StatusOr<Record> record = batch.Read(one);
    if (!record.ok()) return record.status();
    record->in_dispute = true;
    const absl::StatusOr<bool> changed = batch.Change(one, *std::move(record));
    if (!changed.ok()) return changed.status();
  }
  return absl::OkStatus();
}

// What came under its identifiers was compared with what answered for it. Where that is the same
// child nothing is new but that one beside it, and what was settled stays settled. A conflict that
// goes on may be its own as well, which no item says yet. And settling reaches what is joined to
// the records of an item: where the two are silent, one names both.
absl::Status Registry::DisputeParted(RecordId parted, RecordId answering, RecordBatch& batch) {
  const absl::StatusOr<Record> own = batch.Read(parted), other = batch.Read(answering);
  if (!own.ok()) return own.status();
  if (!other.ok()) return other.status();
  std::vector<Disputed> disputed;
  std::vector<RecordId> found_by = AllAnsweredBy(parted, batch);
  found_by.push_back(parted);
  for (const RecordId id : found_by) {
    const auto answers = AnsweringBy(id, batch);
    if (!answers.ok()) return answers.status();
    const absl::Status found = FindDisputedBy(answers->first, answers->second, batch, disputed);
    if (!found.ok()) return found;
  }
  if (!IsOfAnother(*other, *own)) {
    std::erase_if(disputed, [&](const Disputed& one) {
      return one.other != answering && !(own->in_dispute && one.silent);
    });
  }
  disputes_.clear();   // of a dry run
  const absl::Status silenced = Silence(parted, disputed, batch);
  if (!silenced.ok()) return silenced;
  if (!own->in_dispute) return absl::OkStatus();
  std::set<RecordId>& named = disputes_.empty()
                                  ? disputes_[KeyOf(Conflict::kMerge, *own, *other)]
                                  : disputes_.begin()->second;
  named.insert({parted, answering});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Registry::DisputedWithout(
    const std::vector<StoredRecord>& gone, TimeMs now) const {
  std::map<RecordId, std::string> left;   // what answers and stays, with its owner
  for (const StoredRecord& stored : gone) {
    const RecordId by = stored.record.answered_by;
    if (!stored.record.in_dispute || by == 0) continue;
    if (std::ranges::find(gone, by, &StoredRecord::id) != gone.end()) continue;
    const absl::StatusOr<StoredRecord> answers = store_.ReadStored(by);
    if (absl::IsNotFound(answers.status())) continue;
    if (!answers.ok()) return answers.status();
    if (answers->record.in_dispute) left.emplace(by, OwnerOf(answers->record));
  }
  std::vector<std::string> documents;
  for (const auto& [id, owner] : left) {
    documents.push_back(ConflictDocument(Conflict::kMerge, {id}, {owner}, now));
  }
  return documents;
}

std::vector<std::string> Registry::TakeDisputes(TimeMs now) {
  std::vector<std::string> documents;
  for (const auto& [key, records] : std::exchange(disputes_, {})) {
    documents.push_back(ConflictDocument(key.conflict, {records.begin(), records.end()},
                                         {key.owner, key.other_owner}, now));
  }
  return documents;
}

}  // namespace whoelse
