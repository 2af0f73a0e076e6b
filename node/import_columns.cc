#include "node/import_columns.h"

#include <algorithm>

#include "absl/status/status.h"
#include "node/import_mapping.h"

namespace whoelse {
namespace {

// The headings by which case-management, general practice and school systems export a column,
// beside our own name for it. Written as Plain() writes them.
struct Headings {
  Column column;
  std::string_view plain;   // separated by spaces
};
constexpr auto kHeadings = std::to_array<Headings>({
    {Column::kSourceId, "recordid uniqueid involvementid referralid"},
    {Column::kNhsNumber, "nhs nhsno nhsnum childnhsnumber patientnhsnumber pupilnhsnumber"},
    {Column::kNhsNumberVerified, "nhsnoverified nhsverified"},
    {Column::kUpn, "uniquepupilnumber pupilupn"},
    {Column::kLocalId,
     "localidentifier localpatientid personid clientid childid patientid pupilid "
     "hospitalnumber admissionnumber admissionno"},
    {Column::kGivenName,
     "forename forenames firstname firstnames givennames legalforename childforename "
     "pupilforename patientforename"},
    {Column::kFamilyName,
     "surname lastname legalsurname childsurname pupilsurname patientsurname"},
    {Column::kFormerNames, "formername previousname previousnames formersurname previoussurname"},
    {Column::kPreferredName, "knownas preferredforename chosenname"},
    {Column::kBorn,
     "dob dateofbirth birthdate dateofbirthddmmyyyy dobddmmyyyy childdob pupildob "
     "patientdob"},
    {Column::kBornDisputed, "dobdisputed dateofbirthdisputed"},
    {Column::kSex, "gender legalsex"},
    {Column::kAddress, "homeaddress fulladdress childaddress"},
    {Column::kPostcode, "homepostcode postalcode"},
    {Column::kFormerAddresses,
     "formeraddress previousaddress previousaddresses oldaddress oldaddresses addresshistory"},
    {Column::kCarers, "parents parentscarers parentsorcarers parentcarernames"},
    {Column::kOrganisation,
     "organization organisationname organizationname school schoolname establishment "
     "establishmentname practice practicename gppractice provider providername"},
    {Column::kOrganisationCode,
     "organizationcode orgcode ods odscode practicecode providercode urn schoolurn "
     "establishmenturn"},
    {Column::kService, "servicename"},
    {Column::kTeam, "teamname allocatedteam"},
    {Column::kProfessionalName,
     "keyworker keyworkername allocatedworker allocatedworkername caseworker worker "
     "workername socialworker namedprofessional professional practitioner "
     "practitionername healthvisitor namedgp usualgp carecoordinator"},
    {Column::kProfessionalRole, "role jobtitle workerrole keyworkerrole"},
    {Column::kProfessionalPhone,
     "workerphone workertelephone workphone worktelephone keyworkerphone "
     "keyworkertelephone practitionerphone professionaltelephone"},
    {Column::kProfessionalEmail, "workeremail workemail keyworkeremail practitioneremail"},
    {Column::kDutyPhone, "dutyline dutynumber dutytelephone dutyteamphone"},
    {Column::kStart,
     "startdate datestarted dateopened openeddate involvementstart involvementstartdate "
     "registrationdate dateofregistration admissiondate dateofadmission allocationdate"},
    {Column::kEnd,
     "enddate dateended dateclosed closeddate involvementend involvementenddate "
     "leavingdate dateofleaving dischargedate deductiondate"},
    {Column::kVerifiedOn,
     "contactverified contactverifiedon dateverified lastverified verifieddate"},
    {Column::kLeadProfessional, "islead isleadprofessional"},
    {Column::kAssessmentExists, "hasassessment assessment"},
    {Column::kAbout, "recordabout"},
    {Column::kConsent, "consentstatus"},
    {Column::kConsentBy, "consentgivenby"},
    {Column::kConsentCompetent, "competent gillickcompetent"},
    {Column::kConsentOn, "consentdate dateofconsent"},
    {Column::kConsentUntil, "consentexpiry consentexpires consentenddate"},
    {Column::kConsentPurposes, "consentpurpose"},
    {Column::kRestrictions, "restriction accessrestrictions"},
    {Column::kDied, "dateofdeath dod deathdate deceaseddate"},
    {Column::kNumberChanged, "numberchangereason nhsnumberchanged"},
    {Column::kAction, "changetype rowaction deltaaction"},
});

// Headings that do not say whose: taken for the professional's, a family's telephone number would
// be told to every agency that asks.
constexpr std::string_view kAmbiguous =
    "name fullname phone phonenumber telephone telephonenumber telno tel mobile mobilenumber "
    "contact contactnumber contactname email emailaddress";

// Is `plain` one of the words of a list separated by spaces?
bool Among(std::string_view words, std::string_view plain) {
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (word == plain) return true;
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return false;
}

constexpr size_t kKnownThatMakeAHeader = 3;
constexpr size_t kHeadingShown = 40;

// As much of a heading as an error may repeat.
std::string Shown(std::string_view heading) {
  std::string shown = "\"";
  for (const char c : heading.substr(0, kHeadingShown)) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown + "\"";
}

// The beginning of a complaint about one heading.
std::string Complaint(size_t position, std::string_view heading) {
  return "; column " + std::to_string(position + 1) + ", " + Shown(heading) + ", ";
}

std::string WhyUnknown(std::string_view heading) {
  if (Among(kAmbiguous, Plain(heading))) {
    return "does not say whose it is: call the professional's professional_name, "
           "professional_phone or professional_email, and leave the family's out";
  }
  return "is not known: leave the column out, give it one of our names, or say in a mapping what it "
         "is";
}

// A row has a number or a date in it, and is not repeated: reports are printed and logged.
bool LooksLikeARow(const std::vector<std::string>& headings) {
  return std::ranges::any_of(headings, [](const std::string& heading) {
    return std::ranges::count_if(heading, [](char c) { return c >= '0' && c <= '9'; }) >= 4;
  });
}

std::string Saw(const std::vector<std::string>& headings) {
  if (LooksLikeARow(headings)) return "; it looks like a row, so it is not shown here";
  std::string saw = "; it has ";
  for (size_t i = 0; i < headings.size(); ++i) {
    saw += (i == 0 ? "" : ", ") + Shown(headings[i]);
  }
  return saw;
}

absl::Status NoHeader(const std::vector<std::string>& headings) {
  const bool semicolons = headings.size() == 1 && headings[0].find(';') != std::string::npos;
  const bool tabs = headings.size() == 1 && headings[0].find('\t') != std::string::npos;
  if (semicolons || tabs) {
    return absl::InvalidArgumentError(
        "the file's cells are not separated by commas: export it again as comma-separated (CSV)");
  }
  return absl::InvalidArgumentError(
      "the file's first line is not a header: fewer than three of its headings are columns that an "
      "import knows; put the names of the columns there, or say in a mapping what they are" +
      Saw(headings));
}

// A mapping of another file is a mistake, and what it says of the columns that are there is not
// believed.
absl::Status CheckMapped(const std::vector<std::string>& headings, const ImportMapping& mapping) {
  for (const auto& [column, heading] : mapping.headings) {
    const bool there = std::ranges::any_of(
        headings, [wanted = Plain(heading)](const std::string& seen) { return Plain(seen) == wanted; });
    if (there) continue;
    return absl::InvalidArgumentError("the mapping says that " + std::string(NameOf(column)) +
                                      " is called " + Shown(heading) +
                                      ", and the file has no such column: put the mapping right" +
                                      Saw(headings));
  }
  return absl::OkStatus();
}

// The column that a heading means, by the mapping first.
std::optional<Column> ColumnOf(const std::string& heading, const ImportMapping& mapping) {
  const auto mapped = std::ranges::find_if(mapping.headings, [&](const auto& entry) {
    return Plain(entry.second) == Plain(heading);
  });
  return mapped != mapping.headings.end() ? std::optional(mapped->first)
                                          : ColumnByHeading(heading);
}

}  // namespace

std::string Plain(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z') {
      plain += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80)) {
      plain += c;
    }
  }
  return plain;
}

