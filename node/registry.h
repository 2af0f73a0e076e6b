// What this agency holds, for the threads that change it: imports, enrolment, shields, people and the
// calendar. Keeps store, pending enrolments and the answering side's view in step. One mutex, held
// briefly; the answering thread is told by messages and never waits for it.
#ifndef WHOELSE_NODE_REGISTRY_H_
#define WHOELSE_NODE_REGISTRY_H_

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "node/answering.h"
#include "node/confirmed_time.h"
#include "node/conflict.h"
#include "node/enrolment.h"
#include "node/import.h"
#include "node/lowering.h"
#include "node/organisations.h"
#include "node/record_batch.h"
#include "node/rocksdb_store.h"
#include "protocol/subject.h"

namespace whoelse {

struct ImportCounts {
  size_t imported = 0, updated = 0, unchanged = 0, ended = 0;
  size_t left_out = 0;   // erased here, or due to be archived or purged already
  size_t disputed = 0;   // silent, with the record that they conflict with, until people settle it
  size_t closed = 0;     // numbers, not rows: what is held under them is silent, and what comes later
  size_t class_kept = 0; // rows whose record stays in a stricter class than they have
};

class Registry {
 public:
  // Of each owner, by the names that the store has of those without records.
  using ClosedNumbers = std::set<std::string>;

  // `of_a_hub`: its organisations are controllers each for itself, and no record's life touches
  // another organisation's.
  Registry(RocksdbStore& store, Answering& answering, bool of_a_hub)
      : store_(store), answering_(answering), of_a_hub_(of_a_hub) {}

  // Reads all records and sub-keys; fills the index. DATA_LOSS from the store.
  absl::Status Load(const std::vector<KeyVersion>& versions);
  // The key versions of the roster that rules, and of the one before while it is held over: questions
  // under a retired one still come, and must find what they ask for. Sub-keys of all others are
  // deleted. To be called after the holder has forgotten them.
  void SetKeyVersions(const std::vector<KeyVersion>& versions,
                      const std::vector<KeyVersion>& held_over);

  // --- imports (registry_import.cc) --------------------------------------------------------------
  // What a pass over a file has found that is given some rows at a time.
  struct Pass {
    std::vector<bool> seen;   // the records that they are about
    ClosedNumbers closed;     // also by those that were not written
  };
  // Takes the rows up, written some at a time unless `write` is false, and says what came of them. No
  // two are of one source and id. `pass`: of the same file, or nullptr. Restrictions and classes only
  // rise.
  absl::Status Take(std::span<const ImportRow> rows, TimeMs now, bool write, ImportCounts* counts,
                    Pass* pass);
  // Whether a row of this source and id is held.
  bool Holds(const std::string& source, const std::string& source_id) const;
  // The identifier of this row that so many records of the same owner have before it that no child can
  // (node/import_crowds.h). nullopt: none, or a record that is one of them itself. DATA_LOSS from the
  // store.
  absl::StatusOr<std::optional<KeyType>> CrowdBefore(const Record& record) const;
  // What a row would close, by itself or because another row of its file closes the number that it
  // has.
  struct RowClosing {
    size_t line = 0;                    // of the file
    std::string owner;
    RecordId record = 0;                // that it is about; 0: none is held
    std::optional<NhsNumber> number;    // that the record has by it
    std::vector<NhsNumber> replaced;    // by that one, and closed with it
    std::vector<NhsNumber> parted;      // of the identity before, and closed in any case
    bool stays = true;                  // the record goes on, under `number`
    bool closes = false;                // the record, its number and what that replaced are closed
    bool raises = false;                // by the row itself, and so is what answers for the record
  };
  // Numbers that other rows of the file bring something under, each of an owner.
  using Brought = std::set<std::pair<std::string, NhsNumber>>;
  // nullopt: the row closes nothing, and adds nothing to what other rows close; so of most. One that
  // says what its number replaced adds something when a number of those is in `brought`, or something
  // is held under it that is not found by the record. DATA_LOSS from the store.
  absl::StatusOr<std::optional<RowClosing>> ClosingOf(const ImportRow& row, Date today,
                                                      const Brought& brought = {}) const;
  // The records that are open, and that these rows of one file would close together, in whatever
  // order they come: theirs, what answers for a merged one, what is held under their numbers, under
  // those that one of these has replaced, and so on, of each owner for itself. DATA_LOSS from the
  // store.
  absl::StatusOr<std::vector<RecordId>> ClosedBy(std::span<const RowClosing> rows) const;
  // How many records of each owner's source still answer for themselves, and how many of them are
  // among these.
  struct Share {
    size_t held = 0, among = 0;
  };
  absl::StatusOr<std::vector<Share>> SharesOf(const std::vector<bool>& records) const;
  // What is live of each of these sources, and of that what an import has not seen.
  struct Absent {
    size_t live = 0;
    std::vector<RecordId> records;
  };
  absl::StatusOr<std::map<std::string, Absent>> FindAbsent(const std::set<std::string>& sources,
                                                           const std::vector<bool>& seen,
                                                           Date today) const;
  absl::Status EndAll(std::span<const RecordId> records, Date end, TimeMs now);
  // `complete`: these were all rows of a file that has some, so that what is held is as of now; an
  // import that left rows out dates nothing.
  void FinishImport(bool complete, const TrailNote& by);
  // Of what is written bit by bit, before the first bit.
  void BeginImport(const TrailNote& by) { store_.WriteTrail(by); }

