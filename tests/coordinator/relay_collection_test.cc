#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/coordinator/relay_fixture.h"

namespace whoelse {
namespace {

TEST_F(RelayTest, AnswersHashIsOverItemsInRosterOrder) {
  const Question question = Open();
  const FrameHash& hash = question.frame.hash();
  std::vector<AnsweredItem> items(5);
  RelayActions last;
  for (const int place : {3, 0, 4, 2, 1}) {   // as they come
    const Bytes bytes = place == 2 ? RefusalOf(Id(2), hash) : WireOf(Id(place), hash, static_cast<uint8_t>(place + 1));
    items[place] = ItemOf(bytes);
    last = place == 2 ? relay_.OnReplies(102, {}, {bytes}) : Reply(place, bytes);
    const auto sent = Only<SendResult>(last);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].result.agency, Id(place));
    EXPECT_EQ(*sent[0].result.bytes, bytes);
  }
  const auto answered = Only<SubmitAnswered>(last);
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].answered.frame_hash, hash);
  EXPECT_EQ(answered[0].answered.answers_hash, AnswersHash(items));
  const auto closed = Only<SendClosed>(relay_.OnAnswered(hash, {9, kNowMs}, kNowMs));
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].closed.asked_index, 5u);
  EXPECT_EQ(closed[0].closed.answered_index, 9u);
  EXPECT_EQ(relay_.open(), 0u);
}

TEST_F(RelayTest, AgenciesWithoutAStreamAreNotAttached) {
  relay_.OnAttach(101, PinOf(*roster_, 1));
  const Question question = AskAbout(*roster_, {}, random_);
  Ask(question);
  const RelayActions actions = Admit(question);
  const auto results = Only<SendResult>(actions);
  ASSERT_EQ(results.size(), 4u);
  for (const SendResult& sent : results) {
    EXPECT_NE(sent.result.agency, Id(1));
    EXPECT_EQ(sent.result.kind, RelayResult::Kind::kCode);
    EXPECT_EQ(sent.result.code, RelayCode::kNotAttached);
  }
  // One that attaches now never saw the frame from here; its word is final.
  relay_.OnAttach(102, PinOf(*roster_, 2));
  EXPECT_TRUE(relay_.OnReplies(102, {WireOf(Id(2), question.frame.hash())}, {}).empty());
  EXPECT_EQ(Only<SubmitAnswered>(Reply(1, WireOf(Id(1), question.frame.hash()))).size(), 1u);
}

TEST_F(RelayTest, WithNobodyAttachedItClosesAtOnce) {
  const Question question = AskAbout(*roster_, {}, random_);
  Ask(question);
  const auto answered = Only<SubmitAnswered>(Admit(question));
  ASSERT_EQ(answered.size(), 1u);
  const std::vector<AnsweredItem> items(5, CodeItem(RelayCode::kNotAttached));
  EXPECT_EQ(answered[0].answered.answers_hash, AnswersHash(items));
}

TEST_F(RelayTest, ASecondItemOfAnAgencyIsDropped) {
  const Question question = Open();
  const Bytes refusal = RefusalOf(Id(1), question.frame.hash());
  EXPECT_EQ(relay_.OnReplies(101, {}, {refusal}).size(), 1u);
  EXPECT_TRUE(Reply(1, WireOf(Id(1), question.frame.hash())).empty());
  EXPECT_EQ(Reply(2, WireOf(Id(2), question.frame.hash(), 1)).size(), 1u);
  EXPECT_TRUE(Reply(2, WireOf(Id(2), question.frame.hash(), 2)).empty());
}

TEST_F(RelayTest, ForeignUnknownAndMisshapenRepliesAreDropped) {
  const Question question = Open();
  const FrameHash& hash = question.frame.hash();
  EXPECT_TRUE(Reply(1, WireOf(Id(2), hash)).empty());   // another agency's
  EXPECT_TRUE(relay_.OnReplies(101, {}, {RefusalOf(Id(2), hash)}).empty());
  EXPECT_TRUE(Reply(1, WireOf(Id(1), FrameHash())).empty());   // no such question
  Bytes wire = WireOf(Id(1), hash);
  wire.push_back(0);
  EXPECT_TRUE(Reply(1, wire).empty());
  wire.resize(kWireSize - 1);
  EXPECT_TRUE(Reply(1, wire).empty());
  EXPECT_TRUE(relay_.OnReplies(99, {WireOf(Id(1), hash)}, {}).empty());   // no such stream
  EXPECT_EQ(Reply(1, WireOf(Id(1), hash)).size(), 1u);                    // still to come
}