std::string_view Trim(std::string_view cell) {
  constexpr std::string_view kNoBreakSpace = "\xC2\xA0";
  while (true) {
    if (cell.starts_with(' ') || cell.starts_with('\t')) {
      cell.remove_prefix(1);
    } else if (cell.ends_with(' ') || cell.ends_with('\t')) {
      cell.remove_suffix(1);
    } else if (cell.starts_with(kNoBreakSpace)) {
      cell.remove_prefix(kNoBreakSpace.size());
    } else if (cell.ends_with(kNoBreakSpace)) {
      cell.remove_suffix(kNoBreakSpace.size());
    } else {
      return cell;
    }
  }
}

std::string_view NameOf(Column column) {
  return ImportColumns()[static_cast<size_t>(column)].name;
}

std::optional<Column> ColumnByName(std::string_view name) {
  for (size_t column = 0; column < kColumns; ++column) {
    if (name == ImportColumns()[column].name) return static_cast<Column>(column);
  }
  return std::nullopt;
}

std::optional<Column> ColumnByHeading(std::string_view heading) {
  const std::string plain = Plain(Trim(heading));
  for (size_t column = 0; column < kColumns; ++column) {
    if (plain == Plain(ImportColumns()[column].name)) return static_cast<Column>(column);
  }
  for (const Headings& known : kHeadings) {
    if (Among(known.plain, plain)) return known.column;
  }
  return std::nullopt;
}

