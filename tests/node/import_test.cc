#include "node/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

const Date kToday = *Date::Parse("2026-03-11");

ImportSettings Settings() {
  return {.source = "caseworks",
          .organisation = "Northbridge Council",
          .organisation_code = "E0900",
          .service_classes = {{"Family help", ServiceClass::kTargeted},
                              {"Pastoral care", ServiceClass::kUniversal},
                              {"Refuge", ServiceClass::kProtected}}};
}

std::string ReadFile(const std::string& name) {
  std::ifstream in(std::string(WHOELSE_SOURCE) + "/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

using Cells = std::map<std::string, std::string>;

std::string Quoted(const std::string& cell) {
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

// A file with every column, in which each row is a good one with these cells changed.
std::string File(const std::vector<Cells>& rows) {
  static const Cells kGood = {{"nhs_number", "9990000018"}, {"family_name", "Marsh"},
                              {"given_name", "Robin"},      {"born", "2015-03-02"},
                              {"service", "Family help"},   {"restrictions", "none"}};
  std::string header;
  for (const ImportColumn& column : ImportColumns()) {
    header += (header.empty() ? "" : ",") + std::string(column.name);
  }
  std::string file = header + "\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string line;
    for (const ImportColumn& column : ImportColumns()) {
      const std::string name(column.name);
      const auto good = kGood.find(name);
      std::string cell = good == kGood.end() ? "" : good->second;
      if (name == "source_id") cell = "row-" + std::to_string(i + 1);
      if (const auto changed = rows[i].find(name); changed != rows[i].end()) cell = changed->second;
      line += (line.empty() ? "" : ",") + Quoted(cell);
    }
    file += line + "\n";
  }
  return file;
}

ImportResult Read(const std::string& file) {
  absl::StatusOr<ImportResult> result = ReadCsv(file, Settings(), kToday);
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return {};
  }
  return *std::move(result);
}

Record ReadOne(const Cells& cells) {
  ImportResult result = Read(File({cells}));
  for (const RowProblem& problem : result.problems) {
    ADD_FAILURE() << problem.column << ": " << problem.reason;
  }
  return result.records.empty() ? Record() : result.records[0];
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
  EXPECT_EQ(result.services_not_in_map, 3u);

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
      {"NHS No", "nhs_number"},        {"NHS Number", "nhs_number"},  {"nhs-no.", "nhs_number"},
      {"NHS_NUMBER", "nhs_number"},    {"DOB", "born"},               {"Date of Birth", "born"},
      {"D.O.B.", "born"},              {"Surname", "family_name"},    {"Last Name", "family_name"},
      {"Forename", "given_name"},      {"First Name", "given_name"},  {" Given Name ", "given_name"},
      {"Service Name", "service"},     {"Record ID", "source_id"},    {"RESTRICTION", "restrictions"}};
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
      "1,9990000018,Robin,Marsh,,Pastoral care,none,100123,Hilltop School,Jo Field,jo@h.example,y\n");
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
  EXPECT_THAT(WholeFileError("source_id\tnhs_number\tborn\n"), HasSubstr("not separated by commas"));
  EXPECT_THAT(WholeFileError(std::string(kHeader) + "\n1,,Zo\xEB,,,,none\n"),
              HasSubstr("line 2 is not UTF-8"));
  EXPECT_THAT(WholeFileError(std::string(kHeader) + "\n1,,\"Zoe,,,,none\n2\n"),
              HasSubstr("opens in line 2 is never closed"));
  EXPECT_THAT(WholeFileError("\"source_id"), HasSubstr("opens in line 1 is never closed"));
}

