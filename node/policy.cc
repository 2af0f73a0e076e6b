#include "node/policy.h"

#include <algorithm>

#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr Outcome C = Outcome::kContact, D = Outcome::kDutyLine, B = Outcome::kBrokered,
                  U = Outcome::kUrgent, N = Outcome::kNothing;

enum PolicyColumn : size_t {
  kColumnCoordination, kColumnEarlyHelp, kColumnSection17, kColumnConcern, kColumnSection47,
  kColumnEmergency
};

constexpr int kPresumedCompetentAge = 16;
constexpr int64_t kNewPlaceDays = 180;
constexpr uint32_t kOneYear = 10000;   // of yyyymmdd
constexpr size_t kOrganisationMax = 48;
constexpr size_t kPhoneMax = 20;

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
bool YoungPersonsWordCounts(const Record& record, Date today) {
  const Consent& consent = record.consent;
  if (consent.by != ConsentBy::kYoungPerson) return false;
  if (consent.competent) return true;
  const bool refused = consent.state == ConsentState::kRefused;
  if (!record.born || record.born_disputed) return refused;
  return record.born->AgeOn(consent.on.value_or(today)) >= kPresumedCompetentAge;
}

bool YoungPersonAgreed(const Record& record, Purpose purpose, Date today) {
  return record.consent.state == ConsentState::kGiven && YoungPersonsWordCounts(record, today) &&
         InForce(record.consent, purpose, today);
}

bool AdultAgreed(const Record& record, Purpose purpose, Date today) {
  return record.consent.state == ConsentState::kGiven &&
         record.consent.by == ConsentBy::kAdultConcerned &&
         InForce(record.consent, purpose, today);
}

PolicyRow ClassRow(const Record& record, Purpose purpose, Date today) {
  const bool refused = record.consent.state == ConsentState::kRefused;
  switch (record.service_class) {
    case ServiceClass::kUniversal:
      return kRowUniversal;
    case ServiceClass::kTargeted:
      return refused ? kRowTargetedObjection : kRowTargeted;
    case ServiceClass::kJustice:
      return kRowJustice;
    case ServiceClass::kSensitive:
      if (YoungPersonAgreed(record, purpose, today)) return kRowSensitiveAgreed;
      return refused && YoungPersonsWordCounts(record, today) ? kRowSensitiveRefused
                                                              : kRowSensitiveNotAsked;
    case ServiceClass::kProtected:
      break;
  }
  return YoungPersonAgreed(record, purpose, today) ? kRowProtectedAgreed : kRowProtectedOtherwise;
}

bool SensitiveOrProtected(const Record& record) {
  return record.service_class == ServiceClass::kSensitive ||
         record.service_class == ServiceClass::kProtected;
}

Outcome Cell(const PolicyTable& table, PolicyRow row, size_t column, const Record& record,
             const Asked& asked) {
  const Outcome cell = table.cells[row][column];
  if (row == kRowSensitiveNotAsked && column == kColumnEmergency &&
      asked.asker_may_ask_section47 && cell == U) {
    return D;
  }
  if (row == kRowAdultOtherwise && column == kColumnSection47 &&
      record.service_class == ServiceClass::kProtected) {
    return std::max(cell, U);
  }
  return cell;
}

// A decision in the making. Outcomes are numbered from the loosest to the strictest; `brokered` and
// `urgent` disclose the same, and the later one brings a person sooner.
class Deciding {
 public:
  Deciding(const PolicyTable& table, const Record& record, const Asked& asked)
      : table_(table), record_(record), asked_(asked), column_(ColumnOf(asked.purpose)) {}

  void Row(PolicyRow row) {
    const Outcome cell = Cell(table_, row, column_, record_, asked_);
    if (!any_row_ || cell > result_.outcome) {
      result_.outcome = cell;
      result_.row = row;
    }
    any_row_ = true;
  }
  void AtMost(Outcome outcome, DecidedBy by) {
    if (outcome <= result_.outcome) return;
    result_.outcome = outcome;
    result_.by = by;
  }
  void MarkEnded() { result_.ended = true; }
  size_t column() const { return column_; }
  Disclosure Finish() {
    const bool must_be_seen = column_ == kColumnSection47 || column_ == kColumnEmergency;
    if (must_be_seen && result_.outcome == N) result_.outcome = U;
    result_.assessment_shown = record_.assessment_exists && column_ >= kColumnSection17;
    return result_;
  }

