#include "coordinator/evaluator.h"

#include <gtest/gtest.h>

#include "protocol/limits.h"
#include "tests/coordinator/fixture.h"

namespace whoelse {
namespace {

class MapCounters final : public Counters {
 public:
  bool Commit(const Charge& charge) override {
    uint32_t& value = values[charge.key];
    if (uint64_t{value} + charge.cost > charge.cap) return false;
    value += charge.cost;
    return true;
  }
  std::map<CounterKey, uint32_t> values;
};

EvaluationKind KindByName(const std::string& name) {
  const std::vector<std::string> names = ProtocolVectors()["codes"]["evaluation_kind"];
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<EvaluationKind>(found - names.begin() + 1);
}

TEST(EvaluationCaps, Vectors) {
  const nlohmann::json& cases = ProtocolVectors()["evaluation_caps"];
  ASSERT_EQ(cases.size(), 28u);
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    const nlohmann::json& c = cases[i];
    const nlohmann::json& allowed = c["allowed"];
    Allowance allowance{allowed["ask_per_day"], allowed["enrol_elements"],
                        allowed["enrol_interval_s"], {}, allowed["evaluate_per_day"]};
    if (!allowed["bulk"].is_null()) {
      const nlohmann::json& bulk = allowed["bulk"];
      allowance.bulk = BulkWindow{1, bulk["from"], bulk["until"], bulk["total"]};
    }
    const EvaluationKind kind = KindByName(c["kind"]);
    const size_t elements = c["elements"];
    if (!SizeAllowed(kind, elements, allowance)) {
      EXPECT_EQ(c["expect"], "SIZE");
      EXPECT_EQ(c["counter_before"], c["counter_after"]);
      continue;
    }
    MapCounters counters;
    counters.values[{}] = c["counter_before"];
    const Charge charge{{}, CostOf(kind, elements), CapOf(kind, allowance, c["now_s"]), {}, 0};
    EXPECT_EQ(counters.Commit(charge) ? "EVALUATE" : "CAP", c["expect"]);
    EXPECT_EQ(counters.values[{}], c["counter_after"]);
  }
}

class EvaluatorTest : public testing::Test {
 protected:
  static Evaluator Make(int coordinator = 0) {
    std::vector<EvaluatorShare> shares;
    for (int kv = 0; kv < 2; ++kv) shares.push_back({KeyVersion(kv + 1), 1, ShareOf(coordinator, kv)});
    return Evaluator(static_cast<CoordinatorId>(101 + coordinator), AdmissionKeyOf(coordinator),
                     std::move(shares));
  }
  EvaluateRequest Good() const {
    EvaluateRequest request{roster_->version, 1, 1, EvaluationKind::kAsk, {}};
    for (int i = 0; i < 2; ++i) {
      const Element element = Element::BaseMultiply(Scalar::FromU64(i + 2));
      request.elements.push_back(EncodedElement(element.bytes().first<32>()));
    }
    return request;
  }
  OrError<Bytes> Handle(const EvaluateRequest& request) { return Handle(request.Serialize()); }
  OrError<Bytes> Handle(const Bytes& request) {
    return evaluator_.Handle(roster_, peer_, request, kNowMs, counters_, random_);
  }
  void ExpectError(const OrError<Bytes>& result, ServiceError error) {
    ASSERT_TRUE(std::holds_alternative<ServiceError>(result)) << "expected " << Name(error);
    EXPECT_EQ(Name(std::get<ServiceError>(result)), Name(error));
  }

