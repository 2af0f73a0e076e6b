#include "coordinator/rocksdb_state.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <utility>

#include "coordinator/rocksdb_rows.h"
#include "coordinator/state_rows.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr std::array<const char*, 7> kFamilyNames = {"default", "meta",         "counters", "entries",
                                                     "nodes",   "leaf_by_hash", "side"};
constexpr size_t kWalBytes = size_t{64} << 20;

constexpr std::string_view kHeadKey = "head";
constexpr std::string_view kOwnerKey = "log";
constexpr std::string_view kRosterKey = "roster";
constexpr std::string_view kRosterLeafKey = "roster leaf";

absl::Status OpenTrouble(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (status.IsNoSpace() || (status.IsIOError() && text.find("lock ") != std::string::npos)) {
    return absl::UnavailableError("store: cannot be opened (" + text +
                                  "): another process has it, or the disk is full");
  }
  return DamagedStore(status);
}

rocksdb::Options StoreOptions() {
  rocksdb::Options options;
  // Forgives the short last record of an ordinary crash and nothing else. The default would drop
  // everything after a damaged record and open: a silent rollback.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;   // a WAL that is gone is damage too
  options.paranoid_checks = true;
  options.db_write_buffer_size = kWalBytes;
  options.max_total_wal_size = kWalBytes;   // bounds the replay at start
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families() {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : kFamilyNames) families.emplace_back(name, StoreOptions());
  return families;
}

absl::Status CreateStore(const std::string& directory) {
  if (absl::Status begun = BeginDirectory(directory); !begun.ok()) return begun;
  rocksdb::Options options = StoreOptions();
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(options, directory, &db);
  for (size_t i = 1; status.ok() && i < kFamilyNames.size(); ++i) {
    rocksdb::ColumnFamilyHandle* family = nullptr;
    status = db->CreateColumnFamily(options, kFamilyNames[i], &family);
    if (status.ok()) status = db->DestroyColumnFamilyHandle(family);
  }
  if (status.ok()) status = db->Close();
  if (!status.ok()) return OpenTrouble(status);   // and leave it open: what the disk holds is unknown
  delete db;
  return FinishDirectory(directory);
}

}  // namespace

absl::Status DamagedStore(const rocksdb::Status& status) {
  return absl::DataLossError("store: damaged (" + status.ToString() +
                             "). Do not delete it and do not restore an older copy: that would "
                             "be a second history of a signed log. Refill the data directory "
                             "from a mirror of this log; if there is none, retire this log's key "
                             "and start a new log whose first entry names the last checkpoint "
                             "that witnesses or nodes hold.");
}

absl::StatusOr<std::unique_ptr<RocksDbState>> RocksDbState::Open(const std::string& directory) {
  static_assert(kFamilyNames.size() == kCount);
  // Never create in a directory that has something in it: a store that lost its files would
  // otherwise start as a new log under the old key.
  if (IsFreshDirectory(directory)) {
    if (absl::Status created = CreateStore(directory); !created.ok()) return created;
  }
  auto state = std::unique_ptr<RocksDbState>(new RocksDbState);
  const rocksdb::Status opened = rocksdb::DB::Open(StoreOptions(), directory, Families(),
                                                   &state->families_, &state->db_);
  if (!opened.ok()) return OpenTrouble(opened);
  return state;
}

absl::StatusOr<std::unique_ptr<RocksDbState>> RocksDbState::OpenToRead(
    const std::string& directory) {
  auto state = std::unique_ptr<RocksDbState>(new RocksDbState);
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(
      StoreOptions(), directory, Families(), &state->families_, &state->db_);
  if (!opened.ok()) return absl::DataLossError("store: cannot be read (" + opened.ToString() + ")");
  return state;
}

RocksDbState::~RocksDbState() {
  if (db_ == nullptr || failed_) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  db_->Close();
  delete db_;
}

absl::Status RocksDbState::BindTo(const std::string& log_vkey) {
  const auto owner = Owner();
  if (absl::IsNotFound(owner.status())) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const rocksdb::Status put =
        db_->Put(synced, families_[kMeta], SliceOf(AsBytes(kOwnerKey)), log_vkey);
    failed_ = !put.ok();
    return put.ok() ? absl::OkStatus() : absl::UnavailableError("store: " + put.ToString());
  }
  if (!owner.ok()) return owner.status();
  // Entries of one log under another one's signature would be a fork of the other.
  if (*owner != log_vkey) {
    return absl::DataLossError("store: it belongs to another log than this coordinator's key");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> RocksDbState::Owner() const {
  const auto owner = Get(kMeta, AsBytes(kOwnerKey));
  if (!owner.ok()) return owner.status();
  return ToString(*owner);
}

absl::StatusOr<Bytes> RocksDbState::Get(Family family, ByteView key) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = db_->Get({}, families_[family], SliceOf(key), &value);
  if (status.IsNotFound()) return absl::NotFoundError("store: no such row");
  if (!status.ok()) return DamagedStore(status);
  return ToBytes(ViewOf(value));
}

