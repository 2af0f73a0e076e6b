#include "node/answering.h"

#include <algorithm>
#include <future>
#include <limits>

#include "nlohmann/json.hpp"
#include "node/evidence.h"
#include "node/json_text.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr size_t kMessagesMax = 4096;
constexpr size_t kPushedBytesMax = size_t{16} << 20;   // that wait; as much again is being taken up
constexpr size_t kDisputedMax = 10'000;
constexpr TimeMs kHousekeepingMs = 1000;
constexpr TimeMs kInUseWrittenMs = 60'000;
constexpr TimeMs kLongestWaitMs = 1000;

// Whether what is done so often is due again; at once when the clock was set back meanwhile, or it
// would wait for as long as the clock had leapt.
bool IsDue(TimeMs now, TimeMs next, TimeMs every) { return now >= next || next - now > every; }

[[noreturn]] void EndUnreadable(const absl::Status& status) {
  Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, status}});
  _exit(74);
}

}  // namespace

std::string AlarmDocument(const Alarm& alarm, TimeMs now) {
  return JsonText({{"log", alarm.coordinator},
                   {"alarm", std::string(Name(alarm.kind))},
                   {"index", alarm.index},
                   {"raised_ms", now},
                   {"repeated", alarm.repeated},
                   {"evidence", alarm.evidence}});
}

Answering::Answering(HolderIdentity identity, TrustAnchor trust, RocksdbStore& store,
                     std::string evidence_dir, std::optional<WitnessFile> witness,
                     RosterBoard& board, const Clock& clock, Random& random)
    : store_(store),
      board_(board),
      clock_(clock),
      agency_(identity.agency),
      evidence_dir_(std::move(evidence_dir)),
      keeper_(std::move(trust)),
      holder_(std::move(identity), PolicyTable().OneStepStricter(), store, random),
      witness_(std::move(witness)) {}

Answering::~Answering() { Stop(); }

absl::Status Answering::Restore(const SignedRoster* first) {
  const TimeMs now = clock_.NowMs();
  const absl::StatusOr<std::optional<TimeMs>> in_use = store_.ReadInUse();
  if (!in_use.ok()) return in_use.status();
  doubt_.emplace(*in_use, now);
  if (doubt_->UnsureThrough(1) > 0) Log(LogLevel::kWarning, "store_may_be_old");
  const auto restored = store_.ReadRestored();
  if (!restored.ok()) return restored.status();
  holder_.ShieldEverybody(restored->has_value() && (*restored)->shields_everybody);
  absl::StatusOr<std::optional<RosterKeeper::State>> state = store_.ReadRosterState();
  if (!state.ok()) return state.status();
  if (state->has_value()) {
    const absl::Status kept = keeper_.Restore(**std::move(state), now);
    if (!kept.ok()) return kept;
  }
  absl::Status offered = absl::OkStatus();
  if (first != nullptr) offered = keeper_.Offer(*first, now);
  if (keeper_.ruling() == nullptr) {
    return absl::FailedPreconditionError("no roster rules here yet: " +
                                         std::string(offered.message()));
  }
  if (keeper_.ruling()->FindAgency(agency_) == nullptr) {
    return absl::FailedPreconditionError("this agency is not in the roster that rules");
  }
  const auto wires = store_.LoadWires();
  if (!wires.ok()) return wires.status();
  for (const RocksdbStore::KeptWire& kept : *wires) {
    holder_.RestoreWire(kept.frame_hash, kept.wire, kept.keep_until_s);
  }
  // A notice that was answered is in force, also when the process ended before it was worked off.
  const auto journal = store_.ReadJournal(std::numeric_limits<size_t>::max());
  if (!journal.ok()) return journal.status();
  for (const RocksdbStore::JournalEntry& entry : *journal) holder_.RestoreNoted(entry.noted);
  OnRosterChanged();
  return absl::OkStatus();
}

