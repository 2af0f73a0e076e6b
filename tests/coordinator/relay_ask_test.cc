#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/coordinator/relay_fixture.h"

namespace whoelse {
namespace {

// What stays wrong in each question is checked later than what is expected.
TEST_F(RelayTest, ErrorsInTheirOrder) {
  const Question good = AskAbout(*roster_, {}, random_);
  ExpectError(relay_.OnAsk(1, TlsPin(), Bytes{1}, {}, kNowMs), ServiceError::kNotAMember);
  Bytes longer = ToBytes(good.frame.bytes());
  longer.push_back(0);
  ExpectError(relay_.OnAsk(1, PinOf(*roster_, 0), longer, good.r, kNowMs), ServiceError::kSize);
  ExpectError(relay_.OnAsk(1, PinOf(*roster_, 0), good.frame.bytes(),
                           ByteView(good.r).first(31), kNowMs),
              ServiceError::kSize);

  QuestionWish wish{0, 1'800'000'100, 6, FederationId(), {1, 2}, {{102, 103}}};
  const auto ask = [&] {
    const Question question = AskAbout(*roster_, wish, random_);
    return relay_.OnAsk(1, PinOf(*roster_, 0), question.frame.bytes(), Bytes(32), kNowMs);
  };
  ExpectError(ask(), ServiceError::kFederation);
  wish.federation.reset();
  ExpectError(ask(), ServiceError::kRosterVersion);
  wish.roster_version.reset();
  ExpectError(ask(), ServiceError::kKeyVersion);
  wish.key_versions.clear();
  ExpectError(ask(), ServiceError::kNotYourRelay);
  wish.relays = {{102, 101}};   // names this relay, but is not the agency's pair in its order
  ExpectError(ask(), ServiceError::kNotYourRelay);
  wish.relays.reset();
  ExpectError(ask(), ServiceError::kClock);
  wish.issued_s = 1'800'000'000;
  ExpectError(ask(), ServiceError::kAskerTag);
  EXPECT_EQ(relay_.open(), 0u);
}

TEST_F(RelayTest, AnotherAgencysQuestionIsNotTaken) {
  const Question question = AskAbout(*roster_, {}, random_);
  ExpectError(Ask(question, 1, 1), ServiceError::kAskerTag);
}

TEST_F(RelayTest, ARelayThatThePairDoesNotNameRefuses) {
  Relay other(103, kLogKeyId, AdmissionKeyOf(2));
  other.SetRoster(roster_);
  const Question question = AskAbout(*roster_, {}, random_);
  ExpectError(other.OnAsk(1, PinOf(*roster_, 0), question.frame.bytes(), question.r, kNowMs),
              ServiceError::kNotYourRelay);
}

TEST_F(RelayTest, TheClockMayDifferByOneMinuteInclusive) {
  const Question question = AskAbout(*roster_, {}, random_);
  const TimeMs issued = 1'800'000'000'000;
  ExpectError(Ask(question, 1, 0, issued - 61'000), ServiceError::kClock);
  ExpectError(Ask(question, 1, 0, issued + 61'000), ServiceError::kClock);
  EXPECT_EQ(Only<SubmitAsk>(Ask(question, 1, 0, issued - 60'000)).size(), 1u);
  const Question another = AskAbout(*roster_, {}, random_);
  EXPECT_EQ(Only<SubmitAsk>(Ask(another, 2, 0, issued + 60'999)).size(), 1u);
}

TEST_F(RelayTest, TheSubmissionSaysWhoAsksAndTheCap) {
  const Question question = AskAbout(*roster_, {2}, random_);
  const auto submitted = Only<SubmitAsk>(Ask(question, 1, 2));
  ASSERT_EQ(submitted.size(), 1u);
  EXPECT_EQ(submitted[0].ask.frame_hash, question.frame.hash());
  EXPECT_EQ(submitted[0].ask.asker, Id(2));
  EXPECT_EQ(submitted[0].ask.r, question.r);
  EXPECT_EQ(submitted[0].ask.roster_version, 7u);
  EXPECT_EQ(submitted[0].ask.agencies, 5u);
  EXPECT_EQ(submitted[0].ask.ask_per_day, 500u);
}

TEST_F(RelayTest, TheAdmissionOfTheVectors) {
  const nlohmann::json& question = ProtocolVectors()["questions"][0];
  const nlohmann::json& admission = ProtocolVectors()["admissions"][0];
  ASSERT_EQ(admission["question"], question["name"]);
  const Bytes frame = Hex(question["frame"]);
  const Bytes r = Hex(question["statement_fields"]["r"]);
  ASSERT_EQ(Only<SubmitAsk>(relay_.OnAsk(1, PinOf(*roster_, 2), frame, r, kNowMs)).size(), 1u);
  AskedRow row;
  row.index = admission["index"];
  row.time_ms = admission["time_ms"];
  const auto sent =
      Only<SendAdmission>(relay_.OnAdmitted(HexFixed<FrameHash>(question["FH"]), {row}, kNowMs));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(ToHex(sent[0].admission), admission["bytes"]);
}

TEST_F(RelayTest, NothingLeavesBeforeTheLeafIsDurable) {
  AttachAll();
  const Question question = AskAbout(*roster_, {}, random_);
  const RelayActions asked = Ask(question);
  EXPECT_EQ(asked.size(), Only<SubmitAsk>(asked).size());
  const RelayActions admitted = Admit(question);
  ASSERT_EQ(admitted.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<SendAdmission>(admitted[0]));
  const auto delivered = Only<Deliver>(admitted);
  ASSERT_EQ(delivered.size(), 1u);
  EXPECT_THAT(delivered[0].streams, testing::ElementsAre(100, 101, 102, 103, 104));
  EXPECT_EQ(delivered[0].delivery->frame, ToBytes(question.frame.bytes()));
  EXPECT_EQ(delivered[0].delivery->admission, std::get<SendAdmission>(admitted[0]).admission);
}

TEST_F(RelayTest, OverQuotaAndFullQueue) {
  for (const ServiceError error : {ServiceError::kQuota, ServiceError::kBusy}) {
    const Question question = AskAbout(*roster_, {}, random_);
    Ask(question);
    ExpectError(relay_.OnNotAdmitted(question.frame.hash(), error), error);
    EXPECT_EQ(relay_.open(), 0u);
    EXPECT_EQ(Only<SubmitAsk>(Ask(question)).size(), 1u);   // may be tried again
    relay_.OnNotAdmitted(question.frame.hash(), error);
  }
}

}  // namespace
}  // namespace whoelse