 private:
  const PolicyTable& table_;
  const Record& record_;
  const Asked& asked_;
  const size_t column_;
  bool any_row_ = false;
  Disclosure result_{C, 0, DecidedBy::kRow, false, false};
};

void ApplyRows(Deciding& deciding, const Record& record, Purpose purpose, Date today) {
  // A young person's word says nothing about a parent's treatment or refuge: the adult's does.
  if (!record.about_parent_or_carer || !SensitiveOrProtected(record)) {
    deciding.Row(ClassRow(record, purpose, today));
  }
  if (record.about_parent_or_carer) {
    deciding.Row(AdultAgreed(record, purpose, today) ? kRowAdultAgreed : kRowAdultOtherwise);
  }
  if (record.restrictions.covert) deciding.Row(kRowCovert);
  if (record.restrictions.shielded || record.restrictions.closed || record.shield_pending) {
    deciding.Row(kRowShieldedOrClosed);
  }
}

// A family that fled to another area is found by the new school's name: so a young entry is not
// told to other areas by a machine.
void ApplyNewPlace(Deciding& deciding, const Record& record, const Asked& asked, Date today) {
  const bool place = record.service_class == ServiceClass::kUniversal ||
                     record.service_class == ServiceClass::kTargeted;
  const bool young = !record.start || today.days() - record.start->days() < kNewPlaceDays;
  if (!place || !young || asked.asker_in_same_area) return;
  deciding.AtMost(asked.purpose == Purpose::kMissingChild ? U : B, DecidedBy::kNewPlace);
}

void ApplyCaps(Deciding& deciding, const Record& record, const Asked& asked) {
  if (record.restrictions.call_back_only || asked.by_description || !asked.asker_in_s16la ||
      // Its entry has no name to give (EntryFor), whatever table an agency adopts.
      record.service_class == ServiceClass::kProtected) {
    deciding.AtMost(D, DecidedBy::kCap);
  }
}

void ApplyEnd(Deciding& deciding, const Record& record, Date today) {
  if (!record.end || *record.end > today) return;
  deciding.MarkEnded();
  const bool long_ago = today.ymd() > record.end->ymd() + kOneYear;
  if (long_ago || SensitiveOrProtected(record) || record.about_parent_or_carer) {
    deciding.AtMost(deciding.column() == kColumnSection47 ? B : N, DecidedBy::kEnded);
  } else {
    deciding.AtMost(deciding.column() < kColumnSection17 ? N : D, DecidedBy::kEnded);
  }
}

uint8_t FlagsFor(const Record& record, const Disclosure& disclosure, bool contact,
                 bool birth_date_differs) {
  unsigned flags = 0;
  if (contact && record.lead_professional) flags |= kEntryLeadProfessional;
  if (record.about_parent_or_carer) flags |= kEntryAboutParentOrCarer;
  if (record.superseded) flags |= kEntrySuperseded;
  if (disclosure.ended) flags |= kEntryEnded;
  if (disclosure.assessment_shown) flags |= kEntryAssessmentExists;
  if (birth_date_differs) flags |= kEntryBirthDateDiffers;
  return static_cast<uint8_t>(flags);
}

// As much of the text as fits, without half a character.
std::string Cut(const std::string& text, size_t max) {
  if (text.size() <= max) return text;
  size_t end = max;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

uint16_t DaysOf(const std::optional<Date>& date) {
  const int64_t days = date ? date->days() : 0;
  return days > 0 && days <= UINT16_MAX ? static_cast<uint16_t>(days) : 0;
}

// The cells row by row, a byte each.
Bytes CellBytes(const PolicyTable& table) {
  Bytes bytes;
  for (const auto& row : table.cells) {
    for (const Outcome cell : row) bytes.push_back(static_cast<uint8_t>(cell));
  }
  return bytes;
}

}  // namespace