absl::StatusOr<uint32_t> RocksDbState::GetNumber(Family family, ByteView key) const {
  auto value = Get(family, key);
  if (absl::IsNotFound(value.status())) return 0;
  if (!value.ok()) return value.status();
  return DecodeNumber(*value);
}

absl::StatusOr<LogHead> RocksDbState::Head() const {
  auto value = Get(kMeta, AsBytes(kHeadKey));
  if (absl::IsNotFound(value.status())) return LogHead{};
  if (!value.ok()) return value.status();
  return DecodeHead(*value);
}

absl::StatusOr<TreeHash> RocksDbState::Node(unsigned level, uint64_t index) const {
  auto value = Get(kNodes, EncodeNodeKey(level, index));
  if (!value.ok()) return value.status();
  Reader in(*value);
  const TreeHash hash = in.Fixed<TreeHash>();
  if (!in.Done()) return absl::DataLossError("store: a damaged subtree hash");
  return hash;
}

absl::StatusOr<std::vector<Bytes>> RocksDbState::Entries(uint64_t begin, uint64_t end) const {
  std::vector<Bytes> entries;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, families_[kEntries]));
  it->Seek(SliceOf(EncodeIndex(begin)));
  for (uint64_t index = begin; index < end; ++index, it->Next()) {
    if (!it->status().ok()) return DamagedStore(it->status());
    if (!it->Valid() || ToBytes(ViewOf(it->key())) != EncodeIndex(index)) {
      return absl::NotFoundError("store: no such entry");
    }
    entries.push_back(ToBytes(ViewOf(it->value())));
  }
  return entries;
}

absl::StatusOr<Bytes> RocksDbState::RosterState() const {
  auto value = Get(kMeta, AsBytes(kRosterKey));
  if (absl::IsNotFound(value.status())) return Bytes();
  return value;
}

absl::StatusOr<std::optional<uint64_t>> RocksDbState::RosterLeaf() const {
  const auto value = Get(kMeta, AsBytes(kRosterLeafKey));
  if (absl::IsNotFound(value.status())) return std::optional<uint64_t>();
  if (!value.ok()) return value.status();
  Reader in(*value);
  const uint64_t index = in.U64();
  if (!in.Done()) return absl::DataLossError("store: the roster leaf is damaged");
  return std::optional(index);
}

absl::Status RocksDbState::Commit(const StateBatch& batch) {
  if (failed_) return absl::FailedPreconditionError("store: an earlier write failed");
  rocksdb::WriteBatch write;
  const auto put = [&](Family family, ByteView key, ByteView value) {
    write.Put(families_[family], SliceOf(key), SliceOf(value));
  };
  for (size_t i = 0; i < batch.entries.size(); ++i) {
    put(kEntries, EncodeIndex(batch.first_index + i), batch.entries[i]);
  }
  for (const TreeNodeRow& node : batch.nodes) {
    put(kNodes, EncodeNodeKey(node.level, node.index), node.hash);
  }
  for (const auto& [key, value] : batch.counters) {
    put(kCounters, EncodeCounterKey(key), EncodeNumber(value));
  }
  for (const EvaluatedTable& table : batch.evaluated) {
    put(kSide, TableKey(table.hour), EncodeTable(table));
    put(kMeta, AsBytes(kHourKey), EncodeNumber(table.hour));
    write.DeleteRange(families_[kCounters], SliceOf(TalliesOfHour(table.hour)),
                      SliceOf(TalliesOfHour(table.hour + 1)));
  }
  for (const auto& [key, value] : batch.tallies) {
    put(kCounters, EncodeTallyKey(key), EncodeNumber(value));
  }
  for (const AskedRow& row : batch.asked) {
    put(kLeafByHash, row.frame_hash, EncodeIndex(row.index));
    put(kSide, AskedKey(row.index), EncodeAsked(row));
    if (row.answered_index) {
      write.Delete(families_[kSide], SliceOf(OpenKey(row.index)));
    } else {
      put(kSide, OpenKey(row.index), {});
    }
  }
  for (const StoredRoster& roster : batch.rosters) {
    put(kSide, RosterKey(roster.version), roster.signed_roster);
  }
  for (const LoggedRow& row : batch.logged) {
    put(kSide, LoggedKey(row.leaf), EncodeIndex(row.index));
  }
  for (const KeyEventEntry& event : batch.key_events) {
    put(kSide, KeyEventKey(event.kv, event.event), SerializeLogEntry(event));
  }
  if (batch.roster_leaf) {
    put(kMeta, AsBytes(kRosterLeafKey), Writer().U64(*batch.roster_leaf).view());
  }
  if (batch.roster_state) put(kMeta, AsBytes(kRosterKey), *batch.roster_state);
  put(kMeta, AsBytes(kHeadKey), EncodeHead(batch.head));

  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status status = db_->Write(synced, &write);
  failed_ = !status.ok();
  return status.ok() ? absl::OkStatus() : absl::UnavailableError("store: " + status.ToString());
}

}  // namespace whoelse
