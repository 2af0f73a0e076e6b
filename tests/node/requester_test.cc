// The side that asks, from the statement to the readings, against a federation that may misbehave.
#include "node/requester.h"

#include <gtest/gtest.h>

#include "node/private_checks.h"
#include "node/public_checks.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

constexpr std::array<AgencyId, 5> kAgencies = {kSurgery, kSchools, kSocialCare, kPolice,
                                               kSharedNode};

class RequesterTest : public ::testing::Test {
 protected:
  Requester Start(const Statement& statement = BasicStatement(), int roster = 8) {
    return *Requester::Start(RosterOf(roster), statement, {}, random_);
  }
  void Evaluate(Requester& requester) {
    for (Evaluation& evaluation : requester.evaluations()) {
      while (evaluation.state() == Evaluation::State::kPending) {
        for (CoordinatorId id : evaluation.ToAsk()) {
          evaluation.OnResponse(id, EvaluateAt(id, evaluation.request(), random_));
        }
      }
    }
  }
  // A requester whose frame is on its way through its first relay.
  Requester Sent(const Statement& statement = BasicStatement(), int roster = 8) {
    Requester requester = Start(statement, roster);
    Evaluate(requester);
    EXPECT_TRUE(requester.Compose(IdentityKeyOfAgency(statement.agency), kNow, random_).ok());
    first_ = *requester.NextRelay(random_);
    other_ = first_ == kRelay ? kOtherRelay : kRelay;
    return requester;
  }

  Bytes WireOf(const Requester& requester, AgencyId agency, bool disclosed) {
    const Frame& frame = requester.question().frame;
    Answer answer;
    answer.roster_version = requester.roster().version;
    answer.complete = {frame.header().kv_a, frame.header().kv_b};
    if (disclosed) {
      answer.disclosed = true;
      answer.entries = {{EntryKind::kContact, 0, 0, 0, "Surgery", "", "", "Sam", "", "", ""}};
      answer.confirm = ConfirmValue(requester.question().content_key, frame.hash(), agency);
    }
    return *SealAnswer(answer.Sign(IdentityKeyOfAgency(agency), frame.hash(), agency), frame.hash(),
                       agency, frame.header().reply_key, random_);
  }
  static Bytes RefusalOf(const Requester& requester, AgencyId agency, RefusalCode code,
                         uint64_t roster_version = 8) {
    Refusal refusal{agency, requester.question().frame.hash(), code, roster_version, 1, kNow, {}};
    refusal.Sign(IdentityKeyOfAgency(agency));
    return refusal.Serialize();
  }
  static Reading::Kind KindOf(const Requester& requester, AgencyId agency) {
    for (const auto& [id, reading] : requester.Readings()) {
      if (id == agency) return reading.kind;
    }
    return Reading::Kind::kNothingYet;
  }

  SeededRandom random_{9};
  CoordinatorId first_ = 0, other_ = 0;
};

TEST_F(RequesterTest, TwoElementsAKeyVersionWhateverIsAsked) {
  Statement both = BasicStatement();
  both.subject[1] = {KeyType::kUpn, kUpn};
  Statement by_upn = both;
  by_upn.subject[0] = {};
  for (const Statement& statement : {BasicStatement(), both, by_upn}) {
    Requester requester = Start(statement);
    ASSERT_EQ(requester.evaluations().size(), 2u);
    KeyVersion kv = 1;
    for (const Evaluation& evaluation : requester.evaluations()) {
      const EvaluateRequest request = *EvaluateRequest::Parse(evaluation.request());
      EXPECT_EQ(request.kv, kv++);
      EXPECT_EQ(request.kind, EvaluationKind::kAsk);
      EXPECT_EQ(request.roster_version, 8u);
      EXPECT_EQ(request.elements.size(), 2u);
    }
  }
  EXPECT_EQ(Start(both, 7).evaluations().size(), 1u);
}

