#include "audit/side_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr TimeMs kDayMs = 86'400'000;
const LogId kLog{kRelay, 7};

ReconciledLog LogOf(const std::vector<LogEntry>& entries) {
  ReconciledLog log;
  for (size_t i = 0; i < entries.size(); ++i) log.OnEntry(i, SerializeLogEntry(entries[i]));
  return log;
}

TEST(SideTable, CountsQuestionsByAgencyAndDay) {
  const ReconciledLog log = LogOf({RosterEntry{1, {}}, AskedEntry{5 * kDayMs, {}},
                                   AskedEntry{5 * kDayMs + 1, {}}, AskedEntry{6 * kDayMs, {}},
                                   AskedEntry{6 * kDayMs, {}}});
  const Volumes volumes = CountVolumes(
      kLog, log, {{kLog, 0, kPolice}, {kLog, 1, kPolice}, {kLog, 2, kPolice}, {kLog, 3, kSchools}});
  EXPECT_THAT(volumes.questions, ElementsAre(Pair(kSchools, ElementsAre(Pair(6u, 1u))),
                                             Pair(kPolice, ElementsAre(Pair(5u, 2u)))));
  EXPECT_THAT(volumes.unfounded, ElementsAre(0u)) << "leaf 0 is a roster";
  EXPECT_THAT(volumes.unopened, ElementsAre(4u)) << "the relay hides who asked";
}

TEST(SideTable, CountsALeafOnceHoweverOftenItIsShown) {
  const ReconciledLog log = LogOf({AskedEntry{5 * kDayMs, {}}});
  const Volumes volumes = CountVolumes(kLog, log, {{kLog, 0, kPolice}, {kLog, 0, kPolice}});
  EXPECT_THAT(volumes.questions, ElementsAre(Pair(kPolice, ElementsAre(Pair(5u, 1u)))));
}

