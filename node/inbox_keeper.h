// The inbox at work: reads and writes items in the store, and does what follows from a decision. One
// mutex over every change, so that two people who decide at once decide one after the other.
#ifndef WHOELSE_NODE_INBOX_KEEPER_H_
#define WHOELSE_NODE_INBOX_KEEPER_H_

#include <functional>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "node/answering.h"
#include "node/approval.h"
#include "node/fishing.h"
#include "node/inbox.h"
#include "node/inbox_document.h"
#include "node/month_end.h"
#include "node/registry.h"
#include "node/shield_notice.h"
#include "node/working_calendar.h"
#include "rpc/clock.h"

namespace whoelse {

class InboxKeeper {
 public:
  InboxKeeper(AgencyId me, WorkingCalendar calendar, RocksdbStore& store, Registry& registry,
              Answering& answering, const Clock& clock, Random& random)
      : me_(me), calendar_(std::move(calendar)), store_(store), registry_(registry),
        answering_(answering), clock_(clock), random_(random) {}

  // Once, at the start: learns which notices stand, and whether the store was made of a backup.
  // DATA_LOSS from the store.
  absl::Status Load();
  // Alarms that were raised since, and documents of earlier versions, become items. DATA_LOSS.
  absl::Status TakeUp();
  // What answering left behind becomes items and shields, as one write.
  absl::Status WorkOff(const std::vector<RocksdbStore::JournalEntry>& entries);
  // What waits for people because of one question of this agency's own, in whichever frame it leaves.
  struct Raised {
    std::vector<std::string> items;     // their ids
    std::vector<std::string> notices;   // of a notice: those of the items about its shield here
    bool counted = false;               // by who watches for fishing
  };
  // Whose question it is, for the people here: "local:dan", and who answers for them, "": nobody.
  struct Whose {
    std::string user, manager;
  };
  // A question of this agency's own is about to leave. Writes it down together with the items that
  // others than who asks look at it by; of a shield notice also with the shield on the records of those
  // who send it, at once and for good: whatever becomes of the frame, raising is always allowed. The
  // same question in another frame, for a newer roster, comes with the same `raised`. DATA_LOSS.
  absl::Status OnAsked(const Statement& statement, bool held, const Whose& whose,
                       RocksdbStore::NewQuestion question, Raised& raised);

  // Every open item, or every one that is done, shown yet or not.
  absl::StatusOr<std::vector<InboxItem>> Items(bool done) const;
  // NOT_FOUND also for what is not shown yet.
  absl::StatusOr<InboxItem> Find(std::string_view id) const;
  // Decides, writes, and does what follows.
  std::variant<InboxItem, FieldError, absl::Status> Decide(const std::string& id,
                                                           const Action& action,
                                                           const Actor& actor);
  // Something new for people, by somebody's deed: `item`, unless an item is there, open or done,
  // that `is_it` knows again; then that one. DATA_LOSS.
  absl::StatusOr<InboxItem> Raise(const InboxItem& item,
                                  const std::function<bool(const InboxItem&)>& is_it,
                                  const TrailNote& by);
  // The questions that were asked here in a month that is over, for who confirms them.
  void RaiseMonth(const MonthEnd& month, const std::vector<AskedInMonth>& asked,
                  const std::vector<StaffMember>& staff);
  // A question of this agency's waits for a second person; its item's id.
  std::string RequestApproval(const QuestionToApprove& question);
  // Who approved it. The approval is used up by this: for when everything else is in order.
  std::variant<PersonRef, FieldError, absl::Status> UseApproval(const std::string& id,
                                                                const QuestionToApprove& question);
  // The question did not leave: its approval is as it was.
  absl::Status GiveBackApproval(const std::string& id);
  // A lead officer would take this from these records of a child, and gives the first of the two words.
  // FieldError: "nhs-number" when it is proposed already or, of a shield, a notice about it is not
  // decided yet; "reason"; "user", of who sent the notice.
  std::variant<InboxItem, FieldError, absl::Status> ProposeLowering(
      const Lowering& lowering, const std::vector<RecordId>& records, const std::string& reason,
      const Actor& actor);
  // A lead officer would give the opening of this question to an auditor, and says the first of the
  // two words. FieldError: "number" when it is proposed already; "reason"; "user", of who asked it.
  std::variant<InboxItem, FieldError, absl::Status> ProposeOpening(const AskedInMonth& asked,
                                                                   const std::string& reason,
                                                                   const Actor& actor);
  // A lead officer prepares a subject access report, in which these entries are put back: an item that
  // is done, which it names. FieldError: "reason", when something is put back without one.
  std::variant<std::string, FieldError> NoteReport(const std::vector<std::string>& put_back,
                                                   const std::string& reason, const Actor& actor);
  // Something about the node itself that people have to know (kLedgerToTake, kLedgerLost,
  // kClockUnconfirmed); one that is open and shown is not raised again. `about`: a JSON object.
  absl::Status RaiseOnce(ItemKind kind, const std::string& about);
  // A lead officer took out what is sealed: who was asked to need not any more.
  absl::Status SetTaken(const Actor& actor);
  // The desk has been told.
  absl::Status SetPaged(const std::string& id, Desk desk);

  const WorkingCalendar& calendar() const { return calendar_; }

 private:
  absl::StatusOr<InboxItem> Read(std::string_view id) const;
  // What a note asks for: items, and of a notice the records that it shields.
  struct Wanted {
    std::vector<RecordId> shield;
    std::vector<RocksdbStore::InboxDocument> documents;
    std::vector<std::string> notices;   // the ids of those that are a notice's
  };
  // A notice's note with the records of the child that were left out when it came. DATA_LOSS from
  // the store.
  absl::StatusOr<Noted> WithLeftOut(Noted notice) const;
  // Adds it, by the notices that stand and with this one. Whose records the note is about, at a hub.
  std::vector<std::string> AddWanted(const Noted& noted, NoticeBoard& notices, Wanted& wanted) const;
  // Once for a restore: the item that people lift its shield by.
  absl::Status RaiseRestored(const std::vector<InboxItem>& known)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // TakeUp, by who has the mutex.
  absl::Status TakeUpNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The records of the other conflicts that nobody has settled, also of those found since.
  absl::StatusOr<std::vector<RecordId>> DisputedBeside(const InboxItem& settled)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status LiftRestored(const InboxItem& item, const TrailNote& by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Why this person's word cannot count towards what the item would take from its records.
  std::variant<std::monostate, FieldError, absl::Status> CheckLowering(const InboxItem& lowers,
                                                                       const Actor& actor) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Something new for people, with its first decision.
  std::variant<InboxItem, FieldError> RaiseDecided(const InboxItem& item, const Action& action,
                                                   const Actor& actor, Deed deed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Alarms about this question, as items for these organisations.
  std::vector<RocksdbStore::InboxDocument> Watch(const AskedQuestion& question,
                                                 const std::vector<std::string>& organisations)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // At a hub, whose records these are; none elsewhere, and where one is not here any more.
  std::vector<std::string> OwnersOfRecords(const std::vector<RecordId>& records) const;

  const AgencyId me_;
  const WorkingCalendar calendar_;
  RocksdbStore& store_;
  Registry& registry_;
  Answering& answering_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;   // taken before the registry's, which know nothing of this one
  TimeMs restored_ms_ ABSL_GUARDED_BY(mutex_) = 0;   // 0: the store never was
  NoticeBoard notices_ ABSL_GUARDED_BY(mutex_);
  FishingWatch fishing_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_INBOX_KEEPER_H_
