#include <rocksdb/db.h>

#include "node/rocksdb_store.h"
#include "protocol/answer.h"

namespace whoelse {
namespace {

// Unique whatever the frame was: the time of release, then the place in the batch.
std::string JournalKey(const SlotBatch& batch, size_t place) {
  return ToString(Writer().U64(batch.release_ms).U32(static_cast<uint32_t>(place)).view());
}

// By log and index, and never twice the same: by sending an answered frame again, or another one
// under its index, a relay could otherwise write over who asked.
std::string LedgerKey(const SlotBatch& batch, size_t place) {
  const SlotRecord& record = batch.records[place];
  return ToString(
             Writer().U16(record.coordinator).U32(record.log_key_id).U64(record.index).view()) +
         JournalKey(batch, place);
}

}  // namespace

void RocksdbStore::CommitSlot(const SlotBatch& batch) {
  rocksdb::WriteBatch writes;
  for (size_t i = 0; i < batch.records.size(); ++i) {
    const SlotRecord& record = batch.records[i];
    const std::string ledger_key = LedgerKey(batch, i);
    // Only the lead officer reads this part: not this node, not who steals its disk.
    const Bytes ledger = Writer()
                             .Raw(record.frame_hash)
                             .Raw(WireHash(record.wire))
                             .U64(batch.release_ms)
                             .Raw(SealTo(lead_officer_, record.noted.Encode()))
                             .Take();
    writes.Put(family(kLedger), ledger_key, Seal(kLedger, ledger_key, ledger));
    const std::string journal_key = JournalKey(batch, i);
    // What follows from a question follows for each of the child's records, however many they are.
    writes.Put(family(kJournal), journal_key,
               Seal(kJournal, journal_key, record.noted.EncodeWhole()));
    const std::string wire_key = ToString(record.frame_hash);
    const Bytes wire = Writer().U64(record.keep_until_s).Raw(record.wire).Take();
    writes.Put(family(kWires), wire_key, Seal(kWires, wire_key, wire));
  }
  Write(writes, true);
}

absl::StatusOr<std::vector<RocksdbStore::KeptWire>> RocksdbStore::LoadWires() const {
  std::vector<KeptWire> wires;
  absl::Status read = ForEach(kWires, "", [&](std::string_view key, ByteView value) {
    if (key.size() != FrameHash::kSize) return absl::DataLossError("store: a wire is damaged");
    Reader reader(value);
    const TimeS keep_until = reader.U64();
    wires.push_back({FrameHash(AsBytes(key).first<32>()), ToBytes(reader.Raw(reader.left())),
                     keep_until});
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return wires;
}

void RocksdbStore::DropWiresBefore(TimeS now) {
  const absl::StatusOr<std::vector<KeptWire>> wires = LoadWires();
  if (!wires.ok()) return;   // the next start finds the damage again and refuses
  rocksdb::WriteBatch batch;
  for (const KeptWire& kept : *wires) {
    if (kept.keep_until_s < now) batch.Delete(family(kWires), ToString(kept.frame_hash));
  }
  if (batch.Count() > 0) Write(batch, false);
}

absl::StatusOr<std::vector<RocksdbStore::JournalEntry>> RocksdbStore::ReadJournal(
    size_t most) const {
  std::vector<JournalEntry> entries;
  absl::Status read = ForEach(kJournal, "", [&](std::string_view key, ByteView value) {
    if (entries.size() == most) return absl::CancelledError();
    absl::StatusOr<Noted> noted = Noted::Decode(value);
    if (!noted.ok()) return noted.status();
    entries.push_back({std::string(key), *std::move(noted)});
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return entries;
}

void RocksdbStore::FinishJournal(const std::vector<JournalEntry>& done,
                                 const std::vector<RecordChange>& changes,
                                 const std::vector<InboxDocument>& inbox, const TrailNote* by) {
  rocksdb::WriteBatch batch;
  for (const JournalEntry& entry : done) batch.Delete(family(kJournal), entry.key);
  PutRecords(changes, batch);
  for (const InboxDocument& document : inbox) PutInbox(document, batch);
  if (batch.Count() > 0 || by != nullptr) Write(batch, true, by);
  NoteChanges(changes);
}

}  // namespace whoelse
