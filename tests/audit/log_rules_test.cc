#include "audit/log_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

FrameHash Frame(uint8_t number) {
  FrameHash hash;
  hash.data()[0] = number;
  return hash;
}
AskedEntry Asked(TimeMs time_ms, uint8_t frame) { return {time_ms, Frame(frame)}; }
AnsweredEntry Answered(TimeMs time_ms, uint64_t asked) { return {asked, time_ms, Digest()}; }

LogRules::Summary Judge(const std::vector<LogEntry>& entries, uint64_t patience_ms = 60'000) {
  LogRules rules;
  for (size_t i = 0; i < entries.size(); ++i) rules.OnEntry(i, SerializeLogEntry(entries[i]));
  return rules.Finish(patience_ms);
}

TEST(LogRules, AGoodLogHasNoBreach) {
  const auto summary = Judge({RosterEntry{1, {}}, Asked(1'000, 1), Asked(1'000, 2),
                              Answered(2'000, 2), Answered(2'500, 1), EvaluatedEntry{7, {}},
                              EvaluatedEntry{8, {}}, Asked(3'000, 3)});
  EXPECT_THAT(summary.breaches, IsEmpty());
  EXPECT_THAT(summary.open, ElementsAre(7u));
  EXPECT_EQ(summary.first_ms, 1'000u);
  EXPECT_EQ(summary.last_ms, 3'000u);
  EXPECT_EQ(summary.entries[0], 3u);
  EXPECT_EQ(summary.entries[1], 2u);
  EXPECT_EQ(summary.entries[2], 2u);
  EXPECT_EQ(summary.entries[4], 1u);
}

struct Case {
  const char* what;
  std::vector<LogEntry> entries;
  uint64_t at;
};

class LogRulesTest : public testing::TestWithParam<Case> {};
TEST_P(LogRulesTest, FindsTheBreach) {
  const auto summary = Judge(GetParam().entries);
  ASSERT_EQ(summary.breaches_total, 1u) << GetParam().what;
  EXPECT_EQ(summary.breaches[0].index, GetParam().at);
}
INSTANTIATE_TEST_SUITE_P(
    Each, LogRulesTest,
    testing::Values(
        Case{"time goes back", {Asked(2'000, 1), Asked(1'999, 2)}, 1},
        Case{"asked twice", {Asked(1, 1), Answered(2, 0), Asked(3, 1)}, 2},
        Case{"answered twice", {Asked(1, 1), Answered(2, 0), Answered(3, 0)}, 2},
        Case{"answered before it is asked", {Asked(1, 1), Answered(2, 3), Answered(2, 0)}, 1},
        Case{"answers what is no question", {RosterEntry{1, {}}, Answered(2, 0)}, 1},
        Case{"never closed", {Asked(1, 1), Asked(60'002, 2)}, 0},
        Case{"an hour twice", {EvaluatedEntry{5, {}}, EvaluatedEntry{5, {}}}, 1}),
    [](const auto& row) { return "Row" + std::to_string(row.index); });

TEST(LogRules, AnEntryThatDoesNotParseIsABreach) {
  LogRules rules;
  rules.OnEntry(0, Bytes{0x09, 1, 2});
  EXPECT_THAT(rules.Finish(0).breaches,
              ElementsAre(LogBreach{0, "log entry: unknown type"}));
}

TEST(LogRules, KeepsABoundedNumberButCountsAll) {
  LogRules rules;
  for (uint64_t i = 0; i < LogRules::kBreachesMax + 5; ++i) rules.OnEntry(i, Bytes{0});
  const auto summary = rules.Finish(0);
  EXPECT_EQ(summary.breaches.size(), LogRules::kBreachesMax);
  EXPECT_EQ(summary.breaches_total, LogRules::kBreachesMax + 5);
}

}  // namespace
}  // namespace whoelse
