// What the asker makes of what came.
#include "node/reading.h"

#include <gtest/gtest.h>

#include "tests/node/register.h"

namespace whoelse {
namespace {

using nlohmann::json;
using Kind = Reading::Kind;

// The question of the section, with what opens its answers.
struct Asked {
  explicit Asked(const json& q)
      : frame(*Frame::Parse(Hex(q["frame"]), VectorFederation())),
        content_key(Secret<32>::From(HexArray<32>(q["CK"]))),
        reply_secret_key(Secret<32>::From(HexArray<32>(q["reply_secret_key"]))) {}
  ReadingKeys keys() const {
    return {*RosterOf(7), frame.header(), frame.hash(), content_key, reply_secret_key};
  }
  Frame frame;
  ContentKey content_key;
  Secret<32> reply_secret_key;
};

AgencyItem ItemOf(const json& item) {
  if (item.is_number()) return static_cast<RelayCode>(item.get<int>());
  return Hex(item);
}

std::string Word(const Reading& reading) {
  switch (reading.kind) {
    case Kind::kAnswered: return reading.answer->disclosed ? "disclosed" : "nothing disclosed";
    case Kind::kDisputed: return "disputed";
    default: return "no answer";
  }
}

TEST(Reading, Vectors) {
  const json& section = ProtocolVectors()["reading"];
  const Asked asked(QuestionVector(section["question"]));
  ASSERT_EQ(section["cases"].size(), 13u);
  for (const json& c : section["cases"]) {
    SCOPED_TRACE(c["why"]);
    const Reading reading = ReadItem(ItemOf(c["item"]), c["agency"], asked.keys());
    EXPECT_EQ(Word(reading), c["expect"]);
    if (c["why"] == "a refusal") {
      EXPECT_EQ(reading.kind, Kind::kRefused);
    }
    if (c["why"] == "a relay code") {
      EXPECT_EQ(reading.kind, Kind::kRelayCode);
    }
    EXPECT_EQ(reading.Answered(), c["expect"] != "no answer");
  }
}

TEST(Reading, VectorsOfTwo) {
  const json& section = ProtocolVectors()["reading"];
  const Asked asked(QuestionVector(section["question"]));
  ASSERT_EQ(section["cases_of_two"].size(), 7u);
  for (const json& c : section["cases_of_two"]) {
    SCOPED_TRACE(c["why"]);
    const auto read = [&](size_t i) {
      return ReadItem(ItemOf(c["items"][i]), c["agency"], asked.keys());
    };
    const Reading reading = Better(Better(Reading{}, read(0)), read(1));
    const bool refused = c["expect"] == "RESTARTED";
    EXPECT_EQ(refused ? std::string(Name(reading.refusal->code)) : Word(reading), c["expect"]);
    // The order of arrival does not matter, but between equals.
    EXPECT_EQ(Better(read(1), read(0)).kind, reading.kind);
  }
}

// One question, and an agency that answers it in any way we like.
class ReadingOf : public ::testing::Test {
 protected:
  ReadingKeys Keys() const {
    return {*RosterOf(8), question_.frame.header(), question_.frame.hash(),
            question_.content_key, question_.reply_secret_key};
  }
  Answer Nothing() const {
    Answer answer;
    answer.roster_version = 8;
    answer.complete = {1, 2};
    return answer;
  }
  Answer Disclosed() const {
    Answer answer = Nothing();
    answer.disclosed = true;
    answer.entries = {{EntryKind::kContact, 0, 0, 0, "Surgery", "", "", "Sam", "", "", ""}};
    answer.confirm = ConfirmValue(question_.content_key, question_.frame.hash(), kSurgery);
    return answer;
  }
  Bytes Sealed(const Answer& answer) {
    const FrameHash& hash = question_.frame.hash();
    return *SealAnswer(answer.Sign(IdentityKeyOfAgency(kSurgery), hash, kSurgery), hash, kSurgery,
                       question_.frame.header().reply_key, random_);
  }
  Reading Read(const Answer& answer) { return ReadItem(Sealed(answer), kSurgery, Keys()); }

