// Stricter at once, looser on its day: for the table.
#include "node/policy_in_force.h"

#include <gtest/gtest.h>


#include "node/policy_looser.h"
#include "tests/support/random.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

Date Day(const char* iso) { return *Date::Parse(iso); }

Policy PolicyOf(const PolicyTable& table, const char* review_by = "2027-03-01") {
  return {Adoption{"Director of Children's Services", "DPIA-14", Day("2026-01-05"), Day(review_by)},
          table};
}
PolicyTable With(size_t row, size_t column, Outcome outcome) {
  PolicyTable table;
  table.cells[row][column] = outcome;
  return table;
}

TEST(PolicyInForce, WithoutAdoptionEveryCellIsOneStepStricter) {
  const PolicyInForce nobody({}, Day("2026-03-11"));
  EXPECT_EQ(nobody.acting(), PolicyTable().OneStepStricter());
  EXPECT_FALSE(nobody.looser_on());
}

TEST(PolicyInForce, TheFirstAdoptedPolicyActsAtOnce) {
  PolicyInForce policy({}, Day("2026-03-11"));
  policy.Adopt(PolicyOf(PolicyTable()), Day("2026-03-12"));
  EXPECT_EQ(policy.acting(), PolicyTable());
  // And only the first.
  policy.Adopt({}, Day("2026-03-12"));
  EXPECT_EQ(policy.acting(), PolicyTable().OneStepStricter());
  policy.Adopt(PolicyOf(PolicyTable()), Day("2026-03-12"));
  EXPECT_EQ(policy.acting(), PolicyTable().OneStepStricter());
  EXPECT_EQ(policy.looser_on(), Day("2026-04-01"));
}

TEST(PolicyInForce, StricterAtOnceAndLooserOnItsDayCellByCell) {
  PolicyInForce policy(PolicyOf(PolicyTable()), Day("2026-03-11"));
  PolicyTable other;
  other.cells[kRowJustice][kColumnCoordination] = Outcome::kContact;     // looser
  other.cells[kRowUniversal][kColumnCoordination] = Outcome::kNothing;   // stricter
  other.cells[kRowCovert][kColumnConcern] = Outcome::kUrgent;            // neither
  policy.Adopt(PolicyOf(other), Day("2026-03-12"));
  PolicyTable now = other;
  now.cells[kRowJustice][kColumnCoordination] = Outcome::kBrokered;
  EXPECT_EQ(policy.acting(), now);
  EXPECT_EQ(policy.looser_on(), Day("2026-04-01"));
  EXPECT_EQ(policy.Waiting(), (std::vector<PolicyInForce::WaitingCell>{
                                  {kRowJustice, kColumnCoordination, Outcome::kBrokered,
                                   Outcome::kContact}}));
  policy.Advance(Day("2026-03-31"));
  EXPECT_EQ(policy.acting(), now);
  policy.Advance(Day("2026-04-01"));
  EXPECT_EQ(policy.acting(), other);
  EXPECT_FALSE(policy.looser_on());
  EXPECT_TRUE(policy.Waiting().empty());
}

TEST(PolicyInForce, TheLeadOfficerLetsItThrough) {
  PolicyInForce policy(PolicyOf(PolicyTable()), Day("2026-03-11"));
  const PolicyTable looser = With(kRowCovert, kColumnSection47, Outcome::kContact);
  policy.Adopt(PolicyOf(looser), Day("2026-03-12"));
  EXPECT_EQ(policy.acting(), PolicyTable());
  policy.LetThrough(Day("2026-03-12"));
  EXPECT_EQ(policy.acting(), looser);
  EXPECT_FALSE(policy.looser_on());
}

TEST(PolicyInForce, PastItsReviewEveryCellIsOneStepStricterUntilTheMonthAfterItsReview) {
  PolicyInForce policy(PolicyOf(PolicyTable(), "2026-03-20"), Day("2026-03-11"));
  policy.Advance(Day("2026-03-20"));
  EXPECT_EQ(policy.acting(), PolicyTable());
  policy.Advance(Day("2026-03-21"));
  EXPECT_EQ(policy.acting(), PolicyTable().OneStepStricter());
  policy.Adopt(PolicyOf(PolicyTable()), Day("2026-03-25"));
  EXPECT_EQ(policy.acting(), PolicyTable().OneStepStricter());
  policy.Advance(Day("2026-04-01"));
  EXPECT_EQ(policy.acting(), PolicyTable());
}

