// A store that was set back: what it must not answer, and until when.
#include "node/doubt.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/node/register.h"

namespace whoelse {
namespace {

constexpr TimeMs kEverything = std::numeric_limits<TimeMs>::max();
constexpr uint32_t kThreshold = 2;

StoreDoubt AfterAnHour() { return {kNow - 3'600'000, kNow}; }

TEST(StoreDoubt, NoneOfAStoreThatIsNewOrWasInUse) {
  for (const StoreDoubt& doubt :
       {StoreDoubt(std::nullopt, kNow), StoreDoubt(kNow - StoreDoubt::kInUseMs, kNow),
        StoreDoubt(kNow + StoreDoubt::kInUseMs, kNow)}) {
    EXPECT_EQ(doubt.UnsureThrough(kThreshold), 0u);
    EXPECT_TRUE(doubt.Over(kThreshold, kNow));
  }
  const StoreDoubt longer(kNow - StoreDoubt::kInUseMs - 1, kNow);
  EXPECT_EQ(longer.UnsureThrough(kThreshold), kEverything);
}

// A clock was a year ahead for an hour, and said so in the store.
TEST(StoreDoubt, OfAStoreThatWasInUseAtATimeToCome) {
  const StoreDoubt doubt(kNow + StoreDoubt::kInUseMs + 1, kNow);
  EXPECT_EQ(doubt.UnsureThrough(kThreshold), kEverything);
}

TEST(StoreDoubt, EverythingUntilTCoordinatorsHaveSaidWhichRosterRules) {
  StoreDoubt doubt = AfterAnHour();
  doubt.OnHeartbeat(kRelay);
  doubt.OnHeartbeat(kRelay);   // the same one again
  EXPECT_EQ(doubt.UnsureThrough(kThreshold), kEverything);
  doubt.OnHeartbeat(kOtherRelay);
  EXPECT_EQ(doubt.UnsureThrough(kThreshold), kNow + 60'000);
  doubt.OnRosterChanged();     // they spoke of the one before
  EXPECT_EQ(doubt.UnsureThrough(kThreshold), kEverything);
}

// Were it over sooner, a second restart would find a store that says it was in use, and forgets
// again.
TEST(StoreDoubt, IsOverWhenWhatWasForgottenHasExpired) {
  StoreDoubt doubt = AfterAnHour();
  EXPECT_FALSE(doubt.Over(kThreshold, kNow + 180'001));
  doubt.OnHeartbeat(kRelay);
  doubt.OnHeartbeat(kOtherRelay);
  EXPECT_FALSE(doubt.Over(kThreshold, kNow + 180'000));
  EXPECT_TRUE(doubt.Over(kThreshold, kNow + 180'001));
}

class DoubtingHolder : public HolderTest {};

TEST_F(DoubtingHolder, RefusesWhatItMayHaveAnswered) {
  node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);   // issued at kIssued
  node_.holder.SetUnsureThrough(kEverything);
  EXPECT_EQ(CodeOf(node_.Give(question.frame)), RefusalCode::kRestarted);
  node_.holder.SetUnsureThrough(kIssued * 1000);
  EXPECT_EQ(CodeOf(node_.Give(question.frame)), RefusalCode::kRestarted);
  node_.holder.SetUnsureThrough(kIssued * 1000 - 1);
  EXPECT_TRUE(AnswerTo(question, node_).disclosed);
}

// The wire that is there is not another answer.
TEST_F(DoubtingHolder, GivesAgainWhatItKept) {
  node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const Bytes wire = node_.Answers().records.at(0).wire;
  node_.holder.SetUnsureThrough(kEverything);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  EXPECT_EQ(node_.Answers().records.at(0).wire, wire);
}

}  // namespace
}  // namespace whoelse
