#include "node/import_fhir.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/former_addresses.h"
#include "node/import_row.h"
#include "node/record_cells.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kBundleMax = 16u << 20;
constexpr std::string_view kNhsNumberSystem = "https://fhir.nhs.uk/Id/nhs-number";
constexpr std::string_view kOdsSystem = "https://fhir.nhs.uk/Id/ods-organization-code";
constexpr std::string_view kUpnSystem = "urn:whoelse:upn";
// On the EpisodeOfCare, with a column's name behind it and the column's cell as valueString: what FHIR
// has no element for. Outranks the element.
constexpr std::string_view kExtension = "urn:whoelse:";

// The element that a column comes from; for all others it is the extension.
struct Element {
  Column column;
  std::string_view path;
};
constexpr auto kElements = std::to_array<Element>({
    {Column::kSourceId, "EpisodeOfCare.identifier"},
    {Column::kNhsNumber, "Patient.identifier (nhs-number)"},
    {Column::kUpn, "Patient.identifier (upn)"},
    {Column::kGivenName, "Patient.name.given"},
    {Column::kFamilyName, "Patient.name.family"},
    {Column::kBorn, "Patient.birthDate"},
    {Column::kDied, "Patient.deceasedDateTime"},
    {Column::kSex, "Patient.gender"},
    {Column::kAddress, "Patient.address.text"},
    {Column::kPostcode, "Patient.address.postalCode"},
    {Column::kFormerAddresses, "Patient.address (old)"},
    {Column::kOrganisation, "EpisodeOfCare.managingOrganization.display"},
    {Column::kOrganisationCode, "EpisodeOfCare.managingOrganization.identifier"},
    {Column::kService, "EpisodeOfCare.type"},
    {Column::kTeam, "CareTeam.name"},
    {Column::kProfessionalName, "PractitionerRole.practitioner.display"},
    {Column::kProfessionalRole, "PractitionerRole.code"},
    {Column::kProfessionalPhone, "PractitionerRole.telecom (phone)"},
    {Column::kProfessionalEmail, "PractitionerRole.telecom (email)"},
    {Column::kDutyPhone, "CareTeam.telecom (phone)"},
    {Column::kStart, "EpisodeOfCare.period.start"},
    {Column::kEnd, "EpisodeOfCare.period.end"},
});

std::string PathOf(Column column) {
  const auto element = std::ranges::find(kElements, column, &Element::column);
  if (element != kElements.end()) return std::string(element->path);
  return "EpisodeOfCare.extension " + std::string(kExtension) + std::string(NameOf(column));
}

// --- reading: whatever is not where it should be is blank

const Json& At(const Json& object, const char* key) {
  static const Json& none = *new Json();
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}
const Json& First(const Json& list) {
  static const Json& none = *new Json();
  return list.is_array() && !list.empty() ? list[0] : none;
}
std::string Text(const Json& value) { return value.is_string() ? value.get<std::string>() : ""; }
std::string TextAt(const Json& object, const char* key) { return Text(At(object, key)); }

// The day of a dateTime.
std::string DayAt(const Json& object, const char* key) { return TextAt(object, key).substr(0, 10); }

// The first of a list whose `key` is this.
const Json& Where(const Json& list, const char* key, std::string_view value) {
  static const Json& none = *new Json();
  if (!list.is_array()) return none;
  const auto found = std::find_if(list.begin(), list.end(), [&](const Json& one) {
    return TextAt(one, key) == value;
  });
  return found == list.end() ? none : *found;
}

// Of a CodeableConcept: its text, else its first coding's display.
std::string ConceptText(const Json& concept_) {
  const std::string text = TextAt(concept_, "text");
  return text.empty() ? TextAt(First(At(concept_, "coding")), "display") : text;
}

std::string Joined(const Json& list) {
  std::string text;
  if (!list.is_array()) return text;
  for (const Json& part : list) text += (text.empty() ? "" : " ") + Text(part);
  return text;
}

std::string AddressText(const Json& address) {
  const std::string text = TextAt(address, "text");
  return text.empty() ? Joined(At(address, "line")) : text;
}

// Where the patient lived before: the use says so, or the last day, which may be a month or a year.
bool IsFormer(const Json& address, Date today) {
  const std::string end = DayAt(At(address, "period"), "end");
  return TextAt(address, "use") == "old" ||
         (!end.empty() && end < today.Iso().substr(0, end.size()));
}

