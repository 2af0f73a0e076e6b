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
  // The key versions of the roster that rules, and of the one before while it is held over: questions
  // under a retired one still come, and must find what they ask for. Sub-keys of all others are
  // deleted. To be called after the holder has forgotten them.
  void SetKeyVersions(const std::vector<KeyVersion>& versions,
                      const std::vector<KeyVersion>& held_over);

  // Adds or updates by (source, source_id), in chunks that are each written as one. Restrictions and
  // classes only rise. `complete`: these are all rows of a file that has some, so that what is held is
  // as of now; an import that left rows out dates nothing. `progress(done)` after each chunk.
  absl::StatusOr<ImportCounts> Import(const std::vector<Record>& records, bool complete, TimeMs now,
                                      const std::function<void(size_t)>& progress);
  // NOT_FOUND: no record of this source and id.
  absl::Status End(const std::string& source, const std::string& source_id, Date end);
  // The records here that any identifier of this child finds, ended ones too. DATA_LOSS from the store.
  absl::StatusOr<std::vector<Record>> RecordsOf(const Subject& subject) const;
  // Marks records shielded by a notice, pending a lead officer, and finishes the journal entries that
  // said so.
  absl::Status ApplyJournal(const std::vector<RocksdbStore::JournalEntry>& entries,
                            const std::vector<RecordId>& shield,
                            const std::vector<RocksdbStore::InboxDocument>& inbox);
  // What people decided about a notice's records, with the item that says who and why. Lifting takes
  // away what the notice did and leaves the record's own restrictions.
  enum class Notice : uint8_t { kConfirmed = 1, kLifted };
  absl::Status DecideNotice(Notice decision, const std::vector<RecordId>& records,
                            const RocksdbStore::InboxDocument& item);

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
  // Those of the records that are still here, each changed.
  absl::StatusOr<std::vector<RocksdbStore::RecordChange>> Change(
      const std::vector<RecordId>& records, const std::function<void(Record&)>& change) const;
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
  std::vector<KeyVersion> versions_ ABSL_GUARDED_BY(mutex_);   // of the roster that rules
  std::vector<KeyVersion> kept_ ABSL_GUARDED_BY(mutex_);       // and those held over
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_REGISTRY_H_
