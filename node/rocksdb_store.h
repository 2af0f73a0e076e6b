// What a node keeps on its disk. Values are sealed under the master key, which is elsewhere; keys
// that would name a child are keyed hashes. docs/operating/node-store.md.
//
// A failed write ends the process at once, without a retry: what a library does after a full or dying
// disk is unknown, and a slot that left without its record could be denied.
#ifndef WHOELSE_NODE_ROCKSDB_STORE_H_
#define WHOELSE_NODE_ROCKSDB_STORE_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/receipt.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/wiped_bytes.h"
#include "node/asked_for.h"
#include "node/asker_rules.h"
#include "node/backup_file.h"
#include "node/holder.h"
#include "node/ledger.h"
#include "node/log_watch.h"
#include "node/notice_repeats.h"
#include "node/record.h"
#include "node/record_lookup.h"
#include "node/trail.h"
#include "protocol/pseudonym.h"
#include "protocol/roster_keeper.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class WriteBatch;
}  // namespace rocksdb

namespace whoelse {

struct StoredRecord {
  RecordId id;
  Arrivals arrived_ms;
  Record record;
};

class RocksdbStore final : public RecordSource {
 public:
  // Makes the store when the directory is empty. FAILED_PRECONDITION: another process has it open, or
  // the disk is nearly full. DATA_LOSS: damaged, or sealed under another master key; says what to do.
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(const std::string& directory,
                                                            MasterKey master,
                                                            X25519PublicKey lead_officer,
                                                            Random& random);
  ~RocksdbStore() override;

  // --- records -------------------------------------------------------------------------------
  // As it answers: a record that another one answers for has that one's content under its own
  // identifiers, no less restricted than either, and `answered_by` says which it is.
  absl::StatusOr<Record> ReadRecord(RecordId id) const override;
  // As it is written down.
  absl::StatusOr<StoredRecord> ReadStored(RecordId id) const;
  absl::StatusOr<Secret<32>> ReadWrapKey(RecordId id, KeyType type, KeyVersion kv) const override;
  // Reads every record, in order of id, and with that learns what finds them. Once, before the first
  // Find, which without it ends the process: "nothing" would be wrong. DATA_LOSS.
  absl::Status LoadRecords(const std::function<void(const StoredRecord&)>& visit);
  // The record of a source system's id; 0: none.
  RecordId FindBySource(std::string_view source, std::string_view source_id) const;
  // Of a record of a source system's id that is gone.
  struct Gone {
    bool erased = false;    // no import brings it back
    Record left;            // blank but for what a machine may not lower when it comes back
  };
  absl::StatusOr<std::optional<Gone>> FindGone(std::string_view source,
                                               std::string_view source_id) const;
  // All records with this identifier, in order of import.
  std::vector<RecordId> FindByIdentifier(KeyType type, std::string_view value) const;
  // RecordLookup::Agrees.
  bool Agrees(RecordId id, const Record& record) const;
  // Calls back for each record in order of id, from `after` + 1 on, until it returns false.
  absl::Status ForEachRecord(RecordId after,
                             const std::function<bool(const StoredRecord&)>& visit) const;

  // Changes of records gathered, then written as one. Sub-keys of identifiers that a record no longer
  // has go with it.
  struct RecordChange {
    StoredRecord now;
    std::optional<Record> before;   // of an update
  };
  // When what is written must be safe from a power cut: before the call returns, or as soon as anything
  // written later is, for one that is not acknowledged yet. What is lost then is the newest alone.
  enum class Synced : bool { kLater, kNow };
  // Here and below, `by`: whose deed it was; the entry is written with it. `closed`: the names of the
  // numbers that stay closed without records.
  void WriteRecords(const std::vector<RecordChange>& changes, const TrailNote* by = nullptr,
                    Synced synced = Synced::kNow, const std::set<std::string>& closed = {});
  // They go with their sub-keys and lookups.
  void RemoveRecords(const std::vector<StoredRecord>& records, bool erased,
                     const std::set<std::string>& closed, const TrailNote* by = nullptr);
  // What is left of a number that is closed for an owner ("": this agency): a keyed name. Who has the
  // disk can try all numbers, and without the master key learns nothing by it.
  std::string ClosedName(std::string_view owner, const NhsNumber& number) const;
  // Of the closed numbers whose records were removed, or that need not have had any. DATA_LOSS.
  absl::StatusOr<std::set<std::string>> ReadClosedNames() const;
  RecordId NextRecordId() const { return next_record_id_; }