// The first where somebody lives still, and the cell of the others, those that ended last first.
std::pair<Json, std::string> AddressesOf(const Json& list, Date today) {
  if (!list.is_array()) return {};
  std::vector<Json> former(list.begin(), list.end());
  const auto lasts = [&](const Json& address) { return !IsFormer(address, today); };
  const auto current = std::ranges::find_if(former, lasts);
  const Json first = current == former.end() ? Json() : *current;
  std::erase_if(former, lasts);
  std::ranges::stable_sort(former, std::ranges::greater(), [](const Json& address) {
    return DayAt(At(address, "period"), "end");
  });
  std::vector<Home> homes;
  for (const Json& address : former) {
    homes.push_back({AddressText(address), TextAt(address, "postalCode")});
  }
  return {first, FormerAddressesCell(homes)};
}

// The resources of a bundle, by what a reference to them says.
class Bundle {
 public:
  explicit Bundle(const Json& entries) {
    for (const Json& entry : entries) {
      const Json& resource = At(entry, "resource");
      const std::string type = TextAt(resource, "resourceType"), id = TextAt(resource, "id");
      if (!id.empty()) by_reference_[type + "/" + id] = &resource;
      if (const std::string url = TextAt(entry, "fullUrl"); !url.empty()) {
        by_reference_[url] = &resource;
      }
    }
  }
  const Json& Find(const Json& reference) const {
    static const Json& none = *new Json();
    const auto found = by_reference_.find(TextAt(reference, "reference"));
    return found == by_reference_.end() ? none : *found->second;
  }

 private:
  std::map<std::string, const Json*> by_reference_;
};

// The cells of one EpisodeOfCare, in the order of the columns.
std::vector<std::string> CellsOf(const Json& episode, const Bundle& bundle, Date today) {
  std::vector<std::string> cells(kColumns);
  const auto set = [&](Column column, std::string cell) {
    cells[static_cast<size_t>(column)] = std::move(cell);
  };
  const std::string identifier = TextAt(First(At(episode, "identifier")), "value");
  set(Column::kSourceId, identifier.empty() ? TextAt(episode, "id") : identifier);

  const Json& patient = bundle.Find(At(episode, "patient"));
  const Json& identifiers = At(patient, "identifier");
  set(Column::kNhsNumber, TextAt(Where(identifiers, "system", kNhsNumberSystem), "value"));
  set(Column::kUpn, TextAt(Where(identifiers, "system", kUpnSystem), "value"));
  const Json& official = Where(At(patient, "name"), "use", "official");
  const Json& name = official.is_null() ? First(At(patient, "name")) : official;
  set(Column::kGivenName, Joined(At(name, "given")));
  set(Column::kFamilyName, TextAt(name, "family"));
  set(Column::kBorn, TextAt(patient, "birthDate"));
  set(Column::kDied, DayAt(patient, "deceasedDateTime"));
  set(Column::kSex, TextAt(patient, "gender"));
  const auto [address, former_addresses] = AddressesOf(At(patient, "address"), today);
  set(Column::kAddress, AddressText(address));
  set(Column::kPostcode, TextAt(address, "postalCode"));
  set(Column::kFormerAddresses, former_addresses);

  const Json& organisation = At(episode, "managingOrganization");
  set(Column::kOrganisation, TextAt(organisation, "display"));
  set(Column::kOrganisationCode, TextAt(At(organisation, "identifier"), "value"));
  set(Column::kService, ConceptText(First(At(episode, "type"))));
  const Json& role = bundle.Find(At(episode, "careManager"));
  const std::string practitioner = TextAt(At(role, "practitioner"), "display");
  set(Column::kProfessionalName,
      practitioner.empty() ? TextAt(At(episode, "careManager"), "display") : practitioner);
  set(Column::kProfessionalRole, ConceptText(First(At(role, "code"))));
  set(Column::kProfessionalPhone, TextAt(Where(At(role, "telecom"), "system", "phone"), "value"));
  set(Column::kProfessionalEmail, TextAt(Where(At(role, "telecom"), "system", "email"), "value"));
  const Json& team = bundle.Find(First(At(episode, "team")));
  set(Column::kTeam, TextAt(team, "name"));
  set(Column::kDutyPhone, TextAt(Where(At(team, "telecom"), "system", "phone"), "value"));
  set(Column::kStart, DayAt(At(episode, "period"), "start"));
  set(Column::kEnd, DayAt(At(episode, "period"), "end"));

  const Json& extensions = At(episode, "extension");
  for (size_t i = 0; i < kColumns; ++i) {
    const std::string url =
        std::string(kExtension) + std::string(NameOf(static_cast<Column>(i)));
    const Json& extension = Where(extensions, "url", url);
    if (!extension.is_null()) cells[i] = TextAt(extension, "valueString");
  }
  return cells;
}

