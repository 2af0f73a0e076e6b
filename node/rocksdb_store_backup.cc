#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>

#include "node/backup_parts.h"
#include "node/rocksdb_store.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr std::string_view kRestoredKey = "restored";
constexpr std::string_view kInUseKey = "in_use";
constexpr size_t kRestoreBatch = 4u << 20;   // bytes written as one

std::string MarkerIn(const std::string& directory) { return directory + "/RESTORING"; }

absl::Status CannotRestore() {
  return absl::UnavailableError("store: what was restored cannot be written; see the disk");
}

// Nothing but what a fresh disk has by itself.
absl::Status CheckIsEmpty(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  std::filesystem::directory_iterator entries(directory, error);
  if (error) return absl::UnavailableError(directory + ": cannot be made: " + error.message());
  const bool empty = std::ranges::all_of(
      entries, [](const auto& entry) { return entry.path().filename() == "lost+found"; });
  if (empty) return absl::OkStatus();
  return absl::FailedPreconditionError(
      directory + ": has something in it, and a backup goes into an empty directory only; move what "
      "is there away");
}

// An iterator over a family as it was at the snapshot, which leaves the cache to the questions.
std::unique_ptr<rocksdb::Iterator> ReadThrough(rocksdb::DB& db, const rocksdb::Snapshot* snapshot,
                                               rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  options.fill_cache = false;
  options.total_order_seek = true;
  return std::unique_ptr<rocksdb::Iterator>(db.NewIterator(options, family));
}

}  // namespace

absl::Status RocksdbStore::CheckIsWhole(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(MarkerIn(directory), error)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "store: a restore into the data directory did not finish; empty it and restore again");
}

absl::Status RocksdbStore::Backup(const BackupManifest& manifest,
                                  const BackupWriter::Sink& sink) const {
  BackupWriter writer(manifest, master_, random_, sink);
  const std::shared_ptr<const rocksdb::Snapshot> snapshot(
      db_->GetSnapshot(), [this](const rocksdb::Snapshot* held) { db_->ReleaseSnapshot(held); });
  for (size_t f = 0; f < kFamilies; ++f) {
    const std::string_view name = Families()[f];
    const auto it = ReadThrough(*db_, snapshot.get(), families_[f]);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      const BackupPart* const part = PartOf(name, it->key().ToStringView());
      if (part == nullptr) {
        return absl::InternalError("backup: something of " + std::string(name) +
                                   " is not in node/backup_parts.h");
      }
      if (!part->goes_back) continue;
      const absl::Status added =
          writer.Add(name, it->key().ToStringView(), it->value().ToStringView());
      if (!added.ok()) return added;
    }
    if (!it->status().ok()) return absl::DataLossError("store: it cannot be read whole; see the disk");
  }
  return writer.Finish();
}

absl::Status RocksdbStore::Restore(const std::string& directory, MasterKey master,
                                   BackupReader& backup, TimeMs now, Random& random) {
  if (absl::Status empty = CheckIsEmpty(directory); !empty.ok()) return empty;
  // First, and away last: half a store would answer "nothing" about the other half.
  const std::string marker = MarkerIn(directory);
  if (absl::Status marked = WriteFileDurably(marker, {}, 0600); !marked.ok()) return marked;
  {
    RocksdbStore store(directory, std::move(master), X25519PublicKey(), random);
    if (absl::Status made = store.OpenDatabase(true); !made.ok()) return made;
    if (absl::Status filled = store.FillFrom(backup, now); !filled.ok()) return filled;
  }
  return RemoveFileDurably(marker);
}

absl::Status RocksdbStore::FillFrom(BackupReader& backup, TimeMs now) {
  rocksdb::WriteOptions unlogged;
  unlogged.disableWAL = true;   // a restore that is cut short is begun again
  rocksdb::WriteBatch batch;
  const auto write = [&] {
    const bool written = DiskHasRoom() && db_->Write(unlogged, &batch).ok();
    batch.Clear();
    return written ? absl::OkStatus() : CannotRestore();
  };
  const auto filled = backup.ForEach([&](std::string_view name, std::string_view key,
                                         std::string_view value) {
    const auto known = std::ranges::find(Families(), name);
    const BackupPart* const part = PartOf(name, key);
    // A later table may leave out what an earlier one had.
    if (known == Families().end() || part == nullptr || !part->goes_back) return absl::OkStatus();
    batch.Put(families_[static_cast<size_t>(known - Families().begin())],
              rocksdb::Slice(key.data(), key.size()), rocksdb::Slice(value.data(), value.size()));
    return batch.GetDataSize() < kRestoreBatch ? absl::OkStatus() : write();
  });
  if (!filled.ok()) return filled.status();
  PutRestored({now, backup.manifest().made_ms, true}, batch);
  // Never in use: whatever its age, what this agency signed since the backup is not in it.
  batch.Put(family(kMeta), std::string(kInUseKey),
            Seal(kMeta, kInUseKey, Writer().U64(0).view()));
  if (absl::Status written = write(); !written.ok()) return written;
  return db_->Flush(rocksdb::FlushOptions(), families_).ok() ? absl::OkStatus() : CannotRestore();
}

void RocksdbStore::PutRestored(const Restored& restored, rocksdb::WriteBatch& batch) {
  const std::string key(kRestoredKey);
  const Bytes value = Writer()
                          .U64(restored.restored_ms).U64(restored.made_ms)
                          .U8(restored.shields_everybody ? 1 : 0).Take();
  batch.Put(family(kMeta), key, Seal(kMeta, key, value));
}

absl::StatusOr<std::optional<RocksdbStore::Restored>> RocksdbStore::ReadRestored() const {
  const absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, kRestoredKey);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<Restored>();
  Reader reader(**value);
  const Restored restored{reader.U64(), reader.U64(), reader.U8() != 0};
  if (!reader.Done()) return absl::DataLossError("store: when it was restored is damaged");
  return std::optional(restored);
}

absl::Status RocksdbStore::LiftRestored(const InboxDocument& item, const TrailNote& by) {
  auto restored = ReadRestored();
  if (!restored.ok()) return restored.status();
  rocksdb::WriteBatch batch;
  if (restored->has_value()) {
    (*restored)->shields_everybody = false;
    PutRestored(**restored, batch);
  }
  PutInbox(item, batch);
  Write(batch, true, &by);
  return absl::OkStatus();
}

}  // namespace whoelse