  // --- sub-keys ------------------------------------------------------------------------------
  struct Enrolled {
    RecordId record;
    KeyType type;
    SubKeys keys;
  };
  void WriteSubKeys(KeyVersion kv, const std::vector<Enrolled>& enrolled);
  absl::Status ForEachSubKey(const std::function<void(KeyVersion, const Enrolled&)>& visit) const;
  // Wipes the sub-keys of versions that are not in `keep`.
  void KeepKeyVersions(const std::vector<KeyVersion>& keep);

  // --- slots ---------------------------------------------------------------------------------
  // One synced group commit: for every frame the wire, the ledger entry and the node's own note, of
  // the same sizes whether anything was opened or not.
  void CommitSlot(const SlotBatch& batch);
  struct KeptWire {
    FrameHash frame_hash;
    Bytes wire;
    TimeS keep_until_s;
  };
  absl::StatusOr<std::vector<KeptWire>> LoadWires() const;   // DATA_LOSS
  void DropWiresBefore(TimeS now);
  // The notes that are not worked off yet, oldest first.
  struct JournalEntry {
    std::string key;
    Noted noted;
  };
  absl::StatusOr<std::vector<JournalEntry>> ReadJournal(size_t most) const;
  struct InboxDocument {
    std::string id;
    bool done;
    std::string document;   // node/inbox_document.h
  };
  void FinishJournal(const std::vector<JournalEntry>& done, const std::vector<RecordChange>& changes,
                     const std::vector<InboxDocument>& inbox, const TrailNote* by = nullptr);

  // --- the ledger and its digests ----------------------------------------------------------------
  // All of it but what is sealed to the lead officer; of the logs in `from` only from this index on.
  absl::StatusOr<std::vector<LedgerItem>> ReadLedger(const std::map<LedgerLog, uint64_t>& from) const;
  // What is sealed to the lead officer in the entries answered at `since` or later, and before
  // `before`, until `visit` returns false; in no order of time.
  absl::Status ForEachSealed(TimeMs since, TimeMs before,
                             const std::function<bool(ByteView)>& visit) const;
  // Whether something is sealed in an entry that was answered at `since` or later, and before `before`.
  absl::StatusOr<bool> HasSealed(TimeMs since, TimeMs before) const;
  // Takes the sealed part out of the entries answered before this moment, whatever was in it, and
  // the whole of those that have gone by one of the lines; of at most `most` entries from the key
  // `from` on. The key to go on from; empty: that was the last one.
  absl::StatusOr<std::string> SweepLedger(TimeMs before, const std::vector<LedgerLine>& lines,
                                          const std::string& from, size_t most);
  // From where on the ledger is whole, at most one of a log, written before anything below goes;
  // `gone`: the digests that nobody needs any more. Synced.
  void WriteLedgerLine(const LedgerLine& line, const std::vector<LedgerFile::Digest>& gone);
  // To be read after rows and digests: what they lack is below a line by then.
  absl::StatusOr<std::vector<LedgerLine>> ReadLedgerLines() const;
  // Until when lead officers have taken out what is sealed; 0: never.
  absl::StatusOr<TimeMs> ReadTakenThrough() const;
  void WriteTakenThrough(TimeMs through, const TrailNote* by = nullptr);
  // At most one for a log, until it is logged. Synced.
  void WritePlannedDigest(const PlannedDigest& planned);
  absl::StatusOr<std::vector<PlannedDigest>> ReadPlannedDigests() const;
  // Takes the planned one's place. Synced.
  void WriteLoggedDigest(const LoggedDigest& logged);
  absl::StatusOr<std::vector<LoggedDigest>> ReadLoggedDigests() const;

