#include "node/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/node/import_maker.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"
#include "tests/support/source_path.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ReadFile(const std::string& name) {
  std::ifstream in(SourcePath(name));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string WholeFileError(const std::string& file) {
  const absl::StatusOr<ImportResult> result = ReadCsv(file, Settings(), kToday);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

// --- the page

TEST(ImportPage, TheExampleIsRead) {
  ImportResult result = Read(ReadFile("docs/formats/records-example.csv"));
  EXPECT_TRUE(result.problems.empty());
  EXPECT_EQ(result.rows, 5u);
  ASSERT_EQ(result.records.size(), 5u);

  const Record& first = result.records[0];
  EXPECT_EQ(first.nhs_number->digits(), "9990000018");
  EXPECT_EQ(first.born->Iso(), "2015-03-02");
  EXPECT_EQ(first.source, "caseworks");
  EXPECT_EQ(first.source_id, "INV-1001");
  EXPECT_EQ(first.organisation, "Northbridge Council");
  EXPECT_EQ(first.organisation_code, "E0900");
  EXPECT_EQ(first.name, "Alex Turner");
  EXPECT_EQ(first.role, "Family worker");
  EXPECT_EQ(first.phone, "01632 960101");
  EXPECT_EQ(first.duty_phone, "01632 960100");
  EXPECT_EQ(first.service_class, ServiceClass::kTargeted);
  EXPECT_TRUE(first.lead_professional);
  EXPECT_TRUE(first.assessment_exists);
  EXPECT_EQ(first.restrictions, Restrictions());

  const Record& second = result.records[1];
  EXPECT_EQ(second.family_name, "O'Hara, Lee");
  EXPECT_EQ(second.upn->text(), "A123456789012");
  EXPECT_EQ(second.organisation_code, "100123");
  EXPECT_TRUE(second.restrictions.call_back_only);

  const Consent expected = {.state = ConsentState::kGiven,
                            .by = ConsentBy::kYoungPerson,
                            .competent = true,
                            .on = *Date::Parse("2025-06-09"),
                            .until = *Date::Parse("2026-12-31"),
                            .purposes = {Purpose::kEarlyHelp, Purpose::kConcern,
                                         Purpose::kSection17}};
  EXPECT_EQ(result.records[2].consent, expected);
  EXPECT_EQ(result.records[2].service_class, ServiceClass::kSensitive);

  EXPECT_TRUE(result.records[3].about_parent_or_carer);
  EXPECT_EQ(result.records[3].consent.by, ConsentBy::kAdultConcerned);
  EXPECT_TRUE(result.records[3].restrictions.subject_access_exempt);

  const Record& fifth = result.records[4];
  EXPECT_EQ(fifth.nhs_number, std::nullopt);
  EXPECT_EQ(fifth.born, std::nullopt);
  EXPECT_TRUE(fifth.restrictions.shielded);
  EXPECT_TRUE(fifth.restrictions.covert);
  for (const Record& record : result.records) {
    EXPECT_EQ(Record::Decode(record.Encode()).value(), record);
  }
}

TEST(ImportPage, NamesEveryColumnAndNoOther) {
  const std::string page = ReadFile("docs/formats/records-csv.md");
  for (const ImportColumn& column : ImportColumns()) {
    EXPECT_THAT(page, HasSubstr(std::string(column.name))) << column.name;
    EXPECT_EQ(page.find("**" + std::string(column.name) + "**") != std::string::npos,
              column.required)
        << column.name;
  }
}

// --- headings

TEST(ImportHeader, TakesTheHeadingsOfCommonSystems) {
  const std::vector<std::pair<const char*, const char*>> synonyms = {
      {"NHS No", "nhs_number"},
      {"NHS Number", "nhs_number"},
      {"nhs-no.", "nhs_number"},
      {"NHS_NUMBER", "nhs_number"},
      {"DOB", "born"},
      {"Date of Birth", "born"},
      {"D.O.B.", "born"},
      {"Surname", "family_name"},
      {"Last Name", "family_name"},
      {"Forename", "given_name"},
      {"First Name", "given_name"},
      {" Given Name ", "given_name"},
      {"Service Name", "service"},
      {"Record ID", "source_id"},
      {"RESTRICTION", "restrictions"},
      {"Previous Address", "former_addresses"},
      {"Address History", "former_addresses"},
  };
  for (const auto& [heading, name] : synonyms) {
    std::string file = File({{}});
    const size_t at = file.find(name);
    file.replace(at, std::string(name).size(), heading);
    EXPECT_EQ(Read(file).records.size(), 1u) << heading;
  }
  // These stand in columns that may be missing: they are read, not only known.
  const ImportResult result = Read(
      "Source ID,NHS No,Forename,Surname,Date of Birth,Service,Restrictions,URN,School Name,"
      "Key Worker,Worker Email,Gillick competent?\n"
      "1,9990000018,Robin,Marsh,,Pastoral care,none,100123,Hilltop School,Jo Field,"
      "jo@h.example,y\n");
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].organisation_code, "100123");
  EXPECT_EQ(result.records[0].organisation, "Hilltop School");
  EXPECT_EQ(result.records[0].name, "Jo Field");
  EXPECT_EQ(result.records[0].email, "jo@h.example");
  EXPECT_TRUE(result.records[0].consent.competent);
}

const char kHeader[] = "source_id,nhs_number,given_name,family_name,born,service,restrictions";

