#include "node/people_keeper.h"

#include "node/doubt.h"
#include "node/staff.h"
#include "rpc/log.h"

namespace whoelse {

PeopleKeeper::PeopleKeeper(std::vector<StaffMember> staff, const RocksdbStore& store,
                           InboxKeeper& inbox, const Clock& clock)
    : staff_(std::move(staff)), store_(store), inbox_(inbox),
      days_(clock, [this](TimeMs now, Pause&) {
        LookAtDay(now);
        return true;   // a list that failed is told once, and comes with the next day
      }) {}

void PeopleKeeper::LookAtDay(TimeMs now) {
  const TrailHead head = store_.trail_head();
  Log(LogLevel::kInfo, "trail_head",
      {{LogField::kIndex, head.number}, {LogField::kTrailHead, head.hash}});
  if (const absl::Status listed = ListMonths(now); !listed.ok()) {
    Log(LogLevel::kAlarm, "month_not_listed", {{LogField::kError, listed}});
  }
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

absl::Status BeginTrail(AgencyId agency, TimeMs now, RocksdbStore& store) {
  const auto in_use = store.ReadInUse();
  const auto restored = store.ReadRestored();
  for (const absl::Status& read : {in_use.status(), restored.status()}) {
    if (!read.ok()) return read;
  }
  TrailNote note;
  note.at_ms = now;
  if (store.trail_head().number == 0) {
    note.deed = Deed::kBeginTrail;
    store.WriteTrail(note.Add(Fact::kAgency, std::to_string(agency)));
  }
  std::optional<TimeMs> since;   // of when it is
  if (StoreDoubt(*in_use, now).UnsureThrough(1) > 0) since = *in_use;
  // A restored store was never in use, and says so with a zero.
  if (restored->has_value() && in_use->value_or(0) == 0) since = (*restored)->made_ms;
  if (!since) return absl::OkStatus();
  note.about.clear();
  note.deed = Deed::kDoubtStore;
  store.WriteTrail(note.Add(Fact::kSince, std::to_string(*since)));
  return absl::OkStatus();
}

}  // namespace whoelse
