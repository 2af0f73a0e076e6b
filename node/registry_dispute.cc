// Records of which people have to find out whose they are.
#include <algorithm>
#include <utility>

#include "node/registry.h"

namespace whoelse {

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
    const std::optional<Conflict> conflict = ConflictOf(record, answers);
    if (conflict) disputed.push_back({by, KeyOf(*conflict, record, answers)});
  }
  return absl::OkStatus();
}

// What cannot both be right is silent from now on. Only a row that says something new about whose
// it is raises this: what people settled stays settled under the same export, night after night. A
// number that it is said to have replaced is compared as its own is, or a file would join two
// children by a door. Where the record of the row was merged it is what answers for it.
absl::Status Registry::Dispute(RecordId id, bool identifies, std::span<const NhsNumber> replaced,
                               RecordBatch& batch, ImportCounts* counts) {
  if (!identifies && replaced.empty()) return absl::OkStatus();
  const auto answering = AnsweringBy(id, batch);
  if (!answering.ok()) return answering.status();
  const auto& [by, answers] = *answering;
  std::vector<Disputed> disputed;
  if (identifies) {
    for (const KeyType type : kSubjectPositions) {
      const absl::Status found = FindDisputed(by, answers, type, batch, disputed);
      if (!found.ok()) return found;
    }
  }
  for (const NhsNumber& number : replaced) {
    const absl::Status found =
        FindDisputed(by, DoorOf(number, answers), KeyType::kNhsNumber, batch, disputed);
    if (!found.ok()) return found;
  }
  if (disputed.empty()) return absl::OkStatus();
  std::set<RecordId> silent = {by};
  bool by_own = false;
  for (const auto& [other, key] : disputed) {
    by_own = by_own || key.owner == key.other_owner;
    disputes_[key].insert({by, other});
    silent.insert(other);
  }
  // Another organisation's is for the lead officers of both. Counted, a dry run with any name and date
  // of birth would tell whether a child is at some school of the hub.
  if (by_own) ++counts->disputed;
  for (const RecordId one : silent) {
    absl::StatusOr<Record> record = batch.Read(one);
    if (!record.ok()) return record.status();
    record->in_dispute = true;
    const absl::StatusOr<bool> changed = batch.Change(one, *std::move(record));
    if (!changed.ok()) return changed.status();
  }
  return absl::OkStatus();
}

}  // namespace whoelse
