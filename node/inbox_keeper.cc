#include "node/inbox_keeper.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "node/give_opening.h"

namespace whoelse {
namespace {

RocksdbStore::InboxDocument DocumentOf(const InboxItem& item) {
  return {item.id, item.state() == ItemState::kDone, ItemDocument(item)};
}

// At a hub, whose; none elsewhere.
std::vector<std::string> OneOrNone(const std::string& organisation) {
  return organisation.empty() ? std::vector<std::string>() : std::vector{organisation};
}

// What the trail says of a decision: which records it is about where something follows for them.
TrailNote NoteOf(const Acted& acted, const Action& action, const Actor& actor) {
  const InboxItem::Step& step = acted.item.steps.back();
  TrailNote note{Deed::kInbox, step.at_ms, actor.user, DutyToDecide(actor, acted.item), {},
                 action.reason};
  note.Add(Fact::kItem, acted.item.id).Add(Fact::kKind, std::string(Name(acted.item.kind)));
  note.Add(Fact::kOutcome, step.outcome);
  // What is lowered the registry names itself: it may be more than the item has.
  const bool lowers =
      acted.effect == Effect::kLiftOwnShield || acted.effect == Effect::kLowerRestriction;
  for (const ItemKind changes : {ItemKind::kShieldNotice, ItemKind::kShieldToLift,
                                 ItemKind::kIdentityConflict, ItemKind::kRestrictionToLower}) {
    if (acted.item.kind == changes && !lowers) note.AddRecords(acted.item.records);
  }
  if (const std::optional<Lowering> lowering = LoweringOf(acted.item)) {
    note.Add(Fact::kLowered, std::string(Name(lowering->what)));
  }
  for (std::string question : {OpeningQuestion(acted.item), PutAloneQuestion(acted.item)}) {
    if (!question.empty()) note.Add(Fact::kReceipt, std::move(question));
  }
  return note;
}

}  // namespace

absl::Status InboxKeeper::Load() {
  if (absl::Status taken = TakeUp(); !taken.ok()) return taken;
  const std::lock_guard lock(mutex_);
  std::vector<InboxItem> notices;
  for (const bool done : {true, false}) {
    auto items = Items(done);
    if (!items.ok()) return items.status();
    std::ranges::move(*items, std::back_inserter(notices));
  }
  // In the order in which they came to stand as they do: a later notice of a sender takes the place of
  // one that was lifted, and what was lifted whole was so after all that was decided before.
  std::ranges::stable_sort(notices, {}, [](const InboxItem& item) {
    const TimeMs stood =
        item.state() == ItemState::kDone ? item.steps.back().at_ms : item.raised_ms;
    return std::pair(stood, item.kind == ItemKind::kShieldToLift);
  });
  for (const InboxItem& item : notices) notices_.Learn(item);
  return RaiseRestored(notices);
}

absl::Status InboxKeeper::RaiseRestored(const std::vector<InboxItem>& known) {
  const auto restored = store_.ReadRestored();
  if (!restored.ok()) return restored.status();
  if (!restored->has_value()) return absl::OkStatus();
  restored_ms_ = (*restored)->restored_ms;
  const bool raised = std::ranges::any_of(known, [&](const InboxItem& item) {
    return item.kind == ItemKind::kRestored && item.raised_ms == restored_ms_;
  });
  if (raised) return absl::OkStatus();
  store_.WriteInbox(
      {DocumentOf(RestoredItem((*restored)->made_ms, restored_ms_, calendar_, random_))});
  return absl::OkStatus();
}

absl::Status InboxKeeper::TakeUp() {
  const std::lock_guard lock(mutex_);
  return TakeUpNow();
}

absl::Status InboxKeeper::TakeUpNow() {
  std::optional<std::vector<InboxItem>> open;   // read when the first document comes: seldom
  return store_.TakeUpDocuments(
      [&](std::string_view document) -> absl::StatusOr<RocksdbStore::InboxDocument> {
        absl::StatusOr<InboxItem> item = TakeUpDocument(document, calendar_, random_);
        if (!item.ok()) return item.status();
        // Both have to find out whose each is, also when an earlier version did not write it down.
        if (item->kind == ItemKind::kIdentityConflict && item->organisations.empty()) {
          item->organisations = OwnersOfRecords(item->records);
        }
        if (!open) {
          auto items = Items(false);
          if (!items.ok()) return items.status();
          open = *std::move(items);
        }
        for (InboxItem& known : *open) {
          if (JoinAlarm(known, *item)) return DocumentOf(known);
        }
        open->push_back(*std::move(item));
        return DocumentOf(open->back());
      });
}

// A notice is about the child. Of one owner only so many records are looked at when it comes, and
// one that was left out would answer as soon as the others are put right.
absl::StatusOr<Noted> InboxKeeper::WithLeftOut(Noted notice) const {
  const std::vector<Noted::Decision> decided = notice.decisions;
  std::set<RecordId> marked, children;   // of whom all are found
  for (const Noted::Decision& decision : decided) marked.insert(decision.record);
  for (const Noted::Decision& decision : decided) {
    if (!decision.more || children.contains(decision.record)) continue;
    const std::string owner = registry_.OwnerOf(decision.record);
    const auto child = registry_.ChildOf(
        decision.record, owner.empty() ? Organisations::All() : Organisations::Only({owner}));
    if (!child.ok()) return child.status();
    for (const StoredRecord& stored : *child) {
      children.insert(stored.id);
      const Record& record = stored.record;
      if (record.archived_on || registry_.OwnerOf(record) != owner) continue;
      const RecordId answers = record.answered_by != 0 ? record.answered_by : stored.id;
      if (!marked.insert(answers).second) continue;
      notice.decisions.push_back({answers, Outcome::kNothing, Noted::kNoRow, true});
    }
  }
  return notice;
}

std::vector<std::string> InboxKeeper::AddWanted(const Noted& noted, NoticeBoard& notices,
                                                Wanted& wanted) const {
  const bool notice = (noted.reasons & Noted::kShieldNotice) != 0;
  std::vector<std::string> owners;
  const auto owner_of = [&](RecordId record) { return registry_.OwnerOf(record); };
  for (const auto& [owner, part] : PartsOf(noted, owner_of)) {
    const std::vector<RecordId> acts_on = notice ? notices.ActsOn(part) : std::vector<RecordId>();
    wanted.shield.insert(wanted.shield.end(), acts_on.begin(), acts_on.end());
    const std::vector<std::string> theirs = OneOrNone(owner);
    owners.insert(owners.end(), theirs.begin(), theirs.end());
    for (InboxItem& item : ItemsOf(part, me_, theirs, calendar_, random_)) {
      if (item.kind == ItemKind::kShieldNotice) {
        if (acts_on.empty()) continue;
        item.records = acts_on;
        notices.Learn(item);
        wanted.notices.push_back(item.id);
      }
      wanted.documents.push_back(DocumentOf(item));
    }
  }
  return owners;
}

absl::Status InboxKeeper::WorkOff(const std::vector<RocksdbStore::JournalEntry>& entries) {
  std::vector<RecordId> settled;
  Wanted wanted;
  const std::lock_guard lock(mutex_);
  NoticeBoard notices = notices_;
  for (const RocksdbStore::JournalEntry& entry : entries) {
    const bool notice = (entry.noted.reasons & Noted::kShieldNotice) != 0;
    for (const Noted::Decision& decision : entry.noted.decisions) {
      if (notice) settled.push_back(decision.record);
    }
    const absl::StatusOr<Noted> noted = notice ? WithLeftOut(entry.noted) : entry.noted;
    if (!noted.ok()) return noted.status();
    const std::vector<std::string> owners = AddWanted(*noted, notices, wanted);
    // This agency's own are watched where they are asked, with all that is known there.
    const auto asked = AskedQuestionOf(entry.noted);
    if (asked && asked->agency != me_) {
      std::ranges::move(Watch(*asked, owners), std::back_inserter(wanted.documents));
    }
  }
  const absl::Status applied = registry_.ApplyJournal(entries, wanted.shield, wanted.documents);
  if (!applied.ok()) return applied;
  notices_ = std::move(notices);
  answering_.ForgetShields(std::move(settled));
  return absl::OkStatus();
}

absl::Status InboxKeeper::OnAsked(const Statement& statement, bool held, const Whose& whose,
                                  RocksdbStore::NewQuestion question, Raised& raised) {
  const std::lock_guard lock(mutex_);
  const TimeMs now = clock_.NowMs();
  const std::string& organisation = question.row.asked_for.organisation;
  const std::vector<std::string> theirs = OneOrNone(organisation);
  const bool notice = statement.Has(kFlagShieldNotice);
  Wanted wanted;
  std::vector<InboxItem> items = ItemsOf(
      OwnQuestion{me_, statement.practitioner_ref, statement.purpose, notice,
                  ReceiptNumber(question.row.frame_hash), theirs,
                  statement.Has(kFlagApprovalToFollow), question.row.asked_for.case_reference,
                  whose.user, whose.manager},
      now, calendar_, random_);
  for (size_t i = 0; i < items.size(); ++i) {
    // The number that it leaves under now takes the place of one to which nobody could answer.
    if (i < raised.items.size()) items[i].id = raised.items[i];
    else raised.items.push_back(items[i].id);
    wanted.documents.push_back(DocumentOf(items[i]));
  }
  if (!raised.counted) {
    const AskedQuestion asked = AskedHere(me_, statement.practitioner_ref, now, statement.purpose,
                                          statement.subject, held);
    std::ranges::move(Watch(asked, theirs), std::back_inserter(wanted.documents));
    raised.counted = true;
  }
  if (!notice) {
    store_.WriteQuestion(question, {}, wanted.documents);
    return absl::OkStatus();
  }
  // Another organisation's records are its own to shield: it hears of the notice as any holder does.
  const auto records = registry_.HeldOf(
      statement.subject,
      organisation.empty() ? Organisations::All() : Organisations::Only({organisation}));
  if (!records.ok()) return records.status();
  // In another frame it finds what it shielded before and raises nothing new of it.
  for (const std::string& id : raised.notices) {
    absl::StatusOr<InboxItem> item = Read(id);
    if (!item.ok()) return item.status();
    SetQuestion(*item, question.row.frame_hash);
    wanted.documents.push_back(DocumentOf(*item));
  }
  NoticeBoard notices = notices_;
  AddWanted(NoteOfSent(statement, question.row.frame_hash, now, *records), notices, wanted);
  // Due at once until it is known to have left.
  question.notice = SentNotice{statement.subject, statement.born, 0};
  const absl::Status applied = registry_.ApplySent(question, wanted.shield, wanted.documents);
  if (!applied.ok()) return applied;
  notices_ = std::move(notices);
  std::ranges::move(wanted.notices, std::back_inserter(raised.notices));
  return absl::OkStatus();
}

std::vector<RocksdbStore::InboxDocument> InboxKeeper::Watch(
    const AskedQuestion& question, const std::vector<std::string>& organisations) {
  std::vector<RocksdbStore::InboxDocument> documents;
  for (const FishingAlarm& alarm : fishing_.OnQuestion(question)) {
    documents.push_back(
        DocumentOf(ItemOf(alarm, me_, organisations, question.at_ms, calendar_, random_)));
  }
  return documents;
}

std::vector<std::string> InboxKeeper::OwnersOfRecords(const std::vector<RecordId>& records) const {
  std::set<std::string> owners;
  for (const RecordId record : records) owners.insert(registry_.OwnerOf(record));
  if (owners.contains("")) return {};
  return {owners.begin(), owners.end()};
}

absl::StatusOr<std::vector<InboxItem>> InboxKeeper::Items(bool done) const {
  const auto documents = store_.ReadInbox(done);
  if (!documents.ok()) return documents.status();
  std::vector<InboxItem> items;
  for (const std::string& document : *documents) {
    absl::StatusOr<InboxItem> item = ReadItem(document);
    if (!item.ok()) return item.status();
    items.push_back(*std::move(item));
  }
  return items;
}

absl::StatusOr<InboxItem> InboxKeeper::Read(std::string_view id) const {
  const auto document = store_.FindInbox(id);
  if (!document.ok()) return document.status();
  if (!document->has_value()) return absl::NotFoundError("inbox: no item of this id");
  return ReadItem((*document)->document);
}

absl::StatusOr<InboxItem> InboxKeeper::Find(std::string_view id) const {
  absl::StatusOr<InboxItem> item = Read(id);
  if (item.ok() && !item->Visible(clock_.NowMs())) {
    return absl::NotFoundError("inbox: no item of this id");
  }
  return item;
}

std::variant<InboxItem, FieldError, absl::Status> InboxKeeper::Decide(const std::string& id,
                                                                      const Action& action,
                                                                      const Actor& actor) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<InboxItem> item = Read(id);
  if (absl::IsNotFound(item.status())) {
    return FieldError{"id", "there is no such item", "look it up with inbox list"};
  }
  if (!item.ok()) return item.status();
  auto result = Act(*item, action, actor, clock_.NowMs());
  if (auto* error = std::get_if<FieldError>(&result)) return *error;
  if (LoweringOf(*item) && action.verb == VerbToLower(item->kind)) {
    const auto checked = CheckLowering(*item, actor);
    if (const auto* error = std::get_if<FieldError>(&checked)) return *error;
    if (const auto* status = std::get_if<absl::Status>(&checked)) return *status;
  }
  const Acted& acted = std::get<Acted>(result);
  const RocksdbStore::InboxDocument document = DocumentOf(acted.item);
  const TrailNote by = NoteOf(acted, action, actor);
  absl::Status done = absl::OkStatus();
  switch (acted.effect) {
    case Effect::kConfirmShield:
      done = registry_.DecideNotice(Registry::Notice::kConfirmed, acted.item.records, document, by);
      break;
    case Effect::kLiftShield:
      done = registry_.DecideNotice(Registry::Notice::kLifted, notices_.FreedBy(acted.item),
                                    document, by);
      break;
    case Effect::kLiftOwnShield:
    case Effect::kLowerRestriction: {
      const std::optional<Lowering> lowering = LoweringOf(acted.item);
      if (!lowering) return absl::DataLossError("inbox: an item does not say what it lowers");
      done = registry_.Lower(*lowering, acted.item.records, document, by);
      break;
    }
    case Effect::kSettleConflict:
      done = registry_.SettleConflict(
          acted.item.records,
          [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return DisputedBeside(acted.item); }, document,
          by);
      break;
    case Effect::kLiftRestored:
      done = LiftRestored(acted.item, by);
      break;
    case Effect::kNotRecognised: {
      const auto raised = NotRecognisedItem(acted.item, clock_.NowMs(), calendar_, random_);
      if (const auto* error = std::get_if<FieldError>(&raised)) return *error;
      store_.WriteInbox({document, DocumentOf(std::get<InboxItem>(raised))}, &by);
      break;
    }
    case Effect::kNotApproved:
      store_.WriteInbox({document, DocumentOf(NotApprovedItem(acted.item, clock_.NowMs(), calendar_,
                                                              random_))},
                        &by);
      break;
    case Effect::kNone:
      store_.WriteInbox({document}, &by);
      break;
  }
  if (!done.ok()) return done;
  notices_.Learn(acted.item);
  return acted.item;
}