const PolicyTable& PolicyTable::Default() {
  static constexpr PolicyTable kTable = {{{
      {C, C, C, C, C, C},   // universal
      {C, C, C, C, C, C},   // targeted
      {B, B, C, C, C, C},   // targeted, objection recorded
      {B, B, C, D, C, D},   // justice
      {D, D, C, C, C, C},   // sensitive, young person agreed
      {B, B, B, B, D, U},   // sensitive, not asked
      {N, N, B, B, U, U},   // sensitive, refused
      {B, B, D, D, D, D},   // protected, young person agreed
      {B, B, B, B, U, U},   // protected, otherwise
      {D, D, D, D, C, C},   // about a parent or carer, the adult agreed
      {B, B, B, B, D, U},   // about a parent or carer, otherwise
      {B, B, B, B, U, U},   // covert
      {B, B, B, U, U, U},   // shielded or closed (any)
  }}};
  return kTable;
}

Digest PolicyTable::Hash() const { return H("whoelse/1/policy", CellBytes(*this)); }

Digest HubPolicyHash(const std::map<std::string, PolicyTable>& by_organisation_code) {
  Writer out;
  for (const auto& [code, table] : by_organisation_code) {
    out.U8(static_cast<uint8_t>(code.size())).Raw(AsBytes(code)).Raw(CellBytes(table));
  }
  return H("whoelse/1/policy", out.view());
}

size_t ColumnOf(Purpose purpose) {
  switch (purpose) {
    case Purpose::kCoordination: return kColumnCoordination;
    case Purpose::kEarlyHelp: return kColumnEarlyHelp;
    case Purpose::kSection17:
    case Purpose::kYouthJustice: return kColumnSection17;
    case Purpose::kConcern:
    case Purpose::kMissingChild: return kColumnConcern;
    case Purpose::kSection47: return kColumnSection47;
    case Purpose::kEmergency: break;
  }
  return kColumnEmergency;
}

Disclosure Decide(const PolicyTable& table, const Record& record, const Asked& asked, Date today) {
  Deciding deciding(table, record, asked);
  ApplyRows(deciding, record, asked.purpose, today);
  ApplyNewPlace(deciding, record, asked, today);
  ApplyCaps(deciding, record, asked);
  ApplyEnd(deciding, record, today);
  return deciding.Finish();
}

AnswerEntry EntryFor(const Record& record, const Disclosure& disclosure,
                     const DisclosingAgency& agency, bool birth_date_differs) {
  AnswerEntry entry;
  if (!disclosure.Discloses()) return entry;
  const std::string agency_line =
      agency.duty_line.size() <= kPhoneMax && IsPlainText(agency.duty_line) ? agency.duty_line : "";
  // A telephone number cut short is somebody else's, a name cut short still says who.
  const std::string agency_name =
      IsPlainText(agency.name) ? Cut(agency.name, kOrganisationMax) : std::string();

  const bool is_protected = record.service_class == ServiceClass::kProtected;
  const bool contact = disclosure.outcome == Outcome::kContact && !is_protected;
  entry.kind = contact ? EntryKind::kContact : EntryKind::kDutyLine;
  entry.flags = FlagsFor(record, disclosure, contact, birth_date_differs);
  if (is_protected) {
    entry.organisation = agency_name;
    entry.phone = agency_line;
    return entry;
  }
  entry.organisation = record.organisation.empty() ? agency_name : record.organisation;
  entry.service = record.service;
  if (!contact) {
    entry.phone = record.duty_phone.empty() ? agency_line : record.duty_phone;
    return entry;
  }
  entry.since = DaysOf(record.start);
  entry.verified_on = DaysOf(record.verified_on);
  entry.team = record.team;
  entry.name = record.name;
  entry.role = record.role;
  entry.phone = record.phone;
  entry.email = record.email;
  return entry;
}

}  // namespace whoelse