  nlohmann::ordered_json json_ = RosterJson(7);
  std::shared_ptr<const Roster> roster_ = RosterOf(json_);
  TlsPin peer_ = PinOf(*roster_, 0);
  Evaluator evaluator_ = Make();
  MapCounters counters_;
  SeededRandom random_{1};
};

TEST_F(EvaluatorTest, ReproducesTheResponsesOfTheVectors) {
  size_t seen = 0;
  for (const nlohmann::json& pseudonym : ProtocolVectors()["pseudonyms"]) {
    const auto roster = RosterOf(RosterJson(pseudonym["roster_version"]));
    const Bytes bytes = Hex(pseudonym["request"]);
    const EvaluateRequest request = *EvaluateRequest::Parse(bytes);
    for (const nlohmann::json& response : pseudonym["responses"]) {
      const int coordinator = response["coordinator"].get<int>() - 101;
      ScriptedRandom random;
      random.PushScalar(Hex(response["proof_r"]));
      // Not through Check: the ENROL batches of the vectors are smaller than an agency's.
      const EvaluatorShare share{request.kv, 1, ShareOf(coordinator, static_cast<int>(request.kv) - 1)};
      const Element public_key = Element::BaseMultiply(share.value);
      const auto result = Make(coordinator).Evaluate(
          {roster, bytes, request, {},
           std::make_shared<const Evaluator::Share>(Evaluator::Share{share, public_key})},
          random);
      ASSERT_TRUE(std::holds_alternative<Bytes>(result));
      EXPECT_EQ(ToHex(std::get<Bytes>(result)), response["response"]);
      ++seen;
    }
  }
  EXPECT_GE(seen, 4u);
}

TEST_F(EvaluatorTest, StrangersAndMembersOfTheWrongKind) {
  const TlsPin member = peer_;
  peer_ = TlsPin();
  ExpectError(Handle(Bytes{1, 2, 3}), ServiceError::kNotAMember);   // before its size is looked at
  peer_ = roster_->auditors[0].tls_pin;
  ExpectError(Handle(Good()), ServiceError::kNotAMember);
  peer_ = roster_->coordinators[1].tls_pin;
  ExpectError(Handle(Good()), ServiceError::kNotAMember);
  peer_ = member;
  EvaluateRequest audit = Good();
  audit.kind = EvaluationKind::kAudit;
  ExpectError(Handle(audit), ServiceError::kNotAMember);
  EXPECT_TRUE(counters_.values.empty());
}

// Each request is wrong in all that comes later too: the first check that fails speaks.
TEST_F(EvaluatorTest, ErrorsInTheirOrder) {
  EvaluateRequest request = Good();
  request.roster_version = 6;
  request.kv = 9;
  request.sharing_epoch = 9;
  request.elements.push_back({});
  ExpectError(Handle(request), ServiceError::kSize);
  request.elements.pop_back();
  request.elements[1] = EncodedElement();   // the identity
  ExpectError(Handle(request), ServiceError::kRosterVersion);
  request.roster_version = 7;
  ExpectError(Handle(request), ServiceError::kKeyVersion);
  request.kv = 1;
  ExpectError(Handle(request), ServiceError::kSharingEpoch);
  EXPECT_TRUE(counters_.values.empty());   // nothing of that costs
  request.sharing_epoch = 1;
  ExpectError(Handle(request), ServiceError::kElement);
  ASSERT_EQ(counters_.values.size(), 1u);
  EXPECT_EQ(counters_.values.begin()->second, 1u);   // an element that is no element does
  counters_.values.begin()->second = roster_->agencies[0].ask_per_day;
  ExpectError(Handle(request), ServiceError::kQuota);   // before the element is looked at
}

TEST_F(EvaluatorTest, AsksOnlyUnderVersionsThatAreAsked) {
  ASSERT_EQ(roster_->key_versions[1].state, KeyState::kEnrolling);
  EvaluateRequest request = Good();
  request.kv = 2;
  ExpectError(Handle(request), ServiceError::kKeyVersion);
  request.kind = EvaluationKind::kEnrol;
  request.elements.resize(roster_->agencies[0].enrol_elements, request.elements[0]);
  EXPECT_TRUE(std::holds_alternative<Bytes>(Handle(request)));
}

TEST_F(EvaluatorTest, AShareThatIsNotThePublishedOneIsNotUsed) {
  std::vector<EvaluatorShare> shares;
  shares.push_back({1, 1, ShareOf(1, 0)});   // another coordinator's
  Evaluator wrong(kSelf, AdmissionKeyOf(0), std::move(shares));
  const auto result =
      wrong.Handle(roster_, peer_, Good().Serialize(), kNowMs, counters_, random_);
  ExpectError(result, ServiceError::kNotReady);
  EXPECT_TRUE(counters_.values.empty());
}

TEST_F(EvaluatorTest, CountsByDayKindAndVersionButBulkOverItsWindow) {
  json_["agencies"][0]["bulk"] = {{{"kv", 2}, {"from", 0}, {"until", 9'000'000'000}, {"total", 3}}};
  const auto roster = RosterOf(json_);
  EvaluateRequest bulk = Good();
  bulk.kind = EvaluationKind::kBulk;
  bulk.kv = 2;
  const auto today = evaluator_.Check(roster, peer_, bulk.Serialize(), kNowMs);
  const auto tomorrow = evaluator_.Check(roster, peer_, bulk.Serialize(), kNowMs + 86'400'000);
  EXPECT_EQ(std::get<0>(today).charge.key, std::get<0>(tomorrow).charge.key);
  EXPECT_EQ(std::get<0>(today).charge.cap, 3u);
  EXPECT_EQ(std::get<0>(today).charge.cost, 2u);
  const auto ask = evaluator_.Check(roster, peer_, Good().Serialize(), kNowMs);
  const auto later = evaluator_.Check(roster, peer_, Good().Serialize(), kNowMs + 86'400'000);
  EXPECT_NE(std::get<0>(ask).charge.key, std::get<0>(later).charge.key);
}

}  // namespace
}  // namespace whoelse
