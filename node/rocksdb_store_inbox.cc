#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

// Before items had a state their key was a random number in hex, without a slash.
constexpr std::string_view kOpen = "open/", kDone = "done/";
constexpr std::string_view kMonthKey = "month";   // the last whose end had its items

std::string InboxKey(bool done, std::string_view id) {
  return std::string(done ? kDone : kOpen) + std::string(id);
}

}  // namespace

void RocksdbStore::PutInbox(const InboxDocument& document, rocksdb::WriteBatch& batch) {
  const std::string key = InboxKey(document.done, document.id);
  batch.Delete(family(kInbox), InboxKey(!document.done, document.id));
  batch.Put(family(kInbox), key, Seal(kInbox, key, AsBytes(document.document)));
}

absl::StatusOr<std::vector<std::string>> RocksdbStore::ReadInbox(bool done) const {
  const std::string_view prefix = done ? kDone : kOpen;
  std::vector<std::string> documents;
  absl::Status read = ForEach(kInbox, prefix, [&](std::string_view key, ByteView value) {
    if (!key.starts_with(prefix)) return absl::CancelledError();
    documents.push_back(ToString(value));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return documents;
}

absl::StatusOr<std::optional<RocksdbStore::InboxDocument>> RocksdbStore::FindInbox(
    std::string_view id) const {
  for (const bool done : {false, true}) {
    absl::StatusOr<std::optional<Bytes>> value = Get(kInbox, InboxKey(done, id));
    if (!value.ok()) return value.status();
    if (value->has_value()) {
      return std::optional(InboxDocument{std::string(id), done, ToString(**value)});
    }
  }
  return std::optional<InboxDocument>();
}

void RocksdbStore::WriteMonth(const std::vector<InboxDocument>& documents, uint32_t month) {
  rocksdb::WriteBatch batch;
  for (const InboxDocument& document : documents) PutInbox(document, batch);
  batch.Put(family(kMeta), std::string(kMonthKey),
            Seal(kMeta, kMonthKey, Writer().U32(month).view()));
  Write(batch, true);
}

absl::StatusOr<std::optional<uint32_t>> RocksdbStore::ReadMonth() const {
  const absl::StatusOr<std::optional<Bytes>> value = Get(kMeta, kMonthKey);
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<uint32_t>();
  Reader in(**value);
  const uint32_t month = in.U32();
  if (!in.Done()) return absl::DataLossError("store: the month that was listed is damaged");
  return std::optional(month);
}

void RocksdbStore::AddAlarms(const std::vector<std::string>& documents) {
  rocksdb::WriteBatch batch;
  for (const std::string& document : documents) {
    const std::string key = ToHex(random_.NewFixed<FixedBytes<struct DocumentIdTag, 16>>());
    batch.Put(family(kAlarms), key, Seal(kAlarms, key, AsBytes(document)));
  }
  Write(batch, true);
}

absl::Status RocksdbStore::TakeUpDocuments(
    const std::function<absl::StatusOr<InboxDocument>(std::string_view)>& item_of) {
  rocksdb::WriteBatch batch;
  for (const Family from : {kAlarms, kInbox}) {
    absl::Status read = ForEach(from, "", [&](std::string_view key, ByteView value) {
      if (key.find('/') != std::string_view::npos) return absl::OkStatus();
      absl::StatusOr<InboxDocument> item = item_of(AsText(value));
      if (!item.ok()) return item.status();
      batch.Delete(family(from), std::string(key));
      PutInbox(*item, batch);
      return absl::OkStatus();
    });
    if (!read.ok()) return read;
  }
  if (batch.Count() > 0) Write(batch, true);
  return absl::OkStatus();
}

}  // namespace whoelse
