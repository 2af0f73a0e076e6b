#include "node/policy.h"

#include <algorithm>

#include "node/policy_looser.h"

namespace whoelse {
namespace {

constexpr Outcome C = Outcome::kContact, D = Outcome::kDutyLine, B = Outcome::kBrokered,
                  U = Outcome::kUrgent, N = Outcome::kNothing;

constexpr int kPresumedCompetentAge = 16;
constexpr int64_t kNewPlaceDays = 180;
constexpr uint32_t kOneYear = 10000;   // of yyyymmdd

// One record, one question, one day; `basis` is the record's own or an earlier one that still acts.
struct Case {
  const Record& record;
  const RowBasis& basis;
  const Asked& asked;
  Date today;
  PolicyColumn column;
};

// Does a word that is recorded as given hold today, for this purpose?
bool InForce(const Consent& consent, Purpose purpose, Date today) {
  if (consent.on && *consent.on > today) return false;
  if (consent.until && *consent.until < today) return false;
  return consent.purposes.empty() ||
         std::find(consent.purposes.begin(), consent.purposes.end(), purpose) !=
             consent.purposes.end();
}

// Only a competent young person's word counts for their own sensitive or protected service. Without
// this check a parent could open a child's counselling by agreeing in their place.
bool YoungPersonsWordCounts(const Case& c) {
  const Consent& consent = c.basis.consent;
  if (consent.by != ConsentBy::kYoungPerson) return false;
  if (consent.competent) return true;
  const bool refused = consent.state == ConsentState::kRefused;
  if (!c.record.born || c.record.born_disputed) return refused;
  return c.record.born->AgeOn(consent.on.value_or(c.today)) >= kPresumedCompetentAge;
}

bool YoungPersonAgreed(const Case& c) {
  return c.basis.consent.state == ConsentState::kGiven && YoungPersonsWordCounts(c) &&
         InForce(c.basis.consent, c.asked.purpose, c.today);
}

bool AdultAgreed(const Case& c) {
  return c.basis.consent.state == ConsentState::kGiven &&
         c.basis.consent.by == ConsentBy::kAdultConcerned &&
         InForce(c.basis.consent, c.asked.purpose, c.today);
}

PolicyRow ClassRow(const Case& c) {
  const bool refused = c.basis.consent.state == ConsentState::kRefused;
  switch (c.basis.service_class) {
    case ServiceClass::kUniversal:
      return kRowUniversal;
    case ServiceClass::kTargeted:
      return refused ? kRowTargetedObjection : kRowTargeted;
    case ServiceClass::kJustice:
      return kRowJustice;
    case ServiceClass::kSensitive:
      if (YoungPersonAgreed(c)) return kRowSensitiveAgreed;
      return refused && YoungPersonsWordCounts(c) ? kRowSensitiveRefused : kRowSensitiveNotAsked;
    case ServiceClass::kProtected:
      break;
  }
  return YoungPersonAgreed(c) ? kRowProtectedAgreed : kRowProtectedOtherwise;
}

bool SensitiveOrProtected(const Case& c) {
  return c.basis.service_class == ServiceClass::kSensitive ||
         c.basis.service_class == ServiceClass::kProtected;
}

bool Covert(const Case& c) { return c.record.restrictions.covert; }
bool ShieldedOrClosed(const Case& c) {
  const Restrictions r = WithShields(c.record);
  return r.shielded || r.closed;
}
bool AboutAParent(const Case& c) { return c.basis.about_parent_or_carer; }
// A young person's word says nothing about a parent's treatment or refuge: the adult's does.
bool ByItsClass(const Case& c) { return !AboutAParent(c) || !SensitiveOrProtected(c); }
PolicyRow AdultsRow(const Case& c) { return AdultAgreed(c) ? kRowAdultAgreed : kRowAdultOtherwise; }
PolicyRow CovertRow(const Case&) { return kRowCovert; }
PolicyRow ShieldedRow(const Case&) { return kRowShieldedOrClosed; }

// Which rows apply. At least one does: a record is about a child or an adult.
struct RowRule {
  bool (*applies)(const Case&);
  PolicyRow (*row)(const Case&);
};
constexpr std::array<RowRule, 4> kRowRules = {{{ByItsClass, ClassRow},
                                               {AboutAParent, AdultsRow},
                                               {Covert, CovertRow},
                                               {ShieldedOrClosed, ShieldedRow}}};

// The cells' parentheses.
Outcome CellOf(const PolicyTable& table, PolicyRow row, const Case& c) {
  const Outcome cell = table.cells[row][c.column];
  if (row == kRowSensitiveNotAsked && c.column == kColumnEmergency &&
      c.asked.asker_may_ask_section47 && cell == U) {
    return D;
  }
  if (row == kRowAdultOtherwise && c.column == kColumnSection47 &&
      c.basis.service_class == ServiceClass::kProtected) {
    return std::max(cell, U);
  }
  return cell;
}

bool CallBackOnly(const Case& c) { return c.record.restrictions.call_back_only; }
bool ByDescription(const Case& c) { return c.asked.by_description; }
bool OutsideS16La(const Case& c) { return !c.asked.asker_in_s16la; }
// Its entry has no name to give (EntryFor), whatever table an agency adopts.
bool ProtectedService(const Case& c) { return c.basis.service_class == ServiceClass::kProtected; }

// A family that fled to another area is found by the new school's name: so a young entry is not
// told to other areas by a machine.
bool NewPlace(const Case& c) {
  const bool place = c.basis.service_class == ServiceClass::kUniversal ||
                     c.basis.service_class == ServiceClass::kTargeted;
  const std::optional<Date>& start = c.record.start;
  const bool young = !start || c.today.days() - start->days() < kNewPlaceDays;
  return place && young && !c.asked.asker_in_same_area;
}
bool NewPlaceMissingChild(const Case& c) {
  return NewPlace(c) && c.asked.purpose == Purpose::kMissingChild;
}

bool Ended(const Case& c) { return c.record.end && *c.record.end <= c.today; }
bool EndedLongAgo(const Case& c) {
  if (!Ended(c)) return false;
  const bool long_ago = c.today.ymd() > c.record.end->ymd() + kOneYear;
  return long_ago || SensitiveOrProtected(c) || AboutAParent(c);
}

// What never raises. At most, for coordination, early-help, section-17 and youth-justice, concern
// and missing-child, section-47, emergency.
struct Cap {
  DecidedBy by;
  bool (*applies)(const Case&);
  std::array<Outcome, kPolicyColumns> at_most;
};
constexpr std::array<Cap, 8> kPolicyCaps = {{
    {DecidedBy::kCallBackOnly, CallBackOnly, {D, D, D, D, D, D}},
    {DecidedBy::kByDescription, ByDescription, {D, D, D, D, D, D}},
    {DecidedBy::kOutsideS16La, OutsideS16La, {D, D, D, D, D, D}},
    {DecidedBy::kProtectedService, ProtectedService, {D, D, D, D, D, D}},
    {DecidedBy::kNewPlace, NewPlace, {B, B, B, B, B, B}},
    {DecidedBy::kNewPlaceMissingChild, NewPlaceMissingChild, {U, U, U, U, U, U}},
    {DecidedBy::kEndedRecently, Ended, {N, N, D, D, D, D}},
    {DecidedBy::kEndedLongAgo, EndedLongAgo, {N, N, N, N, B, N}},
}};

// What `nothing` becomes: where a child may be in danger a person always learns of it.
constexpr std::array<Outcome, kPolicyColumns> kInsteadOfNothing = {N, N, N, N, U, U};

// A decision in the making. Outcomes are numbered from the loosest to the strictest; `brokered` and
// `urgent` disclose the same, and the later one brings a person sooner.
class Deciding {
 public:
  Deciding(const Case& c, std::vector<RuleSaid>* rules) : case_(c), rules_(rules) {
    result_.ended = Ended(c);
    result_.assessment_shown = c.record.assessment_exists && c.column >= kColumnSection17;
  }

