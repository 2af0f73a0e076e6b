#include "node/deferred.h"

#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr size_t kBatch = 1024;
constexpr uint64_t kFirstMs = 500, kSpreadMs = 1500;
constexpr TimeMs kDropWiresEveryMs = 60'000;

}  // namespace

Deferred::Deferred(RocksdbStore& store, InboxKeeper& inbox, const Clock& clock, Random& random)
    : store_(store), inbox_(inbox), clock_(clock), random_(random),
      thread_([this] { Run(); }) {}

Deferred::~Deferred() {
  pause_.End();
  thread_.join();
}

void Deferred::Run() {
  TimeMs dropped_ms = 0;
  while (pause_.For(std::chrono::milliseconds(kFirstMs + random_.Below(kSpreadMs)))) {
    WorkOff();
    if (clock_.NowMs() > dropped_ms + kDropWiresEveryMs) {
      dropped_ms = clock_.NowMs();
      store_.DropWiresBefore(clock_.NowS());
    }
  }
}

void Deferred::WorkOff() {
  absl::StatusOr<std::vector<RocksdbStore::JournalEntry>> entries = store_.ReadJournal(kBatch);
  if (!entries.ok()) {
    Log(LogLevel::kAlarm, "journal_unreadable", {{LogField::kError, entries.status()}});
    return;
  }
  absl::Status done = inbox_.TakeUp();
  if (done.ok() && !entries->empty()) done = inbox_.WorkOff(*entries);
  if (!done.ok()) Log(LogLevel::kAlarm, "journal_unreadable", {{LogField::kError, done}});
}

}  // namespace whoelse