  SeededRandom random_{5};
  Question question_ = Ask(BasicStatement(), random_, 8);
};

TEST_F(ReadingOf, AnswersOfEitherKeyVersion) {
  for (const std::array<KeyVersion, 2> complete :
       {std::array<KeyVersion, 2>{1, 2}, {1, 0}, {0, 2}}) {
    Answer answer = Nothing();
    answer.complete = complete;
    EXPECT_TRUE(Read(answer).Answered());
  }
  for (const std::array<KeyVersion, 2> complete :
       {std::array<KeyVersion, 2>{0, 0}, {2, 1}, {2, 0}, {0, 1}, {1, 3}, {1, 1}}) {
    Answer answer = Nothing();
    answer.complete = complete;
    EXPECT_EQ(Read(answer).kind, Kind::kInvalid) << complete[0] << " " << complete[1];
  }
}

TEST_F(ReadingOf, DisclosedNeedsItsConfirm) {
  EXPECT_TRUE(Read(Disclosed()).answer->disclosed);
  Answer answer = Disclosed();
  answer.confirm.data()[31] ^= 1;
  EXPECT_EQ(Read(answer).kind, Kind::kInvalid);
  answer.confirm = Digest();
  EXPECT_EQ(Read(answer).kind, Kind::kInvalid);
}

TEST_F(ReadingOf, OnlyOfTheHeadersRoster) {
  Answer answer = Nothing();
  answer.roster_version = 7;
  EXPECT_EQ(Read(answer).kind, Kind::kInvalid);
}

TEST_F(ReadingOf, JunkAndStrangersAreInvalid) {
  const Bytes wire = Sealed(Nothing());
  EXPECT_EQ(ReadItem(wire, kSchools, Keys()).kind, Kind::kInvalid);
  EXPECT_EQ(ReadItem(wire, 4242, Keys()).kind, Kind::kInvalid);
  EXPECT_EQ(ReadItem(Bytes{}, kSurgery, Keys()).kind, Kind::kInvalid);
  EXPECT_EQ(ReadItem(Bytes(kWireSize), kSurgery, Keys()).kind, Kind::kInvalid);
  EXPECT_EQ(ReadItem(Bytes(kRefusalSize), kSurgery, Keys()).kind, Kind::kInvalid);
  for (size_t i = 0; i < wire.size(); i += 7) {
    Bytes altered = wire;
    altered[i] ^= 1;
    EXPECT_EQ(ReadItem(altered, kSurgery, Keys()).kind, Kind::kInvalid) << i;
  }
}

TEST_F(ReadingOf, RefusalsAreOfThisAgencyAndFrame) {
  const auto read = [&](AgencyId agency, FrameHash hash, AgencyId signer) {
    Refusal refusal{agency, hash, RefusalCode::kBusy, 8, 1, kNow, {}};
    refusal.Sign(IdentityKeyOfAgency(signer));
    return ReadItem(refusal.Serialize(), kSurgery, Keys()).kind;
  };
  const FrameHash hash = question_.frame.hash();
  EXPECT_EQ(read(kSurgery, hash, kSurgery), Kind::kRefused);
  EXPECT_EQ(read(kSchools, hash, kSchools), Kind::kInvalid);
  EXPECT_EQ(read(kSurgery, FrameHash(), kSurgery), Kind::kInvalid);
  EXPECT_EQ(read(kSurgery, hash, kSchools), Kind::kInvalid);
}

TEST_F(ReadingOf, DisputedStaysDisputed) {
  const Reading disputed = Better(Read(Nothing()), Read(Disclosed()));
  EXPECT_EQ(disputed.kind, Kind::kDisputed);
  EXPECT_FALSE(disputed.answer.has_value());
  EXPECT_FALSE(disputed.Answered());
  EXPECT_EQ(Better(disputed, Read(Disclosed())).kind, Kind::kDisputed);
  EXPECT_EQ(Better(disputed, Reading{}).kind, Kind::kDisputed);
  // Sealed anew and signed once: the same answer.
  EXPECT_EQ(Better(Read(Disclosed()), Read(Disclosed())).kind, Kind::kAnswered);
}

}  // namespace
}  // namespace whoelse
