// A list of children: what is read of it, and what each row may ask.
#include "node/caseload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/register.h"

namespace whoelse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const Date kToday = *Date::FromYmd(20270115);

struct Read {
  absl::Status status;
  std::vector<CaseloadRow> rows;
  std::vector<RowProblem> problems;
};
Read ReadList(std::string_view file) {
  Read read;
  read.status = ReadCaseload(file, read.rows, read.problems);
  return read;
}

TEST(Caseload, ReadsItsColumnsInAnyOrder) {
  const Read read = ReadList("\xEF\xBB\xBF" "case,purpose,source_id,nhs_number,born\r\n"
                             "C-1,section-17,7,,\r\n,,,,\r\n"
                             "\"C, 2\",coordination,,9990000018,2015-03-14\r\n");
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_TRUE(read.problems.empty());
  EXPECT_THAT(read.rows, ElementsAre(CaseloadRow{2, "", "7", "", "section-17", "C-1", ""},
                                     CaseloadRow{4, "", "", "9990000018", "coordination", "C, 2",
                                                 "2015-03-14"}));
}

TEST(Caseload, SaysWhatIsWrongWithTheFile) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "no rows"},
      {"purpose,case,source_id\n", "no rows"},
      {"purpose,case\nx,y\n", "lacks a column"},
      {"purpose,case,source_id,name\n", "none of"},
      {"purpose,case,source_id,case\n", "twice"},
      {"purpose,case,source_id\na,\"b,1\n", "never closed"},
      {"purpose,case,source_id\na,b,\xff\n", "UTF-8"},
      {"purpose,case,source_id\n" + std::string(kCaseloadBytesMax, 'x'), "1 MiB"}};
  for (const auto& [file, words] : cases) {
    const Read read = ReadList(file);
    EXPECT_TRUE(absl::IsInvalidArgument(read.status)) << words;
    EXPECT_THAT(std::string(read.status.message()), HasSubstr(words));
  }
  std::string many = "purpose,case,source_id\n";
  for (size_t i = 0; i <= kCaseloadRowsMax; ++i) many += "section-17,C," + std::to_string(i) + "\n";
  EXPECT_THAT(std::string(ReadList(many).status.message()), HasSubstr("1,000"));
}

TEST(Caseload, SaysWhatIsWrongWithARow) {
  const Read read = ReadList("purpose,case,source_id,nhs_number\nsection-17,C-1,1\n"
                             "section-17,C-1,1,9990000018\nsection-17,C-1,,\nsection-17,C-\"1,1,\n");
  ASSERT_TRUE(read.status.ok());
  EXPECT_TRUE(read.rows.empty());
  std::vector<std::pair<size_t, std::string>> places;
  for (const RowProblem& problem : read.problems) places.emplace_back(problem.line, problem.column);
  EXPECT_THAT(places, ElementsAre(std::pair(2, ""), std::pair(3, "nhs_number"),
                                  std::pair(4, "source_id"), std::pair(5, "")));
}

class CaseloadInput : public ::testing::Test {
 protected:
  // The column that it complains of; "" when it is a question.
  std::string Wrong(const std::vector<Record>& held) {
    const auto input = InputOf(row_, {"practitioner", true}, held, kToday);
    const auto* problem = std::get_if<RowProblem>(&input);
    if (problem == nullptr) return "";
    EXPECT_EQ(problem->line, 5u);
    EXPECT_FALSE(problem->remedy.empty());
    EXPECT_THAT(problem->reason + problem->remedy, Not(HasSubstr(kChild)));
    return problem->column;
  }
  CaseloadRow row_{5, "", "7", "", "section-17", "C-1", ""};
  Record record_ = BasicRecord();
};

TEST_F(CaseloadInput, TakesTheChildFromTheRecord) {
  const auto input = std::get<AskInput>(InputOf(row_, {"safeguarding lead", true}, {record_}, kToday));
  EXPECT_EQ(input.nhs_number, kChild);
  EXPECT_EQ(input.born, record_.born->Iso());
  EXPECT_EQ(input.purpose, "section-17");
  EXPECT_EQ(input.case_reference, "C-1");
  EXPECT_EQ(input.role, "safeguarding lead");
  EXPECT_TRUE(input.does_not_know_them);
  record_.nhs_number.reset();
  record_.upn = *Upn::Parse(kUpn);
  EXPECT_EQ(std::get<AskInput>(InputOf(row_, {}, {record_}, kToday)).upn, kUpn);
}

TEST_F(CaseloadInput, AsksAboutNobodyWhomItDoesNotHoldAndNeverInAnEmergency) {
  EXPECT_EQ(Wrong({record_}), "");
  EXPECT_EQ(Wrong({}), "source_id");
  Record ended = record_, archived = record_, nameless = record_;
  ended.end = *Date::FromYmd(20270114);
  archived.archived_on = kToday;
  nameless.nhs_number.reset();
  nameless.upn.reset();
  EXPECT_EQ(Wrong({ended}), "source_id");
  EXPECT_EQ(Wrong({archived}), "source_id");
  EXPECT_EQ(Wrong({nameless}), "source_id");
  row_.purpose = "emergency";
  EXPECT_EQ(Wrong({record_}), "purpose");
}

TEST_F(CaseloadInput, OneChildPurposeAndCaseIsOneHoweverItIsWritten) {
  PersonRef me;
  me.data()[0] = 1;
  const auto print = [&](const PersonRef& ref) {
    return FingerprintOf(ref, std::get<AskInput>(InputOf(row_, {}, {record_}, kToday)));
  };
  const Digest first = print(me);
  EXPECT_NE(print(PersonRef()), first);
  row_.source_id.clear();
  row_.nhs_number = "999 000 0018";
  EXPECT_EQ(print(me), first);
  row_.case_reference = "C-2";
  EXPECT_NE(print(me), first);
}

TEST_F(CaseloadInput, AnErrorOfTheTermsIsNoRows) {
  EXPECT_EQ(ProblemOf(row_, {"born", "is", "do"})->column, "born");
  EXPECT_EQ(ProblemOf(row_, {"nhs-number", "is", "do"})->column, "source_id");
  EXPECT_FALSE(ProblemOf(row_, {"i-do-not-know-them", "is", "do"}));
  EXPECT_FALSE(ProblemOf(row_, {"role", "is", "do"}));
}

}  // namespace
}  // namespace whoelse