  // --- the inbox: items as documents, sealed; open ones apart from those that are done -------------
  // Each takes the place of the one with its id. Synced.
  void WriteInbox(const std::vector<InboxDocument>& documents, const TrailNote* by = nullptr) {
    FinishJournal({}, {}, documents, by);
  }
  // What two people took from records, with their item. The numbers of these names are open again, also
  // where records of theirs were removed.
  void WriteLowered(const std::vector<RecordChange>& changes, const InboxDocument& item,
                    const std::set<std::string>& opened, const TrailNote& by);
  // The items of a month's end, and that this month (yyyymm) has had its own.
  void WriteMonth(const std::vector<InboxDocument>& documents, uint32_t month);
  absl::StatusOr<std::optional<uint32_t>> ReadMonth() const;
  absl::StatusOr<std::vector<std::string>> ReadInbox(bool done) const;
  absl::StatusOr<std::optional<InboxDocument>> FindInbox(std::string_view id) const;
  // An alarm, as a document that becomes an inbox item later: who raises it waits for nobody.
  void AddAlarm(std::string_view json) { AddAlarms({std::string(json)}); }
  void AddAlarms(const std::vector<std::string>& documents);
  // Each alarm, and each item of the form that had no state, replaced by what `item_of` makes of its
  // document, new or known by its id; what it refuses is DATA_LOSS and stays.
  absl::Status TakeUpDocuments(
      const std::function<absl::StatusOr<InboxDocument>(std::string_view)>& item_of);

  // --- questions asked here --------------------------------------------------------------------
  // What a list of receipts shows.
  struct ReceiptRow {
    TimeMs asked_ms = 0;
    FrameHash frame_hash;
    ReceiptState state = ReceiptState::kPending;
    Purpose purpose{};
    uint32_t asked = 0, answered = 0;   // agencies
    AskedFor asked_for = {};            // of rows of earlier versions: nobody's, by itself
    bool nothing_came = false;          // no relay said a word, or none has yet
  };
  // What there is of a question before its frame leaves: enough to review it, whatever becomes of
  // the frame and of this process.
  struct NewQuestion {
    ReceiptRow row;
    std::string receipt;                // as its file has it, with nothing in it that came
    WipedBytes opening;
    std::optional<SentNotice> notice;   // that it is
  };
  // With the records that a notice shields, and what waits for people. Synced.
  void WriteQuestion(const NewQuestion& question, const std::vector<RecordChange>& shielded = {},
                     const std::vector<InboxDocument>& inbox = {});
  absl::StatusOr<std::optional<WipedBytes>> ReadOpening(const FrameHash& hash) const;
  // The receipt as its file has it, without the opening. Synced.
  void WriteReceipt(const ReceiptRow& row, std::string_view receipt);
  absl::StatusOr<std::optional<std::string>> ReadReceipt(const FrameHash& hash) const;
  // Newest first, until it returns false.
  absl::Status ForEachReceipt(const std::function<bool(const ReceiptRow&)>& visit) const;
  // What people arranged around their questions (rocksdb_store_arranged.cc): documents by kind and
  // name, each takes the place of the one with its name; synced.
  enum class Arranged : uint8_t { kHandOvers = 1, kAgain, kWatch };
  void WriteArranged(Arranged kind, std::string_view name, std::string_view document,
                     const TrailNote* by = nullptr);
  void DropArranged(Arranged kind, std::string_view name);
  absl::StatusOr<std::optional<std::string>> ReadArranged(Arranged kind,
                                                          std::string_view name) const;
  absl::Status ForEachArranged(
      Arranged kind,
      const std::function<absl::Status(std::string_view name, std::string_view)>& visit) const;

