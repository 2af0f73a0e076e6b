#include <rocksdb/db.h>

#include "node/rocksdb_store.h"

namespace whoelse {
namespace {

// What a row begins with: the form that rows have, one of an earlier version, or, before rows had a
// form, the state.
constexpr uint8_t kRowForm = 18, kRowFormOfHubs = 17, kRowFormBeforeHubs = 16;

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
  const uint8_t form = in.U8();
  row.state = static_cast<ReceiptState>(form < kRowFormBeforeHubs ? form : in.U8());
  row.purpose = static_cast<Purpose>(in.U8());
  row.asked = in.U32();
  row.answered = in.U32();
  if (form >= kRowFormBeforeHubs) {
    row.asked_for.practitioner = in.Fixed<PersonRef>();
    row.asked_for.origin.as = static_cast<AskedAs>(in.U8());
    row.asked_for.origin.of = in.Fixed<Digest>();
  }
  if (form >= kRowFormOfHubs) row.asked_for.organisation = ToString(in.Raw(in.U8()));
  if (form >= kRowForm) row.nothing_came = in.U8() != 0;   // before, what had no answer had no row
  row.asked_for.case_reference = ToString(in.Raw(in.left()));
  if (!in_key.Done() || !in.ok()) return absl::DataLossError("store: a receipt's row is damaged");
  return row;
}

}  // namespace

void RocksdbStore::WriteQuestion(const NewQuestion& question,
                                 const std::vector<RecordChange>& shielded,
                                 const std::vector<InboxDocument>& inbox) {
  const std::string opening_key = OpeningKey(question.row.frame_hash);
  rocksdb::WriteBatch batch;
  batch.Put(family(kAsked), opening_key, Seal(kAsked, opening_key, question.opening));
  PutReceipt(question.row, question.receipt, batch);
  if (question.notice) PutSentNotice(*question.notice, batch);
  PutRecords(shielded, batch);
  for (const InboxDocument& document : inbox) PutInbox(document, batch);
  Write(batch, true);
  NoteChanges(shielded);
}

absl::StatusOr<std::optional<WipedBytes>> RocksdbStore::ReadOpening(const FrameHash& hash) const {
  return GetSecret(kAsked, OpeningKey(hash));
}

void RocksdbStore::WriteReceipt(const ReceiptRow& row, std::string_view receipt) {
  rocksdb::WriteBatch batch;
  PutReceipt(row, receipt, batch);
  Write(batch, true);
}

void RocksdbStore::PutReceipt(const ReceiptRow& row, std::string_view receipt,
                              rocksdb::WriteBatch& batch) {
  const std::string key = ToString(row.frame_hash), row_key = RowKey(row);
  const AskedFor& asked_for = row.asked_for;
  const Bytes value = Writer()
                          .U8(kRowForm)
                          .U8(static_cast<uint8_t>(row.state))
                          .U8(static_cast<uint8_t>(row.purpose))
                          .U32(row.asked)
                          .U32(row.answered)
                          .Raw(asked_for.practitioner)
                          .U8(static_cast<uint8_t>(asked_for.origin.as))
                          .Raw(asked_for.origin.of)
                          .U8(static_cast<uint8_t>(asked_for.organisation.size()))
                          .Raw(AsBytes(asked_for.organisation))
                          .U8(row.nothing_came ? 1 : 0)
                          .Raw(AsBytes(asked_for.case_reference))
                          .Take();
  batch.Put(family(kReceipts), key, Seal(kReceipts, key, AsBytes(receipt)));
  batch.Put(family(kReceiptRows), row_key, Seal(kReceiptRows, row_key, value));
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
