#include "node/ledger_keeper.h"

#include <grpcpp/grpcpp.h>

#include <map>

#include "rpc/log.h"
#include "rpc/status.h"

namespace whoelse {
namespace {

constexpr uint64_t kHourMs = 3'600'000;
constexpr uint64_t kSpreadMs = 60'000;   // not every node at once
constexpr uint64_t kRetryMs = 60'000;
constexpr std::chrono::seconds kLook(1);   // between two looks at the clock
constexpr std::chrono::milliseconds kTimeout{5000};

}  // namespace

LedgerKeeper::LedgerKeeper(AgencyId agency, const SigningKey& identity, RocksdbStore& store,
                           Coordinators& coordinators, RosterBoard& board, const Clock& clock,
                           Random& random)
    : agency_(agency), identity_(identity), store_(store), coordinators_(coordinators),
      board_(board), clock_(clock), random_(random), thread_([this] { Run(); }) {}

LedgerKeeper::~LedgerKeeper() {
  pause_.End();
  thread_.join();
}

// Some seconds into the next hour.
TimeMs LedgerKeeper::NextHour() {
  const TimeMs now = clock_.NowMs();
  return now - now % kHourMs + kHourMs + random_.Below(kSpreadMs);
}

void LedgerKeeper::Run() {
  TimeMs due = NextHour();
  // An hour is one of the clock's, which may be set, and goes on while the machine sleeps.
  while (pause_.For(kLook)) {
    if (clock_.NowMs() < due) continue;
    due = LogDigests() ? NextHour() : clock_.NowMs() + kRetryMs + random_.Below(kSpreadMs);
  }
}

// What is planned is on the disk before it is sent: after a lost reply and a restart the same bytes
// are sent again, and never is a second digest made of one range.
absl::Status LedgerKeeper::Plan() {
  const auto logged = store_.ReadLoggedDigests();
  if (!logged.ok()) return logged.status();
  std::map<LedgerLog, uint64_t> from;
  for (const LoggedDigest& one : *logged) {
    const LedgerLog log{one.digest.coordinator, one.digest.log_key_id};
    from[log] = NextIndex(log, *logged);
  }
  const auto items = store_.ReadLedger(from);
  if (!items.ok()) return items.status();
  const auto restored = store_.ReadRestored();
  if (!restored.ok()) return restored.status();
  const TimeMs restored_ms = restored->has_value() ? (*restored)->restored_ms : 0;
  std::map<LedgerLog, std::vector<LedgerItem>> by_log;
  for (const LedgerItem& item : *items) {
    // What the backup brought may be in a digest that it does not know.
    if (item.released_ms > restored_ms) by_log[item.log].push_back(item);
  }
  const auto planned = store_.ReadPlannedDigests();
  if (!planned.ok()) return planned.status();
  for (const PlannedDigest& one : *planned) {
    by_log.erase({one.entry.coordinator, one.entry.log_key_id});   // first that one
  }
  for (const auto& [log, rows] : by_log) {
    const uint64_t first =
        restored_ms == 0 ? from[log] : NextIndexSince(restored_ms, log, *logged, rows);
    store_.WritePlannedDigest(PlanDigest(agency_, identity_, first, rows));
  }
  return absl::OkStatus();
}

bool LedgerKeeper::LogDigests() {
  const absl::Status made = Plan();
  const auto planned = made.ok() ? store_.ReadPlannedDigests() : made;
  if (!planned.ok()) {
    whoelse::Log(LogLevel::kAlarm, "ledger_unreadable", {{LogField::kError, planned.status()}});
    return false;
  }
  const std::shared_ptr<const Roster> roster = board_.Read().roster;
  bool all = true;
  for (const PlannedDigest& one : *planned) all = Log(one, *roster) && all;
  return all;
}

bool LedgerKeeper::Log(const PlannedDigest& planned, const Roster& roster) {
  v1::LedgerDigestCall call;
  call.set_entry(ToString(SerializeLogEntry(planned.entry)));
  const size_t turn = random_.Below(roster.coordinators.size());
  for (const RosterCoordinator* at : PlacesOfDigest(roster, planned.entry.coordinator, turn)) {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(kTimeout));
    v1::LedgerDigestReply reply;
    const grpc::Status status =
        coordinators_.StubFor(*at)->LogLedgerDigest(&context, call, &reply);
    if (!status.ok() || !coordinators_.IsStill(*at, context)) continue;
    const LedgerEntry& e = planned.entry;
    store_.WriteLoggedDigest({{e.coordinator, e.log_key_id, e.from, e.to, e.root, at->id,
                               reply.index()}, planned.cutoff_ms, clock_.NowMs()});
    return true;
  }
  whoelse::Log(LogLevel::kWarning, "digest_not_logged",
               {{LogField::kCoordinator, planned.entry.coordinator}});
  return false;
}

}  // namespace whoelse
