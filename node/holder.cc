#include "node/holder.h"

#include <algorithm>

#include "node/day_of.h"
#include "node/policy_entry.h"
#include "node/policy_looser.h"
#include "protocol/limits.h"

namespace whoelse {
namespace {

Noted NoteQuestion(const Frame& frame, const PrivateVerdict& verdict, TimeMs arrived_ms) {
  Noted noted = Noted::Of(*verdict.statement, frame.hash(), arrived_ms);
  noted.reasons = verdict.reasons;
  return noted;
}

// Of records about which nothing is said whatever the policy has for them; somebody should hear.
void NoteUndecided(const std::vector<RecordId>& records, const PrivateVerdict& verdict,
                   Noted& noted) {
  for (RecordId id : records) {
    const bool doubtful = std::ranges::find(verdict.doubtful, id) != verdict.doubtful.end();
    noted.decisions.push_back(
        {id, Outcome::kNothing, doubtful ? Noted::kBirthInDoubt : Noted::kNoRow});
  }
}

RecordId AnswersFor(RecordId id, const Record& record) {
  return record.answered_by != 0 ? record.answered_by : id;
}

void MarkMore(const std::set<RecordId>& cut, Noted& noted) {
  for (Noted::Decision& decision : noted.decisions) {
    decision.more = cut.contains(decision.record);
    if (decision.more) noted.reasons |= Noted::kMoreRecords;
  }
}

void MarkTwoChildren(const std::set<RecordId>& two_children, Noted& noted) {
  for (Noted::Decision& decision : noted.decisions) {
    decision.two_children = two_children.contains(decision.record);
  }
}

// What a record would have in the answer.
struct Told {
  const PrivateVerdict::Opened* opened;
  Disclosure disclosure;
  std::string_view owner;
};

// Those that the answer has room for, in order of import. Of each owner one comes before a second
// one of any: four rows of one school of a hub would else keep another's contact from who asks.
std::vector<Told> ThoseWithRoom(const std::vector<Told>& told) {
  std::vector<Told> chosen, others;
  std::set<std::string_view> owners;
  for (const Told& one : told) {
    (owners.insert(one.owner).second ? chosen : others).push_back(one);
  }
  chosen.insert(chosen.end(), others.begin(), others.end());
  if (chosen.size() > kEntriesMax) chosen.erase(chosen.begin() + kEntriesMax, chosen.end());
  std::ranges::sort(chosen, {}, [](const Told& one) { return one.opened->id; });
  return chosen;
}

void AddVersions(const Roster& roster, std::vector<KeyVersion>& versions) {
  for (const RosterKeyVersion& kv : roster.key_versions) versions.push_back(kv.kv);
}

}  // namespace

void Holder::SetRosters(std::shared_ptr<const Roster> mine, std::shared_ptr<const Roster> previous,
                        TimeMs replaced_ms) {
  roster_ = std::move(mine);
  previous_ = std::move(previous);
  replaced_ms_ = replaced_ms;
  member_ = roster_->FindAgency(identity_.agency) != nullptr;
  if (!member_) {
    slots_.clear();   // nobody is answered any more
    waiting_.clear();
  }
  // Also those of the roster before, whose frames may still come: without its entries they would
  // find nothing, and a child who is here would be answered with a signed "nothing".
  std::vector<KeyVersion> versions;
  AddVersions(*roster_, versions);
  if (previous_ != nullptr) AddVersions(*previous_, versions);
  index_.KeepOnly(versions);
  for (const RosterCoordinator& c : roster_->coordinators) {
    watches_.try_emplace({c.id, c.log_key.key_id}, c.id, c.log_key);
  }
}

LogWatch& Holder::Watch(CoordinatorId coordinator) {
  const RosterCoordinator* c = roster_->FindCoordinator(coordinator);
  return watches_.at({coordinator, c->log_key.key_id});
}

Holder::TimeSlot& Holder::SlotAt(TimeMs now) {
  const TimeMs width = roster_->parameters.slot_ms;
  const TimeMs end = now - now % width + width;
  TimeSlot& slot = slots_[end];
  slot.release_ms = end + width;
  return slot;
}

PublicState Holder::StateFor(const FrameHash& hash, TimeMs now) {
  PublicState state;
  state.roster = roster_;
  state.previous = previous_;
  state.replaced_ms = replaced_ms_;
  state.imported = enrolment_.imported;
  state.complete = enrolment_.complete;
  state.answered = wires_.contains(hash);
  state.pending = waiting_.contains(hash);
  state.slot_count = SlotAt(now).frames;
  state.unsure_through_ms = unsure_through_ms_;
  return state;
}

Bytes Holder::Refuse(const FrameHash& hash, ByteView admission, RefusalCode code) const {
  const absl::StatusOr<Admission> parsed = Admission::Parse(admission);
  Refusal refusal{identity_.agency, hash, code, roster_->version, 0, 0, {}};
  if (parsed.ok()) {
    refusal.index = parsed->index;
    refusal.time_ms = parsed->time_ms;
  }
  refusal.Sign(identity_.key);
  return refusal.Serialize();
}

Holder::Reply Holder::Handle(CoordinatorId from, ByteView frame_bytes, ByteView admission_bytes,
                             TimeMs now) {
  const FrameHash hash = Frame::HashOf(frame_bytes);
  const auto refuse = [&](RefusalCode code, std::vector<Alarm> alarms = {}) {
    return Reply{Refuse(hash, admission_bytes, code), std::move(alarms)};
  };
  absl::StatusOr<Frame> frame = Frame::Parse(frame_bytes, roster_->federation);
  if (!frame.ok()) return refuse(RefusalCode::kFormat);
  if (!member_) return refuse(RefusalCode::kRoster);
  std::optional<Admission> admission;
  if (auto parsed = Admission::Parse(admission_bytes); parsed.ok()) admission = *parsed;
  // An admission speaks for the relay whose stream it came on: another's could be used to make that
  // one look as if it had withheld or replayed.
  if (admission && admission->coordinator != from) admission.reset();

  LogWatch* watch = admission && roster_->FindCoordinator(from) != nullptr ? &Watch(from) : nullptr;
  const PublicState state = StateFor(hash, now);
  const PublicVerdict verdict =
      CheckAdmitted(*frame, admission, state, watch ? &watch->state() : nullptr, now);
  std::vector<Alarm> alarms;
  if (verdict.log_behind) alarms = watch->OnBehind(now);
  if (verdict.admission_valid) {
    for (Alarm& alarm : watch->OnAdmission(*admission, now)) alarms.push_back(std::move(alarm));
  }
  if (verdict.raises_last) watch->RaiseLast(*admission);

  TimeSlot& slot = SlotAt(now);
  switch (verdict.kind) {
    case PublicVerdict::Kind::kRefuse:
      return refuse(verdict.refusal, std::move(alarms));
    case PublicVerdict::Kind::kSame:
    case PublicVerdict::Kind::kJoin:
      // One relay's admissions of one frame must not fill the group commit.
      if (slot.repeats >= roster_->parameters.slot_frames) {
        return refuse(RefusalCode::kBusy, std::move(alarms));
      }
      ++slot.repeats;
      slot.waiting.push_back({std::nullopt, nullptr, *admission, now});
      break;
    case PublicVerdict::Kind::kAdmit:
      waiting_.insert(hash);
      ++slot.frames;
      slot.waiting.push_back({*frame, RosterOfHeader(frame->header(), state, now), *admission, now});
      break;
  }
  return {std::nullopt, std::move(alarms)};
}

std::optional<TimeMs> Holder::NextSlotEnd() const {
  for (const auto& [end, slot] : slots_) {
    if (!slot.waiting.empty()) return end;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<SlotBatch>> Holder::AnswerSlot(TimeMs now) {
  while (!slots_.empty() && slots_.begin()->first <= now) {
    const TimeSlot slot = std::move(slots_.extract(slots_.begin()).mapped());
    if (slot.waiting.empty()) continue;
    SlotBatch batch{slot.release_ms, {}};
    for (const Waiting& waiting : slot.waiting) {
      if (!waiting.frame) {
        if (auto repeated = RepeatOne(waiting.admission)) batch.records.push_back(*repeated);
        continue;
      }
      absl::StatusOr<SlotRecord> record = AnswerOne(waiting);
      if (!record.ok()) return record.status();
      wires_[record->frame_hash] = {record->wire, record->keep_until_s};
      waiting_.erase(record->frame_hash);
      batch.records.push_back(*std::move(record));
    }
    return std::optional<SlotBatch>(std::move(batch));
  }
  return std::optional<SlotBatch>();
}

absl::Status Holder::ReadHit(RecordId id, uint8_t j, KeyType type, KeyVersion kv,
                             Lookup& lookup) const {
  auto known = lookup.records.find(id);   // by another of the child's slots
  if (known == lookup.records.end()) {
    if (lookup.records.size() == kRecordsLookedAt) {
      lookup.stopped = true;
      return absl::OkStatus();
    }
    absl::StatusOr<Record> record = records_.ReadRecord(id);
    if (absl::IsNotFound(record.status())) return absl::OkStatus();  // removed since it was indexed
    if (!record.ok()) return record.status();
    if (record->archived_on) return absl::OkStatus();                 // since it was indexed
    const std::string owner(OwnerOf(*record));
    size_t& of_owner = lookup.looked_at[owner];
    // Of each owner for itself: a school that has as many as are looked at would else see its own go
    // silent where another holds the child, and would silence the other's.
    if (of_a_hub_ && of_owner == kRecordsOfOneOwner) {
      lookup.cut.insert(owner);
      // A notice is about the child, whosever record it is on.
      if (record->shield_pending || IsShielded(AnswersFor(id, *record))) lookup.under_notice = true;
      return absl::OkStatus();
    }
    ++of_owner;
    known = lookup.records.emplace(id, std::make_unique<Record>(*std::move(record))).first;
  }
  absl::StatusOr<Secret<32>> wrap = records_.ReadWrapKey(id, type, kv);
  if (absl::IsNotFound(wrap.status())) return absl::OkStatus();
  if (!wrap.ok()) return wrap.status();
  Record& record = *known->second;
  const RecordId answers = AnswersFor(id, record);
  // A shield acts before the store has it.
  if (IsShielded(answers)) record.shield_pending = true;
  lookup.wraps.push_back(std::make_unique<Secret<32>>(*std::move(wrap)));
  lookup.hits.push_back({answers, &record, j, lookup.wraps.back().get(), OwnerOf(record)});
  return absl::OkStatus();
}

absl::StatusOr<Holder::Lookup> Holder::LookUp(const Frame& frame) const {
  Lookup lookup;
  const std::vector<KeyVersion> versions = frame.header().key_versions();
  for (size_t block = 0; block < versions.size(); ++block) {
    if (!enrolment_.complete.contains(versions[block])) continue;
    for (size_t position = 0; position < kSlotsByNumber; ++position) {
      const auto j = static_cast<uint8_t>(block * kSlotsByNumber + position);
      const KeyType type = kSubjectPositions[position];
      for (RecordId id : index_.Scan(type, versions[block], frame.header().nonce, j,
                                     frame.header().slots[j].check)) {
        absl::Status read = ReadHit(id, j, type, versions[block], lookup);
        if (!read.ok()) return read;
        if (lookup.stopped) return lookup;
      }
    }
  }
  return lookup;
}

// The notice that keeps a child silent may be on a record that was not looked at: those of the same
// owner are decided as though it were. Or whoever fills a register with a child's number would lift
// its shield. Which they are.
std::set<RecordId> Holder::ShieldCut(Lookup& lookup) const {
  std::set<RecordId> cut;
  for (const auto& [id, record] : lookup.records) {
    if (!lookup.Cut(OwnerOf(*record))) continue;
    record->shield_pending = true;
    cut.insert(AnswersFor(id, *record));
  }
  return cut;
}

// What a hit costs: a record read, a key unwrapped, a body opened, a signature verified.
void Holder::PerformDecoyWork(const Frame& frame) const {
  const Secret<32> noise = random_.NewSecret<32>();
  const ContentKey key = Unwrap(frame.header().slots[0], noise, frame.header().nonce, 0);
  const KeyVersion kv = frame.header().kv_a;
  // Any record: one and the same would be in every cache.
  const RecordId id = index_.Nth(KeyType::kNhsNumber, kv, random_.Below(UINT64_MAX)).value_or(1);
  (void)records_.ReadRecord(id).ok();
  (void)records_.ReadWrapKey(id, KeyType::kNhsNumber, kv).ok();
  (void)OpenBody(frame, key).ok();
  (void)CommitTo(frame.body());
  // A signature that could be one: what cannot be is rejected a hundred times sooner.
  (void)QuestionSignedBy(identity_.key.verify_key(), frame, decoy_signature_);
}

Answer Holder::Blank(const Frame& frame, TimeMs now) const {
  Answer answer;
  answer.roster_version = frame.header().roster_version;
  const std::vector<KeyVersion> versions = frame.header().key_versions();
  std::vector<KeyVersion> complete;
  for (size_t i = 0; i < versions.size(); ++i) {
    if (!enrolment_.complete.contains(versions[i])) continue;
    answer.complete[i] = versions[i];
    complete.push_back(versions[i]);
  }
  answer.enrolled_through =
      enrolment_.EnrolledThrough(complete, roster_->parameters.enrol_interval_s, now);
  answer.policy_hash = policies_.Hash();
  return answer;
}

// The same wire under another admission. nullopt: its time ended while it waited.
std::optional<SlotRecord> Holder::RepeatOne(const Admission& admission) const {
  const auto kept = wires_.find(admission.frame_hash);
  if (kept == wires_.end()) return std::nullopt;
  return SlotRecord{admission.coordinator, admission.log_key_id, admission.index,
                    admission.frame_hash, kept->second.wire, kept->second.keep_until_s,
                    true, Noted{}};
}

absl::StatusOr<SlotRecord> Holder::AnswerOne(const Waiting& waiting) {
  const Frame& frame = *waiting.frame;
  absl::StatusOr<Lookup> lookup = LookUp(frame);
  if (!lookup.ok()) return lookup.status();
  if (lookup->hits.empty()) PerformDecoyWork(frame);
  PrivateVerdict verdict = CheckOpened(frame, lookup->hits, *waiting.frame_roster, *roster_);
  verdict.under_notice = verdict.under_notice || lookup->under_notice;
  // After the checks, by which a shield on one record is for all of the child's.
  const std::set<RecordId> cut = ShieldCut(*lookup);
  Decided decided = Decide(frame, verdict, waiting.arrived_ms);
  MarkMore(cut, decided.noted);
  MarkTwoChildren(verdict.two_children, decided.noted);
  const Bytes answer = decided.answer.Sign(identity_.key, frame.hash(), identity_.agency);
  absl::StatusOr<Bytes> wire = SealAnswer(answer, frame.hash(), identity_.agency,
                                          frame.header().reply_key, random_);
  if (!wire.ok()) return wire.status();
  return SlotRecord{waiting.admission.coordinator, waiting.admission.log_key_id,
                    waiting.admission.index, frame.hash(), *std::move(wire),
                    frame.header().expires_s() + kWireKeptAfterExpiryS, false, decided.noted};
}

Holder::Decided Holder::Decide(const Frame& frame, const PrivateVerdict& verdict,
                               TimeMs arrived_ms) {
  Decided decided{Blank(frame, arrived_ms), Noted{}};
  if (verdict.failed != PrivateVerdict::Check::kPassed) {
    if (verdict.reasons == 0) return decided;
    decided.noted = NoteQuestion(frame, verdict, arrived_ms);
    NoteUndecided(verdict.about, verdict, decided.noted);
    return decided;
  }
  decided.noted = NoteQuestion(frame, verdict, arrived_ms);
  if (verdict.statement->Has(kFlagShieldNotice)) {
    // At once, before anything is written: the next question must find it in force.
    for (const auto& opened : verdict.opened) shielded_.insert(opened.id);
    decided.noted.reasons |= Noted::kShieldNotice;
    NoteUndecided(verdict.about, verdict, decided.noted);
    return decided;
  }
  Disclose(frame, verdict, DayOf(arrived_ms), decided);
  NoteUndecided(verdict.doubtful, verdict, decided.noted);
  std::ranges::sort(decided.noted.decisions, {}, &Noted::Decision::record);   // in order of import
  return decided;
}

// A watch (a question of a node itself that is no notice) is told of universal and targeted services
// alone, and calls nobody: the practitioner's question that it repeats each week has. An answer does not
// say a class, so it is here that the others are left out; also what was one of the others until a
// looser word acts, since a watch that is told the same week says when it changed.
bool Holder::WatchIsTold(const Record& record, const Disclosure& disclosure, Date today) {
  const auto told = [](const RowBasis& basis) {
    const bool open = basis.service_class == ServiceClass::kUniversal ||
                      basis.service_class == ServiceClass::kTargeted;
    return open && !basis.about_parent_or_carer;
  };
  return told(record) && std::ranges::all_of(ActingBeside(record, today), told) &&
         disclosure.Discloses();
}

void Holder::Disclose(const Frame& frame, const PrivateVerdict& verdict, Date today,
                      Decided& decided) {
  const Statement& statement = *verdict.statement;
  const RosterAgency& asker = *roster_->FindAgency(statement.agency);
  const RosterAgency& me = *roster_->FindAgency(identity_.agency);
  const Asked asked{statement.purpose, false, asker.s16la, asker.MayAsk(Purpose::kSection47),
                    asker.area == me.area};
  std::vector<Told> told;
  for (const PrivateVerdict::Opened& opened : verdict.opened) {
    // A notice is about the child: a second record of the same child, imported since or found by
    // another identifier, would give away where the child went.
    Record record = *opened.record;
    record.shield_pending = record.shield_pending || verdict.under_notice;
    Disclosure disclosure =
        whoelse::Decide(policies_.Of(record.organisation_code), record, asked, today);
    if (statement.role == Role::kNodeItself && !WatchIsTold(record, disclosure, today)) {
      disclosure.outcome = Outcome::kNothing;
    }
    decided.noted.decisions.push_back(
        {opened.id, disclosure.outcome, static_cast<uint8_t>(disclosure.row)});
    if (disclosure.Discloses()) told.push_back({&opened, disclosure, OwnerOf(*opened.record)});
  }
  if (told.empty()) return;
  Answer& answer = decided.answer;
  for (const Told& one : ThoseWithRoom(told)) {
    answer.entries.push_back(EntryFor(*one.opened->record, one.disclosure,
                                      {me.name, me.duty.number}, one.opened->birth_date_differs,
                                      today));
  }
  answer.disclosed = true;
  answer.more = told.size() > kEntriesMax;
  answer.confirm = ConfirmValue(*verdict.content_key, frame.hash(), identity_.agency);
}

void Holder::RestoreNoted(const Noted& noted) {
  if ((noted.reasons & Noted::kShieldNotice) == 0) return;
  for (const Noted::Decision& decision : noted.decisions) shielded_.insert(decision.record);
}

void Holder::Sweep(TimeMs now) {
  absl::erase_if(wires_, [&](const auto& kept) { return kept.second.keep_until_s * 1000 < now; });
  // Its last frame came while it was held over, and its slot has ended.
  const TimeMs margin = 2 * roster_->parameters.slot_ms;
  if (previous_ == nullptr || now <= replaced_ms_ + kRosterHeldOverS * 1000 + margin) return;
  previous_.reset();
  std::vector<KeyVersion> versions;
  AddVersions(*roster_, versions);
  index_.KeepOnly(versions);
}

}  // namespace whoelse
