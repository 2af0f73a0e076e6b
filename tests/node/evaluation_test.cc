// Pseudonyms by t of n evaluators: the vectors, and evaluators that lie.
#include "node/evaluation.h"

#include <gtest/gtest.h>

#include <functional>

#include "protocol/pseudonym.h"
#include "tests/node/federation.h"

namespace whoelse {
namespace {

using nlohmann::json;
using State = Evaluation::State;

const std::vector<CoordinatorId> kAll = {101, 102, 103};

std::vector<std::optional<Digest>> InputsOf(const json& v) {
  std::vector<std::optional<Digest>> inputs;
  for (const json& value : v["values"]) {
    inputs.push_back(value.is_null()
                         ? std::nullopt
                         : std::optional(OprfInput(VectorFederation(), value["key_type"],
                                                   ToString(Hex(value["value"])))));
  }
  return inputs;
}

// The vectors' blinds and dummies, then what it takes to shuffle three coordinators.
ScriptedRandom RandomOfPseudonyms(const json& v) {
  ScriptedRandom random;
  for (size_t i = 0; i < v["values"].size(); ++i) {
    if (v["values"][i].is_null()) random.Push(Hex(v["oprf_inputs"][i]));
    random.PushScalar(Hex(v["blinds"][i]));
  }
  random.Push(Writer().U64(6).Take());
  random.Push(Writer().U64(6).Take());
  return random;
}

TEST(Evaluation, VectorsByteForByte) {
  ASSERT_EQ(ProtocolVectors()["pseudonyms"].size(), 4u);
  for (const json& v : ProtocolVectors()["pseudonyms"]) {
    SCOPED_TRACE("key version " + v["kv"].dump() + ", kind " + v["kind"].dump());
    std::set<CoordinatorId> others(kAll.begin(), kAll.end());
    for (const json& r : v["responses"]) others.erase(r["coordinator"].get<CoordinatorId>());
    ScriptedRandom random = RandomOfPseudonyms(v);
    auto evaluation = Evaluation::Start(*RosterOf(v["roster_version"]), v["kv"], v["kind"],
                                        InputsOf(v), others, random);
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    EXPECT_EQ(random.left(), 0u);
    EXPECT_EQ(ToHex(evaluation->request()), v["request"]);
    EXPECT_EQ(evaluation->ToAsk().size(), 2u);
    for (const json& r : v["responses"]) {
      EXPECT_EQ(evaluation->state(), State::kPending);
      evaluation->OnResponse(r["coordinator"], Hex(r["response"]));
    }
    EXPECT_TRUE(evaluation->liars().empty());
    ASSERT_EQ(evaluation->state(), State::kDone);
    const auto outputs = evaluation->Finish();
    ASSERT_TRUE(outputs.ok()) << outputs.status();
    ASSERT_EQ(outputs->size(), v["S"].size());
    for (size_t i = 0; i < outputs->size(); ++i) {
      EXPECT_EQ(ToHex((*outputs)[i].Reveal().first<32>()), v["S"][i]);
      const SubKeys keys = SubKeys::Derive((*outputs)[i], v["kv"]);
      EXPECT_EQ(ToHex(keys.check.Reveal()), v["k_check"][i]);
      EXPECT_EQ(ToHex(keys.wrap.Reveal()), v["k_wrap"][i]);
    }
  }
}

// An ASK about kChild and a dummy, and what it must give whoever answers.
class Asking : public ::testing::Test {
 protected:
  Evaluation Start(const std::set<CoordinatorId>& avoid = {}) {
    return *Evaluation::Start(
        *RosterOf(7), 1, EvaluationKind::kAsk,
        {OprfInput(VectorFederation(), KeyType::kNhsNumber, kChild), std::nullopt}, avoid, random_);
  }
  Bytes Honest(CoordinatorId id, ByteView request) { return EvaluateAt(id, request, random_); }
  // Answers honestly for all but `liar` until nothing is pending.
  void Drive(Evaluation& evaluation, CoordinatorId liar,
             const std::function<Bytes(ByteView request)>& lie) {
    while (evaluation.state() == State::kPending) {
      const std::vector<CoordinatorId> ask = evaluation.ToAsk();
      ASSERT_FALSE(ask.empty());
      for (CoordinatorId id : ask) {
        evaluation.OnResponse(id, id == liar ? lie(evaluation.request())
                                             : Honest(id, evaluation.request()));
      }
    }
  }
  void ExpectRight(const Evaluation& evaluation) {
    ASSERT_EQ(evaluation.state(), State::kDone);
    const SubKeys keys = SubKeys::Derive((*evaluation.Finish())[0], 1);
    const SubKeys right = SubKeysOf(KeyType::kNhsNumber, kChild, 1);
    EXPECT_EQ(ToHex(keys.check.Reveal()), ToHex(right.check.Reveal()));
    EXPECT_EQ(ToHex(keys.wrap.Reveal()), ToHex(right.wrap.Reveal()));
  }