TEST_F(RequesterTest, ComposesWhatHoldersFind) {
  Statement statement = BasicStatement();
  statement.subject[1] = {KeyType::kUpn, kUpn};
  const Requester requester = Sent(statement);
  const Question& question = requester.question();
  const Header& header = question.frame.header();
  EXPECT_EQ(header.roster_version, 8u);
  EXPECT_EQ(header.key_versions(), (std::vector<KeyVersion>{1, 2}));
  EXPECT_EQ(header.issued_s, kIssued);   // down to whole tens: finer would tell the clock
  EXPECT_EQ(header.relays, statement.relays);
  for (uint8_t j = 0; j < 4; ++j) {
    const KeyVersion kv = j < 2 ? 1 : 2;
    const SubKeys keys = j % 2 == 0 ? SubKeysOf(KeyType::kNhsNumber, kChild, kv)
                                    : SubKeysOf(KeyType::kUpn, kUpn, kv);
    EXPECT_EQ(header.slots[j].check, CheckValue(keys.check.Reveal(), header.nonce, j));
    EXPECT_EQ(ToHex(Unwrap(header.slots[j], keys.wrap, header.nonce, j).Reveal()),
              ToHex(question.content_key.Reveal()));
  }
  TestHolder holder(kSurgery, 8);
  holder.Hold(BasicRecord());
  ASSERT_FALSE(holder.Give(question.frame).refusal);
  EXPECT_TRUE(AnswerIn(holder.Answers().records.at(0).wire, question, kSurgery).disclosed);
}

// To keep a rate: as large as any other, and only by the node itself.
TEST_F(RequesterTest, TheNodeItselfMayAskAboutNobody) {
  Statement nobody = BasicStatement();
  nobody.subject = {};
  nobody.role = Role::kNodeItself;
  nobody.practitioner_ref = PersonRef();
  EXPECT_EQ(Sent(nobody).question().frame.bytes().size(),
            Sent(BasicStatement()).question().frame.bytes().size());
}

TEST_F(RequesterTest, DoesNotComposeWithoutEveryEvaluation) {
  Requester requester = Start();
  const SigningKey key = IdentityKeyOfAgency(kSocialCare);
  EXPECT_TRUE(absl::IsFailedPrecondition(requester.Compose(key, kNow, random_)));
  Requester failed = Start();
  for (Evaluation& evaluation : failed.evaluations()) {
    while (evaluation.state() == Evaluation::State::kPending) {
      for (CoordinatorId id : evaluation.ToAsk()) evaluation.OnFailure(id, ServiceError::kBusy);
    }
  }
  EXPECT_TRUE(absl::IsFailedPrecondition(failed.Compose(key, kNow, random_)));
}

// A mistake of ours would read as forty-one agencies disclosing nothing: it must not leave.
TEST_F(RequesterTest, DoesNotSendWhatHoldersWouldNotAnswer) {
  const auto composed = [&](const Statement& statement, AgencyId signer) {
    Requester requester = Start(statement);
    Evaluate(requester);
    return requester.Compose(IdentityKeyOfAgency(signer), kNow, random_);
  };
  EXPECT_TRUE(composed(BasicStatement(), kSocialCare).ok());
  EXPECT_TRUE(absl::IsInternal(composed(BasicStatement(), kPolice)));   // V4: another key
  Statement statement = BasicStatement();
  statement.purpose = Purpose::kYouthJustice;                           // V7: not this agency's
  EXPECT_TRUE(absl::IsInternal(composed(statement, kSocialCare)));
  statement = BasicStatement();
  statement.born = 0;                                                   // V7: no date of birth
  EXPECT_TRUE(absl::IsInternal(composed(statement, kSocialCare)));
  statement = BasicStatement();
  statement.relays = {kOtherRelay, kRelay};                             // V5: not the roster's pair
  EXPECT_TRUE(absl::IsInternal(composed(statement, kSocialCare)));
  statement = BasicStatement();
  statement.flags = kFlagApproved;                                      // V7: approved by nobody
  EXPECT_TRUE(absl::IsInternal(composed(statement, kSocialCare)));
  statement = BasicStatement();
  statement.subject = {};                                               // about nobody
  EXPECT_TRUE(absl::IsInternal(composed(statement, kSocialCare)));
}

