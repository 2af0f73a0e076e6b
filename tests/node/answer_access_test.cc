// Who reads what of a question that was asked here, and until when.
#include "node/answer_access.h"

#include <gtest/gtest.h>

namespace whoelse {
namespace {

constexpr TimeMs kAsked = 1'800'000'000'000, kHour = 3'600'000;

PersonRef Person(uint8_t byte) {
  PersonRef ref;
  ref.data()[0] = byte;
  return ref;
}
const PersonRef kAsker = Person(1), kColleague = Person(2), kOther = Person(3);
const HandOver kHanded{kColleague, "local:alice", "local:bob", kAsked + kHour,
                       kAsked + kHour + kAnswerOpenMs, "takes over"};

Access Of(const AnswerReader& reader, TimeMs now) {
  return AccessOf(reader, kAsker, kAsked, {kHanded}, now);
}

TEST(AnswerAccess, IsOpenFor72HoursAndThenAReceipt) {
  EXPECT_EQ(Of({kAsker}, kAsked + 72 * kHour - 1), Access::kAnswer);
  EXPECT_EQ(Of({kAsker}, kAsked + 72 * kHour), Access::kReceipt);
  EXPECT_EQ(Of({kColleague}, kAsked + 73 * kHour - 1), Access::kAnswer);
  EXPECT_EQ(Of({kColleague}, kAsked + 73 * kHour), Access::kNone);
}

TEST(AnswerAccess, OthersDoNotSeeThatItIsThere) {
  EXPECT_EQ(Of({kOther}, kAsked), Access::kNone);
  EXPECT_EQ(Of({kOther, true}, kAsked), Access::kSealed);   // a lead officer: what auditors get
  // Of a question of nobody's, a reader without a reference is not the asker.
  EXPECT_EQ(AccessOf({}, PersonRef(), kAsked, {}, kAsked), Access::kNone);
}

TEST(AnswerAccess, AColleagueMustBeOneWhoMightHaveAsked) {
  const Colleague good{kColleague, {Role::kPractitioner, Role::kSafeguardingLead}, false};
  EXPECT_FALSE(CheckColleague(good, kAsker, Purpose::kConcern));
  Colleague plain = good, family = good, nobody = good;
  plain.roles = {Role::kPractitioner};
  family.own_family = true;
  nobody.roles.clear();
  EXPECT_FALSE(CheckColleague(plain, kAsker, Purpose::kSection47));
  const auto refused = CheckColleague(std::nullopt, kAsker, Purpose::kConcern);
  ASSERT_TRUE(refused);
  // One and the same: whose family it is would be told by another.
  EXPECT_EQ(CheckColleague(plain, kAsker, Purpose::kConcern), refused);
  EXPECT_EQ(CheckColleague(family, kAsker, Purpose::kSection47), refused);
  EXPECT_EQ(CheckColleague(nobody, kAsker, Purpose::kSection47), refused);
  EXPECT_EQ(CheckColleague(good, kColleague, Purpose::kSection47), refused);
}

TEST(AnswerAccess, HandOversAreReadAsTheyWereWritten) {
  EXPECT_EQ(*ReadHandOvers(HandOversDocument({kHanded, kHanded})),
            (std::vector<HandOver>{kHanded, kHanded}));
  for (const char* damaged : {"", "{}", "[1]", R"([{"ref":"00"}])"}) {
    EXPECT_TRUE(absl::IsDataLoss(ReadHandOvers(damaged).status())) << damaged;
  }
}

}  // namespace
}  // namespace whoelse