  // --- exports (registry_export.cc) ----------------------------------------------------------------
  // Of what is held for these organisations all that an export has, until it returns false: a merged
  // record as it would be unmerged, a number that was replaced with the record that answers for it.
  struct Exported {
    RecordId id;
    Record record;
    std::vector<NhsNumber> superseded_numbers;
  };
  absl::Status ForEachExported(const Organisations& theirs,
                               const std::function<bool(const Exported&)>& visit) const;

  // --- what people do to a record (registry_life.cc) ---------------------------------------------
  // A record of this source and id, or all of a number. FieldError: "id", "nhs-number", "by": there is
  // none, or it cannot be done. None of them lowers a restriction: Lower alone does.
  struct Which {
    std::string source, source_id;
  };
  // Whose deed it is, and whose records it may be done to: others are not there.
  struct By {
    TrailNote note;
    Organisations organisations;
  };
  using Done = std::variant<std::monostate, FieldError, absl::Status>;
  Done End(const Which& which, Date end, const By& by);
  // Two records were one person: `old` keeps answering, marked, with what is held under
  // `current`, and is compared with that as an imported row is.
  Done Supersede(const NhsNumber& old, const NhsNumber& current, const By& by);
  // The identity changed.
  Done Close(const NhsNumber& number, const By& by);
  Done Merge(const Which& from, const Which& into, const By& by);
  // What was merged is compared with what is held under its own identifiers by now. In dispute both
  // stay so, with an item that names both.
  Done Unmerge(const Which& from, const By& by);
  // Gone for good, with its sub-keys and what points to it; no import brings it back.
  Done Erase(const Which& which, const By& by);
  // A lead officer's word: what is looser in the record acts from the next question on, and not on
  // its day (node/policy_looser.h). Its restrictions stay.
  Done LetThrough(const Which& which, const By& by);
  // Proposes the lead professional of the record, or gives the role up.
  Done SetLead(const Which& which, bool lead, const By& by);
  // Archives and purges what is due: what is archived is silent for good.
  struct DueCounts {
    size_t archived = 0, purged = 0;
  };
  absl::StatusOr<DueCounts> DoWhatIsDue(ConfirmedTime now);

  // --- the child behind a record (registry_child.cc) ----------------------------------------------
  // All records of the same child, as they are written down: under the same identifiers, merged and
  // superseded ones, and what answers for them. Never those of a closed identity with others. None:
  // nothing is held. Here and below, of `theirs` alone.
  absl::StatusOr<std::vector<StoredRecord>> ChildBy(const NhsNumber& number,
                                                    const Organisations& theirs);
  absl::StatusOr<std::vector<StoredRecord>> ChildOf(RecordId record, const Organisations& theirs);

