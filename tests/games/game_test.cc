// The judge itself: a game must be able to fail.
#include "tests/games/game.h"

#include <gtest/gtest.h>

namespace whoelse::games {
namespace {

TEST(Judge, WilsonsIntervalAtKnownPoints) {
  EXPECT_NEAR(Wilson99(0, 100).high, 0.06222, 1e-5);
  EXPECT_EQ(Wilson99(0, 100).low, 0);
  EXPECT_NEAR(Wilson99(50, 100).low, 0.37528, 1e-5);
  EXPECT_NEAR(Wilson99(50, 100).high, 0.62472, 1e-5);
  EXPECT_NEAR(Wilson99(100, 100).high, 1, 1e-9);
}

TEST(Judge, AdvantageIsSymmetric) {
  EXPECT_EQ(Advantage99({1000, 500, 1000}).low, 0);
  EXPECT_GT(Advantage99({1000, 900, 1000}).low, 0.7);
  EXPECT_NEAR(Advantage99({1000, 900, 1000}).high, Advantage99({1000, 100, 1000}).high, 1e-9);
}

TEST(Judge, OneWinAgainstACountIsBad) {
  const Strawman falls{"everything", {30, 30, 30}};
  EXPECT_TRUE(IsGood(Measure::kCount, {100, 0, 100}, {falls}));
  EXPECT_FALSE(IsGood(Measure::kCount, {100, 1, 100}, {falls}));
  EXPECT_FALSE(IsGood(Measure::kCount, {0, 0, 0}, {falls}));
}

TEST(Judge, AStrawmanThatSurvivesIsBad) {
  EXPECT_FALSE(IsGood(Measure::kCount, {100, 0, 100},
                     {{"nothing", {30, 16, 30}}}));
  EXPECT_FALSE(IsGood(Measure::kCount, {100, 0, 100}, {}));
}

TEST(Judge, TooFewTrialsAreBad) {
  const Strawman falls{"everything", {1000, 1000, 1000}};
  EXPECT_FALSE(IsGood(Measure::kAdvantage, {2000, 1000, 2000}, {falls}));
  EXPECT_TRUE(IsGood(Measure::kAdvantage, {20000, 10000, 20000}, {falls}));
}

}  // namespace
}  // namespace whoelse::games
