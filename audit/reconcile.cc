#include "audit/reconcile.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr TimeMs kHourMs = 3'600'000;
constexpr TimeMs kTakenOverMs = 24 * kHourMs;   // by then every coordinator has the next roster

constexpr std::array<MismatchWords, 15> kWords = {{
    {"asker kept no record", "the log", "the asker's record of what it sent",
     "the side table opens the question to this agency"},
    {"admitted, not logged", "the asker's admission", "the log",
     "the relay's signed admission against its signed checkpoint"},
    {"forwarded, not logged", "the node's ledger", "the log",
     "the node answered under an admission of this relay that its log does not have"},
    {"withheld", "the log", "the node's ledger",
     "the node was attached and holds the checkpoint from the same stream, without the frame"},
    {"not in the ledger", "the log", "the node's ledger",
     "the node was attached and holds no checkpoint that shows the frame was kept from it"},
    {"answer dropped", "the node's ledger", "the Answered leaf",
     "the digest of the ledger was in another log in time"},
    {"digest late", "the node's ledger", "the Answered leaf",
     "no digest of the ledger was in another log in time"},
    {"answered off its ledger", "the Answered leaf", "the node's ledger",
     "the node's sealed answer is in the log and not in what it exported"},
    {"disclosure not recorded", "the opened answer", "the holder's case system",
     "the holder's signed answer"},
    {"disclosed outside the system", "the holder's case system", "the opened answer",
     "the holder's signed answer says nothing was disclosed"},
    {"two digests of one range", "two logged digests", "", "it signed both"},
    {"the ledger is not its digest", "the logged digest", "the node's ledger",
     "the agency's signed digest against the ledger that it exported"},
    {"a digest that is not signed", "the log", "", "a coordinator logged it unchecked"},
    {"a digest in its own log", "the log", "",
     "a digest belongs in the log of a coordinator that it is not about"},
    {"rows gone too early", "the log", "the node's ledger",
     "the log has had no digest of what the ledger says is gone, or not for 30 days"},
}};

class Reconciler {
 public:
  Reconciler(const ReconcileInput& input, const std::vector<Roster>& rosters)
      : input_(input), rosters_(rosters), now_(input.now_ms) {
    for (const auto& [id, log] : input.logs) now_ = std::max(now_, log.last_ms());
  }

  Reconciliation Run() {
    IndexItems();
    for (const auto& [id, log] : input_.logs) CountQuestions(id, log);
    CheckSideTable();
    for (const HeldAdmission& held : input_.admissions) CheckAdmission(held.admission);
    CheckDigests();
    for (const AgencyRecords& agency : input_.agencies) CheckAgency(agency);
    for (const DisclosureSeen& seen : input_.disclosures) CheckDisclosure(seen);
    std::ranges::sort(out_.mismatches, {}, [](const MismatchFound& m) {
      return std::tuple(m.log, m.index, m.kind, m.at_fault.agency, m.at_fault.coordinator);
    });
    return std::move(out_);
  }

 private:
  using Place = std::pair<LogId, uint64_t>;   // a leaf

  void Add(Mismatch kind, AtFault at_fault, const LogId& log, uint64_t index,
           const FrameHash& frame_hash = {}) {
    out_.mismatches.push_back({kind, at_fault, log, index, frame_hash});
  }
  const ReconciledLog* Log(const LogId& id) const {
    const auto found = input_.logs.find(id);
    return found == input_.logs.end() ? nullptr : &found->second;
  }
  enum class Leaf { kThere, kMissing, kNotCovered };
  Leaf Find(const LogId& id, uint64_t index, const FrameHash& frame_hash);

