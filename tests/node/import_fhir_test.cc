#include "node/import_fhir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <utility>

#include "nlohmann/json.hpp"
#include "node/former_addresses.h"
#include "node/record_cells.h"
#include "tests/node/import_maker.h"
#include "tests/node/record_maker.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"
#include "tests/support/source_path.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using Json = nlohmann::ordered_json;

std::string PagesExample() {
  std::ifstream in(SourcePath("docs/formats/records-fhir.md"));
  std::ostringstream page;
  page << in.rdbuf();
  const std::string text = page.str();
  const size_t begin = text.find("```json\n") + 8;
  return text.substr(begin, text.find("```\n", begin) - begin);
}

absl::StatusOr<ImportResult> TryFhir(const std::string& file,
                                     ImportMode mode = ImportMode::kUpsert) {
  return ReadImport(file, Rules(mode), ImportFormat::kFhir, 1000);
}
ImportResult Fhir(const std::string& file, ImportMode mode = ImportMode::kUpsert) {
  const auto result = TryFhir(file, mode);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *result : ImportResult();
}

// The page's example with something else in its place.
struct Change {
  const char* pointer;
  Json value;
};
std::string Changed(const std::vector<Change>& changes) {
  Json bundle = Json::parse(PagesExample());
  for (const Change& change : changes) {
    bundle[Json::json_pointer(change.pointer)] = change.value;
  }
  return bundle.dump();
}

TEST(ImportFhir, ThePagesExampleIsRead) {
  const ImportResult result = Fhir(PagesExample());
  EXPECT_TRUE(result.problems.empty());
  ASSERT_EQ(result.records.size(), 1u);
  const Record& record = result.records[0];
  EXPECT_EQ(record.source, "caseworks");
  EXPECT_EQ(record.source_id, "INV-1001");
  EXPECT_EQ(record.nhs_number->digits(), "9990000018");
  EXPECT_EQ(record.given_name, "Robin");
  EXPECT_EQ(record.family_name, "Marsh");
  EXPECT_EQ(record.born->Iso(), "2015-03-02");
  EXPECT_EQ(record.address, "3 Mill Lane, Northbridge");
  EXPECT_EQ(record.former_addresses,
            (std::vector<Home>{{"12 High Street, Northbridge", "NB1 1AA"}}));
  EXPECT_EQ(record.service_class, ServiceClass::kTargeted);
  EXPECT_EQ(record.team, "East team");
  EXPECT_EQ(record.name, "Alex Turner");
  EXPECT_EQ(record.role, "Family worker");
  EXPECT_EQ(record.phone, "01632 960101");
  EXPECT_EQ(record.start->Iso(), "2024-09-01");
  EXPECT_EQ(record.organisation, "Northbridge Council");
  EXPECT_EQ(record.restrictions, Restrictions());
}

TEST(ImportFhir, ThePageNamesEveryElement) {
  std::ifstream in(SourcePath("docs/formats/records-fhir.md"));
  std::ostringstream page;
  page << in.rdbuf();
  for (const char* column :
       {"source_id", "nhs_number", "upn", "given_name", "family_name", "born", "died", "sex",
        "address", "postcode", "former_addresses", "organisation", "organisation_code", "service",
        "team", "duty_phone", "professional_name", "professional_role", "professional_phone",
        "professional_email", "start", "end"}) {
    EXPECT_THAT(page.str(), HasSubstr(column));
  }
}

TEST(ImportFhir, AnAddressThatIsOldOrHasEndedIsAFormerOne) {
  const auto address = [](const char* text, Json more) {
    more["text"] = text;
    return more;
  };
  const auto ended = [&](const char* text, const char* day) {
    return address(text, {{"period", {{"end", day}}}});
  };
  const ImportResult result = Fhir(Changed(
      {{"/entry/0/resource/address",
        Json::array({address("1 Road", {{"use", "old"}, {"postalCode", "NB1 1AA"}}),
                     ended("2 Road", "2019"), ended("3 Road; Town | X", "2026-03-10T12:00:00Z"),
                     ended("4 Road", "2026-03-11"), address("5 Road", {{"use", "home"}}),
                     address("6 Road", {{"use", "old"}, {"period", {{"end", "2021-04"}}}}), 7})}}));
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].address, "4 Road");   // still today
  EXPECT_EQ(result.records[0].former_addresses,
            (std::vector<Home>{{"3 Road, Town / X", ""}, {"6 Road", ""}, {"2 Road", ""},
                               {"1 Road", "NB1 1AA"}}));
  for (const Json& none : {Json::array({address("1 Road", {{"use", "old"}})}), Json(7), Json()}) {
    EXPECT_EQ(Fhir(Changed({{"/entry/0/resource/address", none}})).records.at(0).address, "");
  }
}

TEST(ImportFhir, WhyANumberIsAnotherIsSaidOrNot) {
  EXPECT_EQ(Fhir(PagesExample()).taken.at(0).number_changed, std::nullopt);
  const Json closed = {{"url", "urn:whoelse:number_changed"}, {"valueString", "closed"}};
  EXPECT_EQ(Fhir(Changed({{"/entry/3/resource/extension/1", closed}})).taken.at(0).number_changed,
            NumberChange::kClosed);
}