absl::StatusOr<std::vector<RecordId>> InboxKeeper::DisputedBeside(const InboxItem& settled) {
  // What came since counts too: another conflict keeps a record silent that this one would free.
  if (absl::Status taken = TakeUpNow(); !taken.ok()) return taken;
  const auto open = Items(false);
  if (!open.ok()) return open.status();
  std::vector<RecordId> disputed;
  for (const InboxItem& item : *open) {
    if (item.kind != ItemKind::kIdentityConflict || item.id == settled.id) continue;
    std::ranges::copy(item.records, std::back_inserter(disputed));
  }
  return disputed;
}

absl::Status InboxKeeper::LiftRestored(const InboxItem& item, const TrailNote& by) {
  if (item.raised_ms != restored_ms_) {   // of an earlier restore: it says nothing about this one
    store_.WriteInbox({DocumentOf(item)}, &by);
    return absl::OkStatus();
  }
  if (absl::Status lifted = store_.LiftRestored(DocumentOf(item), by); !lifted.ok()) return lifted;
  answering_.StopShieldingEverybody();
  return absl::OkStatus();
}

std::string InboxKeeper::RequestApproval(const QuestionToApprove& question) {
  const std::lock_guard lock(mutex_);
  const InboxItem item = ApprovalItem(question, clock_.NowMs(), calendar_, random_);
  store_.WriteInbox({DocumentOf(item)});
  return item.id;
}

