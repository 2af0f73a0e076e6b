#include "node/ledger_sweeper.h"

#include <algorithm>
#include <chrono>

#include "nlohmann/json.hpp"
#include "rpc/log.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kBatch = 1000;                      // entries looked at as one
constexpr std::chrono::milliseconds kBetween{20};    // two batches: answering has the disk first

}  // namespace

LedgerSweeper::LedgerSweeper(RocksdbStore& store, InboxKeeper& inbox, ConfirmedClock& clock)
    : store_(store), inbox_(inbox), days_(clock.clock(), [this, &clock](TimeMs now, Pause& pause) {
        const auto confirmed = clock.Confirm(now);
        if (!confirmed) return false;
        const absl::Status told = TellOfUntaken(*confirmed);
        const auto swept = told.ok() ? Sweep(*confirmed, pause) : absl::StatusOr<bool>(told);
        if (!swept.ok()) {
          Log(LogLevel::kAlarm, "ledger_unreadable", {{LogField::kError, swept.status()}});
        }
        return swept.ok() && *swept;
      }) {}

absl::Status LedgerSweeper::TellOfUntaken(ConfirmedTime confirmed) {
  const TimeMs now = confirmed.ms();
  const auto through = store_.ReadTakenThrough();
  if (!through.ok()) return through.status();
  const struct {
    TimeMs age;
    ItemKind kind;
  } told[] = {{kSealedKeptMs, ItemKind::kLedgerLost}, {kUntakenToldMs, ItemKind::kLedgerToTake}};
  for (const auto& [age, kind] : told) {
    if (now < age) continue;
    const auto untaken = store_.HasSealed(*through, now - age);
    if (!untaken.ok()) return untaken.status();
    if (!*untaken) continue;
    const Json about{{"not_taken_since_ms", *through}, {"answered_before_ms", now - age}};
    if (absl::Status raised = inbox_.RaiseOnce(kind, about.dump()); !raised.ok()) return raised;
  }
  return absl::OkStatus();
}

absl::Status LedgerSweeper::MoveLines(ConfirmedTime now) {
  const auto logged = store_.ReadLoggedDigests();
  if (!logged.ok()) return logged.status();
  const auto drawn = store_.ReadLedgerLines();
  if (!drawn.ok()) return drawn.status();
  for (const LedgerLine& line : LinesOf(*logged, now.ms())) {
    // Never back, and not by a clock that was set back either.
    const auto before = std::ranges::find(*drawn, line.log, &LedgerLine::log);
    if (before != drawn->end() && before->index >= line.index) continue;
    store_.WriteLedgerLine(line, GoneBy(line, *logged));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LedgerSweeper::Sweep(ConfirmedTime now, Pause& pause) {
  if (now.ms() < kSealedKeptMs) return true;
  if (absl::Status moved = MoveLines(now); !moved.ok()) return moved;
  const auto lines = store_.ReadLedgerLines();
  if (!lines.ok()) return lines.status();
  std::string from;
  do {
    auto next = store_.SweepLedger(now.ms() - kSealedKeptMs, *lines, from, kBatch);
    if (!next.ok()) return next.status();
    from = *std::move(next);
    if (!from.empty() && !pause.For(kBetween)) return false;
  } while (!from.empty());
  return true;
}

}  // namespace whoelse