  void IndexItems();
  void CountQuestions(const LogId& id, const ReconciledLog& log);
  void CheckSideTable();
  void CheckAdmission(const Admission& admission);
  void CheckDigests();
  void CheckDigest(const LogId& where, const ReconciledLog::LoggedDigest& digest);
  void CheckAgency(const AgencyRecords& agency);
  void CheckWhole(AgencyId agency, const AgencyRecords::Whole& whole);
  bool HasAllLogsOf(CoordinatorId coordinator, uint64_t index) const;
  void CheckLedgerRow(AgencyId agency, const AgencyRecords::Row& row);
  void CheckAttachment(const AgencyRecords& agency, const AgencyRecords::Attachment& attachment,
                       const std::set<Place>& held);
  void CheckAnsweredItems(const AgencyRecords& agency, const std::set<Place>& held);
  void CheckAgainstDigests(const AgencyRecords& agency);
  enum class InTime { kNotSaid, kYes, kNo };
  InTime DigestInTime(AgencyId agency, const LogId& log, uint64_t index) const;
  bool HasOtherLogsThrough(CoordinatorId coordinator, TimeMs asked_ms, TimeMs due_ms) const;
  bool CouldRule(const Roster& roster, TimeMs from_ms, TimeMs to_ms) const;
  void CheckDisclosure(const DisclosureSeen& seen);

  // Its time is over, by the agency's own word.
  static bool IsGone(const AgencyRecords& agency, const Place& place) {
    return std::ranges::any_of(agency.whole, [&](const AgencyRecords::Whole& whole) {
      return whole.log == place.first && place.second < whole.from;
    });
  }

  const ReconcileInput& input_;
  const std::vector<Roster>& rosters_;
  TimeMs now_;   // or later than it is: then fewer are named, and nobody wrongly
  Reconciliation out_;
  // By question, those that the log's Answered commits to.
  std::map<Place, std::map<AgencyId, AgencyItem>> items_;
  std::map<AgencyId, std::vector<std::pair<LogId, ReconciledLog::LoggedDigest>>> digests_;   // good
};

Reconciler::Leaf Reconciler::Find(const LogId& id, uint64_t index, const FrameHash& frame_hash) {
  const ReconciledLog* const log = Log(id);
  if (log == nullptr || index >= log->size()) {
    ++out_.not_covered_yet;
    return Leaf::kNotCovered;
  }
  const AskedEntry* const asked = log->Asked(index);
  return asked != nullptr && asked->frame_hash == frame_hash ? Leaf::kThere : Leaf::kMissing;
}

// Without this comparison whoever brings the items could accuse a relay or a node at will.
void Reconciler::IndexItems() {
  for (const HeldItems& held : input_.items) {
    const ReconciledLog* const log = Log(held.log);
    const AnsweredEntry* const answered = log ? log->AnswerTo(held.asked_index) : nullptr;
    std::vector<AnsweredItem> hashed;
    for (const auto& [agency, item] : held.items) {
      const auto* const code = std::get_if<RelayCode>(&item);
      hashed.push_back(code ? ItemOf(*code) : ItemOf(std::get<Bytes>(item)));
    }
    if (answered == nullptr || answered->answers_hash != AnswersHash(hashed)) {
      ++out_.items_unusable;
      continue;
    }
    auto& kept = items_[{held.log, held.asked_index}];
    for (const auto& [agency, item] : held.items) kept.emplace(agency, item);
  }
}

void Reconciler::CountQuestions(const LogId& id, const ReconciledLog& log) {
  out_.questions += log.asked().size();
  for (const auto& [index, asked] : log.asked()) {
    if (!items_.contains({id, index})) ++out_.questions_without_items;
  }
}

void Reconciler::CheckSideTable() {
  std::map<AgencyId, std::set<FrameHash>> sent;
  for (const AgencyRecords& agency : input_.agencies) {
    if (agency.sent) sent[agency.agency].insert(agency.sent->begin(), agency.sent->end());
  }
  for (const SideTableEntry& entry : input_.side_table) {
    const ReconciledLog* const log = Log(entry.log);
    const AskedEntry* const asked = log ? log->Asked(entry.index) : nullptr;
    const auto record = sent.find(entry.asker);
    if (asked == nullptr || record == sent.end()) continue;
    if (!record->second.contains(asked->frame_hash)) {
      Add(Mismatch::kAskerKeptNoRecord, {entry.asker, 0}, entry.log, entry.index,
          asked->frame_hash);
    }
  }
}

void Reconciler::CheckAdmission(const Admission& admission) {
  const LogId log{admission.coordinator, admission.log_key_id};
  if (Find(log, admission.index, admission.frame_hash) == Leaf::kMissing) {
    Add(Mismatch::kAdmittedNotLogged, {0, admission.coordinator}, log, admission.index,
        admission.frame_hash);
  }
}

