#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

constexpr std::string_view kLogged = "digest/logged/";
constexpr std::string_view kPlanned = "digest/planned/";
constexpr size_t kLedgerLogSize = 2 + 4;   // of a ledger key: coordinator | log key id

std::string HexKey(std::string_view prefix, const LedgerLog& log) {
  return std::string(prefix) + ToHex(Writer().U16(log.first).U32(log.second).view());
}

std::string LogKey(const LedgerLog& log, uint64_t index) {
  return ToString(Writer().U16(log.first).U32(log.second).U64(index).view());
}

}  // namespace

absl::StatusOr<std::vector<LedgerItem>> RocksdbStore::ReadLedger(
    const std::map<LedgerLog, uint64_t>& from) const {
  std::vector<LedgerItem> items;
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions(), family(kLedger)));
  for (it->SeekToFirst(); it->Valid();) {
    const std::string key = it->key().ToString();
    Reader in_key(AsBytes(key));
    LedgerItem item;
    item.log = {in_key.U16(), in_key.U32()};
    item.row.index = in_key.U64();
    const auto begins = from.find(item.log);
    if (begins != from.end() && item.row.index < begins->second) {
      it->Seek(LogKey(item.log, begins->second));   // at once over what nobody asked for
      continue;
    }
    const absl::StatusOr<Bytes> value = Open(kLedger, key, it->value().ToStringView());
    if (!value.ok()) return value.status();
    Reader in(*value);
    item.row.frame_hash = in.Fixed<FrameHash>();
    item.row.wire_hash = in.Fixed<Digest>();
    item.released_ms = in.U64();
    if (!in_key.ok() || !in.ok()) return absl::DataLossError("store: the ledger is damaged");
    items.push_back(item);
    it->Next();
  }
  if (!it->status().ok()) return absl::DataLossError("store: the ledger cannot be read");
  return items;
}

absl::Status RocksdbStore::ForEachSealed(TimeMs since,
                                         const std::function<bool(ByteView)>& visit) const {
  return ForEach(kLedger, "", [&](std::string_view, ByteView value) {
    Reader in(value);
    in.Fixed<FrameHash>();
    in.Fixed<Digest>();
    const TimeMs released = in.U64();
    const ByteView sealed = in.Raw(kLedgerSealedSize);
    if (!in.Done()) return absl::DataLossError("store: the ledger is damaged");
    return released < since || visit(sealed) ? absl::OkStatus() : absl::CancelledError();
  });
}

absl::StatusOr<std::vector<PlannedDigest>> RocksdbStore::ReadPlannedDigests() const {
  std::vector<PlannedDigest> planned;
  const absl::Status read = ForEach(kMeta, kPlanned, [&](std::string_view key, ByteView value) {
    if (!key.starts_with(kPlanned)) return absl::CancelledError();
    Reader in(value);
    PlannedDigest one;
    one.cutoff_ms = in.U64();
    const auto entry = ParseLogEntry(in.Raw(in.left()));
    const auto* digest = entry.ok() ? std::get_if<LedgerEntry>(&*entry) : nullptr;
    if (digest == nullptr) return absl::DataLossError("store: a planned digest is damaged");
    one.entry = *digest;
    planned.push_back(one);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return planned;
}

void RocksdbStore::WritePlannedDigest(const PlannedDigest& planned) {
  const LedgerEntry& e = planned.entry;
  PutSynced(kMeta, HexKey(kPlanned, {e.coordinator, e.log_key_id}),
            Writer().U64(planned.cutoff_ms).Raw(SerializeLogEntry(e)).view());
}

absl::StatusOr<std::vector<LoggedDigest>> RocksdbStore::ReadLoggedDigests() const {
  std::vector<LoggedDigest> logged;
  const absl::Status read = ForEach(kMeta, kLogged, [&](std::string_view key, ByteView value) {
    if (!key.starts_with(kLogged)) return absl::CancelledError();
    Reader in(value);
    LoggedDigest one;
    one.digest = {in.U16(), in.U32(), in.U64(), in.U64(), in.Fixed<TreeHash>(), in.U16(), in.U64()};
    one.cutoff_ms = in.U64();
    if (!in.Done()) return absl::DataLossError("store: a logged digest is damaged");
    logged.push_back(one);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return logged;
}

void RocksdbStore::WriteLoggedDigest(const LoggedDigest& logged) {
  const LedgerFile::Digest& d = logged.digest;
  const std::string key = HexKey(kLogged, {d.coordinator, d.log_key_id}) + "/" +
                          ToHex(Writer().U64(d.from).view());
  const Bytes value = Writer()
                          .U16(d.coordinator).U32(d.log_key_id).U64(d.from).U64(d.to).Raw(d.root)
                          .U16(d.logged_at).U64(d.index).U64(logged.cutoff_ms)
                          .Take();
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, value));
  batch.Delete(family(kMeta), HexKey(kPlanned, {d.coordinator, d.log_key_id}));
  Write(batch, true);
}

}  // namespace whoelse
