#include "node/answering.h"

#include <algorithm>
#include <limits>

#include "nlohmann/json.hpp"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr size_t kMessagesMax = 4096;
constexpr size_t kExpectedMax = 10'000;
constexpr TimeMs kHousekeepingMs = 1000;
constexpr TimeMs kLongestWaitMs = 1000;

}  // namespace

std::string AlarmDocument(const Alarm& alarm, TimeMs now) {
  return nlohmann::ordered_json{{"log", alarm.coordinator},
                                {"alarm", std::string(Name(alarm.kind))},
                                {"index", alarm.index},
                                {"raised_ms", now},
                                {"evidence", alarm.evidence}}
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

Answering::Answering(HolderIdentity identity, TrustAnchor trust, RocksdbStore& store,
                     RosterBoard& board, const Clock& clock, Random& random)
    : store_(store),
      board_(board),
      clock_(clock),
      agency_(identity.agency),
      keeper_(std::move(trust)),
      holder_(std::move(identity), PolicyTable().OneStepStricter(), store, random) {}

Answering::~Answering() { Stop(); }

absl::Status Answering::Restore(const SignedRoster* first) {
  const TimeMs now = clock_.NowMs();
  absl::StatusOr<std::optional<RosterKeeper::State>> state = store_.ReadRosterState();
  if (!state.ok()) return state.status();
  if (state->has_value()) {
    if (absl::Status restored = keeper_.Restore(**std::move(state), now); !restored.ok()) {
      return restored;
    }
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
  holder_.SetRosters(roster, keeper_.previous(), keeper_.replaced_ms());
  for (const RosterCoordinator& c : roster->coordinators) {
    LogWatch& watch = holder_.Watch(c.id);
    if (watch.known_size() > 0) continue;
    absl::StatusOr<std::optional<LogWatch::Memory>> memory =
        store_.ReadWatch(c.id, c.log_key.key_id);
    if (memory.ok() && memory->has_value()) watch.Restore(**std::move(memory));
  }
  unconfirmed_ = keeper_.Unconfirmed(clock_.NowMs());
  board_.Post({roster, unconfirmed_});
  PublishLogs();
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

bool Answering::Post(Message message, bool even_if_full) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || (!even_if_full && messages_.size() >= kMessagesMax)) return false;
    messages_.push_back(std::move(message));
  }
  arrived_.notify_one();
  return true;
}

bool Answering::OnPush(CoordinatorId from, Push push) {
  return Post([this, from, push = std::move(push)]() mutable { TakePush(from, std::move(push)); },
              false);
}

// The messages below come from this node's own threads, which wait for their own work: few at a time.
void Answering::OnDetached(CoordinatorId from) {
  Post([this, from] {
    if (keeper_.ruling()->FindCoordinator(from) != nullptr) holder_.Watch(from).OnDetached();
  }, true);
}

void Answering::SetEnrolment(EnrolmentView view) {
  if (outlet_ == nullptr) return holder_.SetEnrolment(std::move(view));   // still starting
  Post([this, view = std::move(view)]() mutable { holder_.SetEnrolment(std::move(view)); }, true);
}

void Answering::SetPolicy(const PolicyTable& acting) {
  if (outlet_ == nullptr) return holder_.SetPolicy(acting);   // still starting
  Post([this, acting] { holder_.SetPolicy(acting); }, true);
}

void Answering::AddEntries(KeyVersion kv, std::vector<RocksdbStore::Enrolled> enrolled) {
  Post([this, kv, enrolled = std::move(enrolled)] {
    for (const RocksdbStore::Enrolled& one : enrolled) {
      holder_.index().Insert(one.type, kv, one.record, one.keys.check);
    }
  }, true);
}

void Answering::RemoveEntries(RecordId record) {
  Post([this, record] { holder_.index().Remove(record); }, true);
}

void Answering::OfferRoster(Bytes signed_roster) {
  Post([this, bytes = std::move(signed_roster)]() mutable {
    Push push;
    push.roster = std::move(bytes);
    TakePush(0, std::move(push));
  }, true);
}

void Answering::ExpectAnswered(Requester::ExpectedAnswered expected) {
  Post([this, expected] {
    if (expected_.size() < kExpectedMax) {
      expected_[{expected.relay, expected.answered_index}] = expected;
    }
  }, true);
}

void Answering::ForgetShields(std::vector<RecordId> records) {
  Post([this, records = std::move(records)] {
    for (RecordId record : records) holder_.Unshield(record);
  }, true);
}

void Answering::RaiseAlarm(Alarm alarm) {
  Post([this, alarm = std::move(alarm)] {
    Log(LogLevel::kAlarm, "log_alarm",
        {{LogField::kCoordinator, alarm.coordinator}, {LogField::kIndex, alarm.index},
         {LogField::kCode, static_cast<int>(alarm.kind)}});
    store_.AddAlarm(AlarmDocument(alarm, clock_.NowMs()));
  }, true);
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
    AnswerDue();
    ReleaseDue();
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
  }
  for (Message& message : messages) message();
}

