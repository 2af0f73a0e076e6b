// The table of what waits in docs/operating/agency.md, against the one by which the inbox works: each
// kind, by when, and how it is decided. A lead officer who goes by the page must not be refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/inbox.h"
#include "tests/support/page_table.h"

namespace whoelse {
namespace {

using testing::StartsWith;

struct Row {
  std::string when, how;
};

std::map<std::string, Row> RowsOfThePage() {
  std::map<std::string, Row> rows;
  std::string above;
  for (const auto& cells : TableOf("docs/operating/agency.md", "| kind | what happened |")) {
    if (cells.size() != 4) {
      ADD_FAILURE() << cells.size();
      continue;
    }
    const std::string how = cells[3].starts_with("the same") ? above : cells[3];
    for (const std::string& kind : InBackticks(cells[0])) {
      EXPECT_TRUE(rows.emplace(kind, Row{cells[2], how}).second) << kind;
    }
    above = how;
  }
  return rows;
}

const std::map<Due, std::string> kByWhen = {
    {Due::kHours, "four hours, in an emergency two"},
    {Due::kNoonNextWorkingDay, "noon of the next working day"},
    {Due::kNextWorkingDay, "end of the next working day"},
    {Due::kByPurpose,
     "end of the next working day; coordination and early help: of the fifth"},
    {Due::kTwoWorkingDays, "two working days"},
    {Due::kFiveWorkingDays, "five working days"}};

// As it is typed: approve, refuse, and an outcome of done.
std::set<std::string> TypedFor(const KindRule& rule) {
  std::set<std::string> typed;
  for (const Choice& choice : rule.choices) {
    typed.emplace(choice.verb == Verb::kDone ? choice.outcome : Name(choice.verb));
  }
  return typed;
}
std::set<std::string> TypedOnThePage(const std::string& how) {
  std::set<std::string> typed;
  for (const std::string& words : InBackticks(how)) {
    const std::string last = Split(words, " ").back();
    typed.insert(words == "whoelse ledger take" ? "taken" : last);
  }
  return typed;
}

TEST(InboxPage, EachKindWithItsTimeAndItsDecisions) {
  const std::map<std::string, Row> page = RowsOfThePage();
  EXPECT_EQ(page.size(), kItemKindNames.size());
  for (size_t i = 1; i <= kItemKindNames.size(); ++i) {
    const auto kind = static_cast<ItemKind>(i);
    SCOPED_TRACE(Name(kind));
    const auto found = page.find(std::string(Name(kind)));
    ASSERT_NE(found, page.end());
    const Row& row = found->second;
    if (kind == ItemKind::kRightsRequest) {   // nothing waits: the report's own command decides it
      EXPECT_THAT(row.when, StartsWith("done"));
      continue;
    }
    const KindRule& rule = RuleOf(kind);
    const bool as_brokered = row.when.starts_with("as `brokered`");
    EXPECT_THAT(as_brokered ? page.at("brokered").when : row.when, StartsWith(kByWhen.at(rule.due)));
    EXPECT_EQ(row.when.find("of the fifth") != std::string::npos,
              rule.due == Due::kByPurpose && !as_brokered);
    EXPECT_EQ(TypedOnThePage(row.how), TypedFor(rule)) << row.how;
    const bool two = std::ranges::any_of(rule.choices, &Choice::two_people);
    EXPECT_EQ(row.how.find("two people") != std::string::npos ||
                  row.how.find("second person") != std::string::npos,
              two);
  }
}

}  // namespace
}  // namespace whoelse
