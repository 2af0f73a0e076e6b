// A mapping's file, and what it makes of headings and cells.
#include "node/import_mapping_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/node/import_maker.h"
#include "tests/support/source_path.h"

namespace whoelse {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kMapping = R"toml(
ignore = ["Favourite Colour"]

[columns]
source_id = "Ref"
nhs_number = "No. (traced)"
restrictions = "Flags"

[constants]
service = "Family help"

[words.restrictions]
"Nil" = "none"
"High risk address" = "shielded; covert"
)toml";
constexpr const char* kFile =
    "Ref,No. (traced),Forename,Surname,DOB,Flags,Favourite Colour\n"
    "7,9990000018,Robin,Marsh,2015-03-02,NIL,blue\n"
    "8,9990000026,Kit,Vale,2016-03-02,high risk address,red\n";

ImportMapping Mapping(const std::string& toml) {
  const auto mapping = ParseImportMapping(toml);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  return mapping.ok() ? *mapping : ImportMapping();
}
std::string MappingError(const std::string& toml) {
  const auto mapping = ParseImportMapping(toml);
  EXPECT_TRUE(absl::IsInvalidArgument(mapping.status())) << toml;
  return std::string(mapping.status().message());
}
std::string FileError(const std::string& file, const std::string& toml) {
  ImportRules rules = Rules();
  rules.mapping = Mapping(toml);
  return std::string(ReadImport(file, rules).status().message());
}

TEST(ImportMapping, SaysWhatHeadingsAndWordsMean) {
  ImportRules rules = Rules();
  rules.mapping = Mapping(kMapping);
  const ImportResult result = Read(kFile, rules);
  ASSERT_EQ(result.records.size(), 2u) << (result.problems.empty() ? "" : result.problems[0].reason);
  EXPECT_EQ(result.records[0].source_id, "7");
  EXPECT_EQ(result.records[0].nhs_number->digits(), "9990000018");
  EXPECT_EQ(result.records[0].service_class, ServiceClass::kTargeted);
  EXPECT_EQ(result.records[0].restrictions, Restrictions());
  EXPECT_TRUE(result.records[1].restrictions.shielded);
  EXPECT_TRUE(result.records[1].restrictions.covert);
}

TEST(ImportMapping, ACellThatItHasNoWordForIsReadAsItIs) {
  ImportRules rules = Rules();
  rules.mapping = Mapping(kMapping);
  const ImportResult result = Read(
      "Ref,No. (traced),Forename,Surname,DOB,Flags\n7,9990000018,R,M,2015-03-02,closed\n"
      "8,9990000018,R,M,2015-03-02,\n",
      rules);
  ASSERT_EQ(result.records.size(), 1u);
  EXPECT_TRUE(result.records[0].restrictions.closed);
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].column, "Flags");
}

TEST(ImportMapping, OfAnotherFileSaysWhichColumnsThatHas) {
  const std::string error = FileError("Id,Colour,Shape\n1,red,round\n", kMapping);
  EXPECT_THAT(error, HasSubstr("no such column"));
  EXPECT_THAT(error, HasSubstr("it has \"Id\", \"Colour\", \"Shape\""));
  EXPECT_THAT(FileError("Id,Colour,Shape\n1,red,round\n", ""),
              HasSubstr("it has \"Id\", \"Colour\", \"Shape\""));
}

TEST(ImportMapping, NeverRepeatsAFirstLineThatIsAChilds) {
  for (const char* toml : {kMapping, ""}) {
    const std::string error = FileError("7,9990000018,Robin,Marsh,2015-03-02,none\n", toml);
    EXPECT_THAT(error, HasSubstr("looks like a row"));
    EXPECT_THAT(error, Not(HasSubstr("Robin")));
    EXPECT_THAT(error, Not(HasSubstr("9990000018")));
  }
}

TEST(ImportMapping, TwoColumnsForOneAreStillAnError) {
  EXPECT_THAT(FileError("Ref,Record ID,No. (traced),Forename,Surname,DOB,Flags\n", kMapping),
              HasSubstr("means the same as column 1"));
}

TEST(ImportMapping, RefusesWhatItDoesNotKnowAndWhatWouldUnshield) {
  EXPECT_THAT(MappingError("[columns"), HasSubstr("line 1"));
  EXPECT_THAT(MappingError("[column]\nborn = \"x\""), HasSubstr("line 1, column"));
  EXPECT_THAT(MappingError("[columns]\nbirthday = \"x\""),
              HasSubstr("line 2, columns.birthday: is no column"));
  EXPECT_THAT(MappingError("[columns]\nborn = 7"), HasSubstr("should be the heading"));
  EXPECT_THAT(MappingError("[columns]\nborn = \"-\""), HasSubstr("should be the heading"));
  EXPECT_THAT(MappingError("columns = 7"), HasSubstr("should be a table"));
  EXPECT_THAT(MappingError("ignore = \"x\""), HasSubstr("should list headings"));
  EXPECT_THAT(MappingError("[constants]\nrestrictions = \"none\""), HasSubstr("of one child"));
  EXPECT_THAT(MappingError("[constants]\nnhs_number = \"9990000018\""), HasSubstr("of one child"));
  EXPECT_THAT(MappingError("[constants]\nteam = \"\""), HasSubstr("should be"));
  EXPECT_THAT(MappingError("[words]\nborn = \"x\""), HasSubstr("should be a table"));
  EXPECT_THAT(MappingError("[words.restrictions]\n\"\" = \"none\""), HasSubstr("blank"));
  EXPECT_THAT(MappingError("[words.restrictions]\n\" - \" = \"none\""), HasSubstr("blank"));
  EXPECT_THAT(MappingError("[words.consent]\n\"Y\" = 7"), HasSubstr("should give a word"));
}

// The page's mapping, as an agency would copy it.
TEST(ImportMapping, ThePagesExampleIsRead) {
  std::ifstream in(SourcePath("docs/formats/records-csv.md"));
  std::ostringstream page;
  page << in.rdbuf();
  const std::string text = page.str();
  const size_t begin = text.find("```toml\n") + 8;
  ASSERT_NE(begin, std::string::npos + 8);
  const ImportMapping mapping = Mapping(text.substr(begin, text.find("```\n", begin) - begin));
  EXPECT_EQ(mapping.headings.at(Column::kSourceId), "Case Ref");
  EXPECT_EQ(mapping.constants.at(Column::kService), "Health visiting");
  EXPECT_EQ(mapping.words.at(Column::kRestrictions).at("norestriction"), "none");
}

}  // namespace
}  // namespace whoelse
