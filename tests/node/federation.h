// The federation of protocol-1.json with all its secrets, played around one node: who asks, who
// evaluates, who admits.
#ifndef WHOELSE_TESTS_NODE_FEDERATION_H_
#define WHOELSE_TESTS_NODE_FEDERATION_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "crypto/oprf.h"
#include "protocol/admission.h"
#include "protocol/evaluate.h"
#include "protocol/limits.h"
#include "protocol/question.h"
#include "tests/protocol/question_vectors.h"

namespace whoelse {

inline constexpr CoordinatorId kRelay = 101, kOtherRelay = 102, kNoRelay = 103;
inline constexpr AgencyId kSurgery = 1001, kSchools = 1002, kSocialCare = 1003, kPolice = 1004,
                          kSharedNode = 1005;
inline constexpr TimeS kIssued = 1'800'000'000;
inline constexpr TimeMs kNow = 1'800'000'002'365;   // in the slot that ends at ...2'500
inline constexpr char kChild[] = "9990000018";
inline constexpr char kOtherChild[] = "9990000026";
inline constexpr char kUpn[] = "A123456789012";
inline constexpr char kOtherUpn[] = "G98765432109Z";
inline constexpr uint32_t kBorn = 20150314;

// Version 7 (key version 1 ASKED, 2 ENROLLING) or 8 (both ASKED), possibly changed.
template <typename Change>
std::shared_ptr<const Roster> ChangedRoster(int version, Change change) {
  nlohmann::ordered_json json = RosterJson(version);
  change(json);
  return std::make_shared<const Roster>(*Roster::Parse(RosterText(json)));
}
inline std::shared_ptr<const Roster> RosterOf(int version) {
  static const std::array<std::shared_ptr<const Roster>, 2> rosters = {
      ChangedRoster(7, [](auto&) {}), ChangedRoster(8, [](auto&) {})};
  return rosters.at(version - 7);
}

inline SigningKey LogKeyOf(CoordinatorId id) {
  return KeyFromSeed(ProtocolVectors()["keys"]["coordinators"][id - 101]["log_seed"]);
}

// What t honest evaluators give together. Kept: tests ask about the same few children.
inline SubKeys SubKeysOf(KeyType type, std::string_view value, KeyVersion kv) {
  static std::map<std::tuple<KeyType, std::string, KeyVersion>, SubKeys> kept;
  const auto key = std::make_tuple(type, std::string(value), kv);
  if (const auto known = kept.find(key); known != kept.end()) return known->second.Clone();
  const Bytes input = ToBytes(OprfInput(VectorFederation(), type, value));
  const Blinding unblinded = *Blind(OprfMode::kVoprf, input, Scalar::FromU64(1));
  const EvaluatedElement evaluated{*unblinded.blinded.element.Multiply(GroupSecret(kv - 1))};
  SubKeys keys = SubKeys::Derive(*Finalize(input, evaluated.element), kv);
  return kept.emplace(key, std::move(keys)).first->second.Clone();
}

inline Scalar ShareOf(KeyVersion kv, CoordinatorId coordinator) {
  for (const auto& share : ProtocolVectors()["keys"]["key_versions"][kv - 1]["shares"]) {
    if (share["coordinator"] == coordinator) return *Scalar::Decode(Hex(share["share"]));
  }
  throw std::runtime_error("no share");
}

// An evaluator that does everything right but for the share it is given.
inline EvaluateResponse EvaluateWith(const Scalar& share, CoordinatorId id, ByteView request_bytes,
                                     Random& random) {
  const EvaluateRequest request = *EvaluateRequest::Parse(request_bytes);
  std::vector<BlindedElement> blinded;
  for (const EncodedElement& e : request.elements) blinded.push_back({*Element::Decode(e)});
  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(share, blinded);
  EvaluateResponse response{id, request.kv, request.sharing_epoch, {}, {}, {}};
  for (const EvaluatedElement& e : evaluated) {
    response.elements.emplace_back(e.element.bytes().first<32>());
  }
  const Bytes proof = GenerateProof(share, Element::BaseMultiply(share), blinded, evaluated,
                                    Scalar::Random(random))
                          .Encode();
  std::copy(proof.begin(), proof.end(), response.proof.data());
  response.Sign(AdmissionKeyOf(id - 101), VectorFederation(), request_bytes);
  return response;
}
inline Bytes EvaluateAt(CoordinatorId id, ByteView request, Random& random) {
  const KeyVersion kv = EvaluateRequest::Parse(request)->kv;
  return EvaluateWith(ShareOf(kv, id), id, request, random).Serialize();
}

// A section-17 question of social care about kChild by number, to be changed; without r, salt and
// seed.
inline Statement BasicStatement(AgencyId agency = kSocialCare) {
  Statement s{};
  s.agency = agency;
  s.relays = {kRelay, kOtherRelay};
  s.practitioner_ref.data()[0] = 0xaa;
  s.organisation = RosterOf(7)->FindAgency(agency)->organisation;
  s.role = Role::kPractitioner;
  s.purpose = Purpose::kSection17;
  s.power = Power::kCa1989S17;
  s.article6 = Article6::kPublicTask;
  s.article9 = Article9::kSafeguarding;
  s.born = kBorn;
  s.subject[0] = {KeyType::kNhsNumber, kChild};
  return s;
}

// The question of this statement, as an honest node would send it.
inline Question Ask(const Statement& statement, Random& random, int roster_version = 7,
                    TimeS issued = kIssued) {
  const Roster& roster = *RosterOf(roster_version);
  QuestionParts parts{roster.federation, roster.version, roster.AskedKeyVersions(), issued, {}};
  std::vector<std::unique_ptr<SubKeys>> keys;
  for (KeyVersion kv : parts.key_versions) {
    parts.sub_keys.emplace_back();
    for (size_t p = 0; p < kSlotsByNumber; ++p) {
      const SubjectEntry& entry = statement.subject[p];
      if (entry.type == KeyType::kNone) continue;
      keys.push_back(std::make_unique<SubKeys>(SubKeysOf(entry.type, entry.value, kv)));
      parts.sub_keys.back()[p] = keys.back().get();
    }
  }
  return Question::Build(parts, statement, IdentityKeyOfAgency(statement.agency), random);
}

inline Admission Admit(const FrameHash& hash, uint64_t index, TimeMs time_ms,
                       CoordinatorId relay = kRelay) {
  const RosterCoordinator& c = *RosterOf(7)->FindCoordinator(relay);
  Admission admission{relay, c.log_key.key_id, index, time_ms, hash, {}};
  admission.Sign(AdmissionKeyOf(relay - 101), VectorFederation());
  return admission;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_FEDERATION_H_
