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

RosterHash RosterNo(uint8_t number) {
  RosterHash hash;
  hash.data()[0] = number;
  return hash;
}
// Stated by the roster of that number.
KeyEventEntry Stated(KeyEvent event, KeyVersion kv, uint8_t roster) {
  return {event, kv, Digest(std::span<const uint8_t, 32>(RosterNo(roster).data(), 32))};
}
KeyEventEntry Destroyed(KeyVersion kv) { return {KeyEvent::kDestroyed, kv, DestroyedHash(kv)}; }

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

TEST(LogRules, RostersRiseAndKeyVersionsLiveOnce) {
  const auto summary = Judge(
      {RosterEntry{1, RosterNo(1)}, Stated(KeyEvent::kCreated, 1, 1),
       Stated(KeyEvent::kActivated, 1, 1), RosterEntry{4, RosterNo(4)},
       Stated(KeyEvent::kCreated, 2, 4), RosterEntry{5, RosterNo(5)},
       Stated(KeyEvent::kActivated, 2, 5), Stated(KeyEvent::kRetired, 1, 5), Destroyed(1),
       Stated(KeyEvent::kCreated, 3, 5), Stated(KeyEvent::kRetired, 3, 4)});
  EXPECT_THAT(summary.breaches, IsEmpty());
  EXPECT_EQ(summary.entries[4], 3u);
  EXPECT_EQ(summary.entries[5], 8u);
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
        Case{"a version twice", {RosterEntry{2, RosterNo(1)}, RosterEntry{2, RosterNo(2)}}, 1},
        Case{"an older roster", {RosterEntry{2, RosterNo(2)}, RosterEntry{1, RosterNo(1)}}, 1},
        Case{"never created", {RosterEntry{1, {}}, Stated(KeyEvent::kRetired, 1, 0)}, 1},
        Case{"created twice", {RosterEntry{1, {}}, Stated(KeyEvent::kCreated, 1, 0),
                               Stated(KeyEvent::kCreated, 1, 0)}, 2},
        Case{"activated after its destruction",
             {RosterEntry{1, {}}, Stated(KeyEvent::kCreated, 1, 0), Destroyed(1),
              Stated(KeyEvent::kActivated, 1, 0)}, 3},
        Case{"created by an unknown roster",
             {RosterEntry{1, {}}, Stated(KeyEvent::kCreated, 1, 7)}, 1},
        Case{"another's destruction", {RosterEntry{1, {}}, Stated(KeyEvent::kCreated, 1, 0),
             KeyEventEntry{KeyEvent::kDestroyed, 1, DestroyedHash(2)}}, 2},
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
