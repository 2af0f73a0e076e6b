#include "node/people_keeper.h"

#include <chrono>

#include "node/day_of.h"
#include "node/doubt.h"
#include "node/staff.h"
#include "rpc/log.h"

namespace whoelse {
namespace {

constexpr std::chrono::seconds kLook{5};   // how often it looks at the clock

}  // namespace

PeopleKeeper::PeopleKeeper(std::vector<StaffMember> staff, const RocksdbStore& store,
                           InboxKeeper& inbox, const Clock& clock)
    : staff_(std::move(staff)), store_(store), inbox_(inbox), clock_(clock),
      thread_([this] { Run(); }) {}

PeopleKeeper::~PeopleKeeper() {
  pause_.End();
  thread_.join();
}

void PeopleKeeper::Run() {
  std::optional<Date> looked_on;
  do {
    const TimeMs now = clock_.NowMs();
    if (looked_on == DayOf(now)) continue;
    looked_on = DayOf(now);
    const TrailHead head = store_.trail_head();
    Log(LogLevel::kInfo, "trail_head",
        {{LogField::kIndex, head.number}, {LogField::kTrailHead, head.hash}});
    if (const absl::Status listed = ListMonths(now); !listed.ok()) {
      Log(LogLevel::kAlarm, "month_not_listed", {{LogField::kError, listed}});
    }
  } while (pause_.For(kLook));
}

absl::Status PeopleKeeper::ListMonths(TimeMs now) {
  const auto listed = store_.ReadMonth();
  if (!listed.ok()) return listed.status();
  for (const MonthEnd& month : MonthsDue(*listed, now)) {
    std::vector<AskedInMonth> asked;
    const absl::Status read = store_.ForEachReceipt([&](const RocksdbStore::ReceiptRow& row) {
      if (row.asked_ms >= month.begin && row.asked_ms < month.end) asked.push_back(AskedOf(row));
      return row.asked_ms >= month.begin;   // newest first
    });
    if (!read.ok()) return read;
    inbox_.RaiseMonth(month, asked, staff_);
  }
  return absl::OkStatus();
}

void BeginTrail(AgencyId agency, const std::optional<TimeMs>& in_use_ms, TimeMs now,
                RocksdbStore& store) {
  TrailNote note;
  note.at_ms = now;
  if (store.trail_head().number == 0) {
    note.deed = Deed::kBeginTrail;
    store.WriteTrail(note.Add(Fact::kAgency, std::to_string(agency)));
  } else if (StoreDoubt(in_use_ms, now).UnsureThrough(1) > 0) {
    note.deed = Deed::kDoubtStore;
    store.WriteTrail(note.Add(Fact::kSince, std::to_string(*in_use_ms)));
  }
}

}  // namespace whoelse