void Reconciler::CheckDigest(const LogId& where, const ReconciledLog::LoggedDigest& digest) {
  const LedgerEntry& entry = digest.entry;
  const bool signed_by_it = std::ranges::any_of(rosters_, [&](const Roster& roster) {
    const RosterAgency* const agency = roster.FindAgency(entry.agency);
    return agency != nullptr && entry.SignedBy(agency->identity_key);
  });
  if (!signed_by_it) {
    return Add(Mismatch::kDigestNotSigned, {0, where.coordinator}, where, digest.index);
  }
  // A relay that keeps the digests about itself can leave out those that accuse it.
  if (entry.coordinator == where.coordinator) {
    Add(Mismatch::kDigestInItsOwnLog, {0, where.coordinator}, where, digest.index);
  }
  digests_[entry.agency].emplace_back(where, digest);
}

void Reconciler::CheckDigests() {
  for (const auto& [where, log] : input_.logs) {
    for (const auto& digest : log.digests()) CheckDigest(where, digest);
  }
  for (const auto& [agency, digests] : digests_) {
    std::map<std::tuple<LogId, uint64_t, uint64_t>, TreeHash> seen;
    for (const auto& [where, digest] : digests) {
      const LedgerEntry& entry = digest.entry;
      const LogId about{entry.coordinator, entry.log_key_id};
      const auto [first, is_new] = seen.try_emplace({about, entry.from, entry.to}, entry.root);
      if (!is_new && first->second != entry.root) {
        Add(Mismatch::kTwoDigests, {agency, 0}, where, digest.index);
      }
    }
  }
}

bool Reconciler::CouldRule(const Roster& roster, TimeMs from_ms, TimeMs to_ms) const {
  return TimeMs{roster.not_before} * 1000 <= to_ms &&
         std::ranges::none_of(rosters_, [&](const Roster& later) {
           return later.version > roster.version &&
                  TimeMs{later.not_before} * 1000 + kTakenOverMs <= from_ms;
         });
}

// Every log that the digest could be in, by entries later than it was due: else it is in what the
// copies do not have.
bool Reconciler::HasOtherLogsThrough(CoordinatorId coordinator, TimeMs asked_ms,
                                     TimeMs due_ms) const {
  bool any = false;
  for (const Roster& roster : rosters_) {
    if (!CouldRule(roster, asked_ms, due_ms)) continue;
    for (const RosterCoordinator& other : roster.coordinators) {
      if (other.id == coordinator) continue;
      const ReconciledLog* const log = Log({other.id, other.log_key.key_id});
      if (log == nullptr || log->last_ms() <= due_ms) return false;
      any = true;
    }
  }
  return any;
}

// By the times around its leaf: with the one before alone, a node that was late would accuse the
// relay; with the one after alone, a relay that dropped an answer the node, in a log at rest.
Reconciler::InTime Reconciler::DigestInTime(AgencyId agency, const LogId& log,
                                            uint64_t index) const {
  const TimeMs asked = Log(log)->Asked(index)->time_ms, due = asked + kDigestInTimeMs;
  bool said = HasOtherLogsThrough(log.coordinator, asked, due);
  const auto digests = digests_.find(agency);
  if (digests == digests_.end()) return said ? InTime::kNo : InTime::kNotSaid;
  for (const auto& [where, digest] : digests->second) {
    const LedgerEntry& entry = digest.entry;
    const bool covers = LogId{entry.coordinator, entry.log_key_id} == log && entry.from <= index &&
                        index <= entry.to;
    if (covers && digest.until_ms <= due) return InTime::kYes;
    if (covers && digest.from_ms <= due) said = false;
  }
  return said ? InTime::kNo : InTime::kNotSaid;
}

// The logs of this coordinator under every key that it had, each up to this index.
bool Reconciler::HasAllLogsOf(CoordinatorId coordinator, uint64_t index) const {
  return std::ranges::all_of(rosters_, [&](const Roster& roster) {
    const RosterCoordinator* const one = roster.FindCoordinator(coordinator);
    const ReconciledLog* const log =
        one == nullptr ? nullptr : Log({coordinator, one->log_key.key_id});
    return one == nullptr || (log != nullptr && index < log->size());
  });
}

