#include "node/policy_looser.h"

#include <algorithm>

namespace whoelse {
namespace {

RowBasis Basis(ServiceClass service_class, ConsentState state, bool about_parent_or_carer) {
  RowBasis basis;
  basis.service_class = service_class;
  basis.about_parent_or_carer = about_parent_or_carer;
  basis.consent.state = state;
  basis.consent.by = ConsentBy::kYoungPerson;
  basis.consent.competent = true;
  return basis;
}

// More changes in a month than a record has room for: each class that it had, as if nobody had agreed
// to anything; at most seven.
std::vector<RowBasis> WithoutAgreement(const std::vector<RowBasis>& bases) {
  std::vector<RowBasis> strictest;
  for (const ServiceClass c : {ServiceClass::kUniversal, ServiceClass::kTargeted,
                               ServiceClass::kJustice, ServiceClass::kSensitive,
                               ServiceClass::kProtected}) {
    if (std::ranges::find(bases, c, &RowBasis::service_class) == bases.end()) continue;
    strictest.push_back(Basis(c, ConsentState::kRefused, false));
    if (c == ServiceClass::kSensitive) {
      strictest.push_back(Basis(c, ConsentState::kNotAsked, false));
    }
  }
  if (std::ranges::any_of(bases, &RowBasis::about_parent_or_carer)) {
    strictest.push_back(Basis(strictest.back().service_class, ConsentState::kNotAsked, true));
  }
  return strictest;
}

}  // namespace

Date FirstOfNextMonth(Date today) {
  const uint32_t year = today.ymd() / 10000, month = today.ymd() / 100 % 100;
  const uint32_t first = month == 12 ? (year + 1) * 10000 + 101 : year * 10000 + (month + 1) * 100 + 1;
  const absl::StatusOr<Date> date = Date::FromYmd(first);
  return date.ok() ? *date : today;   // the calendar ends
}

void HoldBackLooser(const Record& before, Date today, Record& after) {
  const RowBasis& was = before;
  const RowBasis& is = after;
  std::vector<RowBasis> earlier;
  Date until = FirstOfNextMonth(today);
  if (LooserOn(before, today)) {
    earlier = before.earlier;
    // A clock that was put back must not bring the day forward.
    until = std::max(until, *before.earlier_until);
  }
  if (std::ranges::find(earlier, was) == earlier.end()) earlier.push_back(was);
  std::erase(earlier, is);
  if (earlier.size() > kEarlierMax) earlier = WithoutAgreement(earlier);
  after.earlier_until = earlier.empty() ? std::nullopt : std::optional(until);
  after.earlier = std::move(earlier);
}

std::optional<Date> LooserOn(const Record& record, Date today) {
  const bool waits = record.earlier_until && today < *record.earlier_until;
  return waits ? record.earlier_until : std::nullopt;
}

std::span<const RowBasis> ActingBeside(const Record& record, Date today) {
  if (!LooserOn(record, today)) return {};
  return record.earlier;
}

ServiceClass StrictestClass(const Record& record, Date today) {
  ServiceClass strictest = record.service_class;
  for (const RowBasis& basis : ActingBeside(record, today)) {
    strictest = std::max(strictest, basis.service_class);
  }
  return strictest;
}

void CarryClass(const Record& before, Date today, Record& after) {
  after.service_class = std::max(after.service_class, before.service_class);
  const ServiceClass strictest = StrictestClass(before, today);
  if (strictest <= after.service_class) return;
  // As if `after` had had it until now.
  Record lowered = after;
  if (!LooserOn(lowered, today)) LetThrough(lowered);
  lowered.service_class = strictest;
  lowered.earlier_until = std::max(lowered.earlier_until, before.earlier_until);
  HoldBackLooser(lowered, today, after);
}

void LetThrough(Record& record) {
  record.earlier.clear();
  record.earlier_until.reset();
}

}  // namespace whoelse