void Answering::TakePush(CoordinatorId from, Push push) {
  const TimeMs now = clock_.NowMs();
  const bool known = from != 0 && keeper_.ruling()->FindCoordinator(from) != nullptr;
  std::vector<Alarm> alarms;
  const auto add = [&](std::vector<Alarm> more) {
    for (Alarm& alarm : more) alarms.push_back(std::move(alarm));
  };
  if (known && push.attached) {
    add(holder_.Watch(from).OnAttached(*push.attached));
    PublishLogs();
  }
  std::vector<Bytes> refusals;
  for (Push::Envelope& envelope : push.envelopes) {
    if (!known) break;
    Holder::Reply reply = holder_.Handle(from, envelope.frame, envelope.admission, now);
    if (reply.refusal) refusals.push_back(*std::move(reply.refusal));
    add(std::move(reply.alarms));
  }
  if (!refusals.empty()) outlet_->SendRefusals(from, std::move(refusals));
  if (known && push.checkpoint) {
    LogWatch& watch = holder_.Watch(from);
    LogWatch::Covered covered = watch.OnCheckpoint(push.checkpoint->note, push.checkpoint->leaves);
    add(std::move(covered.alarms));
    TakeLeaves(from, covered.leaves);
    store_.WriteWatch(from, watch.log_key().key_id, watch.memory());
    PublishLogs();
  }
  if (absl::StatusOr<Heartbeat> beat = Heartbeat::Parse(push.heartbeat); beat.ok()) {
    keeper_.OnHeartbeat(*beat, now);
  }
  if (!push.roster.empty()) {
    absl::StatusOr<SignedRoster> offered = SignedRoster::Parse(push.roster);
    const auto before = keeper_.ruling();
    const absl::Status status =
        offered.ok() ? keeper_.Offer(*std::move(offered), now) : offered.status();
    if (status.ok()) store_.WriteRosterState(keeper_.Persistent());
    if (keeper_.ruling() != before) OnRosterChanged();
    if (!status.ok() && !absl::IsAlreadyExists(status)) {
      Log(LogLevel::kWarning, "roster_refused",
          {{LogField::kCoordinator, from}, {LogField::kError, status}});
    }
  }
  for (Alarm& alarm : alarms) RaiseAlarm(std::move(alarm));
}

void Answering::TakeLeaves(CoordinatorId from, const std::vector<LogWatch::Leaf>& leaves) {
  for (const LogWatch::Leaf& leaf : leaves) {
    if (const auto* roster = std::get_if<RosterEntry>(&leaf.entry)) {
      keeper_.OnRosterLeaf(from, roster->version, roster->hash, clock_.NowMs());
      store_.WriteRosterState(keeper_.Persistent());
    }
    const auto expected = expected_.find({from, leaf.index});
    if (expected == expected_.end()) continue;
    const auto* answered = std::get_if<AnsweredEntry>(&leaf.entry);
    // What the relay wrote down is not what it handed over: it dropped or swapped an answer.
    if (answered == nullptr || answered->asked_index != expected->second.asked_index ||
        answered->answers_hash != expected->second.answers_hash) {
      RaiseAlarm({from, AlarmKind::kAnsweredDiffers, leaf.index,
                  holder_.Watch(from).memory().checkpoint});
    }
    expected_.erase(expected);
  }
}

void Answering::AnswerDue() {
  while (true) {
    absl::StatusOr<std::optional<SlotBatch>> batch = holder_.AnswerSlot(clock_.NowMs());
    if (!batch.ok()) {
      // A store that cannot be read must not turn into "nothing disclosed".
      Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, batch.status()}});
      _exit(74);
    }
    if (!batch->has_value()) return;
    store_.CommitSlot(**batch);
    committed_.push_back(**std::move(batch));
  }
}

void Answering::ReleaseDue() {
  const TimeMs width = keeper_.ruling()->parameters.slot_ms;
  const TimeMs now = clock_.NowMs();
  while (!committed_.empty()) {
    SlotBatch& batch = committed_.front();
    // Not ready by the boundary: the whole batch waits for the next, or lateness would tell.
    if (batch.release_ms > now) return;
    if (now - batch.release_ms > width / 2) {
      batch.release_ms = now - now % width + width;
      return;
    }
    std::map<CoordinatorId, std::vector<Bytes>> wires;
    for (SlotRecord& record : batch.records) {
      wires[record.coordinator].push_back(std::move(record.wire));
    }
    for (auto& [coordinator, list] : wires) outlet_->SendWires(coordinator, std::move(list));
    committed_.pop_front();
  }
}

void Answering::Every(TimeMs now) {
  if (now < next_housekeeping_ms_) return;
  next_housekeeping_ms_ = now + kHousekeepingMs;
  holder_.Sweep(now);
  for (const RosterCoordinator& coordinator : keeper_.ruling()->coordinators) {
    for (Alarm& alarm : holder_.Watch(coordinator.id).OnTick(now)) RaiseAlarm(std::move(alarm));
  }
  if (keeper_.Tick(now)) OnRosterChanged();
  if (keeper_.Unconfirmed(now) != unconfirmed_) {
    unconfirmed_ = !unconfirmed_;
    board_.Post({keeper_.ruling(), unconfirmed_});
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

uint64_t Answering::KnownSize(CoordinatorId coordinator) const {
  const std::lock_guard lock(mutex_);
  for (const LogStatus& log : logs_) {
    if (log.coordinator == coordinator) return log.size;
  }
  return 0;
}

std::vector<Answering::LogStatus> Answering::Logs() const {
  const std::lock_guard lock(mutex_);
  return logs_;
}

}  // namespace whoelse