struct BadEntry {
  std::vector<Change> changes;
  const char* element;
  const char* reason;
};

TEST(ImportFhir, EachProblemNamesTheEntryAndTheElement) {
  const std::vector<BadEntry> bad_entries = {
      {{{"/entry/0/resource/birthDate", "2015"}}, "Patient.birthDate", "another form"},
      {{{"/entry/0/resource/birthDate", "2099-01-01"}}, "Patient.birthDate", "future"},
      {{{"/entry/0/resource/identifier/0/value", "9990000017"}}, "Patient.identifier (nhs-number)",
       "check digit"},
      {{{"/entry/3/resource/extension", Json::array()}},
       "EpisodeOfCare.extension urn:whoelse:restrictions", "is blank"},
      {{{"/entry/3/resource/extension/0/valueString", 7}},
       "EpisodeOfCare.extension urn:whoelse:restrictions", "is blank"},
      {{{"/entry/3/resource/patient/reference", "Patient/p2"}}, "EpisodeOfCare.patient",
       "no Patient of the bundle"},
      {{{"/entry/3/resource/status", "entered-in-error"}}, "EpisodeOfCare.status",
       "entered-in-error"},
      {{{"/entry/3/resource/status", "finished"}}, "EpisodeOfCare.period.end", "is missing"},
      {{{"/entry/3/resource/type", 7}}, "EpisodeOfCare.type", "is blank"},
      {{{"/entry/2/resource/name", std::string(40, 'x')}}, "CareTeam.name", "longer than 32"},
      {{{"/entry/1/resource/telecom/0/value", std::string(30, '0')}},
       "PractitionerRole.telecom (phone)", "longer than 20"},
  };
  for (const BadEntry& bad : bad_entries) {
    const ImportResult result = Fhir(Changed(bad.changes));
    EXPECT_TRUE(result.records.empty()) << bad.element;
    ASSERT_EQ(result.problems.size(), 1u) << bad.element;
    EXPECT_EQ(result.problems[0].line, 4u);
    EXPECT_EQ(result.problems[0].column, bad.element);
    EXPECT_THAT(result.problems[0].reason, HasSubstr(bad.reason));
  }
}

TEST(ImportFhir, TwoEpisodesOfOneIdAreBothRefused) {
  Json bundle = Json::parse(PagesExample());
  bundle["entry"].push_back(bundle["entry"][3]);
  const ImportResult result = Fhir(bundle.dump());
  EXPECT_TRUE(result.records.empty());
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(result.problems[1].line, 5u);
}

TEST(ImportFhir, AReferenceMayBeAFullUrl) {
  const std::string url = "urn:uuid:4f3c";
  const ImportResult result = Fhir(Changed({{"/entry/0/fullUrl", url},
                                            {"/entry/3/resource/patient/reference", url}}));
  EXPECT_EQ(result.records.size(), 1u);
}

TEST(ImportFhir, ADeltaSaysWhatHappenedByAnExtension) {
  const ImportResult result = Fhir(
      Changed({{"/entry/3/resource/extension",
                Json::array({{{"url", "urn:whoelse:action"}, {"valueString", "end"}}})}}),
      ImportMode::kDelta);
  ASSERT_EQ(result.taken.size(), 1u);
  EXPECT_EQ(result.taken[0].action, RowAction::kEnd);
}

TEST(ImportFhir, RefusesWhatIsNoBundle) {
  const auto error = [](const std::string& file) {
    return std::string(TryFhir(file).status().message());
  };
  EXPECT_THAT(error("{"), HasSubstr("not JSON"));
  EXPECT_THAT(error("[]"), HasSubstr("no FHIR Bundle"));
  EXPECT_THAT(error("{\"resourceType\": \"Patient\"}"), HasSubstr("no FHIR Bundle"));
  EXPECT_THAT(error("{\"resourceType\": \"Bundle\"}"), HasSubstr("no FHIR Bundle"));
  EXPECT_THAT(error(std::string((16u << 20) + 1, ' ')), HasSubstr("larger than 16 MiB"));
}

TEST(ImportFhir, EveryDamagedBundleGivesRecordsThatFitOrComplaints) {
  const uint64_t seed = 556;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  const std::string file = PagesExample();
  size_t records = 0, problems = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    const Bytes damaged = Mutate(ToBytes(AsBytes(file)), "a0,\"[]{}: ", random);
    const auto result = TryFhir(ToString(damaged));
    refused += !result.ok();
    if (!result.ok()) continue;
    records += result->records.size();
    problems += result->problems.size();
    for (const Record& record : result->records) {
      ASSERT_TRUE(CheckTexts(record).ok()) << "seed " << seed << " round " << round;
    }
  }
  EXPECT_GT(records, 20u);
  EXPECT_GT(problems, 20u);
  EXPECT_GT(refused, 100u);
}

// --- exports

