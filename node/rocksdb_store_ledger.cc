#include <rocksdb/db.h>

#include <algorithm>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

constexpr std::string_view kLogged = "digest/logged/";
constexpr std::string_view kPlanned = "digest/planned/";
constexpr std::string_view kTakenThrough = "ledger/taken-through";
constexpr std::string_view kLine = "ledger/whole/";
constexpr size_t kLedgerLogSize = 2 + 4;   // of a ledger key: coordinator | log key id
constexpr size_t kUnsealedSize = FrameHash::kSize + Digest::kSize + 8;   // of an entry that was swept

std::string HexKey(std::string_view prefix, const LedgerLog& log) {
  return std::string(prefix) + ToHex(Writer().U16(log.first).U32(log.second).view());
}

std::string DigestKey(const LedgerFile::Digest& digest) {
  return HexKey(kLogged, {digest.coordinator, digest.log_key_id}) + "/" +
         ToHex(Writer().U64(digest.from).view());
}

std::string LogKey(const LedgerLog& log, uint64_t index) {
  return ToString(Writer().U16(log.first).U32(log.second).U64(index).view());
}

struct SealedEntry {
  TimeMs released_ms;
  ByteView sealed;   // empty: it was swept
};

absl::StatusOr<SealedEntry> ReadEntry(ByteView value) {
  Reader in(value);
  in.Fixed<FrameHash>();
  in.Fixed<Digest>();
  SealedEntry entry{in.U64(), {}};
  if (in.left() > 0) entry.sealed = in.Raw(kLedgerSealedSize);
  if (!in.Done()) return absl::DataLossError("store: the ledger is damaged");
  return entry;
}

bool HasGone(std::string_view key, const SealedEntry& entry, const std::vector<LedgerLine>& lines) {
  Reader in(AsBytes(key));
  const LedgerLog log{in.U16(), in.U32()};
  const uint64_t index = in.U64();
  return std::ranges::any_of(lines, [&](const LedgerLine& line) {
    return line.log == log && index < line.index && entry.released_ms <= line.cutoff_ms;
  });
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

absl::Status RocksdbStore::ForEachSealed(TimeMs since, TimeMs before,
                                         const std::function<bool(ByteView)>& visit) const {
  return ForEach(kLedger, "", [&](std::string_view, ByteView value) {
    const absl::StatusOr<SealedEntry> entry = ReadEntry(value);
    if (!entry.ok()) return entry.status();
    const bool wanted = !entry->sealed.empty() && entry->released_ms >= since &&
                        entry->released_ms < before;
    return !wanted || visit(entry->sealed) ? absl::OkStatus() : absl::CancelledError();
  });
}

absl::StatusOr<bool> RocksdbStore::HasSealed(TimeMs since, TimeMs before) const {
  bool found = false;
  const absl::Status read = ForEach(kLedger, "", [&](std::string_view, ByteView value) {
    const absl::StatusOr<SealedEntry> entry = ReadEntry(value);
    if (!entry.ok()) return entry.status();
    found = !entry->sealed.empty() && entry->released_ms >= since && entry->released_ms < before;
    return found ? absl::CancelledError() : absl::OkStatus();
  });
  if (!read.ok()) return read;
  return found;
}

absl::StatusOr<std::string> RocksdbStore::SweepLedger(TimeMs before,
                                                      const std::vector<LedgerLine>& lines,
                                                      const std::string& from, size_t most) {
  rocksdb::WriteBatch batch;
  std::string next;
  size_t seen = 0;
  const absl::Status read = ForEach(kLedger, from, [&](std::string_view key, ByteView value) {
    if (seen++ == most) {
      next = std::string(key);
      return absl::CancelledError();
    }
    const absl::StatusOr<SealedEntry> entry = ReadEntry(value);
    if (!entry.ok()) return entry.status();
    if (HasGone(key, *entry, lines)) {
      batch.Delete(family(kLedger), std::string(key));
      return absl::OkStatus();
    }
    if (entry->sealed.empty() || entry->released_ms >= before) return absl::OkStatus();
    batch.Put(family(kLedger), std::string(key), Seal(kLedger, key, value.first(kUnsealedSize)));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  // Not synced: what a crash brings back is swept again.
  if (batch.Count() > 0) Write(batch, false);
  return next;
}

absl::StatusOr<std::vector<LedgerLine>> RocksdbStore::ReadLedgerLines() const {
  std::vector<LedgerLine> lines;
  const absl::Status read = ForEach(kMeta, kLine, [&](std::string_view key, ByteView value) {
    if (!key.starts_with(kLine)) return absl::CancelledError();
    Reader in(value);
    lines.push_back({{in.U16(), in.U32()}, in.U64(), in.U64()});
    return in.Done() ? absl::OkStatus()
                     : absl::DataLossError("store: from where the ledger is whole is damaged");
  });
  if (!read.ok()) return read;
  return lines;
}

void RocksdbStore::WriteLedgerLine(const LedgerLine& line,
                                   const std::vector<LedgerFile::Digest>& gone) {
  const std::string key = HexKey(kLine, line.log);
  const Bytes value =
      Writer().U16(line.log.first).U32(line.log.second).U64(line.index).U64(line.cutoff_ms).Take();
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, value));
  for (const LedgerFile::Digest& digest : gone) batch.Delete(family(kMeta), DigestKey(digest));
  Write(batch, true);
}

absl::StatusOr<TimeMs> RocksdbStore::ReadTakenThrough() const {
  const absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, kTakenThrough);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return TimeMs{0};
  Reader in(**value);
  const TimeMs through = in.U64();
  if (!in.Done()) return absl::DataLossError("store: the time of the last taking is damaged");
  return through;
}

void RocksdbStore::WriteTakenThrough(TimeMs through, const TrailNote* by) {
  PutSynced(kMeta, kTakenThrough, Writer().U64(through).view(), by);
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
    if (in.left() > 0) one.logged_ms = in.U64();
    if (!in.Done()) return absl::DataLossError("store: a logged digest is damaged");
    logged.push_back(one);
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return logged;
}

void RocksdbStore::WriteLoggedDigest(const LoggedDigest& logged) {
  const LedgerFile::Digest& d = logged.digest;
  const std::string key = DigestKey(d);
  const Bytes value = Writer()
                          .U16(d.coordinator).U32(d.log_key_id).U64(d.from).U64(d.to).Raw(d.root)
                          .U16(d.logged_at).U64(d.index).U64(logged.cutoff_ms)
                          .U64(logged.logged_ms)
                          .Take();
  rocksdb::WriteBatch batch;
  batch.Put(family(kMeta), key, Seal(kMeta, key, value));
  batch.Delete(family(kMeta), HexKey(kPlanned, {d.coordinator, d.log_key_id}));
  Write(batch, true);
}

}  // namespace whoelse