TEST(ImportFile, RefusesMoreThanTwoMillionRows) {
  std::string file = std::string(kHeader) + "\n";
  for (int row = 0; row < 2'000'001; ++row) file += "1\n";
  EXPECT_THAT(WholeFileError(file), HasSubstr("2,000,000"));
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

// --- bad rows

struct BadRow {
  Cells cells;
  const char* column;
  const char* reason;
};

std::vector<BadRow> BadRows() {
  const std::string long_text(1001, 'x');
  const auto given = [](Cells more) {
    Cells cells = {{"consent", "given"}, {"consent_by", "young person"}, {"consent_on", "2026-01-01"}};
    for (auto& [name, cell] : more) cells[name] = cell;
    return cells;
  };
  return {
      {{{"nhs_number", "9990000017"}}, "nhs_number", "check digit"},
      {{{"nhs_number", "999000001"}}, "nhs_number", "ten digits"},
      {{{"nhs_number", "9.99E+09"}}, "nhs_number", "not a digit"},
      {{{"nhs_number", "unknown"}}, "nhs_number", "not a digit"},
      {{{"nhs_number", "0000000000"}}, "nhs_number", "ten times"},
      {{{"nhs_number", "4444444444"}}, "nhs_number", "ten times"},
      {{{"nhs_number", ""}, {"nhs_number_verified", "yes"}}, "nhs_number_verified", "there is none"},
      {{{"nhs_number_verified", "perhaps"}}, "nhs_number_verified", "none of the words"},
      {{{"nhs_number", ""}, {"family_name", ""}}, "family_name", "is blank"},
      {{{"upn", "A12345"}}, "upn", "13 letters or digits"},
      {{{"source_id", ""}}, "source_id", "is blank"},
      {{{"source_id", " "}}, "source_id", "is blank"},
      {{{"born", "2015-02-29"}}, "born", "does not exist"},
      {{{"born", "03/14/2015"}}, "born", "does not exist"},
      {{{"born", "2 March 2015"}}, "born", "another form"},
      {{{"born", "2015-03-02 00:00"}}, "born", "another form"},
      {{{"born", "2026-03-12"}}, "born", "future"},
      {{{"born", "01/01/1900"}}, "born", "before 1901"},
      {{{"born_disputed", "?!x"}}, "born_disputed", "none of the words"},
      {{{"start", "yesterday"}}, "start", "another form"},
      {{{"end", "31/02/2025"}}, "end", "does not exist"},
      {{{"start", "2025-01-02"}, {"end", "2025-01-01"}}, "end", "before the start"},
      {{{"verified_on", "2026-03-12"}}, "verified_on", "future"},
      {{{"service", ""}}, "service", "is blank"},
      {{{"service", std::string(41, 'x')}}, "service", "longer than 40 bytes"},
      {{{"organisation", std::string(49, 'x')}, {"organisation_code", "X1"}}, "organisation",
       "longer than 48 bytes"},
      {{{"organisation", "Hilltop School"}}, "organisation_code", "another organisation"},
      {{{"organisation_code", "E 0900"}}, "organisation_code", "cannot have"},
      {{{"organisation_code", "E09\xC3\xA9"}}, "organisation_code", "cannot have"},
      {{{"organisation_code", std::string(17, '1')}}, "organisation_code", "longer than 16 bytes"},
      {{{"team", std::string(33, 'x')}}, "team", "longer than 32 bytes"},
      {{{"team", std::string(31, 'x') + "\xC3\xA9"}}, "team", "longer than 32 bytes"},
      {{{"professional_name", std::string(49, 'x')}}, "professional_name", "longer than 48 bytes"},
      {{{"professional_role", std::string(33, 'x')}}, "professional_role", "longer than 32 bytes"},
      {{{"professional_phone", std::string(21, '0')}}, "professional_phone", "longer than 20 bytes"},
      {{{"professional_email", std::string(73, 'x')}}, "professional_email", "longer than 72 bytes"},
      {{{"duty_phone", std::string(21, '0')}}, "duty_phone", "longer than 20 bytes"},
      {{{"address", long_text}}, "address", "longer than 1000 bytes"},
      {{{"professional_name", "Jo\nField"}}, "professional_name", "line breaks"},
      {{{"professional_phone", "\xE2\x80\xAE" "01632 960101"}}, "professional_phone",
       "cannot be seen"},
      {{{"team", "East\xE2\x80\x8B"}}, "team", "cannot be seen"},
      {{{"family_name", std::string("Mar\0sh", 6)}}, "family_name", "cannot be seen"},
      {{{"lead_professional", "Alex Turner"}}, "lead_professional", "none of the words"},
      {{{"assessment_exists", "2"}}, "assessment_exists", "none of the words"},
      {{{"about", "uncle"}}, "about", "none of the words"},
      {{{"consent", "perhaps"}}, "consent", "none of the words"},
      {{{"consent", "yes"}}, "consent", "none of the words"},
      {{{"consent", "given"}, {"consent_by", "young person"}}, "consent_on", "is blank"},
      {{{"consent", "given"}, {"consent_on", "2026-01-01"}}, "consent_by", "is blank"},
      {{{"consent", "refused"}, {"consent_on", "2026-01-01"}}, "consent_by", "is blank"},
      {given({{"consent_by", "neighbour"}}), "consent_by", "none of the words"},
      {given({{"consent_on", "2026-03-12"}}), "consent_on", "future"},
      {given({{"consent_until", "2025-12-31"}}), "consent_until", "before the day"},
      {given({{"consent_purposes", "early-help; vetting"}}), "consent_purposes", "no purpose"},
      {given({{"consent_purposes", ";"}}), "consent_purposes", "no purpose"},
      {given({{"consent_competent", "maybe"}}), "consent_competent", "none of the words"},
      {given({{"consent", "refused"}, {"consent_until", "2027-01-01"}}), "consent_until",
       "no consent was given"},
      {given({{"consent", "refused"}, {"consent_purposes", "concern"}}), "consent_purposes",
       "no consent was given"},
      {{{"consent_by", "young person"}}, "consent_by", "not asked"},
      {{{"consent", "not asked"}, {"consent_on", "2026-01-01"}}, "consent_on", "not asked"},
      {{{"consent_until", "2026-05-01"}}, "consent_until", "no consent was given"},
      {{{"restrictions", ""}}, "restrictions", "is blank"},
      {{{"restrictions", "  "}}, "restrictions", "is blank"},
      {{{"restrictions", "no"}}, "restrictions", "no restriction"},
      {{{"restrictions", "-"}}, "restrictions", "no restriction"},
      {{{"restrictions", "hidden"}}, "restrictions", "no restriction"},
      {{{"restrictions", "none; shielded"}}, "restrictions", "no restriction"},
      {{{"restrictions", "shielded;"}}, "restrictions", "no restriction"},
      {{{"restrictions", "shielded covert"}}, "restrictions", "no restriction"},
  };
}

TEST(ImportRow, EachBadRowIsReportedByLineColumnReasonAndRemedy) {
  const std::vector<BadRow> bad_rows = BadRows();
  ASSERT_GT(bad_rows.size(), 60u);
  for (const BadRow& bad : bad_rows) {
    // Between two good ones, which are taken.
    const ImportResult result = Read(File({{}, bad.cells, {}}));
    EXPECT_EQ(result.records.size(), 2u) << bad.column << ", " << bad.reason;
    ASSERT_EQ(result.problems.size(), 1u) << bad.column << ", " << bad.reason;
    const RowProblem& problem = result.problems[0];
    EXPECT_EQ(problem.column, bad.column);
    EXPECT_THAT(problem.reason, HasSubstr(bad.reason));
    EXPECT_GE(problem.remedy.size(), 10u) << bad.reason;
    EXPECT_EQ(problem.line, 3u);
    EXPECT_EQ(result.rows, 3u);
  }
}

TEST(ImportRow, AllThatIsWrongWithARowIsSaidAtOnce) {
  const ImportResult result = Read(File(
      {{{"nhs_number", "1"}, {"born", "x"}, {"restrictions", ""}, {"team", std::string(40, 'x')}}}));
  EXPECT_EQ(result.problems.size(), 4u);
  EXPECT_TRUE(result.records.empty());
}

TEST(ImportRow, ComplaintsNeverRepeatACell) {
  for (const BadRow& bad : BadRows()) {
    Cells cells = bad.cells;
    cells.try_emplace("given_name", "Quillfeather");
    const ImportResult result = Read(File({cells}));
    for (const RowProblem& problem : result.problems) {
      const std::string text = problem.column + problem.reason + problem.remedy;
      EXPECT_THAT(text, Not(HasSubstr("Quillfeather")));
      for (const auto& [name, cell] : bad.cells) {
        // Words that the remedy offers by itself are no leak.
        if (cell.size() < 5 || std::string("given refused shielded; not asked young person")
                                       .find(cell) != std::string::npos) {
          continue;
        }
        EXPECT_THAT(text, Not(HasSubstr(cell))) << name;
      }
    }
  }
}

TEST(ImportRow, TheColumnIsNamedAsTheFileCallsIt) {
  const ImportResult result =
      Read("Record ID,NHS No,Forename,Surname,DOB,Service,Restrictions\n1,123,A,B,,Refuge,none\n");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].column, "NHS No");
}