std::variant<PersonRef, FieldError, absl::Status> InboxKeeper::UseApproval(
    const std::string& id, const QuestionToApprove& question) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<InboxItem> item = Read(id);
  if (absl::IsNotFound(item.status())) {
    return FieldError{"approval", "there is no such item", "write the id that you were given when you asked for it"};
  }
  if (!item.ok()) return item.status();
  const TimeMs now = clock_.NowMs();
  // Whether it was used since the backup is forgotten.
  if (item->raised_ms <= restored_ms_) {
    return FieldError{"approval", "was asked for before this node was restored from a backup",
                      "have the question approved again"};
  }
  const auto approver = ApproverOf(*item, question, now);
  if (const auto* error = std::get_if<FieldError>(&approver)) return *error;
  store_.WriteInbox({DocumentOf(Used(*item, now))});
  return std::get<PersonRef>(approver);
}

absl::Status InboxKeeper::GiveBackApproval(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const absl::StatusOr<InboxItem> item = Read(id);
  if (!item.ok()) return item.status();
  store_.WriteInbox({DocumentOf(Unused(*item))});
  return absl::OkStatus();
}

std::variant<std::monostate, FieldError, absl::Status> InboxKeeper::CheckLowering(
    const InboxItem& lowers, const Actor& actor) const {
  const std::optional<Lowering> lowering = LoweringOf(lowers);
  const bool shield = lowering && lowering->what == Lowered::kShield;
  const auto about_it = [&](const InboxItem& item) {
    return std::ranges::any_of(item.records, [&](RecordId record) {
      return std::ranges::find(lowers.records, record) != lowers.records.end();
    });
  };
  const auto open = Items(false);
  if (!open.ok()) return open.status();
  for (const InboxItem& item : *open) {
    if (item.id == lowers.id || !about_it(item)) continue;
    if (shield && item.kind == ItemKind::kShieldNotice) {
      return FieldError{"nhs-number", "a shield notice about this child waits for a decision",
                        "decide it first, with inbox approve or refuse"};
    }
    const std::optional<Lowering> other = LoweringOf(item);
    if (other && lowering && other->what == lowering->what) {
      return FieldError{"nhs-number", "it is proposed already", "look it up with inbox list"};
    }
  }
  // Nobody unshields what they asked to have shielded.
  const bool asked = std::ranges::any_of(
      lowers.records, [&](RecordId record) { return notices_.WasSentBy(record, actor.ref); });
  if (shield && asked) {
    return FieldError{"user", "sent a shield notice about this child",
                      "leave it to two other lead officers"};
  }
  return {};
}