// Without it a node would say of whatever it wants to deny that its time is over. The leaf fixes
// both, where the line may be drawn and since when: by a time that is not after the leaf's, so that
// only who let go of rows too early is named.
void Reconciler::CheckWhole(AgencyId agency, const AgencyRecords::Whole& whole) {
  std::optional<TimeMs> logged;
  for (const auto& [where, digest] : digests_[agency]) {
    const LedgerEntry& entry = digest.entry;
    const bool ends_there = LogId{entry.coordinator, entry.log_key_id} == whole.log &&
                            whole.from != 0 && entry.to == whole.from - 1;
    if (ends_there) logged = std::min(logged.value_or(digest.from_ms), digest.from_ms);
  }
  if (!logged && !HasAllLogsOf(whole.logged_at, whole.index)) {
    ++out_.not_covered_yet;
  } else if (!logged || *logged + kRowsStayMs > now_) {
    Add(Mismatch::kRowsGoneTooEarly, {agency, 0}, whole.log, whole.from);
  }
}

void Reconciler::CheckLedgerRow(AgencyId agency, const AgencyRecords::Row& held) {
  ++out_.ledger_rows;
  const LedgerRow& row = held.row;
  switch (Find(held.log, row.index, row.frame_hash)) {
    case Leaf::kNotCovered: return;
    case Leaf::kMissing:
      return Add(Mismatch::kForwardedNotLogged, {0, held.log.coordinator}, held.log, row.index,
                 row.frame_hash);
    case Leaf::kThere: break;
  }
  const auto items = items_.find({held.log, row.index});
  if (items == items_.end()) return;
  ++out_.answers_compared;
  const auto item = items->second.find(agency);
  const auto* const code =
      item == items->second.end() ? nullptr : std::get_if<RelayCode>(&item->second);
  // What the agency itself sent, refusal or another wire, is judged from the Answered's side.
  if (code == nullptr) return;
  // A late row is in no digest. By its word alone a node could make one of any question, when it knows
  // from the log that it was asked, and accuse the relay of an answer that it never gave.
  switch (held.late ? InTime::kNotSaid : DigestInTime(agency, held.log, row.index)) {
    case InTime::kNotSaid: ++out_.not_covered_yet; return;
    case InTime::kYes:
      return Add(Mismatch::kAnswerDropped, {0, held.log.coordinator}, held.log, row.index,
                 row.frame_hash);
    case InTime::kNo:
      return Add(Mismatch::kDigestLate, {agency, 0}, held.log, row.index, row.frame_hash);
  }
}

void Reconciler::CheckAttachment(const AgencyRecords& agency,
                                 const AgencyRecords::Attachment& attachment,
                                 const std::set<Place>& held) {
  const ReconciledLog* const log = Log(attachment.log);
  if (log == nullptr) return;
  const auto end = log->asked().upper_bound(attachment.to);
  for (auto asked = log->asked().lower_bound(attachment.from); asked != end; ++asked) {
    if (held.contains({attachment.log, asked->first})) continue;
    if (IsGone(agency, {attachment.log, asked->first})) continue;
    if (attachment.checkpoint) {
      Add(Mismatch::kWithheld, {0, attachment.log.coordinator}, attachment.log, asked->first,
          asked->second.frame_hash);
    } else {
      Add(Mismatch::kNotInLedger, {agency.agency, 0}, attachment.log, asked->first,
          asked->second.frame_hash);
    }
  }
}

void Reconciler::CheckAnsweredItems(const AgencyRecords& agency, const std::set<Place>& held) {
  std::set<std::pair<Place, Digest>> wires;
  for (const auto& row : agency.ledger) {
    wires.insert({{row.log, row.row.index}, row.row.wire_hash});
  }
  for (const auto& [place, items] : items_) {
    const auto item = items.find(agency.agency);
    const auto* const bytes = item == items.end() ? nullptr : std::get_if<Bytes>(&item->second);
    if (bytes == nullptr || bytes->size() != kWireSize) continue;   // a refusal is in no ledger
    if (!held.contains(place)) ++out_.answers_compared;
    if (wires.contains({place, WireHash(*bytes)}) || IsGone(agency, place)) continue;
    Add(Mismatch::kAnsweredOffLedger, {agency.agency, 0}, place.first, place.second,
        Log(place.first)->Asked(place.second)->frame_hash);
  }
}