TEST_F(RequesterTest, TheFirstRelayIsChosenByChance) {
  std::map<CoordinatorId, int> first;
  for (int i = 0; i < 60; ++i) {
    Requester requester = Start();
    ++first[*requester.NextRelay(random_)];
  }
  EXPECT_GT(first[kRelay], 15);
  EXPECT_GT(first[kOtherRelay], 15);
  EXPECT_EQ(first.size(), 2u);
}

TEST_F(RequesterTest, KeepsAnAdmissionOfThisFrameByThisRelay) {
  Requester requester = Sent();
  const FrameHash hash = requester.question().frame.hash();
  const auto offer = [&](const Admission& admission) {
    return requester.OnAdmission(first_, admission.Serialize());
  };
  EXPECT_FALSE(requester.OnAdmission(first_, {}));
  EXPECT_FALSE(offer(Admit(hash, 5, kNow, other_)));
  EXPECT_FALSE(offer(Admit(FrameHash(), 5, kNow, first_)));
  Admission forged = Admit(hash, 5, kNow, first_);
  forged.index = 6;
  EXPECT_FALSE(offer(forged));
  EXPECT_TRUE(requester.collected().at(first_).admission.empty());
  const Admission good = Admit(hash, 5, kNow, first_);
  EXPECT_TRUE(offer(good));
  EXPECT_EQ(requester.collected().at(first_).admission, good.Serialize());
}

TEST_F(RequesterTest, AllAnsweredThroughOneRelayIsDone) {
  Requester requester = Sent();
  for (AgencyId agency : kAgencies) {
    EXPECT_FALSE(requester.Done());
    requester.OnItem(first_, agency, WireOf(requester, agency, agency == kSurgery));
  }
  EXPECT_EQ(requester.AnsweredCount(), 5u);
  EXPECT_FALSE(requester.Done());   // the indexes are still to come
  requester.OnClosed(first_, Requester::Closed{5, 6});
  EXPECT_TRUE(requester.Done());
  EXPECT_EQ(requester.NextRelay(random_), std::nullopt);
}

TEST_F(RequesterTest, WhatIsMissingIsAskedOnceThroughTheOther) {
  Requester requester = Sent();
  EXPECT_EQ(requester.NextRelay(random_), std::nullopt);   // while the first one collects
  requester.OnItem(first_, kSurgery, WireOf(requester, kSurgery, true));
  requester.OnItem(first_, kSchools, RelayCode::kDeadline);
  requester.OnItem(first_, kPolice, RefusalOf(requester, kPolice, RefusalCode::kBusy));
  requester.OnClosed(first_, Requester::Closed{5, 6});
  EXPECT_FALSE(requester.Done());
  EXPECT_EQ(requester.NextRelay(random_), other_);
  EXPECT_EQ(requester.NextRelay(random_), std::nullopt);
  requester.OnItem(other_, kSchools, WireOf(requester, kSchools, false));
  requester.OnItem(other_, kPolice, RelayCode::kNotAttached);
  requester.OnClosed(other_, std::nullopt);
  EXPECT_TRUE(requester.Done());
  EXPECT_EQ(requester.NextRelay(random_), std::nullopt);
  EXPECT_EQ(KindOf(requester, kSurgery), Reading::Kind::kAnswered);
  EXPECT_EQ(KindOf(requester, kSchools), Reading::Kind::kAnswered);
  EXPECT_EQ(KindOf(requester, kPolice), Reading::Kind::kRefused);
  EXPECT_EQ(KindOf(requester, kSocialCare), Reading::Kind::kNothingYet);
  EXPECT_EQ(requester.AnsweredCount(), 2u);
}