  // The records here that any identifier of this child finds, ended ones too, as they answer, each with
  // the one that answers for it. DATA_LOSS from the store.
  absl::StatusOr<std::vector<std::pair<RecordId, Record>>> HeldOf(
      const Subject& subject, const Organisations& theirs) const;
  absl::StatusOr<std::vector<Record>> RecordsOf(const Subject& subject,
                                                const Organisations& theirs) const;
  // At a hub, whose record it is: the code; "" when it is not here any more, and where there is no hub.
  std::string OwnerOf(RecordId record) const;
  std::string OwnerOf(const Record& record) const {
    return of_a_hub_ ? record.organisation_code : std::string();
  }
  // Marks records shielded by a notice, pending a lead officer, and finishes the journal entries that
  // said so.
  absl::Status ApplyJournal(const std::vector<RocksdbStore::JournalEntry>& entries,
                            const std::vector<RecordId>& shield,
                            const std::vector<RocksdbStore::InboxDocument>& inbox);
  // The same for a notice that people here send, as one write with the question, before it leaves.
  absl::Status ApplySent(const RocksdbStore::NewQuestion& question,
                         const std::vector<RecordId>& shield,
                         const std::vector<RocksdbStore::InboxDocument>& inbox);
  // What people decided about a notice's records, with the item that says who and why. Lifting takes
  // away what the notice did and leaves the record's own restrictions.
  enum class Notice : uint8_t { kConfirmed = 1, kLifted };
  absl::Status DecideNotice(Notice decision, const std::vector<RecordId>& records,
                            const RocksdbStore::InboxDocument& item, const TrailNote& by);

  // Two people have taken this from the records, with the item that says who and why. A number is opened
  // whole, for the owner of each record: with what came under it since they looked.
  absl::Status Lower(const Lowering& lowering, const std::vector<RecordId>& records,
                     const RocksdbStore::InboxDocument& item, const TrailNote& by);

  // People have settled whose these records are, with the item that says who and why. What answers
  // for them, or with them, speaks again too; but nothing does of which another conflict goes on.
  // `disputed` gives the records that those name. It is called while nobody changes a record: an
  // import has written its conflicts by then, or finds them afterwards. It may read here and change
  // nothing here. DATA_LOSS from the store; what `disputed` fails with.
  absl::Status SettleConflict(
      const std::vector<RecordId>& records,
      const std::function<absl::StatusOr<std::vector<RecordId>>()>& disputed,
      const RocksdbStore::InboxDocument& item, const TrailNote& by);

  // The next records to enrol under this version, with the values to be evaluated.
  struct Work {
    RecordId record;
    KeyType type;
    std::string value;
  };
  absl::StatusOr<std::vector<Work>> NextToEnrol(KeyVersion kv, size_t n, TimeMs now);
  size_t Pending(KeyVersion kv) const;
  // The sub-keys of that work, in its order. What changed meanwhile is left for the next time.
  absl::Status OnEnrolled(KeyVersion kv, const std::vector<Work>& work, std::vector<SubKeys> keys);

  struct Summary {
    size_t records = 0;
    TimeMs newest_import_ms = 0;
    struct Version {
      KeyVersion kv;
      bool complete;
      size_t pending;
    };
    std::vector<Version> versions;
  };
  Summary Summarise() const;

 private:
  // Conflicts in the batch that is gathered: of each identifier, between the records of the same
  // one or two organisations, one.
  struct DisputeKey {
    Conflict conflict;
    std::string identifier, owner, other_owner;   // owner <= other_owner
    auto operator<=>(const DisputeKey&) const = default;
  };
  struct Disputed {
    RecordId other;
    DisputeKey key;
    bool silent;   // it was, before this
  };