void Reconciler::CheckAgainstDigests(const AgencyRecords& agency) {
  for (const auto& [where, digest] : digests_[agency.agency]) {
    const LedgerEntry& entry = digest.entry;
    if (IsGone(agency, {{entry.coordinator, entry.log_key_id}, entry.to})) continue;
    std::vector<LedgerRow> rows;
    for (const auto& held : agency.ledger) {
      const bool about = held.log == LogId{entry.coordinator, entry.log_key_id};
      if (about && !held.late && entry.from <= held.row.index && held.row.index <= entry.to) {
        rows.push_back(held.row);
      }
    }
    const auto root = LedgerRoot(entry.from, entry.to, std::move(rows));
    if (!root.ok() || *root != entry.root) {
      Add(Mismatch::kLedgerIsNotItsDigest, {agency.agency, 0}, where, digest.index);
    }
  }
}

void Reconciler::CheckAgency(const AgencyRecords& agency) {
  for (const auto& whole : agency.whole) CheckWhole(agency.agency, whole);
  std::set<Place> held;
  for (const auto& row : agency.ledger) {
    held.insert({row.log, row.row.index});
    CheckLedgerRow(agency.agency, row);
  }
  for (const auto& attachment : agency.attachments) CheckAttachment(agency, attachment, held);
  CheckAnsweredItems(agency, held);
  CheckAgainstDigests(agency);
}

void Reconciler::CheckDisclosure(const DisclosureSeen& seen) {
  if (seen.answer_discloses == seen.system_discloses) return;
  Add(seen.answer_discloses ? Mismatch::kDisclosureNotRecorded
                            : Mismatch::kDisclosedOutsideTheSystem,
      {seen.agency, 0}, {}, 0, seen.frame_hash);
}

}  // namespace

void ReconciledLog::OnEntry(uint64_t index, ByteView bytes) {
  size_ = index + 1;
  const auto entry = ParseLogEntry(bytes);
  if (!entry.ok()) return;
  if (const auto* asked = std::get_if<AskedEntry>(&*entry)) {
    asked_.emplace(index, *asked);
    OnTime(asked->time_ms);
  } else if (const auto* answered = std::get_if<AnsweredEntry>(&*entry)) {
    answered_.emplace(answered->asked_index, *answered);
    OnTime(answered->time_ms);
  } else if (const auto* evaluated = std::get_if<EvaluatedEntry>(&*entry)) {
    last_ms_ = std::max(last_ms_, (TimeMs{evaluated->hour} + 1) * kHourMs);   // perhaps long after it
  } else if (const auto* digest = std::get_if<LedgerEntry>(&*entry)) {
    digests_.push_back({index, last_ms_, kNever, *digest});
  }
}

// The times of an honest log ascend (LogRules names one where they do not).
void ReconciledLog::OnTime(TimeMs time_ms) {
  last_ms_ = std::max(last_ms_, time_ms);
  for (auto digest = digests_.rbegin(); digest != digests_.rend(); ++digest) {
    if (digest->until_ms != kNever) break;
    digest->until_ms = last_ms_;
  }
}

const AskedEntry* ReconciledLog::Asked(uint64_t index) const {
  const auto found = asked_.find(index);
  return found == asked_.end() ? nullptr : &found->second;
}

const AnsweredEntry* ReconciledLog::AnswerTo(uint64_t asked_index) const {
  const auto found = answered_.find(asked_index);
  return found == answered_.end() ? nullptr : &found->second;
}

const MismatchWords& WordsOf(Mismatch kind) { return kWords[static_cast<size_t>(kind) - 1]; }

Reconciliation Reconcile(const ReconcileInput& input, const std::vector<Roster>& rosters) {
  return Reconciler(input, rosters).Run();
}

}  // namespace whoelse