TEST(PolicyInForce, ARestartLoosensNothingAndForgetsNoDay) {
  const PolicyTable looser = With(kRowJustice, kColumnCoordination, Outcome::kContact);
  PolicyInForce policy(PolicyOf(PolicyTable()), Day("2026-03-11"));
  policy.Adopt(PolicyOf(looser), Day("2026-03-12"));
  const auto restored =
      PolicyInForce::Restore(policy.Serialize(), policy.policy(), Day("2026-03-12"));
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(*restored, policy);
  // It slept until after the day: what waited acts, and what is new in the file waits.
  const PolicyTable another = With(kRowCovert, kColumnSection47, Outcome::kContact);
  const auto later =
      PolicyInForce::Restore(policy.Serialize(), PolicyOf(another), Day("2026-04-03"));
  ASSERT_TRUE(later.ok());
  EXPECT_EQ(later->acting(), PolicyTable());
  EXPECT_EQ(later->looser_on(), Day("2026-05-01"));
}

TEST(PolicyInForce, ADamagedStateIsDataLoss) {
  const Bytes good = PolicyInForce(PolicyOf(PolicyTable()), Day("2026-03-11")).Serialize();
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_TRUE(absl::IsDataLoss(
        PolicyInForce::Restore(ByteView(good).first(length), {}, Day("2026-03-11")).status()));
  }
  for (const auto& [at, value] : std::vector<std::pair<size_t, uint8_t>>{
           {0, 2}, {1, 2}, {5, 1}, {6, 0}, {6, 6}, {good.size() - 1, 0}}) {
    Bytes bad = good;
    bad[at] = value;
    EXPECT_TRUE(absl::IsDataLoss(PolicyInForce::Restore(bad, {}, Day("2026-03-11")).status()))
        << at;
  }
}

TEST(PolicyTable, OneStepStricter) {
  EXPECT_EQ(OneStepStricter(Outcome::kContact), Outcome::kDutyLine);
  EXPECT_EQ(OneStepStricter(Outcome::kDutyLine), Outcome::kBrokered);
  EXPECT_EQ(OneStepStricter(Outcome::kBrokered), Outcome::kNothing);
  EXPECT_EQ(OneStepStricter(Outcome::kUrgent), Outcome::kNothing);
  EXPECT_EQ(OneStepStricter(Outcome::kNothing), Outcome::kNothing);
}

PolicyTable RandomTable(Random& random) {
  PolicyTable table;
  for (auto& row : table.cells) {
    for (Outcome& cell : row) cell = static_cast<Outcome>(1 + random.Below(5));
  }
  return table;
}

// Whatever files come, in whatever order, with restarts in between: within a month no cell becomes
// looser, and a stricter one acts on the day it comes.
TEST(PolicyInForce, RepeatedAskingShowsNoLooseningWithinAMonth) {
  const uint64_t seed = SeedOr(7102);
  RecordProperty("seed", std::to_string(seed));
  SeededRandom random(seed);
  for (int life = 0; life < 100; ++life) {
    Date today = Day("2026-01-20");
    PolicyInForce policy(PolicyOf(RandomTable(random)), today);
    PolicyTable before = policy.acting();
    for (int step = 0; step < 80; ++step) {
      const Date yesterday = today;
      today = Date::FromDays(today.days() + static_cast<int64_t>(random.Below(3)));
      std::optional<Policy> file;
      if (random.Below(4) == 0) {
        file = random.Below(6) == 0 ? Policy{} : PolicyOf(RandomTable(random));
        if (file->adoption) {
          file->adoption->review_by = Date::FromDays(today.days() + 20);
        }
      }
      if (random.Below(3) == 0) {
        policy = *PolicyInForce::Restore(policy.Serialize(), file.value_or(policy.policy()), today);
      } else if (file) {
        policy.Adopt(*file, today);
      } else {
        policy.Advance(today);
      }
      const PolicyTable wanted = policy.policy().WantedOn(today);
      const bool same_month = today.ymd() / 100 == yesterday.ymd() / 100;
      for (size_t row = 0; row < kPolicyRows; ++row) {
        for (size_t column = 0; column < kPolicyColumns; ++column) {
          const Outcome now = policy.acting().cells[row][column];
          ASSERT_FALSE(IsLooser(now, wanted.cells[row][column]))
              << "stricter waits: seed " << seed << " life " << life << " step " << step;
          ASSERT_FALSE(same_month && IsLooser(now, before.cells[row][column]))
              << "looser acts: seed " << seed << " life " << life << " step " << step;
        }
      }
      before = policy.acting();
    }
  }
}

}  // namespace
}  // namespace whoelse