  // --- shield notices that people here sent, to be repeated ------------------------------------
  // Each takes the place of an earlier one about the same child. Synced.
  void WriteSentNotice(const SentNotice& notice);
  absl::StatusOr<std::vector<SentNotice>> ReadSentNotices() const;   // DATA_LOSS
  void EndSentNotice(const Subject& subject);

  // --- state -----------------------------------------------------------------------------------
  absl::StatusOr<std::optional<RosterKeeper::State>> ReadRosterState() const;
  void WriteRosterState(const RosterKeeper::State& state);
  // Every roster that has ruled here, so that an old receipt can be checked; nullopt: none of this
  // version has.
  void KeepRoster(const Roster& roster, const SignedRoster& signed_roster);
  absl::StatusOr<std::optional<Roster>> ReadRoster(uint64_t version) const;
  absl::StatusOr<std::optional<LogWatch::Memory>> ReadWatch(CoordinatorId coordinator,
                                                            uint32_t log_key_id) const;
  void WriteWatch(CoordinatorId coordinator, uint32_t log_key_id, const LogWatch::Memory& memory);
  // When this store was in use last; nullopt: it is new. node/doubt.h. DATA_LOSS.
  absl::StatusOr<std::optional<TimeMs>> ReadInUse() const;
  void WriteInUse(TimeMs now);
  struct EnrolmentState {
    std::map<KeyVersion, TimeMs> begun_ms;
    TimeMs newest_import_ms = 0;
  };
  absl::StatusOr<EnrolmentState> ReadEnrolmentState() const;
  void WriteEnrolmentState(const EnrolmentState& state, const TrailNote* by = nullptr);
  // What node/policy_keeper.h keeps of an organisation's policy.
  absl::StatusOr<std::optional<Bytes>> ReadPolicyState(const std::string& organisation) const;
  void WritePolicyState(const std::string& organisation, ByteView state,
                        const TrailNote* by = nullptr);
  // How much this practitioner and the agency asked on this day; with `organisation`, a code, at a hub
  // how much of that for it.
  absl::StatusOr<AskCounts> ReadAskCounts(const PersonRef& practitioner,
                                          const std::string& organisation, Date day) const;
  void WriteAskCounts(const PersonRef& practitioner, const std::string& organisation, Date day,
                      const AskCounts& counts);

  // --- backup and restore (rocksdb_store_backup.cc) ---------------------------------------------
  // The column families, by name.
  static std::span<const std::string_view> Families();
  // What goes back (node/backup_parts.h), as it was at one moment. Others read and write meanwhile.
  // The sink's error. DATA_LOSS. INTERNAL: something here that nobody has classified.
  absl::Status Backup(const BackupManifest& manifest, const BackupWriter::Sink& sink) const;
  // Makes a store of a backup's entries where there is nothing. It says that it was restored at `now`
  // and was never in use. Until it is whole a file in the directory keeps every node from opening it.
  // FAILED_PRECONDITION: the directory has something in it. The reader's error. UNAVAILABLE.
  static absl::Status Restore(const std::string& directory, MasterKey master, BackupReader& backup,
                              TimeMs now, Random& random);
  // When this store was made of a backup last, of when that was, and whether everybody in it is
  // shielded until people say otherwise; nullopt: it never was. DATA_LOSS.
  struct Restored {
    TimeMs restored_ms = 0, made_ms = 0;
    bool shields_everybody = true;
  };
  absl::StatusOr<std::optional<Restored>> ReadRestored() const;
  // People have said that nobody is shielded any more by a restore alone. With the item that says who
  // and why; synced.
  absl::Status LiftRestored(const InboxDocument& item, const TrailNote& by);
  // --- the trail (node/trail.h): an entry is never written over nor taken away ------------------
  // Of a deed that changes nothing else. Synced.
  void WriteTrail(const TrailNote& note);
  TrailHead trail_head() const;
  // The entries that come after this number, in order, each with the chain's head with it, until it
  // returns false. DATA_LOSS, also where the chain does not hold: it says at which entry.
  absl::Status ForEachTrailEntry(
      uint64_t after, const std::function<bool(const TrailEntry&, const TrailHead&)>& visit) const;
  // Before the first entry after this number. NOT_FOUND: the trail does not go so far.
  absl::StatusOr<TrailHead> TrailHeadAt(uint64_t number) const;

