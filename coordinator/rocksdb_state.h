// CoordinatorState on a disk. Refuses to open what it cannot trust: a log that silently lost its end
// would be signed as a second history of the same log, and every node would call it a fork.
//
// Column families: meta, counters (and tallies), entries, nodes (subtree hashes), leaf_by_hash,
// side. Keys are fixed-size and big-endian, so that the order on the disk is that of the numbers.
#ifndef WHOELSE_COORDINATOR_ROCKSDB_STATE_H_
#define WHOELSE_COORDINATOR_ROCKSDB_STATE_H_

#include <memory>
#include <string>
#include <vector>

#include "coordinator/state.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace whoelse {

class RocksDbState final : public CoordinatorState {
 public:
  // Opens the store, or starts a new one in a directory that is not there or empty. DATA_LOSS, with
  // what to do, for a store that is damaged anywhere; UNAVAILABLE when another process has it or
  // the disk fails.
  static absl::StatusOr<std::unique_ptr<RocksDbState>> Open(const std::string& directory);
  // Closes the store; after a failed Commit it does not (closing writes, and what the disk holds is
  // unknown), so then the process should end with _exit.
  ~RocksDbState() override;

  // Says whose log this is ("name+hash+key"): a new store keeps it, an old one compares. DATA_LOSS
  // when it is another one's. Before the first Commit.
  absl::Status BindTo(const std::string& log_vkey);

  absl::StatusOr<LogHead> Head() const override;
  absl::StatusOr<TreeHash> Node(unsigned level, uint64_t index) const override;
  absl::StatusOr<std::vector<Bytes>> Entries(uint64_t begin, uint64_t end) const override;
  absl::StatusOr<uint32_t> Counter(const CounterKey& key) const override;
  absl::StatusOr<uint32_t> Tally(const TallyKey& key) const override;
  absl::StatusOr<std::vector<std::pair<TallyKey, uint32_t>>> TalliesBefore(
      uint32_t hour) const override;
  absl::StatusOr<std::optional<uint32_t>> LastEvaluatedHour() const override;
  absl::StatusOr<std::optional<AskedRow>> FindAsked(const FrameHash& hash) const override;
  absl::StatusOr<std::vector<AskedRow>> OpenQuestions() const override;
  absl::StatusOr<Bytes> RosterState() const override;
  absl::Status Commit(const StateBatch& batch) override;

  // The last checkpoint that this coordinator signed, as a note; empty: none.
  absl::StatusOr<std::string> LastCheckpoint() const;
  absl::Status SaveCheckpoint(const std::string& note);

 private:
  enum Family : size_t { kDefault, kMeta, kCounters, kEntries, kNodes, kLeafByHash, kSide, kCount };

  RocksDbState() = default;
  // NOT_FOUND: no such key. DATA_LOSS: any trouble in reading.
  absl::StatusOr<Bytes> Get(Family family, ByteView key) const;
  absl::StatusOr<uint32_t> GetNumber(Family family, ByteView key) const;   // 0: no such key
  absl::StatusOr<AskedRow> ReadAsked(uint64_t index) const;

  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  bool failed_ = false;   // a write failed: neither write again nor close
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ROCKSDB_STATE_H_
