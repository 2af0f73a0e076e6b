#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/coordinator/relay_fixture.h"

namespace whoelse {
namespace {

TEST_F(RelayTest, TheNewestStreamOfAnAgencyWins) {
  const Question question = Open();
  const RelayActions actions = relay_.OnAttach(200, PinOf(*roster_, 1));
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(std::get<StreamReplaced>(actions[0]).agency, Id(1));
  EXPECT_EQ(std::get<CutStream>(actions[1]).stream, 101u);
  EXPECT_EQ(std::get<CutStream>(actions[1]).error, ServiceError::kReplaced);
  const Bytes wire = WireOf(Id(1), question.frame.hash());
  EXPECT_TRUE(relay_.OnReplies(101, {wire}, {}).empty());
  relay_.OnDetach(101);   // its end is noticed late
  EXPECT_TRUE(relay_.Attached(Id(1)));
  EXPECT_EQ(relay_.OnReplies(200, {wire}, {}).size(), 1u);
}

TEST_F(RelayTest, StrangersAndAuditorsDoNotAttach) {
  for (const TlsPin& pin : {TlsPin(), roster_->auditors[0].tls_pin}) {
    const RelayActions actions = relay_.OnAttach(100, pin);
    ASSERT_EQ(actions.size(), 1u);
    EXPECT_EQ(std::get<CutStream>(actions[0]).error, ServiceError::kNotAMember);
    EXPECT_FALSE(relay_.AgencyOf(100).has_value());
  }
}

TEST_F(RelayTest, AFullStreamIsQueueFullForItsAgency) {
  const Question question = Open();
  const auto results = Only<SendResult>(relay_.OnOverflow(103, question.frame.hash()));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].result.agency, Id(3));
  EXPECT_EQ(results[0].result.code, RelayCode::kQueueFull);
}

TEST_F(RelayTest, ARosterThatDropsAnAgencyCutsItOffAtOnce) {
  Open();
  nlohmann::ordered_json next = RosterJson(7);
  next["version"] = 8;
  next["agencies"].erase(1);
  next["agencies"][1]["tls_pin"] = std::string(64, 'a');   // agency 2 has a new key
  const RelayActions actions = relay_.SetRoster(RosterOf(next));
  std::vector<StreamId> cut;
  for (const CutStream& one : Only<CutStream>(actions)) {
    EXPECT_EQ(one.error, ServiceError::kNotAMember);
    cut.push_back(one.stream);
  }
  EXPECT_THAT(cut, testing::UnorderedElementsAre(101, 102));
  EXPECT_TRUE(relay_.Attached(Id(0)));
  EXPECT_TRUE(Only<FailCall>(actions).empty());
  next["version"] = 9;
  next["agencies"].erase(0);
  const auto failed = Only<FailCall>(relay_.SetRoster(RosterOf(next)));
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].error, ServiceError::kNotAMember);
}

TEST_F(RelayTest, AnOpenQuestionKeepsTheOrderOfItsRoster) {
  const Question question = Open();
  nlohmann::ordered_json next = RosterJson(7);
  next["version"] = 8;
  next["agencies"].erase(1);
  relay_.SetRoster(RosterOf(next));
  std::vector<AnsweredItem> items(5, CodeItem(RelayCode::kDeadline));
  const Bytes wire = WireOf(Id(4), question.frame.hash());
  items[4] = ItemOf(wire);
  Reply(4, wire);
  const auto answered = Only<SubmitAnswered>(relay_.OnTick(kNowMs + 3000));
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].answered.answers_hash, AnswersHash(items));
}

TEST_F(RelayTest, BoundsOnOpenQuestions) {
  RelayLimits limits;
  limits.open_total = 3;
  limits.open_per_agency = 2;
  Relay relay(kSelf, kLogKeyId, AdmissionKeyOf(0), limits);
  relay.SetRoster(roster_);
  CallId call = 1;
  const auto ask = [&](int agency) {
    const Question question = AskAbout(*roster_, {agency}, random_);
    return relay.OnAsk(call++, PinOf(*roster_, agency), question.frame.bytes(), question.r, kNowMs);
  };
  EXPECT_EQ(Only<SubmitAsk>(ask(0)).size(), 1u);
  EXPECT_EQ(Only<SubmitAsk>(ask(0)).size(), 1u);
  ExpectError(ask(0), ServiceError::kBusy);
  EXPECT_EQ(Only<SubmitAsk>(ask(1)).size(), 1u);
  ExpectError(ask(2), ServiceError::kBusy);
}

TEST_F(RelayTest, ClosedQuestionsGiveWayToNewOnes) {
  RelayLimits limits;
  limits.bytes = 5 * kWireSize;   // one question
  Relay relay(kSelf, kLogKeyId, AdmissionKeyOf(0), limits);
  relay.SetRoster(roster_);
  const Question first = AskAbout(*roster_, {}, random_);
  const Question second = AskAbout(*roster_, {}, random_);
  const auto ask = [&](CallId call, const Question& question) {
    return relay.OnAsk(call, PinOf(*roster_, 0), question.frame.bytes(), question.r, kNowMs);
  };
  ask(1, first);
  ExpectError(ask(2, second), ServiceError::kBusy);
  relay.OnAdmitted(first.frame.hash(), {Row(first, 1)}, kNowMs);
  relay.OnAnswered(first.frame.hash(), {2, kNowMs}, kNowMs);
  EXPECT_EQ(Only<SubmitAsk>(ask(3, second)).size(), 1u);
}

}  // namespace
}  // namespace whoelse