TEST(SideTable, DrawsAreFixedByTheSeedAlone) {
  std::vector<SideTableEntry> all;
  for (uint64_t i = 0; i < 1'000; ++i) all.push_back({kLog, i, kPolice});
  DrawSeed seed, other;
  other.data()[0] = 1;
  const auto indexes = [](const std::vector<SideTableEntry>& drawn) {
    std::vector<uint64_t> out;
    for (const SideTableEntry& entry : drawn) out.push_back(entry.index);
    return out;
  };
  const auto drawn = indexes(Draw(seed, all, 5));
  EXPECT_EQ(drawn.size(), 5u);
  std::ranges::reverse(all);
  EXPECT_EQ(indexes(Draw(seed, all, 5)), drawn) << "the order of the table must not matter";
  EXPECT_NE(indexes(Draw(other, all, 5)), drawn);
  EXPECT_NE(CommitToDraw(seed), CommitToDraw(other));
  EXPECT_EQ(Draw(seed, {{kLog, 3, kPolice}}, 5).size(), 1u);
}

class CensusTest : public testing::Test {
 protected:
  OpenedTable Table(uint32_t hour, std::vector<EvaluatedRow> rows) {
    OpenedTable table{hour, next_++, {}, std::move(rows)};
    evaluated_[table.index] = {hour, EvaluatedTableHash(table.salt, table.rows)};
    return table;
  }
  struct Taken {
    std::vector<CensusRow> rows;
    Census::Faults faults;
  };
  // Of one log alone.
  Taken Take(const std::vector<OpenedTable>& tables) {
    Census census(*RosterOf(7));
    const Census::Faults faults = census.Add(evaluated_, tables);
    return {census.Rows(), faults};
  }
  uint64_t Allowed() const {
    return uint64_t{RosterOf(7)->FindAgency(kSurgery)->register_size} * 105 / 100 * 2;
  }

  uint64_t next_ = 10;
  std::map<uint64_t, EvaluatedEntry> evaluated_;
};

TEST_F(CensusTest, HoldsBulkEnrolmentAgainstTheRegister) {
  const auto limit = static_cast<uint32_t>(Allowed());
  const auto at_limit = Take({Table(100, {{kSurgery, EvaluationKind::kBulk, 1, limit - 1}}),
                              Table(101, {{kSurgery, EvaluationKind::kBulk, 1, 1},
                                          {kSurgery, EvaluationKind::kBulk, 2, 5},
                                          {kSurgery, EvaluationKind::kAsk, 1, 900'000}})});
  ASSERT_EQ(at_limit.rows.size(), 2u) << "each key version by itself, questions not at all";
  EXPECT_EQ(at_limit.rows[0].bulk, limit);
  EXPECT_FALSE(at_limit.rows[0].TooMany());
  evaluated_.clear();
  const auto above = Take({Table(100, {{kSurgery, EvaluationKind::kBulk, 1, limit + 1}})});
  EXPECT_TRUE(above.rows[0].TooMany());
}

TEST_F(CensusTest, PublishesTheMonthOfTheConstantStream) {
  const auto census = Take({Table(1, {{kSurgery, EvaluationKind::kEnrol, 1, 77}}),
                            Table(721, {{kSurgery, EvaluationKind::kEnrol, 1, 8}})});
  EXPECT_EQ(census.rows[0].enrolled, 8u) << "hour 1 is more than 30 days ago";
  const Roster& roster = *RosterOf(7);
  EXPECT_EQ(census.rows[0].enrol_allowance, 30u * (86'400 / roster.parameters.enrol_interval_s) *
                                                roster.FindAgency(kSurgery)->enrol_elements);
}

TEST_F(CensusTest, BelievesNoTableThatTheLogContradicts) {
  OpenedTable changed = Table(100, {{kSurgery, EvaluationKind::kBulk, 1, 50'000'000}});
  changed.rows[0].elements = 1;
  const OpenedTable hidden = Table(101, {});
  const Taken census = Take({changed});
  EXPECT_THAT(census.rows, IsEmpty());
  EXPECT_THAT(census.faults.contradicted, ElementsAre(changed.index));
  EXPECT_THAT(census.faults.not_opened, ElementsAre(changed.index, hidden.index));
}

TEST_F(CensusTest, CountsATableOnceHoweverOftenItIsShown) {
  const OpenedTable table = Table(100, {{kSurgery, EvaluationKind::kBulk, 1, 8},
                                        {kSurgery, EvaluationKind::kEnrol, 1, 4}});
  const Taken census = Take({table, table});
  ASSERT_EQ(census.rows.size(), 1u);
  EXPECT_EQ(census.rows[0].bulk, 8u);
  EXPECT_EQ(census.rows[0].enrolled, 4u);
}

// A log key is renewed in the middle of a bulk enrolment.
TEST_F(CensusTest, CountsAllLogsOfAnEvaluatorTogether) {
  Census census(*RosterOf(7));
  const OpenedTable first =
      Table(100, {{kSurgery, EvaluationKind::kBulk, 1, static_cast<uint32_t>(Allowed())},
                  {kSurgery, EvaluationKind::kEnrol, 1, 7}});
  EXPECT_FALSE(census.Add(evaluated_, {first}).any());
  EXPECT_FALSE(census.Rows()[0].TooMany());
  evaluated_.clear();
  const OpenedTable second = Table(820, {{kSurgery, EvaluationKind::kBulk, 1, 1},
                                         {kSurgery, EvaluationKind::kEnrol, 1, 2}});
  EXPECT_FALSE(census.Add(evaluated_, {second}).any());
  ASSERT_EQ(census.Rows().size(), 1u);
  EXPECT_TRUE(census.Rows()[0].TooMany());
  EXPECT_EQ(census.Rows()[0].enrolled, 2u) << "the first log's table is older than a month";
}

TEST_F(CensusTest, ASecondRegisterOfAnUnknownAgencyIsAllowedNothing) {
  const Taken census = Take({Table(100, {{4'000'000, EvaluationKind::kBulk, 1, 1}})});
  ASSERT_EQ(census.rows.size(), 1u);
  EXPECT_TRUE(census.rows[0].TooMany());
}

}  // namespace
}  // namespace whoelse
