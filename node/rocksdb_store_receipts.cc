#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

// A row that says whose question it was; earlier ones did not.
constexpr uint8_t kWithPractitioner = 0x80;

std::string OpeningKey(const FrameHash& hash) { return ToString(hash) + "/opening"; }

// Descending by time: a scan gives the newest first. The hash parts those of one moment.
std::string RowKey(const RocksdbStore::ReceiptRow& row) {
  return ToString(Writer().U64(~row.asked_ms).Raw(row.frame_hash).view());
}

absl::StatusOr<RocksdbStore::ReceiptRow> ReadRow(std::string_view key, ByteView value) {
  Reader in_key(AsBytes(key));
  RocksdbStore::ReceiptRow row;
  row.asked_ms = ~in_key.U64();
  row.frame_hash = in_key.Fixed<FrameHash>();
  Reader in(value);
  const uint8_t state = in.U8();
  row.state = static_cast<ReceiptState>(state & ~kWithPractitioner);
  row.purpose = static_cast<Purpose>(in.U8());
  row.asked = in.U32();
  row.answered = in.U32();
  if (state & kWithPractitioner) row.practitioner = in.Fixed<PersonRef>();
  row.case_reference = ToString(in.Raw(in.left()));
  if (!in_key.Done() || !in.ok()) return absl::DataLossError("store: a receipt's row is damaged");
  return row;
}

}  // namespace

void RocksdbStore::WriteOpening(const FrameHash& hash, ByteView opening) {
  PutSynced(kAsked, OpeningKey(hash), opening);
}

absl::StatusOr<std::optional<WipedBytes>> RocksdbStore::ReadOpening(const FrameHash& hash) const {
  return GetSecret(kAsked, OpeningKey(hash));
}

void RocksdbStore::WriteReceipt(const ReceiptRow& row, std::string_view receipt) {
  const std::string key = ToString(row.frame_hash), row_key = RowKey(row);
  const Bytes value = Writer()
                          .U8(static_cast<uint8_t>(row.state) | kWithPractitioner)
                          .U8(static_cast<uint8_t>(row.purpose))
                          .U32(row.asked)
                          .U32(row.answered)
                          .Raw(row.practitioner)
                          .Raw(AsBytes(row.case_reference))
                          .Take();
  rocksdb::WriteBatch batch;
  batch.Put(family(kReceipts), key, Seal(kReceipts, key, AsBytes(receipt)));
  batch.Put(family(kReceiptRows), row_key, Seal(kReceiptRows, row_key, value));
  Write(batch, true);
}

absl::StatusOr<std::optional<std::string>> RocksdbStore::ReadReceipt(const FrameHash& hash) const {
  const absl::StatusOr<std::optional<Bytes>> value = Get(kReceipts, ToString(hash));
  if (!value.ok()) return value.status();
  if (!value->has_value()) return std::optional<std::string>();
  return std::optional(ToString(**value));
}

absl::Status RocksdbStore::ForEachReceipt(
    const std::function<bool(const ReceiptRow&)>& visit) const {
  return ForEach(kReceiptRows, "", [&](std::string_view key, ByteView value) {
    const absl::StatusOr<ReceiptRow> row = ReadRow(key, value);
    if (!row.ok()) return row.status();
    return visit(*row) ? absl::OkStatus() : absl::CancelledError();
  });
}

}  // namespace whoelse