TEST_F(RequesterTest, ACallThatFailsIsTriedThroughTheOther) {
  Requester requester = Sent();
  requester.OnClosed(first_, std::nullopt);
  EXPECT_FALSE(requester.Done());
  EXPECT_EQ(requester.NextRelay(random_), other_);
}

// What one agency sends: nothing, a code, a refusal, junk, or an answer of either content.
enum class Sends { kNothing, kCode, kRefusal, kJunk, kAnswer };

// The relay sees whether a retry comes. It must tell which agencies answered, which the relay
// knows, and nothing about what they answered.
TEST_F(RequesterTest, TheRetryIsIndependentOfTheContent) {
  const Requester asked = Sent();
  std::map<AgencyId, std::array<Bytes, 2>> wires;
  for (AgencyId agency : kAgencies) {
    wires[agency] = {WireOf(asked, agency, false), WireOf(asked, agency, true)};
  }
  constexpr uint64_t kSeed = 20270116;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  for (int round = 0; round < 60; ++round) {
    SeededRandom plan(kSeed + static_cast<uint64_t>(round));
    std::map<AgencyId, Sends> sends;
    bool all = true;
    for (AgencyId agency : kAgencies) {
      sends[agency] = plan.Below(3) < 2 ? Sends::kAnswer : static_cast<Sends>(plan.Below(5));
      all = all && sends[agency] == Sends::kAnswer;
    }
    // The same round with everything disclosed, with nothing, and with a mixture.
    for (int content = 0; content < 3; ++content) {
      random_ = SeededRandom(9);
      Requester requester = Sent();   // the same randomness: the same question
      ASSERT_EQ(requester.question().frame.hash(), asked.question().frame.hash());
      for (AgencyId agency : kAgencies) {
        const size_t disclosed = content == 2 ? plan.Below(2) : static_cast<size_t>(content);
        switch (sends[agency]) {
          case Sends::kNothing: break;
          case Sends::kCode: requester.OnItem(first_, agency, RelayCode::kDeadline); break;
          case Sends::kRefusal:
            requester.OnItem(first_, agency, RefusalOf(requester, agency, RefusalCode::kBusy));
            break;
          case Sends::kJunk: requester.OnItem(first_, agency, Bytes(kWireSize, 1)); break;
          case Sends::kAnswer: requester.OnItem(first_, agency, wires[agency][disclosed]); break;
        }
        EXPECT_EQ(requester.NextRelay(random_), std::nullopt);
      }
      requester.OnClosed(first_, Requester::Closed{5, 6});
      const std::optional<CoordinatorId> next = requester.NextRelay(random_);
      EXPECT_EQ(next, all ? std::nullopt : std::optional(other_)) << "round " << round;
      EXPECT_EQ(requester.Done(), all);
    }
  }
}

TEST_F(RequesterTest, AnswersThatDifferAreDisputed) {
  Requester requester = Sent();
  requester.OnItem(first_, kSurgery, WireOf(requester, kSurgery, false));
  requester.OnClosed(first_, Requester::Closed{5, 6});
  ASSERT_EQ(requester.NextRelay(random_), other_);
  requester.OnItem(other_, kSurgery, WireOf(requester, kSurgery, true));
  EXPECT_EQ(KindOf(requester, kSurgery), Reading::Kind::kDisputed);
}