std::variant<InboxItem, FieldError, absl::Status> InboxKeeper::ProposeLowering(
    const Lowering& lowering, const std::vector<RecordId>& records, const std::string& reason,
    const Actor& actor) {
  const std::lock_guard lock(mutex_);
  InboxItem item = LoweringItem(lowering, records, clock_.NowMs(), calendar_, random_);
  item.organisations = OwnersOfRecords(records);
  const auto checked = CheckLowering(item, actor);
  if (const auto* error = std::get_if<FieldError>(&checked)) return *error;
  if (const auto* status = std::get_if<absl::Status>(&checked)) return *status;
  const auto proposed =
      RaiseDecided(item, {VerbToLower(item.kind), "", reason}, actor, Deed::kLiftShield);
  if (const auto* error = std::get_if<FieldError>(&proposed)) return *error;
  return std::get<InboxItem>(proposed);
}

std::variant<InboxItem, FieldError, absl::Status> InboxKeeper::ProposeOpening(
    const AskedInMonth& asked, const std::string& reason, const Actor& actor) {
  const std::lock_guard lock(mutex_);
  const auto open = Items(false);
  if (!open.ok()) return open.status();
  if (std::ranges::find(*open, asked.question, OpeningQuestion) != open->end()) {
    return FieldError{"number", "is of a question whose opening is proposed already",
                      "look it up with inbox list"};
  }
  const auto proposed =
      RaiseDecided(OpeningItem(asked, clock_.NowMs(), calendar_, random_),
                   {Verb::kApprove, "", reason}, actor, Deed::kProposeOpening);
  if (const auto* error = std::get_if<FieldError>(&proposed)) return *error;
  return std::get<InboxItem>(proposed);
}