TEST(ImportRow, RefusesAnotherNumberOfCellsAndMisplacedQuotes) {
  const ImportResult result = Read(std::string(kHeader) +
                                   "\n1,9990000018,A,B,,Refuge\n"
                                   "2,9990000018,A,B,,Refuge,none,x\n"
                                   "3,9990000018,A\"B,B,,Refuge,none\n"
                                   "4,9990000018,\"A\" B,B,,Refuge,none\n"
                                   "5,9990000018,A,B,,Refuge,none\n");
  ASSERT_EQ(result.problems.size(), 4u);
  EXPECT_THAT(result.problems[0].reason, HasSubstr("6 cells, and the header has 7"));
  EXPECT_THAT(result.problems[1].reason, HasSubstr("8 cells"));
  EXPECT_EQ(result.problems[2].column, "given_name");
  EXPECT_EQ(result.problems[3].column, "given_name");
  EXPECT_EQ(result.problems[3].line, 5u);
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].source_id, "5");
}

TEST(ImportRow, TheSameIdTwiceIsAnErrorThatNamesBothLines) {
  const ImportResult result = Read(File({{{"source_id", "a"}},
                                         {{"source_id", "b"}, {"address", "1 Road\nTown"}},
                                         {{"source_id", "a"}, {"born", "x"}},
                                         {{"source_id", "c"}},
                                         {{"source_id", " a "}}}));
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].source_id, "b");
  EXPECT_EQ(result.records[1].source_id, "c");
  std::vector<std::pair<size_t, std::string>> said;
  for (const RowProblem& problem : result.problems) {
    if (problem.column == "source_id") said.emplace_back(problem.line, problem.reason);
  }
  // The address has a line break, so the third row is in line 5.
  const std::vector<std::pair<size_t, std::string>> expected = {{2, "is the same as in line 5"},
                                                                {5, "is the same as in line 2"},
                                                                {7, "is the same as in line 2"}};
  EXPECT_EQ(said, expected);
  for (size_t i = 1; i < result.problems.size(); ++i) {
    EXPECT_LE(result.problems[i - 1].line, result.problems[i].line);
  }
}

