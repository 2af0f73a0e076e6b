// CoordinatorState on a disk. Refuses to open what it cannot trust: a log that silently lost its end
// would be signed as a second history of the same log, and every node would call it a fork.
//
// Column families: meta, counters (and tallies), entries, nodes (subtree hashes), leaf_by_hash,
// side. Keys are fixed-size and big-endian, so that the order on the disk is that of the numbers.
#ifndef WHOELSE_COORDINATOR_ROCKSDB_STATE_H_
#define WHOELSE_COORDINATOR_ROCKSDB_STATE_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/state.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
}  // namespace rocksdb

namespace whoelse {

// A tile of the log's tree, by its level and place (audit/tile.h).
struct LogTile {
  unsigned level = 0;
  uint64_t index = 0;
};

class RocksDbState final : public CoordinatorState {
 public:
  // Opens the store, or starts a new one in a directory that is not there or empty. DATA_LOSS, with
  // what to do, for a store that is damaged anywhere; UNAVAILABLE when another process has it or
  // the disk fails.
  static absl::StatusOr<std::unique_ptr<RocksDbState>> Open(const std::string& directory);
  // A store that is there, and stays as it is: nothing can be committed. Other processes may have it.
  // DATA_LOSS: it is damaged, or none.
  static absl::StatusOr<std::unique_ptr<RocksDbState>> OpenToRead(const std::string& directory);
  // Closes the store; after a failed Commit it does not (closing writes, and what the disk holds is
  // unknown), so then the process should end with _exit.
  ~RocksDbState() override;

  // Says whose log this is ("name+hash+key"): a new store keeps it, an old one compares. DATA_LOSS
  // when it is another one's. Before the first Commit.
  absl::Status BindTo(const std::string& log_vkey);
  // Whose it is. NOT_FOUND: nobody's yet.
  absl::StatusOr<std::string> Owner() const;

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
  absl::StatusOr<std::optional<uint64_t>> RosterLeaf() const override;
  absl::StatusOr<std::optional<uint64_t>> FindLogged(const TreeHash& leaf) const override;
  absl::StatusOr<std::vector<KeyEventEntry>> KeyEvents() const override;
  absl::StatusOr<std::vector<AskedRow>> SideTable(uint64_t from, uint64_t to,
                                                  size_t most) const override;
  absl::StatusOr<std::optional<EvaluatedTable>> FirstTable(uint32_t from,
                                                           uint32_t to) const override;
  absl::Status Commit(const StateBatch& batch) override;

  // The last checkpoint that this coordinator signed, as a note; empty: none.
  absl::StatusOr<std::string> LastCheckpoint() const;
  absl::Status SaveCheckpoint(const std::string& note);
  // The newest that a quorum of witnesses cosigned, with their lines; empty: none. Not synced: what a
  // crash takes comes again with the next checkpoint.
  absl::StatusOr<std::string> CosignedCheckpoint() const;
  absl::Status SaveCosigned(const std::string& note);
  // The tile in which the scrubber found damage; nullopt: none. Synced.
  absl::StatusOr<std::optional<LogTile>> Suspect() const;
  absl::Status SaveSuspect(const LogTile& tile);

 private:
  enum Family : size_t { kDefault, kMeta, kCounters, kEntries, kNodes, kLeafByHash, kSide, kCount };

  RocksDbState() = default;
  // NOT_FOUND: no such key. DATA_LOSS: any trouble in reading.
  absl::StatusOr<Bytes> Get(Family family, ByteView key) const;
  absl::StatusOr<uint32_t> GetNumber(Family family, ByteView key) const;   // 0: no such key
  absl::StatusOr<AskedRow> ReadAsked(uint64_t index) const;
  absl::StatusOr<std::string> GetText(std::string_view meta_key) const;   // empty: no such key
  absl::Status PutText(std::string_view meta_key, const std::string& text, bool synced = false);

  rocksdb::DB* db_ = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  std::atomic<bool> failed_ = false;   // a write failed: neither write again nor close
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ROCKSDB_STATE_H_