class ClosedCollection : public RequesterTest {
 protected:
  // Admitted, and an item of each agency handed over.
  void SetUp() override {
    const FrameHash hash = requester_.question().frame.hash();
    ASSERT_TRUE(requester_.OnAdmission(first_, Admit(hash, 5, kNow, first_).Serialize()));
    for (AgencyId agency : kAgencies) requester_.OnItem(first_, agency, ItemFrom(agency));
  }
  AgencyItem ItemFrom(AgencyId agency) {
    if (agency == kPolice) return RelayCode::kDeadline;
    if (agency == kSchools) return RefusalOf(requester_, agency, RefusalCode::kBusy);
    // Junk of the right length counts as what it is.
    return agency == kSharedNode ? Bytes(kWireSize, 3) : WireOf(requester_, agency, true);
  }
  Digest HandedOver() const {
    std::vector<AnsweredItem> items;
    for (AgencyId agency : kAgencies) {
      const AgencyItem& item = requester_.collected().at(first_).items.at(agency);
      const auto* code = std::get_if<RelayCode>(&item);
      items.push_back(code ? ItemOf(*code) : ItemOf(ByteView(std::get<Bytes>(item))));
    }
    return AnswersHash(items);
  }
  // What its leaf has to say after it closed; nothing: it contradicts itself.
  std::optional<Digest> Closed(uint64_t asked_index = 5) {
    requester_.OnClosed(first_, Requester::Closed{asked_index, 17});
    const auto expected = requester_.ExpectedOf(first_);
    EXPECT_TRUE(expected.has_value());
    return expected->answers_hash;
  }

  Requester requester_ = Sent();
};

TEST_F(ClosedCollection, ExpectsWhatTheRelayHandedOver) {
  requester_.OnItem(first_, 4242, RelayCode::kDeadline);   // no agency of this roster
  EXPECT_EQ(requester_.ExpectedOf(first_), std::nullopt);  // not closed yet
  EXPECT_EQ(Closed(), HandedOver());
  const ExpectedAnswered expected = *requester_.ExpectedOf(first_);
  EXPECT_EQ(expected.relay, first_);
  EXPECT_EQ(expected.frame_hash, requester_.question().frame.hash());
  EXPECT_EQ(expected.asked_index, 5u);
  EXPECT_EQ(expected.answered_index, 17u);
  // The other relay's collection is its own; a failed one promises nothing.
  ASSERT_EQ(requester_.NextRelay(random_), other_);
  requester_.OnClosed(other_, std::nullopt);
  EXPECT_EQ(requester_.ExpectedOf(other_), std::nullopt);
}

// Were the later one kept, the answer that came would be gone, and the leaf without it would match.
TEST_F(ClosedCollection, TheFirstItemOfAnAgencyCounts) {
  const Digest handed_over = HandedOver();
  requester_.OnItem(first_, kPolice, RelayCode::kDeadline);   // the same is no contradiction
  EXPECT_EQ(HandedOver(), handed_over);
  requester_.OnItem(first_, kSurgery, RelayCode::kDeadline);
  EXPECT_EQ(HandedOver(), handed_over);
  EXPECT_EQ(KindOf(requester_, kSurgery), Reading::Kind::kAnswered);
  EXPECT_EQ(Closed(), std::nullopt);
}

TEST_F(ClosedCollection, AnAnswerAfterTheRelaysWordIsAskedForThroughTheOther) {
  requester_.OnItem(first_, kPolice, WireOf(requester_, kPolice, true));
  EXPECT_EQ(KindOf(requester_, kPolice), Reading::Kind::kRelayCode);
  EXPECT_EQ(Closed(), std::nullopt);
  EXPECT_EQ(requester_.NextRelay(random_), other_);
}

TEST_F(ClosedCollection, AnotherQuestionsIndexContradictsTheAdmission) {
  EXPECT_EQ(Closed(6), std::nullopt);
}

TEST_F(RequesterTest, AClosedCollectionWithoutAnItemOfEachAgencyContradictsItself) {
  for (const bool admitted : {true, false}) {
    Requester requester = Sent();
    if (admitted) {
      const FrameHash hash = requester.question().frame.hash();
      ASSERT_TRUE(requester.OnAdmission(first_, Admit(hash, 5, kNow, first_).Serialize()));
    }
    for (AgencyId agency : kAgencies) {
      if (admitted && agency == kSurgery) continue;
      requester.OnItem(first_, agency, RelayCode::kDeadline);
    }
    requester.OnClosed(first_, Requester::Closed{5, 17});
    ASSERT_TRUE(requester.ExpectedOf(first_).has_value());
    EXPECT_EQ(requester.ExpectedOf(first_)->answers_hash, std::nullopt);
  }
}

