// Changes of records that are gathered and then written as one. What is read sees what is gathered.
#ifndef WHOELSE_NODE_RECORD_BATCH_H_
#define WHOELSE_NODE_RECORD_BATCH_H_

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "node/rocksdb_store.h"

namespace whoelse {

class RecordBatch {
 public:
  // One at a time: new records get the next ids of the store.
  RecordBatch(const RocksdbStore& store, TimeMs now)
      : store_(store), lookup_(store), now_(now), next_id_(store.NextRecordId()) {}

  // NOT_FOUND; DATA_LOSS from the store.
  absl::StatusOr<Record> Read(RecordId id) const;
  // Of a record that is there. True when it is another than before.
  absl::StatusOr<bool> Change(RecordId id, Record record);
  RecordId Add(Record record);
  TimeMs now() const { return now_; }
  RecordId next_id() const { return next_id_; }   // of the record that Add takes next
  // Of those that are gathered, what this one answers for now.
  std::vector<RecordId> AnsweredBy(RecordId id) const;
  // Those that have this identifier now.
  std::vector<RecordId> FindBy(KeyType type, std::string_view value) const;
  std::vector<RecordId> FindByNumber(const NhsNumber& number) const {
    return FindBy(KeyType::kNhsNumber, number.digits());
  }
  // So far, in the order of their first mention.
  const std::vector<RocksdbStore::RecordChange>& changes() const { return changes_; }
  // As the store takes them, in that order.
  std::vector<RocksdbStore::RecordChange> Take() && { return std::move(changes_); }

 private:
  void NoteIdentifiers(RecordId id, const Record& record);

  const RocksdbStore& store_;
  mutable RocksdbStore::IdentifierLookup lookup_;   // nobody else writes records meanwhile
  const TimeMs now_;
  RecordId next_id_;
  std::vector<RocksdbStore::RecordChange> changes_;
  std::map<RecordId, size_t> place_;   // in changes_
  std::map<std::string, std::vector<RecordId>, std::less<>> had_;   // an identifier, at some time here
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_RECORD_BATCH_H_