// What no row can be made of.
bool EpisodeIsWhole(const Json& episode, const Bundle& bundle, size_t entry, ImportSink& sink) {
  if (bundle.Find(At(episode, "patient")).is_null()) {
    sink.OnProblem({entry, "EpisodeOfCare.patient", "refers to no Patient of the bundle",
                    "export the bundle with its patients"});
    return false;
  }
  const std::string status = TextAt(episode, "status");
  if (status == "entered-in-error") {
    sink.OnProblem({entry, "EpisodeOfCare.status", "is entered-in-error",
                    "leave it out, and erase what was imported of it"});
    return false;
  }
  if (status == "finished" && TextAt(At(episode, "period"), "end").empty()) {
    sink.OnProblem({entry, "EpisodeOfCare.period.end", "is missing, and the status is finished",
                    "say on which day it ended"});
    return false;
  }
  return true;
}

ImportRules WithElements(ImportRules rules) {
  rules.mapping.headings.clear();
  for (size_t i = 0; i < kColumns; ++i) {
    rules.mapping.headings[static_cast<Column>(i)] = PathOf(static_cast<Column>(i));
  }
  return rules;
}

// --- writing

Json Telecom(std::initializer_list<std::pair<const char*, std::string>> contacts) {
  Json telecom = Json::array();
  for (const auto& [system, value] : contacts) {
    if (!value.empty()) telecom.push_back({{"system", system}, {"value", value}});
  }
  return telecom;
}

// FHIR has no empty lists, objects or texts.
Json Without(Json object) {
  for (auto it = object.begin(); it != object.end();) {
    const bool blank = it->is_null() || (it->is_string() && it->get<std::string>().empty()) ||
                       ((it->is_array() || it->is_object()) && it->empty());
    it = blank ? object.erase(it) : std::next(it);
  }
  return object;
}

Json AddressesOf(const Record& record) {
  Json addresses = Json::array();
  const auto add = [&](const Home& home, const char* use) {
    if (home == Home()) return;
    addresses.push_back(
        Without({{"use", use}, {"text", home.address}, {"postalCode", home.postcode}}));
  };
  add({record.address, record.postcode}, "");
  for (const Home& home : record.former_addresses) add(home, "old");
  return addresses;
}

Json PatientOf(const Record& record, const std::string& id) {
  Json identifiers = Json::array();
  if (record.nhs_number) {
    identifiers.push_back({{"system", kNhsNumberSystem}, {"value", record.nhs_number->digits()}});
  }
  if (record.upn) identifiers.push_back({{"system", kUpnSystem}, {"value", record.upn->text()}});
  Json name = Without({{"family", record.family_name}});
  if (!record.given_name.empty()) name["given"] = Json::array({record.given_name});
  return Without({{"resourceType", "Patient"},
                  {"id", id},
                  {"identifier", identifiers},
                  {"name", name.empty() ? Json() : Json::array({name})},
                  {"birthDate", CellOf(record, Column::kBorn)},
                  {"deceasedDateTime", CellOf(record, Column::kDied)},
                  {"address", AddressesOf(record)}});
}

Json ExtensionsOf(const Record& record, std::span<const NhsNumber> superseded) {
  Json extensions = Json::array();
  for (size_t i = 0; i < kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    const bool element = std::ranges::find(kElements, column, &Element::column) != kElements.end();
    if (element && column != Column::kSex) continue;   // gender has four words of its own
    const std::string cell = CellOf(record, column, superseded);
    if (cell.empty()) continue;
    extensions.push_back({{"url", std::string(kExtension) + std::string(NameOf(column))},
                          {"valueString", cell}});
  }
  return extensions;
}