void Answering::OnRosterChanged() {
  store_.WriteRosterState(keeper_.Persistent());
  const std::shared_ptr<const Roster> roster = keeper_.ruling();
  if (keeper_.held() != nullptr) store_.KeepRoster(*roster, *keeper_.held());
  holder_.SetRosters(roster, keeper_.previous(), keeper_.replaced_ms());
  for (const RosterCoordinator& c : roster->coordinators) {
    if (holder_.Watch(c.id).known_size() == 0) RestoreWatch(c);
    // A witness since now: what it has verified before may be the last for hours.
    if (holder_.Watch(c.id).Expects(false) && !alarmed_.contains(c.id)) Cosign(c.id);
  }
  confirmed_ = keeper_.Confirmed(clock_.NowMs());
  board_.Post({roster, confirmed_});
  PublishLogs();
  doubt_->OnRosterChanged();
  ApplyDoubt();
}

// Until it is known which roster rules and what was asked before has expired: a store that was set
// back answers nothing that it may have answered otherwise.
void Answering::ApplyDoubt() {
  holder_.SetUnsureThrough(doubt_->UnsureThrough(keeper_.ruling()->threshold));
}

// From the store, or from what this node has cosigned, whichever is further: a store brought back from
// a backup does not make a witness forget.
void Answering::RestoreWatch(const RosterCoordinator& coordinator) {
  LogWatch& watch = holder_.Watch(coordinator.id);
  absl::StatusOr<std::optional<LogWatch::Memory>> memory =
      store_.ReadWatch(coordinator.id, coordinator.log_key.key_id);
  // Without the checkpoint that was pinned here a log could be rewritten unnoticed.
  if (!memory.ok()) EndUnreadable(memory.status());
  if (memory->has_value()) watch.Restore(**std::move(memory));
  if (!witness_) return;
  const LogWatch::Memory* pin = witness_->PinOf(coordinator.log_key.name);
  if (pin != nullptr && pin->frontier.size() > watch.known_size()) watch.Restore(*pin);
}

// What was just verified is cosigned, unless an alarm about this log came since its last checkpoint. A
// later one that extends it is, for a cosignature speaks of the tree alone; the alarm stays.
void Answering::Cosign(CoordinatorId from) {
  if (!witness_ || !witness_->NamedBy(*keeper_.ruling())) return;
  if (auto cosigned = witness_->Cosign(holder_.Watch(from).memory(), clock_.NowMs() / 1000)) {
    outlet_->SendCosignature(from, *std::move(cosigned));
  }
}

void Answering::Start(Outlet& outlet) {
  outlet_ = &outlet;
  thread_ = std::thread([this] { Loop(); });
}

void Answering::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Answering::Post(Message message) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    messages_.push_back(std::move(message));
  }
  arrived_.notify_one();
}

// Streams end before this thread does, so somebody is there to keep the promise.
Answering::StreamStart Answering::BeginStream(CoordinatorId to) {
  std::promise<StreamStart> started;
  std::future<StreamStart> start = started.get_future();
  Post([this, to, started = std::move(started)]() mutable {
    const uint64_t stream = ++streams_begun_;
    streams_[to] = stream;
    StreamStart begun{stream, 0, "", {}};
    if (keeper_.ruling()->FindCoordinator(to) != nullptr) {
      LogWatch& watch = holder_.Watch(to);
      watch.OnDetached(clock_.NowMs());
      begun = {stream, watch.known_size(), watch.memory().checkpoint, watch.Unproven()};
    }
    started.set_value(std::move(begun));
  });
  return start.get();
}

bool Answering::OnPush(CoordinatorId from, uint64_t stream, Push push, size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    // One at least is taken: a roster alone may be larger.
    const bool full = pushed_bytes_ > 0 && pushed_bytes_ + bytes > kPushedBytesMax;
    if (stopping_ || full || messages_.size() >= kMessagesMax) return false;
    pushed_bytes_ += bytes;
    messages_.push_back([this, from, stream, push = std::move(push)]() mutable {
      TakePush(from, stream, std::move(push));
    });
  }
  arrived_.notify_one();
  return true;
}

