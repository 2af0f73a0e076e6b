#include "node/policy_entry.h"

#include "node/policy_looser.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr size_t kOrganisationMax = 48;
constexpr size_t kPhoneMax = 20;

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

}  // namespace

AnswerEntry EntryFor(const Record& record, const Disclosure& disclosure,
                     const DisclosingAgency& agency, bool birth_date_differs, Date today) {
  AnswerEntry entry;
  if (!disclosure.Discloses()) return entry;
  const std::string agency_line =
      agency.duty_line.size() <= kPhoneMax && IsPlainText(agency.duty_line) ? agency.duty_line : "";
  // A telephone number cut short is somebody else's, a name cut short still says who.
  const std::string agency_name =
      IsPlainText(agency.name) ? Cut(agency.name, kOrganisationMax) : std::string();

  // Also one whose class was lowered until that acts: an entry that named the service on the day of
  // the lowering would tell of it, and of the place, weeks too soon.
  const bool is_protected = StrictestClass(record, today) == ServiceClass::kProtected;
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
