// The policy as a file: the page's example is what the code writes, and whatever is wrong with a file is
// said with its line, its row and column, and what to do.
#include "node/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/doc.h"
#include "tests/support/mutate.h"
#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

const Date kToday = *Date::Parse("2026-03-11");

Policy DefaultPolicy() {
  return {Adoption{"Northbridge Safeguarding Board", "DPIA-2026-014", *Date::Parse("2026-03-02"),
                   *Date::Parse("2027-03-01")},
          PolicyTable()};
}

TEST(PolicyFile, ThePagesExampleIsTheGivenDefault) {
  EXPECT_EQ(DocExample("docs/formats/policy.md", "policy"), WritePolicyFile(DefaultPolicy()));
}

TEST(PolicyFile, WhatIsWrittenIsRead) {
  const uint64_t seed = 7103;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int round = 0; round < 50; ++round) {
    Policy policy = DefaultPolicy();
    policy.adoption->adopted_by = "Jo \"the lead\" Marsh \\ \xC3\xA9";
    for (auto& row : policy.table.cells) {
      for (Outcome& cell : row) cell = static_cast<Outcome>(1 + random.Below(5));
    }
    const auto read = ParsePolicyFile(WritePolicyFile(policy), kToday);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, policy);
  }
}

std::string Wrong(const std::string& file) {
  const auto read = ParsePolicyFile(file, kToday);
  EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << file;
  return std::string(read.status().message());
}
// The page's example with one piece replaced.
std::string With(const std::string& piece, const std::string& other) {
  std::string file = WritePolicyFile(DefaultPolicy());
  const size_t at = file.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return file.replace(at, piece.size(), other);
}

TEST(PolicyFile, TheGivenDefaultIsAdoptedByFillingItIn) {
  const std::string wrong = Wrong(WritePolicyFile({}));
  for (const char* part : {"line 3, adoption.adopted_by: is missing; name the person or board",
                           "line 4, adoption.dpia: is missing; give the assessment's reference",
                           "line 5, adoption.day: is not a day; write it as 2026-03-02",
                           "line 6, adoption.review_by: is not a day"}) {
    EXPECT_THAT(wrong, HasSubstr(part));
  }
}

// Every cell, each time another is missing or wrong.
TEST(PolicyFile, EveryCellIsAskedFor) {
  const std::string file = WritePolicyFile(DefaultPolicy());
  std::vector<std::string> lines;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  size_t row = 0, column = 0, cells = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("[row.")) {
      row = cells / kPolicyColumns;
      column = 0;
      continue;
    }
    if (cells == 0 && !lines[i].starts_with("\"coordination\"")) continue;
    if (!lines[i].starts_with("\"")) continue;
    const std::string where = "row " + std::string(kPolicyRowNames[row]) + ", column " +
                              std::string(kPolicyColumnNames[column]) + ": ";
    std::string without, unknown;
    for (size_t k = 0; k < lines.size(); ++k) {
      const std::string word = k == i ? lines[k].substr(0, lines[k].find('=')) + "= \"maybe\"" : lines[k];
      unknown += word + "\n";
      if (k != i) without += lines[k] + "\n";
    }
    EXPECT_THAT(Wrong(without), HasSubstr(where + "is missing; give one of: contact, duty_line"));
    EXPECT_THAT(Wrong(unknown), HasSubstr("line " + std::to_string(i + 1) + ", " + where +
                                          "is not a word of this table; give one of: contact"));
    ++column;
    ++cells;
  }
  EXPECT_EQ(cells, kPolicyRows * kPolicyColumns);
}

TEST(PolicyFile, WhatNobodyReadsIsAnError) {
  for (const auto& [piece, other, said] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"dpia ", "dpai ", "line 4, adoption: there is a key that this file does not have"},
           {"[adoption]", "title = \"x\"\n[adoption]", "line 2, there is a key"},
           {"[row.\"covert\"]", "[row.\"covered\"]", "row: there is a key that this file does not have"},
           {"\"emergency\" ", "\"emergencies\" ", "row universal: there is a key"}}) {
    EXPECT_THAT(Wrong(With(piece, other)), HasSubstr(said));
  }
  EXPECT_THAT(Wrong(With("[row.\"covert\"]", "[row.\"covered\"]")),
              HasSubstr("row covert: is missing; write [row.\"covert\"] and its six cells"));
}

TEST(PolicyFile, DaysHaveTheirOrder) {
  EXPECT_THAT(Wrong(With("2026-03-02", "2026-03-12")), HasSubstr("adoption.day: lies in the future"));
  EXPECT_THAT(Wrong(With("2027-03-01", "2026-03-01")),
              HasSubstr("adoption.review_by: lies before the day of adoption"));
  EXPECT_THAT(Wrong(With("2026-03-02", "\"2026-03-02\"")), HasSubstr("without quotation marks"));
  EXPECT_THAT(Wrong(With("2026-03-02", "2026-03-02T00:00:00Z")), HasSubstr("is not a day"));
}

TEST(PolicyFile, WhatIsNoTomlIsSaidWithItsLine) {
  EXPECT_THAT(Wrong(With("dpia       =", "dpia       ")), HasSubstr("line 4: the file is not TOML"));
  EXPECT_THAT(Wrong(""), HasSubstr("adoption: is missing"));
  EXPECT_THAT(Wrong("[adoption]\n[adoption]\n"), HasSubstr("not TOML"));
}

TEST(PolicyFile, WhateverComesIsReadOrExplained) {
  const uint64_t seed = 7104;
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  const Bytes good = ToBytes(AsBytes(WritePolicyFile(DefaultPolicy())));
  for (int round = 0; round < 500; ++round) {
    const Bytes bytes = Mutate(good, "\"=[].\n a0-\xff", random);
    const auto read = ParsePolicyFile(ToString(bytes), kToday);
    if (read.ok()) {
      EXPECT_EQ(*ParsePolicyFile(WritePolicyFile(*read), kToday), *read);
    } else {
      EXPECT_THAT(std::string(read.status().message()), HasSubstr("line "));
    }
  }
}

}  // namespace
}  // namespace whoelse
