#include "node/rocksdb_store.h"

#include <rocksdb/db.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>

#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr std::array<std::string_view, 12> kFamilyNames = {
    "meta", "records", "gone", "sub_keys", "ledger", "wires",
    "journal", "inbox", "alarms", "asked", "receipts", "receipt_rows"};
constexpr std::string_view kGeneration = "1";
constexpr std::string_view kProbeKey = "master-key-probe";

rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }

absl::Status Damaged(std::string what) {
  return absl::DataLossError("store: " + std::move(what) +
                             "; nothing was changed. Restore the last backup into an empty "
                             "directory, then import the current exports again");
}

}  // namespace

RocksdbStore::RocksdbStore(std::string directory, MasterKey master, X25519PublicKey lead_officer,
                           Random& random)
    : directory_(std::move(directory)),
      master_(std::move(master)),
      lead_officer_(lead_officer),
      lookup_key_(master_.Derive("node/lookup")),
      random_(random) {}

std::span<const std::string_view> RocksdbStore::Families() { return kFamilyNames; }

RocksdbStore::~RocksdbStore() {
  for (rocksdb::ColumnFamilyHandle* handle : families_) {
    if (handle != nullptr && db_ != nullptr) db_->DestroyColumnFamilyHandle(handle);
  }
}

absl::StatusOr<std::unique_ptr<RocksdbStore>> RocksdbStore::Open(const std::string& directory,
                                                                 MasterKey master,
                                                                 X25519PublicKey lead_officer,
                                                                 Random& random) {
  std::unique_ptr<RocksdbStore> store(
      new RocksdbStore(directory, std::move(master), lead_officer, random));
  if (absl::Status whole = CheckIsWhole(directory); !whole.ok()) return whole;
  if (absl::Status opened = store->OpenDatabase(); !opened.ok()) return opened;
  if (!store->DiskHasRoom()) {
    return absl::FailedPreconditionError(
        "store: less than 64 MiB are free on the disk of the data directory; free some space");
  }
  if (absl::Status checked = store->CheckMasterKey(); !checked.ok()) return checked;
  if (absl::Status read = store->ReadNextRecordId(); !read.ok()) return read;
  if (absl::Status read = store->ReadTrailHead(); !read.ok()) return read;
  return store;
}

absl::Status RocksdbStore::OpenDatabase() {
  // Never create in a directory that has something in it: a store that lost its files would start as
  // a node that holds nobody, with its shields, ledger and pinned checkpoints forgotten.
  if (!IsFreshDirectory(directory_)) return OpenDatabase(false);
  if (absl::Status begun = BeginDirectory(directory_); !begun.ok()) return begun;
  if (absl::Status made = OpenDatabase(true); !made.ok()) return made;
  return FinishDirectory(directory_);
}

absl::Status RocksdbStore::OpenDatabase(bool create) {
  rocksdb::Options options;
  options.create_if_missing = create;
  options.create_missing_column_families = create;
  // The default stops at a corrupt record in the middle and opens anyway: a silent rollback.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;   // a WAL that is gone is damage too
  options.paranoid_checks = true;
  options.max_open_files = 256;
  // Of all families together: an import must not take the machine's memory, nor a start after it long.
  options.db_write_buffer_size = 32u << 20;
  options.max_total_wal_size = 64u << 20;
  options.allow_concurrent_memtable_write = false;   // one writes at a time (writing_)
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  rocksdb::ColumnFamilyOptions of_each;
  of_each.compression = rocksdb::kNoCompression;   // what is sealed does not get smaller
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {
      {rocksdb::kDefaultColumnFamilyName, of_each}};
  for (std::string_view name : kFamilyNames) descriptors.emplace_back(std::string(name), of_each);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options, directory_, descriptors, &handles, &db);
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
    return absl::FailedPreconditionError("store: another process has the data directory open");
  }
  if (!status.ok()) return Damaged("the database does not open");
  db_.reset(db);
  db->DestroyColumnFamilyHandle(handles.front());
  families_.assign(handles.begin() + 1, handles.end());
  return absl::OkStatus();
}