// What a relay signed is evidence, also when no agency answered: it must not end as an error alone.
TEST_F(RequesterTest, AnAdmissionOrAnItemIsSomethingToKeep) {
  Requester requester = Sent();
  EXPECT_FALSE(requester.SomethingCame());
  requester.OnItem(first_, kSurgery, Bytes(5));
  EXPECT_FALSE(requester.SomethingCame());
  Requester admitted = Sent();
  const FrameHash hash = admitted.question().frame.hash();
  ASSERT_TRUE(admitted.OnAdmission(first_, Admit(hash, 5, kNow, first_).Serialize()));
  EXPECT_TRUE(admitted.SomethingCame());
  requester.OnItem(first_, kSurgery, RefusalOf(requester, kSurgery, RefusalCode::kBusy));
  EXPECT_TRUE(requester.SomethingCame());
}

// Bytes of no known length could not be kept as what they are.
TEST_F(RequesterTest, AnItemOfAnotherLengthIsNone) {
  Requester requester = Sent();
  for (const size_t size : {size_t{0}, kRefusalSize - 1, kWireSize + 1, size_t{70'000}}) {
    requester.OnItem(first_, kSurgery, Bytes(size, 7));
  }
  EXPECT_EQ(KindOf(requester, kSurgery), Reading::Kind::kNothingYet);
  requester.OnItem(first_, kSurgery, WireOf(requester, kSurgery, true));
  EXPECT_EQ(KindOf(requester, kSurgery), Reading::Kind::kAnswered);
}

// The vectors' Answered: items of all kinds, in roster order.
TEST_F(RequesterTest, TheAnswersHashOfTheVectors) {
  const nlohmann::json& leaf = ProtocolVectors()["leaves"]["answered"];
  std::vector<AnsweredItem> items;
  for (const nlohmann::json& item : leaf["items"]) {
    items.push_back(item.is_number() ? ItemOf(static_cast<RelayCode>(item.get<int>()))
                                     : ItemOf(ByteView(Hex(item))));
  }
  EXPECT_EQ(ToHex(AnswersHash(items)), leaf["answers_hash"]);
}

TEST_F(RequesterTest, AHigherRosterMakesTheAnswerStale) {
  const auto stale = [&](RefusalCode code, uint64_t version) {
    Requester requester = Sent();
    requester.OnItem(first_, kPolice, RefusalOf(requester, kPolice, code, version));
    return requester.RosterIsStale();
  };
  EXPECT_TRUE(stale(RefusalCode::kRoster, 9));
  EXPECT_FALSE(stale(RefusalCode::kRoster, 8));
  EXPECT_FALSE(stale(RefusalCode::kRoster, 7));   // the other node is behind
  EXPECT_FALSE(stale(RefusalCode::kBusy, 9));
  // A relay's bytes that nobody signed tell nothing.
  Requester requester = Sent();
  Bytes forged = RefusalOf(requester, kPolice, RefusalCode::kRoster, 9);
  forged.back() ^= 1;
  requester.OnItem(first_, kPolice, forged);
  EXPECT_FALSE(requester.RosterIsStale());
}

// What was signed once was signed, whatever comes of that agency through the other relay.
TEST_F(RequesterTest, StaleWhateverComesBeforeOrAfter) {
  Requester before = Sent();
  before.OnItem(first_, kPolice, RefusalOf(before, kPolice, RefusalCode::kBusy));
  before.OnItem(other_, kPolice, RefusalOf(before, kPolice, RefusalCode::kRoster, 9));
  EXPECT_TRUE(before.RosterIsStale());
  Requester after = Sent();
  after.OnItem(first_, kPolice, RefusalOf(after, kPolice, RefusalCode::kRoster, 9));
  after.OnItem(other_, kPolice, WireOf(after, kPolice, false));
  EXPECT_TRUE(after.RosterIsStale());
}

}  // namespace
}  // namespace whoelse