Json EpisodeOf(const Record& record, const std::string& place,
               std::span<const NhsNumber> superseded) {
  const Json period = Without({{"start", CellOf(record, Column::kStart)},
                               {"end", CellOf(record, Column::kEnd)}});
  Json organisation = Without({{"display", record.organisation}});
  if (!record.organisation_code.empty()) {
    organisation["identifier"] = {{"system", kOdsSystem}, {"value", record.organisation_code}};
  }
  return Without({{"resourceType", "EpisodeOfCare"},
                  {"id", "episode-" + place},
                  {"extension", ExtensionsOf(record, superseded)},
                  {"identifier", Json::array({{{"value", record.source_id}}})},
                  {"status", record.end ? "finished" : "active"},
                  {"type", Json::array({{{"text", record.service}}})},
                  {"patient", {{"reference", "Patient/patient-" + place}}},
                  {"managingOrganization", organisation},
                  {"period", period},
                  {"careManager", {{"reference", "PractitionerRole/role-" + place}}},
                  {"team", Json::array({{{"reference", "CareTeam/team-" + place}}})}});
}

}  // namespace

FhirImport::FhirImport(ImportRules rules) : rules_(WithElements(std::move(rules))) {
  std::vector<std::string> paths;
  for (size_t i = 0; i < kColumns; ++i) paths.push_back(PathOf(static_cast<Column>(i)));
  auto header = ImportHeader::Read(paths, rules_.mapping);
  if (header.ok()) header_ = *std::move(header);
}

absl::Status FhirImport::Feed(std::string_view bytes, ImportSink&) {
  if (file_.size() + bytes.size() > kBundleMax) {
    return absl::InvalidArgumentError(
        "the bundle is larger than 16 MiB: export it in several, or as CSV");
  }
  file_ += bytes;
  return absl::OkStatus();
}

absl::Status FhirImport::Finish(ImportSink& sink) {
  const Json file = Json::parse(file_, nullptr, false);
  file_ = {};
  if (file.is_discarded()) {
    return absl::InvalidArgumentError("the file is not JSON: export it as a FHIR R4 Bundle in JSON");
  }
  if (TextAt(file, "resourceType") != "Bundle" || !At(file, "entry").is_array()) {
    return absl::InvalidArgumentError("the file is no FHIR Bundle with entries");
  }
  if (!header_) return absl::InternalError("the elements of FHIR do not fit the columns");
  const Json& entries = At(file, "entry");
  const Bundle bundle(entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    const Json& episode = At(entries[i], "resource");
    if (TextAt(episode, "resourceType") != "EpisodeOfCare") continue;
    ++rows_;
    if (!EpisodeIsWhole(episode, bundle, i + 1, sink)) continue;
    const CsvRow row{i + 1, CellsOf(episode, bundle, rules_.today), std::nullopt};
    std::vector<RowProblem> problems;
    ImportRow read = ReadRow(*header_, rules_, row, problems);
    if (!read.record.source_id.empty()) twins_.Note(read.record, row.line);
    if (problems.empty()) sink.OnRow(std::move(read));
    for (RowProblem& problem : problems) sink.OnProblem(std::move(problem));
  }
  twins_.Complain(PathOf(Column::kSourceId), sink);
  return absl::OkStatus();
}

std::string BundleBegin() {
  return "{\"resourceType\": \"Bundle\", \"type\": \"collection\", \"entry\": [\n";
}
std::string BundleEnd() { return "\n]}\n"; }

std::string BundleEntriesOf(const Record& record, size_t place,
                            std::span<const NhsNumber> superseded) {
  const std::string number = std::to_string(place);
  Json role = Without({{"resourceType", "PractitionerRole"}, {"id", "role-" + number}});
  if (!record.name.empty()) role["practitioner"] = {{"display", record.name}};
  if (!record.role.empty()) role["code"] = Json::array({{{"text", record.role}}});
  role["telecom"] = Telecom({{"phone", record.phone}, {"email", record.email}});
  const Json team = Without({{"resourceType", "CareTeam"},
                             {"id", "team-" + number},
                             {"name", record.team},
                             {"telecom", Telecom({{"phone", record.duty_phone}})}});
  std::string entries;
  for (const Json& resource : {PatientOf(record, "patient-" + number), Without(role), team,
                               EpisodeOf(record, number, superseded)}) {
    entries += (entries.empty() ? "" : ",\n") + Json{{"resource", resource}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return entries;
}

}  // namespace whoelse