std::variant<InboxItem, FieldError> InboxKeeper::RaiseDecided(const InboxItem& item,
                                                              const Action& action,
                                                              const Actor& actor, Deed deed) {
  const auto decided = Act(item, action, actor, item.raised_ms);
  if (const auto* error = std::get_if<FieldError>(&decided)) return *error;
  const Acted& acted = std::get<Acted>(decided);
  TrailNote note = NoteOf(acted, action, actor);
  note.deed = deed;
  store_.WriteInbox({DocumentOf(acted.item)}, &note);
  return acted.item;
}

std::variant<std::string, FieldError> InboxKeeper::NoteReport(
    const std::vector<std::string>& put_back, const std::string& reason, const Actor& actor) {
  const std::lock_guard lock(mutex_);
  const InboxItem report = ReportItem(put_back, OwnersOf(actor.organisations), clock_.NowMs(),
                                      calendar_, random_);
  const auto prepared =
      RaiseDecided(report, {Verb::kDone, put_back.empty() ? "prepared" : "put-back", reason}, actor,
                   Deed::kPrepareReport);
  if (const auto* error = std::get_if<FieldError>(&prepared)) return *error;
  return std::get<InboxItem>(prepared).id;
}

absl::Status InboxKeeper::RaiseOnce(ItemKind kind, const std::string& about) {
  const std::lock_guard lock(mutex_);
  const auto open = Items(false);
  if (!open.ok()) return open.status();
  const TimeMs now = clock_.NowMs();
  // Of a clock that leapt and was put right, one would lie hidden for as long as it leapt.
  if (std::ranges::any_of(*open, [&](const InboxItem& item) {
        return item.kind == kind && item.Visible(now);
      })) {
    return absl::OkStatus();
  }
  InboxItem item = NewItem(kind, std::nullopt, now, calendar_, random_);
  item.about = about;
  store_.WriteInbox({DocumentOf(item)});
  return absl::OkStatus();
}