void Answering::OnDetached(CoordinatorId from, uint64_t stream) {
  Post([this, from, stream] {
    if (LogWatch* const watch = StreamedLog(from, stream)) watch->OnDetached(clock_.NowMs());
    if (const auto it = streams_.find(from); it != streams_.end() && it->second == stream) {
      streams_.erase(it);
    }
  });
}

void Answering::SetEnrolment(EnrolmentView view) {
  if (outlet_ == nullptr) return holder_.SetEnrolment(std::move(view));   // still starting
  Post([this, view = std::move(view)]() mutable { holder_.SetEnrolment(std::move(view)); });
}

void Answering::SetPolicies(PolicyTables acting) {
  if (outlet_ == nullptr) return holder_.SetPolicies(std::move(acting));   // still starting
  Post([this, acting = std::move(acting)]() mutable { holder_.SetPolicies(std::move(acting)); });
}

void Answering::AddEntries(KeyVersion kv, std::vector<RocksdbStore::Enrolled> enrolled) {
  Post([this, kv, enrolled = std::move(enrolled)] {
    for (const RocksdbStore::Enrolled& one : enrolled) {
      holder_.index().Insert(one.type, kv, one.record, one.keys.check);
    }
  });
}

void Answering::RemoveEntries(RecordId record, KeyType type) {
  Post([this, record, type] { holder_.index().Remove(record, type); });
}

void Answering::OfferRoster(Bytes signed_roster) {
  Post([this, bytes = std::move(signed_roster)] { TakeRoster(0, bytes); });
}

void Answering::OnClosed(ExpectedAnswered expected) {
  Post([this, expected = std::move(expected)] {
    if (keeper_.ruling()->FindCoordinator(expected.relay) == nullptr) return;
    for (Alarm& alarm : holder_.Watch(expected.relay).OnClosed(expected, clock_.NowMs())) {
      Raise(std::move(alarm));
    }
  });
}

void Answering::ForgetShields(std::vector<RecordId> records) {
  Post([this, records = std::move(records)] {
    for (RecordId record : records) holder_.Unshield(record);
  });
}

void Answering::StopShieldingEverybody() {
  Post([this] { holder_.ShieldEverybody(false); });
}

void Answering::RaiseAlarm(Alarm alarm) {
  Post([this, alarm = std::move(alarm)]() mutable { Raise(std::move(alarm)); });
}

void Answering::Raise(Alarm alarm) {
  const TimeMs now = clock_.NowMs();
  if (alarm.question) {
    const std::lock_guard lock(mutex_);
    if (disputed_.size() < kDisputedMax) disputed_.insert(*alarm.question);
  }
  if (!gate_.Admits(alarm, now)) return;
  Log(LogLevel::kAlarm, "log_alarm",
      {{LogField::kCoordinator, alarm.coordinator}, {LogField::kIndex, alarm.index},
       {LogField::kCode, static_cast<int>(alarm.kind)}});
  store_.AddAlarm(AlarmDocument(alarm, now));
  if (const absl::Status kept = KeepEvidence(evidence_dir_, alarm); !kept.ok()) {
    Log(LogLevel::kAlarm, "evidence_not_kept", {{LogField::kError, kept}});
  }
}

void Answering::Loop() {
  while (true) {
    const TimeMs now = clock_.NowMs();
    {
      std::unique_lock lock(mutex_);
      const auto wait = std::chrono::milliseconds(NextDue(now) - now);
      arrived_.wait_for(lock, wait, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return stopping_ || !messages_.empty();
      });
      if (stopping_) return;
    }
    TakeMessages(now);
    // What is ready leaves before the next slot is worked on: that work depends on what is asked, and
    // the wires' departure would tell of it.
    ReleaseDue();
    AnswerDue();
    Every(clock_.NowMs());
  }
}

