// What a relay handed over against what its log says, whichever of the two comes second.
#include "node/answered_watch.h"

#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

Digest HashNo(uint8_t number) {
  Digest hash;
  hash.data()[0] = number;
  return hash;
}

FrameHash QuestionNo(uint8_t number) {
  FrameHash hash;
  hash.data()[0] = number;
  return hash;
}

constexpr uint64_t kAsked = 5, kAnswered = 7;

ExpectedAnswered Expected(std::optional<Digest> hash = HashNo(1)) {
  return {kRelay, QuestionNo(1), kAsked, kAnswered, hash};
}
AnsweredEntry Leaf(uint64_t asked = kAsked, const Digest& hash = HashNo(1)) {
  return {asked, kNow, hash};
}

// Both orders: the leaf before the relay closes, as a relay would have it that hopes to be forgotten.
std::optional<AnsweredWatch::Differs> Compare(const ExpectedAnswered& expected, const LogEntry& leaf,
                                              bool leaf_first) {
  AnsweredWatch watch;
  if (leaf_first) {
    EXPECT_FALSE(watch.OnLeaf(kAnswered, leaf));
    return watch.OnClosed(expected, kAnswered + 1);
  }
  EXPECT_FALSE(watch.OnClosed(expected, kAnswered));
  return watch.OnLeaf(kAnswered, leaf);
}

TEST(AnsweredWatch, WhicheverIsSecondIsCompared) {
  for (const bool leaf_first : {false, true}) {
    SCOPED_TRACE(leaf_first);
    EXPECT_FALSE(Compare(Expected(), Leaf(), leaf_first));
    const auto other = Compare(Expected(), Leaf(kAsked, HashNo(2)), leaf_first);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->expected.frame_hash, QuestionNo(1));
    ASSERT_TRUE(other->logged);
    EXPECT_EQ(other->logged->answers_hash, HashNo(2));
    EXPECT_TRUE(Compare(Expected(), Leaf(kAsked + 1), leaf_first));   // of another question
    const auto none = Compare(Expected(), AskedEntry{kNow, QuestionNo(2)}, leaf_first);
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->logged);
  }
}

// No leaf can be right for it, so it is not waited for.
TEST(AnsweredWatch, ACollectionThatContradictsItself) {
  AnsweredWatch watch;
  EXPECT_TRUE(watch.OnClosed(Expected(std::nullopt), 0));
}

TEST(AnsweredWatch, OneLeafIsNotTheAnswersToTwoQuestions) {
  AnsweredWatch watch;
  EXPECT_FALSE(watch.OnClosed(Expected(), 0));
  EXPECT_FALSE(watch.OnClosed(Expected(), 0));   // the same once more is the same
  ExpectedAnswered second = Expected();
  second.frame_hash = QuestionNo(2);
  EXPECT_TRUE(watch.OnClosed(second, 0));
}

// Leaves that never came here are the receipt's to compare, by their proofs.
TEST(AnsweredWatch, AGapIsNotCompared) {
  AnsweredWatch watch;
  EXPECT_FALSE(watch.OnClosed(Expected(), 5));
  watch.OnGap(kAnswered + 1);
  EXPECT_FALSE(watch.OnLeaf(kAnswered, Leaf(kAsked, HashNo(2))));   // forgotten
  EXPECT_FALSE(watch.OnClosed(Expected(), kAnswered + 1));
  watch.OnGap(kAnswered);
  EXPECT_TRUE(watch.OnClosed(Expected(), kAnswered + 1));   // on this stream, and no Answered leaf
}

TEST(AnsweredWatch, RemembersSoManyLeavesAndAccusesNobodyOfTheRest) {
  AnsweredWatch watch;
  for (uint64_t index = 0; index < 10'002; ++index) {
    ASSERT_FALSE(watch.OnLeaf(index, Leaf(index, HashNo(2))));
  }
  const auto closed = [&](uint64_t index) {
    return watch.OnClosed({kRelay, QuestionNo(1), 0, index, HashNo(1)}, 10'002).has_value();
  };
  EXPECT_FALSE(closed(0));
  EXPECT_FALSE(closed(1));
  EXPECT_TRUE(closed(2));
  EXPECT_TRUE(closed(10'001));
}

}  // namespace
}  // namespace whoelse