TEST_F(RelayTest, AReplyBeforeTheAdmissionIsDropped) {
  AttachAll();
  const Question question = AskAbout(*roster_, {}, random_);
  Ask(question);
  EXPECT_TRUE(Reply(1, WireOf(Id(1), question.frame.hash())).empty());
}

TEST_F(RelayTest, TheDeadlineFillsInWhatIsMissing) {
  const Question question = Open();
  const FrameHash& hash = question.frame.hash();
  const Bytes wire = WireOf(Id(3), hash);
  Reply(3, wire);
  ASSERT_TRUE(relay_.NextTick().has_value());
  EXPECT_EQ(*relay_.NextTick(), kNowMs + 3000);
  EXPECT_TRUE(relay_.OnTick(kNowMs + 2999).empty());
  const RelayActions due = relay_.OnTick(kNowMs + 3000);
  EXPECT_EQ(Only<SendResult>(due).size(), 4u);
  for (const SendResult& sent : Only<SendResult>(due)) {
    EXPECT_EQ(sent.result.code, RelayCode::kDeadline);
  }
  std::vector<AnsweredItem> items(5, CodeItem(RelayCode::kDeadline));
  items[3] = ItemOf(wire);
  ASSERT_EQ(Only<SubmitAnswered>(due).size(), 1u);
  EXPECT_EQ(Only<SubmitAnswered>(due)[0].answered.answers_hash, AnswersHash(items));
  EXPECT_TRUE(Reply(1, WireOf(Id(1), hash)).empty());   // too late
  EXPECT_TRUE(relay_.OnTick(kNowMs + 3001).empty());
}

TEST_F(RelayTest, ARetryGetsTheSameAdmissionAndWhatHasCome) {
  const Question question = Open();
  const FrameHash& hash = question.frame.hash();
  const Bytes wire = WireOf(Id(4), hash);
  Reply(4, wire);
  const RelayActions again = Ask(question, 2);
  ASSERT_EQ(again.size(), 3u);
  EXPECT_EQ(std::get<FailCall>(again[0]).call, 1u);
  EXPECT_EQ(std::get<FailCall>(again[0]).error, ServiceError::kReplaced);
  EXPECT_EQ(std::get<SendAdmission>(again[1]).call, 2u);
  EXPECT_EQ(Admission::Parse(std::get<SendAdmission>(again[1]).admission)->index, 5u);
  EXPECT_EQ(*std::get<SendResult>(again[2]).result.bytes, wire);
  const auto more = Only<SendResult>(Reply(1, WireOf(Id(1), hash)));
  ASSERT_EQ(more.size(), 1u);
  EXPECT_EQ(more[0].call, 2u);
}

TEST_F(RelayTest, AQuestionGoesOnWithoutItsAskerAndIsKeptForARetry) {
  const Question question = Open();
  const FrameHash& hash = question.frame.hash();
  relay_.OnCallGone(1);
  EXPECT_TRUE(Only<SendResult>(Reply(0, WireOf(Id(0), hash))).empty());
  EXPECT_EQ(Only<SubmitAnswered>(relay_.OnTick(kNowMs + 3000)).size(), 1u);
  EXPECT_TRUE(relay_.OnAnswered(hash, {9, kNowMs}, kNowMs + 3001).empty());
  const RelayActions again = Ask(question, 2, 0, 1'800'000'060'999);
  EXPECT_EQ(Only<SendAdmission>(again).size(), 1u);
  EXPECT_EQ(Only<SendResult>(again).size(), 5u);
  ASSERT_EQ(Only<SendClosed>(again).size(), 1u);
  EXPECT_EQ(Only<SendClosed>(again)[0].closed.answered_index, 9u);
  // Nobody can come for it any more.
  relay_.OnTick(1'800'000'061'000);
  EXPECT_FALSE(relay_.NextTick().has_value());
}

TEST_F(RelayTest, ARetryAfterARestartIsOrphaned) {
  AttachAll();
  const Question question = AskAbout(*roster_, {}, random_);
  Ask(question);
  const RelayActions actions = Admit(question, 5, true);
  EXPECT_EQ(Only<SendAdmission>(actions).size(), 1u);
  EXPECT_TRUE(Only<Deliver>(actions).empty());   // the nodes had it once
  const auto results = Only<SendResult>(actions);
  ASSERT_EQ(results.size(), 5u);
  for (const SendResult& sent : results) EXPECT_EQ(sent.result.code, RelayCode::kOrphan);
  EXPECT_EQ(Only<SubmitAnswered>(actions).size(), 1u);   // the writer knows it is answered
  EXPECT_EQ(Only<SendClosed>(relay_.OnAnswered(question.frame.hash(), {6}, kNowMs)).size(), 1u);
}

}  // namespace
}  // namespace whoelse