TimeMs Answering::NextDue(TimeMs now) const {
  TimeMs due = now + kLongestWaitMs;
  if (const std::optional<TimeMs> slot = holder_.NextSlotEnd()) due = std::min(due, *slot);
  if (!committed_.empty()) due = std::min(due, committed_.front().release_ms);
  return std::max(due, now);
}

// Those that are there now; what arrives meanwhile waits, so that slots end on time.
void Answering::TakeMessages(TimeMs) {
  std::deque<Message> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(messages_);
    pushed_bytes_ = 0;
  }
  for (Message& message : messages) message();
}

// The log of a stream that is there; nullptr for another stream, and for no coordinator any more.
LogWatch* Answering::StreamedLog(CoordinatorId from, uint64_t stream) {
  const auto it = streams_.find(from);
  if (it == streams_.end() || it->second != stream) return nullptr;
  return keeper_.ruling()->FindCoordinator(from) == nullptr ? nullptr : &holder_.Watch(from);
}

void Answering::EndStream(CoordinatorId from) {
  Log(LogLevel::kWarning, "stream_ended", {{LogField::kCoordinator, from}});
  outlet_->EndStream(from, streams_.at(from));
  streams_.erase(from);
  holder_.Watch(from).OnDetached(clock_.NowMs());
}

void Answering::TakePush(CoordinatorId from, uint64_t stream, Push push) {
  LogWatch* const watch = StreamedLog(from, stream);
  if (watch == nullptr) return;
  if (!watch->Expects(push.attached.has_value())) return EndStream(from);
  const TimeMs now = clock_.NowMs();
  std::vector<Alarm> alarms;
  const auto add = [&](std::vector<Alarm> more) {
    for (Alarm& alarm : more) alarms.push_back(std::move(alarm));
  };
  if (push.attached) add(watch->OnAttached(*push.attached, now));
  if (watch->Expects(false)) {
    if (const auto leaf = push.attached ? watch->RosterIn(*push.attached) : std::nullopt) {
      TakeRosterLeaf(from, leaf->roster, std::min(now, leaf->by_ms.value_or(now)));
    }
    std::vector<Bytes> refusals;
    for (const Push::Envelope& envelope : push.envelopes) {
      Holder::Reply reply = holder_.Handle(from, envelope.frame, envelope.admission, now);
      if (reply.refusal) refusals.push_back(*std::move(reply.refusal));
      add(std::move(reply.alarms));
    }
    if (!refusals.empty()) outlet_->SendRefusals(from, std::move(refusals));
    if (push.checkpoint) {
      LogWatch::Covered covered =
          watch->OnCheckpoint(push.checkpoint->note, push.checkpoint->leaves);
      add(std::move(covered.alarms));
      for (const LogWatch::Leaf& leaf : covered.leaves) {
        const auto* roster = std::get_if<RosterEntry>(&leaf.entry);
        if (roster != nullptr) TakeRosterLeaf(from, *roster, now);
      }
      store_.WriteWatch(from, watch->log_key().key_id, watch->memory());
    }
  }
  if (push.attached || push.checkpoint) PublishLogs();
  if (!alarms.empty()) alarmed_.insert(from);
  if ((push.attached || push.checkpoint) && alarmed_.erase(from) == 0) Cosign(from);
  for (Alarm& alarm : alarms) Raise(std::move(alarm));
  if (!watch->Expects(false)) return EndStream(from);
  if (absl::StatusOr<Heartbeat> beat = Heartbeat::Parse(push.heartbeat); beat.ok()) {
    const bool fresh = keeper_.OnHeartbeat(*beat, now);
    if (fresh && beat->coordinator == from) doubt_->OnHeartbeat(from);
    ApplyDoubt();
  }
  if (!push.roster.empty()) TakeRoster(from, push.roster);
}