  // The floor below which nothing is written any more.
  static constexpr uint64_t kFreeBytesFloor = 64u << 20;
  bool DiskHasRoom() const;

 private:
  enum Family : size_t { kMeta, kRecords, kGone, kSubKeys, kLedger, kWires,
                         kJournal, kInbox, kAlarms, kAsked, kReceipts, kReceiptRows, kFamilies };

  RocksdbStore(std::string directory, MasterKey master, X25519PublicKey lead_officer,
               Random& random);
  static absl::Status CheckIsWhole(const std::string& directory);
  absl::Status OpenDatabase();
  absl::Status OpenDatabase(bool create);
  absl::Status CheckMasterKey();
  void PutRestored(const Restored& restored, rocksdb::WriteBatch& batch);
  absl::Status FillFrom(BackupReader& backup, TimeMs now);
  absl::Status ReadNextRecordId();
  rocksdb::ColumnFamilyHandle* family(Family f) const { return families_[f]; }
  std::string Seal(Family f, std::string_view key, ByteView value) const;
  absl::StatusOr<Bytes> Open(Family f, std::string_view key, std::string_view sealed) const;
  absl::StatusOr<std::optional<Bytes>> Get(Family f, std::string_view key) const;
  absl::StatusOr<std::optional<WipedBytes>> GetSecret(Family f, std::string_view key) const;
  void PutSynced(Family f, std::string_view key, ByteView value, const TrailNote* by = nullptr);
  // Ends the process when it fails.
  void Write(rocksdb::WriteBatch& batch, bool sync, const TrailNote* by = nullptr);
  absl::Status ReadTrailHead();
  TrailHead PutTrail(const TrailNote& note, rocksdb::WriteBatch& batch) const;
  absl::Status ForEach(Family f, std::string_view from,
                       const std::function<absl::Status(std::string_view, ByteView)>& visit) const;
  std::string GoneKey(std::string_view source, std::string_view source_id) const;
  std::string NoticeKey(const Subject& subject) const;
  void PutReceipt(const ReceiptRow& row, std::string_view receipt, rocksdb::WriteBatch& batch);
  void PutSentNotice(const SentNotice& notice, rocksdb::WriteBatch& batch);
  std::vector<KeyVersion> StoredKeyVersions() const;
  void PutRecords(const std::vector<RecordChange>& changes, rocksdb::WriteBatch& batch);
  void PutRecord(const RecordChange& change, const std::vector<KeyVersion>& enrolled_under,
                 rocksdb::WriteBatch& batch);
  void PutClosed(const std::set<std::string>& names, rocksdb::WriteBatch& batch);
  // What finds the records, after they are written.
  void NoteChanges(const std::vector<RecordChange>& changes);
  void PutInbox(const InboxDocument& document, rocksdb::WriteBatch& batch);

  const std::string directory_;
  const MasterKey master_;
  const X25519PublicKey lead_officer_;
  const Secret<32> lookup_key_;
  Random& random_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
  RecordId next_record_id_ = 1;        // the importing thread's
  mutable std::mutex lookup_mutex_;    // held for a look, or for what changed at once
  std::optional<RecordLookup> lookup_ ABSL_GUARDED_BY(lookup_mutex_);   // once records are loaded
  std::atomic<bool> some_are_gone_ = false;   // kGone is not empty
  mutable std::mutex writing_;         // one write at a time, none after one that failed
  TrailHead trail_head_;               // guarded by writing_
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_ROCKSDB_STORE_H_
