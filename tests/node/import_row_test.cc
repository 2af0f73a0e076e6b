// What one row becomes, and what is said of a bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/import_maker.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

// The columns that every file has.
const char kHeader[] = "source_id,nhs_number,given_name,family_name,born,service,restrictions";

Record ReadOne(const Cells& cells) {
  ImportResult result = Read(File({cells}));
  for (const RowProblem& problem : result.problems) {
    ADD_FAILURE() << problem.column << ": " << problem.reason;
  }
  return result.records.empty() ? Record() : result.records[0];
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
    Cells cells = {
        {"consent", "given"}, {"consent_by", "young person"}, {"consent_on", "2026-01-01"}};
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
      {{{"nhs_number", ""}, {"nhs_number_verified", "yes"}}, "nhs_number_verified",
       "there is none"},
      {{{"nhs_number_verified", "perhaps"}}, "nhs_number_verified", "none of the words"},
      {{{"nhs_number", ""}, {"family_name", ""}}, "family_name", "is blank"},
      {{{"upn", "A12345"}}, "upn", "a letter and twelve digits"},
      {{{"upn", "B123456789012"}}, "upn", "check letter"},
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
      {{{"professional_phone", std::string(21, '0')}}, "professional_phone",
       "longer than 20 bytes"},
      {{{"professional_email", std::string(73, 'x')}}, "professional_email",
       "longer than 72 bytes"},
      {{{"duty_phone", std::string(21, '0')}}, "duty_phone", "longer than 20 bytes"},
      {{{"address", long_text}}, "address", "longer than 1000 bytes"},
      {{{"former_addresses", "1 Road; " + long_text}}, "former_addresses",
       "longer than 1000 bytes"},
      {{{"former_addresses", "1 Road | NB1 1AA, Town"}}, "former_addresses",
       "longer than 10 bytes"},
      {{{"former_addresses", "1 Road\xE2\x80\x8B"}}, "former_addresses", "cannot be seen"},
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
      {{{"died", "2026-03-12"}}, "died", "future"},
      {{{"died", "2014-03-12"}}, "died", "before the birth"},
      {{{"keep_to_25", "perhaps"}}, "keep_to_25", "none of the words"},
      {{{"number_changed", "adopted"}}, "number_changed", "none of the words"},
      {{{"superseded_numbers", "9990000019"}}, "superseded_numbers", "check digit"},
      {{{"superseded_numbers", "9990000026;"}}, "superseded_numbers", "NHS number"},
      {{{"superseded_numbers", "0000000000"}}, "superseded_numbers", "stands for no number"},
      {{{"superseded_numbers", "9990000026; 9990000018"}}, "superseded_numbers", "own number"},
      {{{"nhs_number", ""}, {"superseded_numbers", "9990000026"}}, "superseded_numbers",
       "none that did it"},
      {{{"action", "end"}}, "action", "no delta"},
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

// Each school of a hub is a controller: a row that does not say whose it is would be disclosed under
// somebody else's policy.
TEST(ImportRow, AtAHubEachRowIsOfOneOfItsOrganisations) {
  ImportRules rules = Rules();
  rules.settings.organisation = rules.settings.organisation_code = "";
  rules.settings.organisations = {{"100001", "Hilltop School"}, {"100002", "Meadow Lane School"}};
  const ImportResult result = Read(File({{{"organisation_code", "100002"}},
                                         {{"organisation_code", "100002"}, {"organisation", "Meadow"}},
                                         {},
                                         {{"organisation_code", "100003"}}}),
                                   rules);
  ASSERT_EQ(result.records.size(), 2u);
  EXPECT_EQ(result.records[0].organisation, "Meadow Lane School");
  EXPECT_EQ(result.records[1].organisation, "Meadow");
  EXPECT_EQ(result.records[1].organisation_code, "100002");
  EXPECT_EQ(result.records[1].source, "100002/caseworks");
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(result.problems[0].line, 4u);
  EXPECT_EQ(result.problems[0].column, "organisation_code");
  EXPECT_THAT(result.problems[0].reason, HasSubstr("answers for several"));
  EXPECT_EQ(result.problems[1].line, 5u);
  EXPECT_THAT(result.problems[1].reason, HasSubstr("none of the organisations"));
}

// Or who imports for one school would end or overwrite another's record by its id.
TEST(ImportRow, AtAHubARowThatEndsSaysWhoseToo) {
  ImportRules rules = Rules(ImportMode::kDelta);
  rules.settings.organisation_code = "";
  rules.settings.organisations = {{"100001", "Hilltop School"}};
  const ImportResult result =
      Read(File({{{"action", "end"}, {"organisation_code", "100001"}},
                 {{"action", "end"}, {"organisation_code", "100002"}},
                 {{"action", "end"}}}),
           rules);
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_EQ(result.records[0].source, "100001/caseworks");
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(result.problems[0].column, "organisation_code");
  EXPECT_THAT(result.problems[0].reason, HasSubstr("none of the organisations"));
  EXPECT_GE(result.problems[0].remedy.size(), 10u);
  EXPECT_THAT(result.problems[1].reason, HasSubstr("answers for several"));
}

TEST(ImportRow, TwoOrganisationsMayNumberTheirRowsAlike) {
  ImportRules rules = Rules();
  rules.settings.organisations = {{"100001", "Hilltop School"}, {"100002", "Meadow Lane School"}};
  const auto row = [](const char* code) {
    return Cells{{"source_id", "17"}, {"organisation_code", code}};
  };
  EXPECT_EQ(Read(File({row("100001"), row("100002")}), rules).problems.size(), 0u);
  EXPECT_EQ(Read(File({row("100001"), row("100001")}), rules).problems.size(), 2u);
}

TEST(ImportRow, AllThatIsWrongWithARowIsSaidAtOnce) {
  const ImportResult result = Read(File({{{"nhs_number", "1"},
                                          {"born", "x"},
                                          {"restrictions", ""},
                                          {"team", std::string(40, 'x')}}}));
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

TEST(ImportRow, FormerAddressesWithoutTheCurrentOneAndEachOnce) {
  const Record record = ReadOne(
      {{"address", "12 High Street"},
       {"postcode", "NB1 1AA"},
       {"former_addresses", " 3 Mill Lane,\r\nTown | NB2 2BB;; 12 high street NB11AA; "
                            "3 MILL LANE TOWN, nb2 2bb; | NB3 3CC;"}});
  EXPECT_EQ(record.former_addresses,
            (std::vector<Home>{{"3 Mill Lane,, Town", "NB2 2BB"}, {"", "NB3 3CC"}}));
}

TEST(ImportRow, OfMoreFormerAddressesTheFirstAreKept) {
  std::string cell;
  for (int i = 1; i <= 10; ++i) cell += std::to_string(i) + " Road;";
  const Record record = ReadOne({{"former_addresses", cell}});
  ASSERT_EQ(record.former_addresses.size(), kFormerAddressesMax);
  EXPECT_EQ(record.former_addresses.back().address, "8 Road");
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

// --- deltas

TEST(ImportRow, ADeltaSaysOfEachRowWhatHappened) {
  const ImportResult result =
      Read(File({{{"action", "Added"}}, {{"action", "update"}}, {{"action", "END"}}}),
           Rules(ImportMode::kDelta));
  ASSERT_EQ(result.taken.size(), 3u);
  EXPECT_EQ(result.taken[0].action, RowAction::kAdd);
  EXPECT_EQ(result.taken[1].action, RowAction::kUpdate);
  EXPECT_EQ(result.taken[2].action, RowAction::kEnd);
  EXPECT_EQ(result.taken[2].record.end, kToday);
  EXPECT_EQ(result.taken[2].record.source, "caseworks");
}

TEST(ImportRow, ARowOfADeltaWithoutAWordForItIsBad) {
  const ImportResult result =
      Read(File({{}, {{"action", "delete"}}}), Rules(ImportMode::kDelta));
  EXPECT_TRUE(result.taken.empty());
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_THAT(result.problems[0].reason, HasSubstr("is blank"));
  EXPECT_THAT(result.problems[1].reason, HasSubstr("none of the words"));
}

TEST(ImportRow, AnEndedRowNeedsNoMoreThanItsId) {
  const ImportResult result =
      Read(File({{{"action", "end"}, {"restrictions", ""}, {"service", ""}, {"end", "2026-02-28"}},
                 {{"action", "end"}, {"source_id", ""}}}),
           Rules(ImportMode::kDelta));
  ASSERT_EQ(result.taken.size(), 1u);
  EXPECT_EQ(result.taken[0].record.end, *Date::Parse("2026-02-28"));
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].column, "source_id");
}

TEST(ImportRow, WhichNumbersItsOwnReplaced) {
  const auto file_with = [](size_t n) {
    std::string cell = "999 000 0026";
    for (size_t i = 1; i < n; ++i) cell += "; 9990000034";
    return File({{}, {{"superseded_numbers", cell}}});
  };
  const ImportResult result = Read(file_with(kSupersededMax));
  ASSERT_EQ(result.taken.size(), 2u);
  EXPECT_TRUE(result.taken[0].superseded_numbers.empty());
  ASSERT_EQ(result.taken[1].superseded_numbers.size(), kSupersededMax);
  EXPECT_EQ(result.taken[1].superseded_numbers[0].digits(), "9990000026");
  EXPECT_EQ(result.taken[1].superseded_numbers[1].digits(), "9990000034");
  EXPECT_EQ(Read(file_with(kSupersededMax + 1)).problems.size(), 1u);
}

TEST(ImportRow, WhyANumberIsAnother) {
  const ImportResult result = Read(File({{}, {{"number_changed", "superseded"}},
                                         {{"number_changed", "Corrected"}},
                                         {{"number_changed", "closed"}}}));
  ASSERT_EQ(result.taken.size(), 4u);
  EXPECT_EQ(result.taken[0].number_changed, std::nullopt);
  EXPECT_EQ(result.taken[1].number_changed, NumberChange::kSuperseded);
  EXPECT_EQ(result.taken[2].number_changed, NumberChange::kCorrected);
  EXPECT_EQ(result.taken[3].number_changed, NumberChange::kClosed);
}

}  // namespace
}  // namespace whoelse