absl::Status InboxKeeper::SetTaken(const Actor& actor) {
  const std::lock_guard lock(mutex_);
  const auto open = Items(false);
  if (!open.ok()) return open.status();
  for (const InboxItem& item : *open) {
    if (item.kind != ItemKind::kLedgerToTake) continue;
    const Action action{Verb::kDone, "taken", ""};
    const auto acted = Act(item, action, actor, clock_.NowMs());
    const auto* const done = std::get_if<Acted>(&acted);
    if (done == nullptr) continue;
    const TrailNote note = NoteOf(*done, action, actor);
    store_.WriteInbox({DocumentOf(done->item)}, &note);
  }
  return absl::OkStatus();
}

absl::StatusOr<InboxItem> InboxKeeper::Raise(const InboxItem& item,
                                             const std::function<bool(const InboxItem&)>& is_it,
                                             const TrailNote& by) {
  const std::lock_guard lock(mutex_);
  InboxItem raised = item;
  std::vector<RocksdbStore::InboxDocument> fresh = {DocumentOf(item)};
  for (const bool done : {true, false}) {
    const auto items = Items(done);
    if (!items.ok()) return items.status();
    const auto known = std::ranges::find_if(*items, is_it);
    if (known == items->end()) continue;
    raised = *known;
    fresh.clear();
  }
  TrailNote note = by;
  store_.WriteInbox(fresh, &note.Add(Fact::kItem, raised.id));
  return raised;
}

void InboxKeeper::RaiseMonth(const MonthEnd& month, const std::vector<AskedInMonth>& asked,
                             const std::vector<StaffMember>& staff) {
  const std::lock_guard lock(mutex_);
  std::vector<RocksdbStore::InboxDocument> documents;
  for (const InboxItem& item :
       MonthItems(month, asked, staff, clock_.NowMs(), calendar_, random_)) {
    documents.push_back(DocumentOf(item));
  }
  store_.WriteMonth(documents, month.yyyymm);
}

absl::Status InboxKeeper::SetPaged(const std::string& id, Desk desk) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<InboxItem> item = Read(id);
  if (!item.ok()) return item.status();
  item->paged = desk;
  store_.WriteInbox({DocumentOf(*item)});
  return absl::OkStatus();
}

}  // namespace whoelse