TEST(ImportHeader, TakesColumnsInAnyOrderAndCrlfAndAByteOrderMark) {
  const ImportResult result = Read(
      "\xEF\xBB\xBFrestrictions,service,born,family_name,given_name,nhs_number,source_id\r\n"
      "none,Family help,02/03/2015,Marsh,Robin,999 000 0018,1\r\n"
      "\r\n"
      ",,,,,,\r\n"
      "none,Family help,02/03/2015,Vale,Kit,,2\r\n");
  EXPECT_EQ(result.rows, 2u);
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].family_name, "Marsh");
  EXPECT_TRUE(result.problems.empty());
}

TEST(ImportHeader, RefusesUnknownTwofoldMissingAndAmbiguousColumns) {
  const std::string header = kHeader;
  EXPECT_THAT(WholeFileError(header + ",Favourite colour\n"),
              HasSubstr("column 8, \"Favourite colour\", is not known"));
  EXPECT_THAT(WholeFileError(header + ",NHS No\n"),
              HasSubstr("column 8, \"NHS No\", means the same as column 2"));
  EXPECT_THAT(WholeFileError(header.substr(0, header.rfind(','))), HasSubstr("lacks"));
  EXPECT_THAT(WholeFileError(header.substr(0, header.rfind(','))), HasSubstr("restrictions"));
  EXPECT_THAT(std::string(ReadImport(header + "\n", Rules(ImportMode::kDelta)).status().message()),
              HasSubstr("lacks the column action"));
  for (const char* heading : {"Phone", "Email", "Name", "telephone number", "Mobile"}) {
    EXPECT_THAT(WholeFileError(header + "," + heading + "\n"), HasSubstr("does not say whose"));
  }
}

TEST(ImportHeader, NeverRepeatsAFirstLineThatIsAChilds) {
  const std::string error = WholeFileError("INV-1,9990000018,Robin,Marsh,2015-03-02,role,none\n");
  EXPECT_THAT(error, HasSubstr("not a header"));
  EXPECT_THAT(error, Not(HasSubstr("9990000018")));
  EXPECT_THAT(error, Not(HasSubstr("Marsh")));
}

TEST(ImportFile, RefusesWhatIsNoTable) {
  EXPECT_THAT(WholeFileError(""), HasSubstr("empty"));
  EXPECT_THAT(WholeFileError("source_id;nhs_number;born\n"), HasSubstr("not separated by commas"));
  EXPECT_THAT(WholeFileError("source_id\tnhs_number\tborn\n"),
              HasSubstr("not separated by commas"));
  EXPECT_THAT(WholeFileError(std::string(kHeader) + "\n1,,Zo\xEB,,,,none\n"),
              HasSubstr("line 2 is not UTF-8"));
  EXPECT_THAT(WholeFileError(std::string(kHeader) + "\n1,,\"Zoe,,,,none\n2\n"),
              HasSubstr("opens in line 2 is never closed"));
  EXPECT_THAT(WholeFileError("\"source_id"), HasSubstr("opens in line 1 is never closed"));
}

TEST(ImportFile, RefusesMoreThanTwoMillionRows) {
  class Deaf final : public ImportSink {
    void OnRow(ImportRow) override {}
    void OnProblem(RowProblem) override {}
  };
  Deaf sink;
  const auto reader = MakeImportReader(ImportFormat::kCsv, Rules());
  ASSERT_TRUE((*reader)->Feed(std::string(kHeader) + "\n", sink).ok());
  std::string thousand_rows;
  for (int row = 0; row < 1000; ++row) thousand_rows += "1\n";
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE((*reader)->Feed(thousand_rows, sink).ok());
  EXPECT_THAT(std::string((*reader)->Feed("1\n", sink).message()), HasSubstr("2,000,000"));
}

TEST(ImportFile, RefusesSettingsThatFitNoRecord) {
  const std::string file = File({{}});
  ImportSettings settings = Settings();
  settings.source.clear();
  EXPECT_FALSE(ReadCsv(file, settings, kToday).ok());
  settings = Settings();
  settings.organisation = std::string(49, 'x');
  EXPECT_THAT(std::string(ReadCsv(file, settings, kToday).status().message()),
              HasSubstr("organisation is longer than 48"));
}

// --- damage

TEST(Import, EveryDamagedFileGivesRecordsThatFitOrComplaints) {
  const uint64_t seed = 555;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  const std::string file = ReadFile("docs/formats/records-example.csv");
  size_t records = 0, problems = 0, refused = 0;
  for (int round = 0; round < 1000; ++round) {
    const Bytes damaged = Mutate(ToBytes(AsBytes(file)), "a0,\"\n\r;\xC3\xA9 ", random);
    const absl::StatusOr<ImportResult> result = ReadCsv(AsText(damaged), Settings(), kToday);
    if (!result.ok()) {
      ++refused;
      continue;
    }
    problems += result->problems.size();
    records += result->records.size();
    for (const Record& record : result->records) {
      ASSERT_TRUE(CheckTexts(record).ok()) << "seed " << seed << " round " << round;
      ASSERT_EQ(Record::Decode(record.Encode()).value(), record);
    }
  }
  EXPECT_GT(records, 1000u);
  EXPECT_GT(problems, 50u);
  EXPECT_GT(refused, 50u);
}

}  // namespace
}  // namespace whoelse