void Answering::TakeRoster(CoordinatorId from, const Bytes& signed_roster) {
  absl::StatusOr<SignedRoster> offered = SignedRoster::Parse(signed_roster);
  const auto before = keeper_.ruling();
  const absl::Status status =
      offered.ok() ? keeper_.Offer(*std::move(offered), clock_.NowMs()) : offered.status();
  if (status.ok()) store_.WriteRosterState(keeper_.Persistent());
  if (keeper_.ruling() != before) OnRosterChanged();
  if (!status.ok() && !absl::IsAlreadyExists(status)) {
    Log(LogLevel::kWarning, "roster_refused",
        {{LogField::kCoordinator, from}, {LogField::kError, status}});
  }
}

void Answering::TakeRosterLeaf(CoordinatorId from, const RosterEntry& leaf, TimeMs at) {
  // Written only when it says something new: a relay could log one roster a thousand times.
  if (keeper_.OnRosterLeaf(from, leaf.version, leaf.hash, at)) {
    store_.WriteRosterState(keeper_.Persistent());
  }
}

void Answering::AnswerDue() {
  while (true) {
    absl::StatusOr<std::optional<SlotBatch>> batch = holder_.AnswerSlot(clock_.NowMs());
    // A store that cannot be read must not turn into "nothing disclosed".
    if (!batch.ok()) EndUnreadable(batch.status());
    if (!batch->has_value()) return;
    store_.CommitSlot(**batch);
    // Not ready by the boundary: the whole batch waits for the next, or lateness would tell.
    const TimeMs width = keeper_.ruling()->parameters.slot_ms;
    while ((*batch)->release_ms < clock_.NowMs()) (*batch)->release_ms += width;
    committed_.push_back(**std::move(batch));
  }
}

void Answering::ReleaseDue() {
  const TimeMs now = clock_.NowMs();
  while (!committed_.empty()) {
    SlotBatch& batch = committed_.front();
    if (batch.release_ms > now) return;
    std::map<CoordinatorId, std::vector<Bytes>> wires;
    for (SlotRecord& record : batch.records) {
      wires[record.coordinator].push_back(std::move(record.wire));
    }
    for (auto& [coordinator, list] : wires) outlet_->SendWires(coordinator, std::move(list));
    committed_.pop_front();
  }
}

void Answering::Every(TimeMs now) {
  if (!IsDue(now, next_housekeeping_ms_, kHousekeepingMs)) return;
  next_housekeeping_ms_ = now + kHousekeepingMs;
  holder_.Sweep(now);
  for (const RosterCoordinator& coordinator : keeper_.ruling()->coordinators) {
    for (Alarm& alarm : holder_.Watch(coordinator.id).OnTick(now)) Raise(std::move(alarm));
  }
  if (keeper_.Tick(now)) OnRosterChanged();
  if (IsDue(now, next_in_use_ms_, kInUseWrittenMs) &&
      doubt_->Over(keeper_.ruling()->threshold, now)) {
    next_in_use_ms_ = now + kInUseWrittenMs;
    store_.WriteInUse(now);
  }
  if (const ConfirmedSpan confirmed = keeper_.Confirmed(now); confirmed != confirmed_) {
    confirmed_ = confirmed;
    board_.Post({keeper_.ruling(), confirmed_});
  }
}

void Answering::PublishLogs() {
  std::vector<LogStatus> logs;
  // By the log keys that rule: after a change of key the log that ended has a watch still.
  for (const RosterCoordinator& coordinator : keeper_.ruling()->coordinators) {
    const LogWatch& watch = holder_.Watch(coordinator.id);
    logs.push_back({coordinator.id, watch.known_size(), watch.gap()});
  }
  const std::lock_guard lock(mutex_);
  logs_ = std::move(logs);
}

std::vector<Answering::LogStatus> Answering::Logs() const {
  const std::lock_guard lock(mutex_);
  return logs_;
}

bool Answering::IsDisputed(const FrameHash& question) const {
  const std::lock_guard lock(mutex_);
  return disputed_.contains(question);
}

}  // namespace whoelse
