// Changes of records that are gathered and then written as one. What is read sees what is gathered,
// and what the batch before has gathered, which may be on its way to the disk meanwhile.
#ifndef WHOELSE_NODE_RECORD_BATCH_H_
#define WHOELSE_NODE_RECORD_BATCH_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "node/rocksdb_store.h"

namespace whoelse {

class RecordBatch {
 public:
  // One is gathered at a time: new records get the next ids. `before`: the one that was gathered last,
  // while it may not be written yet; outlives this one's gathering. What was gathered before that is
  // written by then.
  RecordBatch(const RocksdbStore& store, TimeMs now, const RecordBatch* before = nullptr)
      : store_(store), now_(now), before_(before),
        next_id_(before != nullptr ? before->next_id_ : store.NextRecordId()) {}

  // NOT_FOUND; DATA_LOSS from the store.
  absl::StatusOr<Record> Read(RecordId id) const;
  // As it is gathered in this batch, until the next change; nullptr: it is not changed here.
  const Record* Gathered(RecordId id) const {
    const StoredRecord* const stored = GatheredAs(id);
    return stored == nullptr ? nullptr : &stored->record;
  }
  // Whether it needs no reading to see that it and `record` cannot conflict (node/record_lookup.h).
  bool Agrees(RecordId id, const Record& record) const;
  // Of a record that is there. True when it is another than before.
  absl::StatusOr<bool> Change(RecordId id, Record record);
  RecordId Add(Record record);
  // The name of a number that stays closed also where no record of it does (RocksdbStore::ClosedName).
  void KeepClosed(std::string name) { closed_.insert(std::move(name)); }
  const std::set<std::string>& closed() const { return closed_; }
  TimeMs now() const { return now_; }
  RecordId next_id() const { return next_id_; }   // of the record that Add takes next
  // Of those that are gathered, what this one answers for now.
  std::vector<RecordId> AnsweredBy(RecordId id) const;
  // Those that have this identifier now.
  std::vector<RecordId> FindBy(KeyType type, std::string_view value) const;
  std::vector<RecordId> FindByNumber(const NhsNumber& number) const {
    return FindBy(KeyType::kNhsNumber, number.digits());
  }
  // What was there before this one, to be read.
  RecordBatch Before() const { return RecordBatch(store_, now_, before_); }
  // So far, in the order of their first mention.
  const std::vector<RocksdbStore::RecordChange>& changes() const { return changes_; }

 private:
  void Note(RecordId id, const Record& record);
  const StoredRecord* GatheredAs(RecordId id) const;
  // Of the batch before, else as it is stored.
  absl::StatusOr<StoredRecord> ReadBefore(RecordId id) const;
  // Of the records that this batch changes those that have the identifier now, added to `found` unless
  // `over` changes them too.
  void AddGathered(KeyType type, std::string_view value, const RecordBatch* over,
                   std::vector<RecordId>& found) const;

  const RocksdbStore& store_;   // nobody but the batch before writes records meanwhile
  const TimeMs now_;
  const RecordBatch* const before_;
  RecordId next_id_;
  std::vector<RocksdbStore::RecordChange> changes_;
  std::set<std::string> closed_;
  absl::flat_hash_map<RecordId, size_t> place_;   // in changes_
  std::map<std::string, std::vector<RecordId>, std::less<>> had_;   // an identifier, at some time here
  absl::flat_hash_map<RecordId, std::vector<RecordId>> answered_;   // by it, at some time here
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORD_BATCH_H_
