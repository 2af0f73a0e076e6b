#include <rocksdb/db.h>

#include <algorithm>
#include <mutex>

#include "crypto/require.h"
#include "node/rocksdb_store.h"
#include "protocol/subject.h"

namespace whoelse {
namespace {

constexpr std::string_view kNextRecordKey = "next-record";
constexpr std::string_view kClosed = "closed/";
constexpr int kAnsweredByMax = 64;   // superseded and merged again and again

std::string RecordKey(RecordId id) { return ToString(Writer().U32(id).view()); }

std::string SubKeyKey(KeyVersion kv, KeyType type, RecordId id) {
  return ToString(Writer().U32(kv).U8(static_cast<uint8_t>(type)).U32(id).view());
}

Bytes Encode(const StoredRecord& stored) {
  Writer out;
  for (TimeMs arrived : stored.arrived_ms) out.U64(arrived);
  return out.Raw(stored.record.Encode()).Take();
}

absl::StatusOr<StoredRecord> DecodeStored(RecordId id, ByteView value) {
  Reader reader(value);
  Arrivals arrived;
  for (TimeMs& one : arrived) one = reader.U64();
  absl::StatusOr<Record> record = Record::Decode(reader.Raw(reader.left()));
  if (!record.ok()) return record.status();
  return StoredRecord{id, arrived, *std::move(record)};
}

}  // namespace

std::string RocksdbStore::GoneKey(std::string_view source, std::string_view source_id) const {
  const Secret<32> key = K(lookup_key_.Reveal(), "node/source",
                           {AsBytes(source), AsBytes(std::string_view("\0", 1)),
                            AsBytes(source_id)});
  return ToString(ByteView(key.Reveal()).first(16));
}

absl::StatusOr<StoredRecord> RocksdbStore::ReadStored(RecordId id) const {
  absl::StatusOr<std::optional<Bytes>> value = Get(kRecords, RecordKey(id));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return absl::NotFoundError("record: none with this id");
  return DecodeStored(id, **value);
}

absl::StatusOr<Record> RocksdbStore::ReadRecord(RecordId id) const {
  absl::StatusOr<StoredRecord> own = ReadStored(id);
  if (!own.ok() || own->record.answered_by == 0) {
    return own.ok() ? absl::StatusOr<Record>(std::move(own->record)) : own.status();
  }
  RecordId by = own->record.answered_by;
  for (int hops = 0; hops < kAnsweredByMax; ++hops) {
    absl::StatusOr<StoredRecord> other = ReadStored(by);
    if (!other.ok()) return other.status();
    Record& record = other->record;
    RaiseTo(own->record, record);
    own->record.superseded = own->record.superseded || record.superseded;
    if (record.answered_by != 0) {
      by = record.answered_by;
      RaiseTo(record, own->record);
      continue;
    }
    record.nhs_number = own->record.nhs_number;
    record.upn = own->record.upn;
    record.superseded = own->record.superseded;
    record.answered_by = by;
    return std::move(record);
  }
  return absl::NotFoundError("record: too many answer one for the other");
}

absl::StatusOr<Secret<32>> RocksdbStore::ReadWrapKey(RecordId id, KeyType type,
                                                     KeyVersion kv) const {
  const auto value = GetSecret(kSubKeys, SubKeyKey(kv, type, id));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return absl::NotFoundError("sub-keys: none for this record");
  if ((*value)->size() != 48) return absl::DataLossError("sub-keys: wrong length");
  return Secret<32>::From(ByteView(**value).subspan<16, 32>());
}

absl::Status RocksdbStore::LoadRecords(const std::function<void(const StoredRecord&)>& visit) {
  RecordLookup lookup(random_);
  const absl::Status read = ForEachRecord(0, [&](const StoredRecord& stored) {
    lookup.Change(stored.id, nullptr, &stored.record);
    visit(stored);
    return true;
  });
  if (!read.ok()) return read;
  std::unique_ptr<rocksdb::Iterator> gone(
      db_->NewIterator(rocksdb::ReadOptions(), family(kGone)));
  gone->SeekToFirst();
  some_are_gone_ = gone->Valid();
  const std::lock_guard lock(lookup_mutex_);
  lookup_.emplace(std::move(lookup));
  return gone->status().ok() ? absl::OkStatus() : absl::DataLossError("store: a scan failed");
}

RecordId RocksdbStore::FindBySource(std::string_view source, std::string_view source_id) const {
  const std::lock_guard lock(lookup_mutex_);
  Require(lookup_.has_value());
  return lookup_->FindBySource(source, source_id);
}

std::vector<RecordId> RocksdbStore::FindByIdentifier(KeyType type, std::string_view value) const {
  const std::lock_guard lock(lookup_mutex_);
  Require(lookup_.has_value());
  return lookup_->FindByIdentifier(type, value);
}

bool RocksdbStore::Agrees(RecordId id, const Record& record) const {
  const std::lock_guard lock(lookup_mutex_);
  Require(lookup_.has_value());
  return lookup_->Agrees(id, record);
}

absl::StatusOr<std::optional<RocksdbStore::Gone>> RocksdbStore::FindGone(
    std::string_view source, std::string_view source_id) const {
  if (!some_are_gone_) return std::optional<Gone>();
  absl::StatusOr<std::optional<Bytes>> value = Get(kGone, GoneKey(source, source_id));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<Gone>();
  Reader reader(**value);
  const bool erased = reader.U8() == 1;
  absl::StatusOr<Record> left = Record::Decode(reader.Raw(reader.left()));
  if (!left.ok()) return left.status();
  return std::optional(Gone{erased, *std::move(left)});
}

void RocksdbStore::NoteChanges(const std::vector<RecordChange>& changes) {
  const std::lock_guard lock(lookup_mutex_);
  if (!lookup_.has_value()) return;
  for (const RecordChange& change : changes) {
    lookup_->Change(change.now.id, change.before ? &*change.before : nullptr, &change.now.record);
  }
}

absl::Status RocksdbStore::ForEachRecord(
    RecordId after, const std::function<bool(const StoredRecord&)>& visit) const {
  return ForEach(kRecords, RecordKey(after + 1), [&](std::string_view key, ByteView value) {
    absl::StatusOr<StoredRecord> stored = DecodeStored(Reader(AsBytes(key)).U32(), value);
    if (!stored.ok()) return stored.status();
    return visit(*stored) ? absl::OkStatus() : absl::CancelledError();
  });
}

void RocksdbStore::PutRecords(const std::vector<RecordChange>& changes,
                              rocksdb::WriteBatch& batch) {
  const std::vector<KeyVersion> enrolled_under = StoredKeyVersions();
  for (const RecordChange& change : changes) PutRecord(change, enrolled_under, batch);
}

void RocksdbStore::PutRecord(const RecordChange& change,
                             const std::vector<KeyVersion>& enrolled_under,
                             rocksdb::WriteBatch& batch) {
  const Record& now = change.now.record;
  const std::string key = RecordKey(change.now.id);
  batch.Put(family(kRecords), key, Seal(kRecords, key, Encode(change.now)));
  if (!change.before) return;
  for (KeyType type : kSubjectPositions) {
    // The other identifier stays enrolled: a pupil who gets a UPN is still found by the number.
    if (AnswersTo(*change.before, type) == AnswersTo(now, type)) continue;
    for (KeyVersion kv : enrolled_under) {
      batch.Delete(family(kSubKeys), SubKeyKey(kv, type, change.now.id));
    }
  }
}

std::string RocksdbStore::ClosedName(std::string_view owner, const NhsNumber& number) const {
  const Secret<32> key = K(lookup_key_.Reveal(), "node/closed",
                           {AsBytes(owner), AsBytes(std::string_view("\0", 1)),
                            AsBytes(number.digits())});
  return ToHex(ByteView(key.Reveal()).first(16));
}

absl::StatusOr<std::set<std::string>> RocksdbStore::ReadClosedNames() const {
  std::set<std::string> names;
  const absl::Status read = ForEach(kMeta, kClosed, [&](std::string_view key, ByteView) {
    if (!key.starts_with(kClosed)) return absl::CancelledError();
    names.emplace(key.substr(kClosed.size()));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return names;
}

void RocksdbStore::PutClosed(const std::set<std::string>& names, rocksdb::WriteBatch& batch) {
  for (const std::string& name : names) {
    const std::string key = std::string(kClosed) + name;
    batch.Put(family(kMeta), key, Seal(kMeta, key, {}));
  }
}

void RocksdbStore::WriteLowered(const std::vector<RecordChange>& changes, const InboxDocument& item,
                                const std::set<std::string>& opened, const TrailNote& by) {
  rocksdb::WriteBatch batch;
  PutRecords(changes, batch);
  PutInbox(item, batch);
  for (const std::string& name : opened) batch.Delete(family(kMeta), std::string(kClosed) + name);
  Write(batch, true, &by);
  NoteChanges(changes);
}

void RocksdbStore::RemoveRecords(const std::vector<StoredRecord>& records, bool erased,
                                 const std::set<std::string>& closed, const TrailNote* by) {
  rocksdb::WriteBatch batch;
  const std::vector<KeyVersion> enrolled_under = StoredKeyVersions();
  for (const StoredRecord& stored : records) {
    const Record& record = stored.record;
    const std::string key = RecordKey(stored.id);
    batch.Delete(family(kRecords), key);
    for (KeyType type : kSubjectPositions) {
      for (KeyVersion kv : enrolled_under) {
        batch.Delete(family(kSubKeys), SubKeyKey(kv, type, stored.id));
      }
    }
    if (record.source_id.empty()) continue;
    Record left;
    left.service_class = ServiceClass::kUniversal;
    RaiseTo(record, left);
    // The number's, which stays closed by its name: what comes of this row under another one is not.
    if (record.nhs_number) left.restrictions.closed = false;
    const std::string source = GoneKey(record.source, record.source_id);
    const Bytes value = Writer().U8(erased ? 1 : 0).Raw(left.Encode()).Take();
    batch.Put(family(kGone), source, Seal(kGone, source, value));
    some_are_gone_ = true;
  }
  PutClosed(closed, batch);
  // An id is never used again: the inbox may still speak of the one that had it.
  batch.Put(family(kMeta), kNextRecordKey,
            Seal(kMeta, kNextRecordKey, Writer().U32(next_record_id_).view()));
  Write(batch, true, by);
  const std::lock_guard lock(lookup_mutex_);
  if (!lookup_.has_value()) return;
  for (const StoredRecord& stored : records) {
    lookup_->Change(stored.id, &stored.record, nullptr);
  }
}

absl::Status RocksdbStore::ReadNextRecordId() {
  absl::StatusOr<std::optional<Bytes>> removed = Get(kMeta, kNextRecordKey);
  if (!removed.ok()) return removed.status();
  if (removed->has_value()) next_record_id_ = Reader(**removed).U32();
  std::unique_ptr<rocksdb::Iterator> last(
      db_->NewIterator(rocksdb::ReadOptions(), family(kRecords)));
  last->SeekToLast();
  if (last->Valid()) {
    next_record_id_ =
        std::max(next_record_id_, Reader(AsBytes(last->key().ToStringView())).U32() + 1);
  }
  return absl::OkStatus();
}

std::vector<KeyVersion> RocksdbStore::StoredKeyVersions() const {
  std::vector<KeyVersion> versions;
  std::unique_ptr<rocksdb::Iterator> it(
      db_->NewIterator(rocksdb::ReadOptions(), family(kSubKeys)));
  it->SeekToFirst();
  while (it->Valid()) {
    versions.push_back(Reader(AsBytes(it->key().ToStringView())).U32());
    it->Seek(ToString(Writer().U32(versions.back() + 1).view()));
  }
  return versions;
}

void RocksdbStore::WriteRecords(const std::vector<RecordChange>& changes, const TrailNote* by,
                                Synced synced, const std::set<std::string>& closed) {
  rocksdb::WriteBatch batch;
  PutRecords(changes, batch);
  PutClosed(closed, batch);
  for (const RecordChange& change : changes) {
    next_record_id_ = std::max(next_record_id_, change.now.id + 1);
  }
  Write(batch, synced == Synced::kNow, by);
  NoteChanges(changes);
}

void RocksdbStore::WriteSubKeys(KeyVersion kv, const std::vector<Enrolled>& enrolled) {
  rocksdb::WriteBatch batch;
  for (const Enrolled& one : enrolled) {
    const std::string key = SubKeyKey(kv, one.type, one.record);
    Bytes value = Writer().Raw(one.keys.check.Reveal()).Raw(one.keys.wrap.Reveal()).Take();
    batch.Put(family(kSubKeys), key, Seal(kSubKeys, key, value));
    sodium_memzero(value.data(), value.size());
  }
  Write(batch, true);
}

absl::Status RocksdbStore::ForEachSubKey(
    const std::function<void(KeyVersion, const Enrolled&)>& visit) const {
  return ForEach(kSubKeys, "", [&](std::string_view key, ByteView value) {
    Reader reader(AsBytes(key));
    const KeyVersion kv = reader.U32();
    const auto type = static_cast<KeyType>(reader.U8());
    const RecordId id = reader.U32();
    if (!reader.Done() || value.size() != 48) {
      return absl::DataLossError("sub-keys: an entry is malformed");
    }
    visit(kv, Enrolled{id, type,
                       SubKeys{Secret<16>::From(value.first<16>()),
                               Secret<32>::From(value.subspan<16, 32>())}});
    return absl::OkStatus();
  });
}

void RocksdbStore::KeepKeyVersions(const std::vector<KeyVersion>& keep) {
  rocksdb::WriteBatch batch;
  for (KeyVersion kv : StoredKeyVersions()) {
    if (std::find(keep.begin(), keep.end(), kv) != keep.end()) continue;
    batch.DeleteRange(family(kSubKeys), ToString(Writer().U32(kv).view()),
                      ToString(Writer().U32(kv + 1).view()));
  }
  if (batch.Count() > 0) Write(batch, true);
}

}  // namespace whoelse
