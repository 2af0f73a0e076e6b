#include "node/record_cells.h"

#include <array>
#include <utility>

#include "node/csv.h"
#include "node/former_addresses.h"

namespace whoelse {
namespace {

constexpr std::array<std::string_view, 3> kConsentStateWords = {"not asked", "given", "refused"};
constexpr std::array<std::string_view, 4> kConsentByWords = {"", "young person", "parent",
                                                             "adult concerned"};
constexpr std::array<std::pair<std::string_view, bool Restrictions::*>, 5> kRestrictionWords = {
    {{"shielded", &Restrictions::shielded},
     {"closed", &Restrictions::closed},
     {"call back only", &Restrictions::call_back_only},
     {"covert", &Restrictions::covert},
     {"subject access exempt", &Restrictions::subject_access_exempt}}};

std::string DayCell(const std::optional<Date>& day) { return day ? day->Iso() : ""; }
std::string YesCell(bool yes) { return yes ? "yes" : "no"; }

template <typename Names>
std::string Joined(const Names& names) {
  std::string list;
  for (const std::string_view name : names) list += (list.empty() ? "" : "; ") + std::string(name);
  return list;
}

std::string RestrictionsCell(const Record& record) {
  const Restrictions restrictions = WithShields(record);
  std::vector<std::string_view> words;
  for (const auto& [word, member] : kRestrictionWords) {
    if (restrictions.*member) words.push_back(word);
  }
  return words.empty() ? "none" : Joined(words);
}

std::string PurposesCell(const Consent& consent) {
  std::vector<std::string_view> names;
  for (const Purpose purpose : consent.purposes) names.push_back(Name(purpose));
  return Joined(names);
}

std::string NumbersCell(std::span<const NhsNumber> numbers) {
  std::vector<std::string_view> digits;
  for (const NhsNumber& number : numbers) digits.push_back(number.digits());
  return Joined(digits);
}

std::string ConsentCell(const Consent& consent, Column column) {
  switch (column) {
    case Column::kConsent:
      return std::string(NameOf(consent.state, kConsentStateWords));
    case Column::kConsentBy:
      return std::string(NameOf(consent.by, kConsentByWords));
    case Column::kConsentCompetent:
      return YesCell(consent.competent);
    case Column::kConsentOn:
      return DayCell(consent.on);
    case Column::kConsentUntil:
      return DayCell(consent.until);
    default:
      return PurposesCell(consent);
  }
}

}  // namespace

std::string CellOf(const Record& record, Column column, std::span<const NhsNumber> superseded) {
  for (const RecordText& text : kRecordTexts) {
    if (text.name == NameOf(column)) return record.*text.member;
  }
  switch (column) {
    case Column::kNhsNumber:
      return std::string(IdentifierOf(record, KeyType::kNhsNumber));
    case Column::kNhsNumberVerified:
      return YesCell(record.nhs_number_verified);
    case Column::kUpn:
      return std::string(IdentifierOf(record, KeyType::kUpn));
    case Column::kBorn:
      return DayCell(record.born);
    case Column::kBornDisputed:
      return YesCell(record.born_disputed);
    case Column::kFormerAddresses:
      return FormerAddressesCell(record.former_addresses);
    case Column::kDied:
      return DayCell(record.died);
    case Column::kKeepTo25:
      return YesCell(record.keep_to_25);
    case Column::kStart:
      return DayCell(record.start);
    case Column::kEnd:
      return DayCell(record.end);
    case Column::kVerifiedOn:
      return DayCell(record.verified_on);
    case Column::kLeadProfessional:
      return YesCell(record.lead_professional);
    case Column::kAssessmentExists:
      return YesCell(record.assessment_exists);
    case Column::kAbout:
      return record.about_parent_or_carer ? "parent" : "child";
    case Column::kConsent:
    case Column::kConsentBy:
    case Column::kConsentCompetent:
    case Column::kConsentOn:
    case Column::kConsentUntil:
    case Column::kConsentPurposes:
      return ConsentCell(record.consent, column);
    case Column::kRestrictions:
      return RestrictionsCell(record);
    case Column::kSupersededNumbers:
      return NumbersCell(superseded);
    default:
      return "";   // number_changed and action: nothing has changed
  }
}

std::string CsvHeader() {
  std::string line;
  for (const ImportColumn& column : ImportColumns()) {
    line += (line.empty() ? "" : ",") + std::string(column.name);
  }
  return line + "\r\n";
}

std::string CsvLineOf(const Record& record, std::span<const NhsNumber> superseded) {
  std::string line;
  for (size_t i = 0; i < kColumns; ++i) {
    line += (i == 0 ? "" : ",") + CsvCell(CellOf(record, static_cast<Column>(i), superseded));
  }
  return line + "\r\n";
}

bool IsExported(const Record& record) {
  return !record.restrictions.closed && !record.source_id.empty();
}

}  // namespace whoelse