absl::StatusOr<ImportHeader> ImportHeader::Read(const std::vector<std::string>& headings,
                                                const ImportMapping& mapping) {
  if (absl::Status mapped = CheckMapped(headings, mapping); !mapped.ok()) return mapped;
  ImportHeader header;
  header.constants_ = mapping.constants;
  header.words_ = mapping.words;
  std::string complaints;
  size_t known = 0;
  for (size_t i = 0; i < headings.size(); ++i) {
    const std::string& heading = header.headings_.emplace_back(Trim(headings[i]));
    if (mapping.ignored.contains(Plain(heading))) continue;
    const std::optional<Column> column = ColumnOf(heading, mapping);
    if (!column) {
      complaints += Complaint(i, heading) + WhyUnknown(heading);
      continue;
    }
    ++known;
    std::optional<size_t>& position = header.positions_[static_cast<size_t>(*column)];
    if (position) {
      complaints += Complaint(i, heading) + "means the same as column " +
                    std::to_string(*position + 1) + ": keep one of the two";
    }
    position = i;
  }
  if (known < kKnownThatMakeAHeader) return NoHeader(headings);
  if (!complaints.empty()) return absl::InvalidArgumentError("the header:" + complaints.substr(1));
  if (absl::Status required = header.CheckRequired(); !required.ok()) return required;
  return header;
}

absl::Status ImportHeader::CheckRequired() const {
  std::string missing;
  for (size_t i = 0; i < kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    if (!ImportColumns()[i].required || PositionOf(column) || constants_.contains(column)) continue;
    missing += (missing.empty() ? "" : ", ") + std::string(whoelse::NameOf(column));
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("the header lacks these columns, which every file must have: " +
                                    missing);
}

std::string_view ImportHeader::CellOf(Column column, const CsvRow& row) const {
  const std::optional<size_t> position = PositionOf(column);
  if (!position) {
    const auto constant = constants_.find(column);
    return constant == constants_.end() ? std::string_view() : constant->second;
  }
  const std::string_view cell = Trim(row.cells[*position]);
  const auto words = words_.find(column);
  if (words == words_.end()) return cell;
  const auto word = words->second.find(Plain(cell));
  return word == words->second.end() ? cell : word->second;
}

std::string ImportHeader::NameOf(Column column) const {
  const std::optional<size_t> position = PositionOf(column);
  if (position) return headings_[*position];
  return std::string(whoelse::NameOf(column));
}

const std::vector<ImportColumn>& ImportColumns() {
  static const auto& columns = *new std::vector<ImportColumn>{
      {"source_id", true, "the row's own id in its system; an import updates in place by it"},
      {"nhs_number", true, "ten digits; blank: no number yet"},
      {"nhs_number_verified", false, "yes or no: was the number traced; blank: no"},
      {"upn", false, "unique pupil number, 13 letters or digits"},
      {"local_id", false, "the child's number in your system"},
      {"given_name", true, "of the child; may be blank"},
      {"family_name", true, "of the child; may be blank when there is a number"},
      {"former_names", false, "names the child had before"},
      {"preferred_name", false, "the name the child goes by"},
      {"born", true, "date of birth; blank: unknown"},
      {"born_disputed", false, "yes or no: is the date of birth in doubt; blank: no"},
      {"sex", false, "as your system says it"},
      {"address", false, "of the child; never disclosed"},
      {"postcode", false, "of the child; never disclosed"},
      {"former_addresses", false,
       "where the child lived before, separated by ;  never disclosed"},
      {"carers", false, "parents' or carers' names; never disclosed"},
      {"organisation", false, "name of the organisation; blank: the node's configured one"},
      {"organisation_code", false, "its ODS code or URN; needed when organisation is another's"},
      {"service", true, "as in the agency's map of classes; one not in the map is sensitive"},
      {"team", false, "the team in the service"},
      {"professional_name", false, "the named professional"},
      {"professional_role", false, "their role"},
      {"professional_phone", false, "their telephone number at work"},
      {"professional_email", false, "their e-mail address at work"},
      {"duty_phone", false, "the service's duty line; blank: the agency's"},
      {"start", false, "first day of the involvement; blank: taken for a new place"},
      {"end", false, "the day it ended; blank: it goes on"},
      {"verified_on", false, "the day somebody last checked the contact"},
      {"lead_professional", false, "yes or no; blank: no"},
      {"assessment_exists", false, "yes or no; blank: no"},
      {"about", false, "child, or parent (an adult's service); blank: child"},
      {"consent", false, "given, refused or not asked; blank: not asked"},
      {"consent_by", false,
       "young person, parent (with parental responsibility) or adult concerned"},
      {"consent_competent", false, "yes or no: the young person was judged competent; blank: no"},
      {"consent_on", false, "the day it was given or refused"},
      {"consent_until", false, "last day of a consent given; blank: no end"},
      {"consent_purposes", false, "purposes of a consent given, separated by ;  blank: all"},
      {"restrictions", true,
       "none, or any of shielded, closed, call back only, covert, subject access exempt, separated "
       "by ;  never blank"},
      {"died", false, "date of death; the record is archived a year later"},
      {"keep_to_25", false,
       "yes or no: a care leaver, or SEND, who agreed to be kept until 25; blank: no"},
      {"number_changed", false,
       "why the NHS number is another than before: superseded, corrected or closed; blank: closed"},
      {"superseded_numbers", false,
       "earlier NHS numbers that this one replaced, separated by ;  they keep answering, marked"},
      {"action", false, "add, update or end: in a delta, and only there"},
  };
  return columns;
}

}  // namespace whoelse