  void AskRow(const PolicyTable& table, PolicyRow row) {
    const Outcome cell = CellOf(table, row, case_);
    Say(kPolicyRowNames[row], cell);
    if (any_row_ && cell <= result_.outcome) return;
    any_row_ = true;
    result_.outcome = cell;
    result_.row = row;
  }
  void AskCap(const Cap& cap) {
    const Outcome at_most = cap.at_most[case_.column];
    Say(Name(cap.by), at_most);
    if (at_most > result_.outcome) Change(at_most, cap.by);
  }
  Disclosure Finish() {
    const Outcome instead = kInsteadOfNothing[case_.column];
    if (result_.outcome == N && instead != N) {
      Say(Name(DecidedBy::kSeenByAPerson), instead);
      Change(instead, DecidedBy::kSeenByAPerson);
    }
    return result_;
  }

 private:
  void Say(std::string_view rule, Outcome outcome) {
    if (rules_ != nullptr) rules_->push_back({rule, outcome});
  }
  void Change(Outcome outcome, DecidedBy by) {
    result_.outcome = outcome;
    result_.by = by;
  }

  const Case& case_;
  std::vector<RuleSaid>* const rules_;
  bool any_row_ = false;
  Disclosure result_{C, 0, DecidedBy::kRow, false, false};
};

Disclosure DecideBy(const RowBasis& basis, const PolicyTable& table, const Record& record,
                    const Asked& asked, Date today, std::vector<RuleSaid>* rules) {
  const Case c{record, basis, asked, today, ColumnOf(asked.purpose)};
  Deciding deciding(c, rules);
  for (const RowRule& rule : kRowRules) {
    if (rule.applies(c)) deciding.AskRow(table, rule.row(c));
  }
  for (const Cap& cap : kPolicyCaps) {
    if (cap.applies(c)) deciding.AskCap(cap);
  }
  return deciding.Finish();
}

Disclosure DecideAll(const PolicyTable& table, const Record& record, const Asked& asked, Date today,
                     std::vector<RuleSaid>* rules) {
  Disclosure strictest = DecideBy(record, table, record, asked, today, rules);
  for (const RowBasis& earlier : ActingBeside(record, today)) {
    Disclosure other = DecideBy(earlier, table, record, asked, today, nullptr);
    if (other.outcome <= strictest.outcome) continue;
    other.by = DecidedBy::kLooserWaits;
    strictest = other;
  }
  if (rules != nullptr && strictest.by == DecidedBy::kLooserWaits) {
    rules->push_back({Name(strictest.by), strictest.outcome});
  }
  return strictest;
}

}  // namespace

Disclosure Decide(const PolicyTable& table, const Record& record, const Asked& asked, Date today) {
  return DecideAll(table, record, asked, today, nullptr);
}

Explanation Explain(const PolicyTable& table, const Record& record, const Asked& asked,
                    Date today) {
  Explanation explanation;
  explanation.disclosure = DecideAll(table, record, asked, today, &explanation.rules);
  return explanation;
}

}  // namespace whoelse