// A value that only this master key opens: a wrong key is found at the start, not at a question.
absl::Status RocksdbStore::CheckMasterKey() {
  absl::StatusOr<std::optional<Bytes>> probe = Get(kMeta, kProbeKey);
  if (!probe.ok()) {
    return absl::DataLossError(
        "store: this master key does not open it; give the key that it was made with");
  }
  if (!probe->has_value()) PutSynced(kMeta, kProbeKey, AsBytes("whoelse node store"));
  return absl::OkStatus();
}

bool RocksdbStore::DiskHasRoom() const {
  struct statvfs stat;
  if (statvfs(directory_.c_str(), &stat) != 0) return false;
  return uint64_t{stat.f_bavail} * stat.f_frsize >= kFreeBytesFloor;
}

std::string RocksdbStore::Seal(Family f, std::string_view key, ByteView value) const {
  const std::string context =
      std::string(kFamilyNames[f]) + "|" + std::string(key) + "|" + std::string(kGeneration);
  return ToString(master_.Seal(AsBytes(context), value, random_));
}

absl::StatusOr<Bytes> RocksdbStore::Open(Family f, std::string_view key,
                                         std::string_view sealed) const {
  const std::string context =
      std::string(kFamilyNames[f]) + "|" + std::string(key) + "|" + std::string(kGeneration);
  absl::StatusOr<Bytes> value = master_.Open(AsBytes(context), AsBytes(sealed));
  if (!value.ok()) return Damaged("a value of " + std::string(kFamilyNames[f]) + " does not open");
  return value;
}

absl::StatusOr<std::optional<Bytes>> RocksdbStore::Get(Family f, std::string_view key) const {
  std::string sealed;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), family(f), AsSlice(key), &sealed);
  if (status.IsNotFound()) return std::optional<Bytes>();
  if (!status.ok()) return Damaged("a read of " + std::string(kFamilyNames[f]) + " failed");
  absl::StatusOr<Bytes> value = Open(f, key, sealed);
  if (!value.ok()) return value.status();
  return std::optional<Bytes>(*std::move(value));
}

absl::StatusOr<std::optional<WipedBytes>> RocksdbStore::GetSecret(Family f,
                                                                 std::string_view key) const {
  absl::StatusOr<std::optional<Bytes>> value = Get(f, key);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<WipedBytes>();
  return std::optional<WipedBytes>(**std::move(value));
}

void RocksdbStore::PutSynced(Family f, std::string_view key, ByteView value,
                             const TrailNote* by) {
  rocksdb::WriteBatch batch;
  batch.Put(family(f), AsSlice(key), Seal(f, key, value));
  Write(batch, true, by);
}

void RocksdbStore::Write(rocksdb::WriteBatch& batch, bool sync, const TrailNote* by) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  // Held until the process has ended: after a failure no other thread may write (RocksDB aborts).
  const std::lock_guard lock(writing_);
  const TrailHead head = by != nullptr ? PutTrail(*by, batch) : trail_head_;
  if (DiskHasRoom() && db_->Write(options, &batch).ok()) {
    trail_head_ = head;
    return;
  }
  constexpr std::string_view kLast =
      "whoelse-node: a write to the data directory failed or its disk is full; stopped, nothing "
      "acknowledged was lost. Free some space and start again\n";
  (void)!write(STDERR_FILENO, kLast.data(), kLast.size());
  _exit(74);
}

absl::Status RocksdbStore::ForEach(
    Family f, std::string_view from,
    const std::function<absl::Status(std::string_view, ByteView)>& visit) const {
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), family(f)));
  for (it->Seek(AsSlice(from)); it->Valid(); it->Next()) {
    absl::StatusOr<Bytes> opened =
        Open(f, it->key().ToStringView(), it->value().ToStringView());
    if (!opened.ok()) return opened.status();
    const WipedBytes value(*std::move(opened));   // of some families they are keys
    absl::Status visited = visit(it->key().ToStringView(), value);
    if (absl::IsCancelled(visited)) return absl::OkStatus();   // seen enough
    if (!visited.ok()) return visited;
  }
  return it->status().ok() ? absl::OkStatus() : Damaged("a scan failed");
}

}  // namespace whoelse
