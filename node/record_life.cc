#include "node/record_life.h"

#include <algorithm>
#include <utility>

#include "node/former_addresses.h"
#include "node/policy_looser.h"

namespace whoelse {
namespace {

constexpr int kArchivedAt = 18, kArchivedAtWhenKept = 25;
constexpr int64_t kProtectedDays = 30;
constexpr int kPurgedAfterYears = 6;

// The same day so many years later; 29 February becomes 1 March.
Date YearsLater(Date date, int years) {
  const uint32_t ymd = date.ymd() + static_cast<uint32_t>(years) * 10000;
  const absl::StatusOr<Date> later = Date::FromYmd(ymd);
  if (later.ok()) return *later;
  const absl::StatusOr<Date> first_of_march = Date::FromYmd(ymd - ymd % 10000 + 301);
  return first_of_march.ok() ? *first_of_march : date;   // the calendar ends
}

Record Updated(const Record& held, const Record& row, Date today) {
  Record updated = MergeByMachine(held, row);
  HoldBackLooser(held, today, updated);
  KeepAddresses(held, updated);
  if (updated.restrictions.closed && held.end) EndBy(*held.end, updated);
  return updated;
}

// Of two words the one that discloses less; where that depends on the case, that nobody was asked.
Consent Stricter(const Consent& a, const Consent& b) {
  if (a == b) return a;
  if (a.state == ConsentState::kRefused || b.state == ConsentState::kRefused) {
    if (a.state != b.state) return a.state == ConsentState::kRefused ? a : b;
    return a.by == ConsentBy::kYoungPerson ? a : b;
  }
  return Consent();
}

}  // namespace

RowTaken TakeRow(const Record* held, const Record& row, NumberChange why, bool number_closed,
                 Date today) {
  RowTaken taken;
  if (held == nullptr) {
    taken.added = row;
    if (number_closed) CloseNumber(today, *taken.added);
    return taken;
  }
  const bool another = held->nhs_number && held->nhs_number != row.nhs_number;
  // What is closed is never joined to what comes after, whatever a feed says of it.
  if (another && held->restrictions.closed) why = NumberChange::kClosed;
  // No number is no successor.
  if (another && why == NumberChange::kSuperseded && !row.nhs_number) why = NumberChange::kClosed;
  if (another && why == NumberChange::kClosed) {
    taken.held = *held;
    CloseNumber(today, *taken.held);
    taken.held->source.clear();      // no report shows both
    taken.held->source_id.clear();
    taken.held->local_id.clear();
    if (held->upn == row.upn) taken.held->upn.reset();
    taken.added = row;
    // Otherwise a feed that knows of no shield would free a child by giving it another number.
    CarryRestrictions(*held, today, *taken.added);
  } else if (another && why == NumberChange::kSuperseded) {
    taken.held = DoorOf(*held->nhs_number, *held);
    taken.added = Updated(*held, row, today);
  } else {
    Record updated = Updated(*held, row, today);
    if (number_closed) CloseNumber(today, updated);
    if (updated != *held) taken.held = std::move(updated);
    return taken;
  }
  if (number_closed) CloseNumber(today, *taken.added);
  return taken;
}

void CarryRestrictions(const Record& before, Date today, Record& added) {
  Restrictions carried = WithShields(before);
  carried.closed = false;
  added.restrictions = added.restrictions.Raise(carried);
  CarryClass(before, today, added);
}

Record DoorOf(const NhsNumber& replaced, const Record& record) {
  Record door = record;
  door.nhs_number = replaced;
  door.superseded = true;
  door.source.clear();
  door.source_id.clear();
  door.upn.reset();         // asked by it, the record answers for itself
  return door;
}

void EndBy(Date day, Record& record) { record.end = std::min(record.end.value_or(day), day); }

void CloseNumber(Date today, Record& record) {
  EndBy(today, record);
  record.restrictions.closed = true;
  record.restrictions.shielded = true;
}

std::optional<FieldError> Merge(const Record& from, Date today, Record& into) {
  constexpr const char* kSupersede = "if one number replaced the other use records supersede";
  if (from.nhs_number && into.nhs_number && from.nhs_number != into.nhs_number) {
    return FieldError{"id", "the two have different NHS numbers", kSupersede};
  }
  if (from.upn && into.upn && from.upn != into.upn) {
    return FieldError{"id", "the two have different UPNs", "put the wrong one right in its system"};
  }
  if (from.born && into.born && PartsThatDiffer(*from.born, *into.born) > 1) {
    return FieldError{"id", "the two have different dates of birth",
                      "put the wrong one right in its system"};
  }
  if (from.restrictions.closed != into.restrictions.closed) {
    return FieldError{"id", "one of the two is closed", "leave them apart: what was closed is never joined"};
  }
  if (from.about_parent_or_carer != into.about_parent_or_carer) {
    return FieldError{"id", "one is about the child and the other about a parent or carer",
                      "leave them apart"};
  }
  if (from.answered_by != 0 || into.answered_by != 0) {
    return FieldError{"id", "one of the two was merged or superseded already",
                      "merge what answers for it"};
  }
  RaiseTo(from, into);
  CarryClass(from, today, into);
  JoinAddresses(from, into);
  into.consent = Stricter(into.consent, from.consent);
  return std::nullopt;
}

void Unmerge(const Record& into, Record& from) {
  RaiseTo(into, from);
  from.consent = Stricter(from.consent, into.consent);
  from.answered_by = 0;
}

bool IsLive(const Record& record, Date today) {
  return !record.archived_on && (!record.end || *record.end > today);
}

// By its class alone, also while an earlier one acts beside it: nobody outside is told by it, and what
// two people said is no refuge must not be purged as one.
DueAction DueActionOf(const Record& record, Date today) {
  if (record.archived_on && today >= YearsLater(*record.archived_on, kPurgedAfterYears)) {
    return DueAction::kPurge;
  }
  if (record.end && record.service_class == ServiceClass::kProtected &&
      today.days() - record.end->days() >= kProtectedDays) {
    return DueAction::kPurge;
  }
  if (record.end && record.service_class == ServiceClass::kSensitive &&
      today >= YearsLater(*record.end, 1)) {
    return DueAction::kPurge;
  }
  if (record.archived_on) return DueAction::kNone;
  const int age = record.keep_to_25 || record.born_disputed ? kArchivedAtWhenKept : kArchivedAt;
  if (record.born && record.born->AgeOn(today) >= age) return DueAction::kArchive;
  if (record.died && today >= YearsLater(*record.died, 1)) return DueAction::kArchive;
  return DueAction::kNone;
}

}  // namespace whoelse