  // Those of the records that are still here, each changed.
  absl::StatusOr<std::vector<RocksdbStore::RecordChange>> Change(
      const std::vector<RecordId>& records, const std::function<void(Record&)>& change) const;
  absl::Status TakeAndWrite(std::span<const ImportRow> rows, TimeMs now, ImportCounts* counts,
                            std::vector<bool>* seen) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  absl::Status Gather(std::span<const ImportRow> rows, RecordBatch& batch, ImportCounts* counts,
                      std::vector<bool>* seen) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  absl::Status TakeOne(const ImportRow& row, Date today, RecordBatch& batch, ImportCounts* counts,
                       std::vector<bool>* seen) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  absl::StatusOr<std::pair<RecordId, Record>> AnsweringBy(RecordId id,
                                                          const RecordBatch& batch) const;
  // Adds what would answer beside the record by its identifier of this type and cannot be the same
  // child's.
  absl::Status FindDisputed(RecordId id, const Record& record, KeyType type,
                            const RecordBatch& batch, std::vector<Disputed>& disputed) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // nullopt also where the number of the one has replaced that of the other, which its system has not
  // heard of yet.
  absl::StatusOr<std::optional<Conflict>> ConflictBetween(RecordId id, const Record& record,
                                                          RecordId other, const Record& held,
                                                          const RecordBatch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // By all identifiers that it answers under.
  absl::Status FindDisputedBy(RecordId by, const Record& answers, const RecordBatch& batch,
                              std::vector<Disputed>& disputed) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // By those of all that this one answers for, where another child answers than before the batch.
  absl::Status FindDisputedBehind(RecordId by, const RecordBatch& batch,
                                  std::vector<Disputed>& disputed) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // `identifies`: it says something new about whose it is. `replaced`: numbers that it is found by
  // from now on. `together`: what answered beside it before, and is compared no more. Whether it
  // conflicts with a record of the same owner.
  absl::StatusOr<bool> Dispute(RecordId id, bool identifies, std::span<const NhsNumber> replaced,
                               RecordBatch& batch, const std::set<RecordId>& together = {})
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // This one and what it conflicts with, if anything, are in dispute, and what disputes_ says.
  absl::Status Silence(RecordId by, const std::vector<Disputed>& disputed, RecordBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // The first was answered by the other one until this batch.
  absl::Status DisputeParted(RecordId parted, RecordId answering, RecordBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // The documents (node/inbox_document.h) of what answered for these and stays in dispute, for items
  // may name these alone. DATA_LOSS from the store.
  absl::StatusOr<std::vector<std::string>> DisputedWithout(const std::vector<StoredRecord>& gone,
                                                           TimeMs now) const;
  // The documents of what was found since the last time.
  std::vector<std::string> TakeDisputes(TimeMs now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // The numbers that this record's has replaced, and those that they had. `answered`: those that a record
  // answers for. `counts`: of a replaced one, whether it and those behind it do.
  static absl::StatusOr<std::vector<NhsNumber>> NumbersReplacedBy(
      RecordId id, const std::function<std::vector<RecordId>(RecordId)>& answered,
      const std::function<absl::StatusOr<Record>(RecordId)>& read,
      const std::function<bool(const Record&)>& counts);
  // Those of the numbers that were not known.
  absl::StatusOr<std::vector<NhsNumber>> TakeReplaced(std::span<const NhsNumber> numbers,
                                                      RecordId id, RecordBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  absl::Status CarryWhatAnswered(const Record& held, Date today, const RecordBatch& batch,
                                 Record& added) const;
  // `shielded`: also without its closing.
  static absl::Status RaiseAnswering(const Record& record, bool shielded, RecordBatch& batch);
  absl::StatusOr<std::vector<StoredRecord>> ChildFrom(const std::vector<RecordId>& found,
                                                      const Organisations& theirs);
  std::vector<RecordId> NeighboursOf(const StoredRecord& stored) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  bool IsClosed(const std::string& owner, const NhsNumber& number) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_) {
    return !closed_.empty() && closed_.contains(store_.ClosedName(owner, number));
  }
  // And the numbers that what is held under them has replaced, which are the same identity.
  absl::Status CloseAll(const std::string& owner, std::vector<NhsNumber> numbers, Date today,
                        RecordBatch& batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // What the row lists as replaced, for the identity changed, and the number that was held, if that
  // one did.
  absl::Status CloseParted(const ImportRow& row, const std::optional<NhsNumber>& held, Date today,
                           RecordBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // What answers for these doors, one behind the other, with all that is under the same numbers.
  struct Above {
    std::set<RecordId> records;
    std::set<NhsNumber> numbers;   // newer than the doors'
  };
  absl::StatusOr<Above> AboveOf(const std::string& owner, std::vector<RecordId> doors,
                                const RecordBatch& batch) const;
  // All that stands beside these doors, which were closed a moment ago.
  absl::Status MarkBesideDoors(const std::string& owner, const std::vector<RecordId>& closed,
                               RecordBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // Those of these numbers that stand beside the closed ones among them.
  absl::Status MarkBesideClosed(const std::string& owner, std::span<const NhsNumber> numbers,
                                RecordBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // The doors among these records, without those of newer numbers.
  absl::Status MarkDoors(const std::string& owner, std::span<const RecordId> records,
                         const std::set<NhsNumber>& newer, RecordBatch& batch);
  // A door that is made is no more open than those that its number has.
  absl::Status InheritBesideClosed(Record& door, const RecordBatch& batch) const;
  // Whether what its number replaced leads to something that is not found without the row.
  bool LeadsToHeld(const RowClosing& closing, const Brought& brought) const;
  // With what the same owners have under the same numbers.
  absl::StatusOr<std::vector<RecordId>> ClosedWith(const std::vector<RecordId>& records) const;
  // The numbers that this record has replaced and that are not closed.
  absl::StatusOr<std::vector<NhsNumber>> OpenReplacedBy(const std::string& owner, RecordId id,
                                                        const RecordBatch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // The records, what answers for each of them, and all that it answers for.
  absl::StatusOr<std::set<RecordId>> AnsweringWith(const std::vector<RecordId>& records) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  absl::Status CloseWhatFeedsSay(RecordBatch& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // Of each record that answers for others, those.
  using AnswersFor = std::multimap<RecordId, RecordId>;
  // Adds those that this one answers for.
  static void AddAnswered(const AnswersFor& answers_for, RecordId id,
                          std::vector<RecordId>& answered);
  std::vector<RecordId> AnsweredBy(RecordId id, const RecordBatch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // Also those that these answer for, and so on.
  std::vector<RecordId> AllAnsweredBy(RecordId id, const RecordBatch& batch) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  void NoteAnswers(RecordId id, RecordId before, RecordId now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  Done DisputeMerge(RecordId from, RecordId into, const TrailNote& by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  Done FindOne(const Which& which, const std::string& field, const Organisations& theirs,
               StoredRecord* found) const;
  Done ChangeOne(const Which& which, const By& by, const std::function<Done(Record&)>& change);
  void NoteAnswers(const std::vector<RocksdbStore::RecordChange>& changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  void Write(const RecordBatch& batch, const TrailNote* by = nullptr)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // With the items of what it disputes.
  void WriteDisputed(const RecordBatch& batch, const TrailNote& by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  // To the store, then what follows from it; the answers are noted.
  void Write(const RecordBatch& batch, const TrailNote* by, RocksdbStore::Synced synced);
  // Those of them that are still there, as one.
  absl::Status ChangeEach(std::span<const RecordId> records, TimeMs now,
                          const std::function<void(Record&)>& change);
  absl::Status Remove(std::span<const RecordId> records, bool erased, TimeMs now,
                      const TrailNote* by = nullptr) ABSL_EXCLUSIVE_LOCKS_REQUIRED(import_mutex_);
  void Apply(const std::vector<RocksdbStore::RecordChange>& changes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SaveState(const TrailNote* by = nullptr) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RocksdbStore& store_;
  Answering& answering_;
  const bool of_a_hub_;
  // One change of records at a time. Taken after InboxKeeper's, and before mutex_.
  mutable std::mutex import_mutex_;
  DisputeKey KeyOf(Conflict conflict, const Record& a, const Record& b) const;
  std::map<DisputeKey, std::set<RecordId>> disputes_ ABSL_GUARDED_BY(import_mutex_);
  // What comes to the same owner under a closed number is closed with it, until two people open it.
  ClosedNumbers closed_ ABSL_GUARDED_BY(import_mutex_);
  AnswersFor answers_for_ ABSL_GUARDED_BY(import_mutex_);
  mutable std::mutex mutex_;
  Enrolment enrolment_ ABSL_GUARDED_BY(mutex_);
  std::vector<KeyVersion> versions_ ABSL_GUARDED_BY(mutex_);   // of the roster that rules
  std::vector<KeyVersion> kept_ ABSL_GUARDED_BY(mutex_);       // and those held over
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_REGISTRY_H_