// As an import of this source would have it, but for what only a node knows.
Record Importable(Random& random) {
  Record record = RandomRecord(random);
  for (const RecordText& text : kRecordTexts) {
    std::string& value = record.*text.member;
    if (value.empty()) value = "x";
    if (text.member == &Record::organisation_code) value = "E0900";
  }
  record.source = "caseworks";
  record.source_id = "id-" + std::to_string(random.Below(UINT64_MAX));
  record.nhs_number = *NhsNumber::Parse("9990000018");
  record.service_class = ServiceClass::kSensitive;
  record.born = *Date::Parse("2015-03-02");
  record.died.reset();
  record.start = *Date::Parse("2020-03-02");
  record.end = random.Below(2) == 0 ? std::nullopt : std::optional(*Date::Parse("2022-03-02"));
  record.verified_on.reset();
  record.earlier.clear();
  record.earlier_until.reset();
  record.archived_on.reset();
  for (const Home& home : std::exchange(record.former_addresses, {})) {
    AddFormerAddress(home, record);
  }
  record.answered_by = 0;
  record.superseded = record.shield_pending = record.lead_decided_here = record.in_dispute = false;
  record.beside_closed = false;
  Consent& consent = record.consent;
  if (consent.state == ConsentState::kNotAsked) {
    const bool competent = consent.competent;
    consent = Consent();
    consent.competent = competent;
  } else {
    consent.by = ConsentBy::kYoungPerson;
    consent.on = *Date::Parse("2024-01-01");
    consent.until.reset();
    if (consent.state == ConsentState::kRefused) consent.purposes.clear();
    if (consent.purposes.size() == 8) consent.purposes.clear();
  }
  return record;
}

TEST(Exports, AreReadAsWhatTheyWere) {
  const uint64_t seed = 557;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  std::vector<Record> records;
  std::string csv = CsvHeader(), fhir = BundleBegin();
  for (size_t i = 0; i < 300; ++i) {
    records.push_back(Importable(random));
    csv += CsvLineOf(records.back());
    fhir += (i == 0 ? "" : ",\n") + BundleEntriesOf(records.back(), i);
  }
  fhir += BundleEnd();
  for (const ImportResult& result : {Read(csv), Fhir(fhir)}) {
    ASSERT_TRUE(result.problems.empty())
        << result.problems[0].column << " " << result.problems[0].reason;
    ASSERT_EQ(result.records.size(), records.size());
    for (size_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(result.records[i], records[i]) << "seed " << seed << " record " << i;
    }
  }
}

TEST(Exports, HaveTheNumbersThatTheRecordsReplaced) {
  SeededRandom random(558);
  const Record record = Importable(random);
  const std::vector<NhsNumber> replaced = {*NhsNumber::Parse("9990000026"),
                                           *NhsNumber::Parse("9990000034")};
  for (const ImportResult& result :
       {Read(CsvHeader() + CsvLineOf(record, replaced)),
        Fhir(BundleBegin() + BundleEntriesOf(record, 1, replaced) + BundleEnd())}) {
    ASSERT_EQ(result.taken.size(), 1u);
    EXPECT_EQ(result.taken[0].superseded_numbers, replaced);
    EXPECT_EQ(result.taken[0].record, record);
  }
}

// What an import moved into the history may have what parts homes in a cell.
TEST(Exports, FormerAddressesAreReadAsWhatTheyWere) {
  SeededRandom random(558);
  Record record = Importable(random);
  record.former_addresses.clear();
  for (const Home& home : std::vector<Home>{{"Flat 2; 12 High Street", "NB1 1AA"},
                                            {"Mill | Lane NB2 2BB NB2 2BC", ""},
                                            {"", "NB3 3CC"},
                                            {"Rue 4", "75001"},
                                            {"Hill Farm", ""}}) {
    AddFormerAddress(home, record);
  }
  ASSERT_EQ(record.former_addresses.size(), 5u);
  const std::string bundle = BundleBegin() + BundleEntriesOf(record, 0) + BundleEnd();
  EXPECT_THAT(bundle, HasSubstr("\"use\":\"old\""));
  for (const ImportResult& result : {Read(CsvHeader() + CsvLineOf(record)), Fhir(bundle)}) {
    ASSERT_EQ(result.records.size(), 1u);
    EXPECT_EQ(result.records[0], record);
  }
}

TEST(Exports, APendingShieldAndADisputeAreWrittenAsShields) {
  Record record;
  record.shield_pending = true;
  EXPECT_EQ(CellOf(record, Column::kRestrictions), "shielded");
  record.shield_pending = false;
  record.in_dispute = true;
  EXPECT_EQ(CellOf(record, Column::kRestrictions), "shielded");
}

TEST(Exports, LeaveOutWhatIsClosedAndWhatAnotherSays) {
  Record record;
  record.source_id = "1";
  EXPECT_TRUE(IsExported(record));
  record.restrictions.closed = true;
  EXPECT_FALSE(IsExported(record));
  record.restrictions.closed = false;
  record.source_id.clear();
  EXPECT_FALSE(IsExported(record));
}

}  // namespace
}  // namespace whoelse
