// What this agency holds, for the threads that change it: imports, enrolment, shields. Keeps store,
// pending enrolments and the answering side's view in step. One mutex, held briefly; the answering
// thread is told by messages and never waits for it.
#ifndef WHOELSE_NODE_REGISTRY_H_
#define WHOELSE_NODE_REGISTRY_H_

#include <functional>
#include <mutex>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "node/answering.h"
#include "node/enrolment.h"
#include "node/rocksdb_store.h"
#include "protocol/subject.h"

namespace whoelse {

struct ImportCounts {
  size_t imported = 0, updated = 0, unchanged = 0;
};

class Registry {
 public:
  Registry(RocksdbStore& store, Answering& answering) : store_(store), answering_(answering) {}

  // Reads all records and sub-keys; fills the index. DATA_LOSS from the store.
  absl::Status Load(const std::vector<KeyVersion>& versions);
  // The roster's key versions changed.
  void SetKeyVersions(const std::vector<KeyVersion>& versions);

  // Adds or updates by (source, source_id), in chunks that are each written as one. Restrictions and
  // classes only rise. `progress(done)` after each chunk.
  absl::StatusOr<ImportCounts> Import(const std::vector<Record>& records, TimeMs now,
                                      const std::function<void(size_t)>& progress);
  // NOT_FOUND: no record of this source and id.
  absl::Status End(const std::string& source, const std::string& source_id, Date end, TimeMs now);
  // The records of this child that are here, ended ones too. DATA_LOSS from the store.
  absl::StatusOr<std::vector<Record>> RecordsOf(const Subject& subject) const;
  // Marks records shielded, pending a lead officer, and finishes the journal entries that said so.
  absl::Status ApplyJournal(const std::vector<RocksdbStore::JournalEntry>& entries,
                            const std::vector<RecordId>& shield,
                            const std::vector<std::string>& inbox_items);

  // The next records to enrol under this version, with the values to be evaluated.
  struct Work {
    RecordId record;
    KeyType type;
    std::string value;
  };
  absl::StatusOr<std::vector<Work>> NextToEnrol(KeyVersion kv, size_t n, TimeMs now);
  size_t Pending(KeyVersion kv) const;
  // The sub-keys of that work, in its order. What changed meanwhile is left for the next time.
  absl::Status OnEnrolled(KeyVersion kv, const std::vector<Work>& work, std::vector<SubKeys> keys);

  struct Summary {
    size_t records = 0;
    TimeMs newest_import_ms = 0;
    struct Version {
      KeyVersion kv;
      bool complete;
      size_t pending;
    };
    std::vector<Version> versions;
  };
  Summary Summarise() const;

 private:
  absl::StatusOr<std::optional<RocksdbStore::RecordChange>> Merge(const Record& record, TimeMs now,
                                                                  RecordId* next_id,
                                                                  ImportCounts* counts);
  void Apply(const std::vector<RocksdbStore::RecordChange>& changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SaveState() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RocksdbStore& store_;
  Answering& answering_;
  std::mutex import_mutex_;                 // one import at a time
  mutable std::mutex mutex_;
  Enrolment enrolment_ ABSL_GUARDED_BY(mutex_);
  std::vector<KeyVersion> versions_ ABSL_GUARDED_BY(mutex_);
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_REGISTRY_H_
