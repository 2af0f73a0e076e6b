#include <algorithm>
#include <optional>
#include <utility>

#include "node/record_cells.h"
#include "node/registry.h"

namespace whoelse {

absl::StatusOr<std::vector<NhsNumber>> Registry::NumbersReplacedBy(
    RecordId id, const std::function<std::vector<RecordId>(RecordId)>& answered,
    const std::function<absl::StatusOr<Record>(RecordId)>& read,
    const std::function<bool(const Record&)>& counts) {
  std::vector<NhsNumber> numbers;
  std::vector<RecordId> next = {id};
  while (!next.empty()) {
    const RecordId by = next.back();
    next.pop_back();
    for (const RecordId other : answered(by)) {
      const absl::StatusOr<Record> replaced = read(other);
      if (absl::IsNotFound(replaced.status())) continue;   // removed since
      if (!replaced.ok()) return replaced.status();
      // One that was merged has a row of its own; and what is closed nobody is told of.
      if (!replaced->superseded || replaced->restrictions.closed || !counts(*replaced)) continue;
      if (replaced->nhs_number) numbers.push_back(*replaced->nhs_number);
      next.push_back(other);
    }
  }
  std::ranges::sort(numbers);
  const auto again = std::ranges::unique(numbers);
  numbers.erase(again.begin(), again.end());
  return numbers;
}

absl::Status Registry::ForEachExported(const Organisations& theirs,
                                       const std::function<bool(const Exported&)>& visit) const {
  const AnswersFor answers_for = [this] {
    const std::lock_guard one_at_a_time(import_mutex_);
    return answers_for_;
  }();
  const auto answered = [&](RecordId id) {
    std::vector<RecordId> others;
    AddAnswered(answers_for, id, others);
    return others;
  };
  const auto read = [this](RecordId id) -> absl::StatusOr<Record> {
    absl::StatusOr<StoredRecord> stored = store_.ReadStored(id);
    if (!stored.ok()) return stored.status();
    return std::move(stored->record);
  };
  const auto exported = [&](const StoredRecord& stored) -> absl::StatusOr<Exported> {
    Exported one{stored.id, stored.record, {}};
    if (stored.record.answered_by != 0) {
      // Its own word alone would be told where nobody has merged it: without the shields of what
      // answers for it here.
      const absl::StatusOr<Record> answers = store_.ReadRecord(stored.id);
      if (!answers.ok()) return answers.status();
      whoelse::Unmerge(*answers, one.record);
    }
    // The file has no word for a shield that a number alone has.
    const auto counts = [&](const Record& replaced) {
      return !replaced.beside_closed &&
             (!replaced.restrictions.shielded || WithShields(one.record).shielded);
    };
    absl::StatusOr<std::vector<NhsNumber>> numbers =
        NumbersReplacedBy(stored.id, answered, read, counts);
    if (!numbers.ok()) return numbers.status();
    one.superseded_numbers = *std::move(numbers);
    return one;
  };
  absl::Status failed;
  const absl::Status all = store_.ForEachRecord(0, [&](const StoredRecord& stored) {
    if (!IsExported(stored.record) || !theirs.Has(stored.record)) return true;
    const absl::StatusOr<Exported> one = exported(stored);
    if (absl::IsNotFound(one.status())) return true;   // removed since
    if (!one.ok()) {
      failed = one.status();
      return false;
    }
    return visit(*one);
  });
  return all.ok() ? failed : all;
}

}  // namespace whoelse