// --- good rows

TEST(ImportRow, WhatMayBeBlank) {
  const Record record = ReadOne({{"nhs_number", ""}, {"given_name", ""}, {"born", ""}});
  EXPECT_EQ(record.nhs_number, std::nullopt);
  EXPECT_EQ(record.consent, Consent());
  EXPECT_FALSE(record.about_parent_or_carer);
  EXPECT_EQ(record.start, std::nullopt);
}

TEST(ImportRow, ClassesComeFromTheMapAndAreSensitiveOtherwise) {
  EXPECT_EQ(ReadOne({{"service", "Pastoral care"}}).service_class, ServiceClass::kUniversal);
  EXPECT_EQ(ReadOne({{"service", "Refuge"}}).service_class, ServiceClass::kProtected);
  EXPECT_EQ(ReadOne({{"service", "pastoral care"}}).service_class, ServiceClass::kSensitive);
  EXPECT_EQ(ReadOne({{"service", "Something new"}}).service_class, ServiceClass::kSensitive);
  EXPECT_EQ(Read(File({{}, {{"service", "New"}}})).services_not_in_map, 1u);
}

TEST(ImportRow, Restrictions) {
  const Record record = ReadOne(
      {{"restrictions", "Shielded ; CLOSED;call_back_only; covert;Subject access exempt"}});
  EXPECT_EQ(record.restrictions, (Restrictions{true, true, true, true, true}));
  EXPECT_EQ(ReadOne({{"restrictions", " None "}}).restrictions, Restrictions());
  EXPECT_TRUE(ReadOne({{"restrictions", "call back only"}}).restrictions.call_back_only);
}

TEST(ImportRow, WordsInOtherWritings) {
  const Record record = ReadOne({{"consent", "Refused"},
                                 {"consent_by", "Person with parental responsibility"},
                                 {"consent_on", "11/03/2026"},
                                 {"lead_professional", "Y"},
                                 {"about", "Parent or carer"},
                                 {"professional_name", "\xC2\xA0 Zo\xC3\xAB Marsh "},
                                 {"address", "1 Hidden Road\r\nTown"}});
  EXPECT_EQ(record.consent.state, ConsentState::kRefused);
  EXPECT_EQ(record.consent.by, ConsentBy::kParent);
  EXPECT_TRUE(record.lead_professional);
  EXPECT_TRUE(record.about_parent_or_carer);
  EXPECT_EQ(record.name, "Zo\xC3\xAB Marsh");
  EXPECT_EQ(record.address, "1 Hidden Road, Town");
}

TEST(ImportRow, PurposesAreSortedAndEachOnce) {
  const Record record = ReadOne({{"consent", "given"},
                                 {"consent_by", "young person"},
                                 {"consent_on", "2026-01-01"},
                                 {"consent_purposes", "Section 17; early_help; SECTION-17"}});
  EXPECT_EQ(record.consent.purposes,
            (std::vector<Purpose>{Purpose::kEarlyHelp, Purpose::kSection17}));
}

TEST(ImportRow, TextsUpToTheirBounds) {
  for (const RecordText& text : kRecordTexts) {
    if (text.name == "source") continue;
    Cells cells = {{std::string(text.name), std::string(text.max, 'x')}};
    if (text.name == "organisation") cells["organisation_code"] = "X1";
    EXPECT_EQ(ReadOne(cells).*text.member, std::string(text.max, 'x')) << text.name;
  }
}

// --- damage

TEST(Import, EveryDamagedFileGivesRecordsThatFitOrComplaints) {
  const uint64_t seed = 555;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  const std::string file = ReadFile("docs/formats/records-example.csv");
  size_t records = 0, problems = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    const Bytes damaged = Mutate(ToBytes(AsBytes(file)), std::string_view("a0,\"\n\r;\xC3\xA9 ", 11),
                                 random);
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
  EXPECT_GT(problems, 100u);
  EXPECT_GT(refused, 100u);
}

}  // namespace
}  // namespace whoelse