  SeededRandom random_{6};
};

TEST_F(Asking, AnyTOfNGiveTheSame) {
  for (CoordinatorId silent : kAll) {
    Evaluation evaluation = Start({silent});
    Drive(evaluation, 0, {});
    ExpectRight(evaluation);
    EXPECT_TRUE(evaluation.failed().empty());
  }
}

// What coordinator `id` says, changed and signed again: its own word, and wrong.
struct Lie {
  const char* name;
  std::function<void(EvaluateResponse& response, SeededRandom& random)> change;
};

const std::vector<Lie>& Lies() {
  static const std::vector<Lie> lies = {
      {"another sharing generation", [](auto& r, auto&) { r.sharing_epoch += 1; }},
      {"another key version", [](auto& r, auto&) { r.kv = 2; }},
      {"another coordinator's name", [](auto& r, auto&) { r.coordinator = r.coordinator ^ 1; }},
      {"the identity", [](auto& r, auto&) { r.elements[0] = EncodedElement(); }},
      {"not canonical", [](auto& r, auto&) {
         std::fill_n(r.elements[1].data(), 32, uint8_t{0xff});
       }},
      {"a high bit", [](auto& r, auto&) { r.elements[0].data()[31] |= 0x80; }},
      {"another element", [](auto& r, auto&) {
         const Element generator = Element::Generator();
         std::copy_n(generator.bytes().begin(), 32, r.elements[0].data());
       }},
      {"a swapped batch", [](auto& r, auto&) { std::swap(r.elements[0], r.elements[1]); }},
      {"one element twice", [](auto& r, auto&) { r.elements[1] = r.elements[0]; }},
      {"an element too few", [](auto& r, auto&) { r.elements.pop_back(); }},
      {"an element too many", [](auto& r, auto&) { r.elements.push_back(r.elements[0]); }},
      {"a proof of zeros", [](auto& r, auto&) { std::fill_n(r.proof.data(), 64, uint8_t{0}); }},
      {"a random proof", [](auto& r, auto& random) {
         const Scalar c = Scalar::Random(random), s = Scalar::Random(random);
         std::copy_n(c.Reveal().begin(), 32, r.proof.data());
         std::copy_n(s.Reveal().begin(), 32, r.proof.data() + 32);
       }},
      {"a proof out of range", [](auto& r, auto&) {
         std::fill_n(r.proof.data(), 64, uint8_t{0xff});
       }},
  };
  return lies;
}

TEST_F(Asking, ALiarIsNamedAndWorkedAround) {
  for (const Lie& lie : Lies()) {
    for (CoordinatorId liar : kAll) {
      SCOPED_TRACE(std::string(lie.name) + " by " + std::to_string(liar));
      // The liar is among the first two to be asked.
      Evaluation evaluation = Start({liar == 103 ? CoordinatorId{101} : CoordinatorId{103}});
      Bytes said;
      Drive(evaluation, liar, [&](ByteView request) {
        auto response = *EvaluateResponse::Parse(Honest(liar, request));
        lie.change(response, random_);
        response.Sign(AdmissionKeyOf(liar - 101), VectorFederation(), request);
        return said = response.Serialize();
      });
      ExpectRight(evaluation);
      EXPECT_EQ(evaluation.failed(), std::vector<CoordinatorId>{liar});
      ASSERT_EQ(evaluation.liars().size(), 1u);
      const Evaluation::Liar& evidence = evaluation.liars()[0];
      EXPECT_EQ(evidence.coordinator, liar);
      EXPECT_EQ(evidence.request, evaluation.request());
      EXPECT_EQ(evidence.response, said);
      // Anybody can check that it said so.
      EXPECT_TRUE(EvaluateResponse::Parse(evidence.response)
                      ->SignedBy(AdmissionKeyOf(liar - 101).verify_key(), VectorFederation(),
                                 evidence.request));
    }
  }
}

// Under another key, with a proof that is right for that key: the silent "nothing".
TEST_F(Asking, AnotherShareIsNamed) {
  for (const Scalar& share : {ShareOf(1, 103), ShareOf(2, 101), Scalar::FromU64(5)}) {
    Evaluation evaluation = Start({103});
    Drive(evaluation, 101, [&](ByteView request) {
      return EvaluateWith(share, 101, request, random_).Serialize();
    });
    ExpectRight(evaluation);
    ASSERT_EQ(evaluation.liars().size(), 1u);
    EXPECT_EQ(evaluation.liars()[0].coordinator, 101);
  }
}

// What its signature does not bind to this request proves nothing against anybody: not kept.
TEST_F(Asking, WhatNobodySignedIsNoEvidence) {
  const Evaluation before = Start();
  const Bytes replayed = Honest(101, before.request());
  const std::vector<std::pair<const char*, std::function<Bytes(ByteView)>>> junk = {
      {"nothing", [](ByteView) { return Bytes{}; }},
      {"noise", [](ByteView) { return Bytes(300, 0x5a); }},
      {"the response to another request", [&](ByteView) { return replayed; }},
      {"another coordinator's response", [&](ByteView r) { return Honest(102, r); }},
      {"signed by another coordinator",
       [&](ByteView r) {
         auto response = *EvaluateResponse::Parse(Honest(101, r));
         response.Sign(AdmissionKeyOf(1), VectorFederation(), r);
         return response.Serialize();
       }},
      {"signed for another federation",
       [&](ByteView r) {
         auto response = *EvaluateResponse::Parse(Honest(101, r));
         response.Sign(AdmissionKeyOf(0), FederationId(), r);
         return response.Serialize();
       }},
      {"a flipped bit",
       [&](ByteView r) {
         Bytes response = Honest(101, r);
         response[20] ^= 1;
         return response;
       }},
  };
  for (const auto& [name, lie] : junk) {
    SCOPED_TRACE(name);
    Evaluation evaluation = Start({103});
    Drive(evaluation, 101, lie);
    ExpectRight(evaluation);
    EXPECT_EQ(evaluation.failed(), std::vector<CoordinatorId>{101});
    EXPECT_TRUE(evaluation.liars().empty());
  }
}

TEST_F(Asking, FailsWhenTooFewAreLeft) {
  Evaluation evaluation = Start();
  const std::vector<CoordinatorId> first = evaluation.ToAsk();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_TRUE(evaluation.ToAsk().empty());   // those two may still answer
  evaluation.OnFailure(first[0], ServiceError::kBusy);
  EXPECT_EQ(evaluation.state(), State::kPending);
  const std::vector<CoordinatorId> then = evaluation.ToAsk();
  ASSERT_EQ(then.size(), 1u);
  evaluation.OnResponse(first[1], Honest(first[1], evaluation.request()));
  EXPECT_EQ(evaluation.state(), State::kPending);
  evaluation.OnFailure(then[0], ServiceError::kQuota);
  EXPECT_EQ(evaluation.state(), State::kFailed);
  EXPECT_TRUE(evaluation.ToAsk().empty());
}

// Fewer than t shares combine to a pseudonym of nobody, and nobody would notice.
TEST_F(Asking, FinishesOnlyWhenDone) {
  Evaluation evaluation = Start();
  EXPECT_TRUE(absl::IsFailedPrecondition(evaluation.Finish().status()));
  const std::vector<CoordinatorId> first = evaluation.ToAsk();
  evaluation.OnResponse(first[0], Honest(first[0], evaluation.request()));
  EXPECT_TRUE(absl::IsFailedPrecondition(evaluation.Finish().status()));
  evaluation.OnResponse(first[1], Honest(first[1], evaluation.request()));
  EXPECT_TRUE(evaluation.Finish().ok());
}

TEST_F(Asking, OnlyThoseAskedAreHeardAndOnce) {
  Evaluation evaluation = Start({103});
  evaluation.OnResponse(101, Honest(101, evaluation.request()));   // not asked yet
  EXPECT_TRUE(absl::IsFailedPrecondition(evaluation.Finish().status()));
  evaluation.ToAsk();
  evaluation.OnResponse(103, Honest(103, evaluation.request()));   // never asked
  evaluation.OnResponse(101, Honest(101, evaluation.request()));
  evaluation.OnResponse(101, Honest(101, evaluation.request()));   // twice is one share
  EXPECT_EQ(evaluation.state(), State::kPending);
  evaluation.OnFailure(101, ServiceError::kBusy);
  evaluation.OnFailure(4242, ServiceError::kBusy);
  EXPECT_TRUE(evaluation.failed().empty());
  evaluation.OnResponse(102, Honest(102, evaluation.request()));
  ExpectRight(evaluation);
}

TEST_F(Asking, SaysWhatMostCoordinatorsSaid) {
  Evaluation evaluation = Start();
  const std::vector<CoordinatorId> first = evaluation.ToAsk();
  evaluation.OnFailure(first[0], ServiceError::kQuota);
  const std::vector<CoordinatorId> then = evaluation.ToAsk();
  evaluation.OnFailure(first[1], ServiceError::kBusy);
  EXPECT_EQ(evaluation.state(), State::kFailed);
  evaluation.OnFailure(then[0], ServiceError::kQuota);
  EXPECT_EQ(evaluation.failure(), ServiceError::kQuota);
}

TEST_F(Asking, AsksThoseThatFailedLatelyLast) {
  for (int i = 0; i < 30; ++i) {
    Evaluation evaluation = Start({102});
    const std::vector<CoordinatorId> first = evaluation.ToAsk();
    EXPECT_EQ(std::set<CoordinatorId>(first.begin(), first.end()),
              (std::set<CoordinatorId>{101, 103}));
    evaluation.OnFailure(first[0], ServiceError::kBusy);
    EXPECT_EQ(evaluation.ToAsk(), std::vector<CoordinatorId>{102});
  }
}

TEST_F(Asking, ChoosesByChance) {
  std::map<std::set<CoordinatorId>, int> pairs;
  for (int i = 0; i < 120; ++i) {
    const std::vector<CoordinatorId> first = Start().ToAsk();
    ++pairs[{first.begin(), first.end()}];
  }
  EXPECT_EQ(pairs.size(), 3u);
  for (const auto& [pair, count] : pairs) EXPECT_GT(count, 15);
}

// The request tells neither the identifier nor which elements are dummies: two about one child have
// nothing in common.
TEST_F(Asking, BlindsAreFresh) {
  const auto a = EvaluateRequest::Parse(Start().request());
  const auto b = EvaluateRequest::Parse(Start().request());
  ASSERT_EQ(a->elements.size(), 2u);
  EXPECT_EQ(a->roster_version, 7u);
  EXPECT_EQ(a->kv, 1u);
  EXPECT_EQ(a->kind, EvaluationKind::kAsk);
  std::set<EncodedElement> all(a->elements.begin(), a->elements.end());
  all.insert(b->elements.begin(), b->elements.end());
  EXPECT_EQ(all.size(), 4u);
  for (const EncodedElement& e : all) EXPECT_TRUE(Element::Decode(e).ok());
}

TEST_F(Asking, StartsOnlyWithInputsOfAKnownKeyVersion) {
  const Digest input = OprfInput(VectorFederation(), KeyType::kUpn, kUpn);
  const auto start = [&](KeyVersion kv, size_t count) {
    return Evaluation::Start(*RosterOf(7), kv, EvaluationKind::kBulk,
                             std::vector<std::optional<Digest>>(count, input), {}, random_)
        .status();
  };
  EXPECT_TRUE(start(2, 1).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(start(3, 1)));
  EXPECT_TRUE(absl::IsInvalidArgument(start(1, 0)));
  EXPECT_TRUE(absl::IsInvalidArgument(start(1, 1025)));
}

}  // namespace
}  // namespace whoelse
