// Game 12: up to n-t evaluators lie, in every way they have. Nobody gets a wrong pseudonym, the
// liars are named, and t honest ones are enough.
#include <gtest/gtest.h>

#include "node/evaluation.h"
#include "tests/games/game.h"
#include "tests/node/federation.h"

namespace whoelse::games {
namespace {

constexpr uint16_t kN = 5, kT = 3;
constexpr uint64_t kThisGeneration = 11, kOtherGeneration = 12;   // seeds of the dealer

// Of a coordinator by its place; the vectors have keys for three only.
SigningKey AdmissionKeyAt(size_t place) {
  return place < 3 ? AdmissionKeyOf(static_cast<int>(place))
                   : NewKey(static_cast<uint8_t>(200 + place));
}

// Version 7 with five coordinators, any three of which evaluate, in one generation of shares.
std::shared_ptr<const Roster> FiveEvaluators(uint64_t generation) {
  return ChangedRoster(7, [&](nlohmann::ordered_json& roster) {
    for (size_t place = 3; place < kN; ++place) {
      nlohmann::ordered_json coordinator = roster["coordinators"][0];
      const std::string name = "log" + std::to_string(place + 1) + ".example/whoelse";
      coordinator["id"] = 101 + place;
      coordinator["x"] = place + 1;
      coordinator["name"] = "Coordinator " + std::to_string(place + 1);
      coordinator["endpoint"] = "coordinator" + std::to_string(place + 1) + ".example:7700";
      coordinator["tls_pin"] = std::string(62, 'e') + "0" + std::to_string(place);
      coordinator["log_vkey"] =
          Root{name, NewKey(static_cast<uint8_t>(220 + place))}.Vkey();
      coordinator["admission_key"] = ToHex(AdmissionKeyAt(place).verify_key().bytes());
      roster["coordinators"].push_back(coordinator);
    }
    roster["threshold"] = kT;
    for (size_t i = 0; i < 2; ++i) {
      Reshare(roster, i, GroupSecret(static_cast<int>(i)), kT, generation);
    }
    if (generation == kOtherGeneration) roster["key_versions"][0]["sharing_epoch"] = 2;
  });
}
const Roster& Now() {
  static const auto roster = FiveEvaluators(kThisGeneration);
  return *roster;
}
const Roster& Other() {
  static const auto roster = FiveEvaluators(kOtherGeneration);
  return *roster;
}
Scalar ShareAt(size_t place, uint64_t generation) {
  SeededRandom random(generation);
  return SplitKey(GroupSecret(0), kT, kN, random).at(place).value;
}

// What an evaluator with this share says, proved for that share, not signed yet.
EvaluateResponse Say(size_t place, const Scalar& share, ByteView request, Random& random) {
  const EvaluateRequest parsed = *EvaluateRequest::Parse(request);
  std::vector<BlindedElement> blinded;
  for (const EncodedElement& e : parsed.elements) blinded.push_back({*Element::Decode(e)});
  const std::vector<EvaluatedElement> evaluated = BlindEvaluate(share, blinded);
  EvaluateResponse response{static_cast<CoordinatorId>(101 + place), 1, 1, {}, {}, {}};
  for (const EvaluatedElement& e : evaluated) {
    response.elements.emplace_back(e.element.bytes().first<32>());
  }
  const Bytes proof = GenerateProof(share, Element::BaseMultiply(share), blinded, evaluated,
                                    Scalar::Random(random))
                          .Encode();
  std::copy(proof.begin(), proof.end(), response.proof.data());
  return response;
}
Bytes Signed(size_t place, EvaluateResponse response, ByteView request) {
  response.Sign(AdmissionKeyAt(place), VectorFederation(), request);
  return response.Serialize();
}

// --- the clients ---------------------------------------------------------------------------------

class HonestClient {
 public:
  explicit HonestClient(const std::vector<std::optional<Digest>>& inputs, Random& random)
      : evaluation_(*Evaluation::Start(Now(), 1, EvaluationKind::kAsk, inputs, {}, random)) {}
  const Bytes& request() const { return evaluation_.request(); }
  std::vector<CoordinatorId> ToAsk() { return evaluation_.ToAsk(); }
  void OnResponse(CoordinatorId from, ByteView bytes) { evaluation_.OnResponse(from, bytes); }
  bool Pending() const { return evaluation_.state() == Evaluation::State::kPending; }
  absl::StatusOr<std::vector<Secret<64>>> Finish() const { return evaluation_.Finish(); }
  // With the signed response that convicts.
  bool Names(CoordinatorId liar) const {
    return std::ranges::find(evaluation_.liars(), liar, &Evaluation::Liar::coordinator) !=
           evaluation_.liars().end();
  }

 private:
  Evaluation evaluation_;
};

// Strawmen: the same client but for what Believes() leaves out.
class CredulousClient {
 public:
  CredulousClient(const std::vector<std::optional<Digest>>& inputs, Random& random) {
    EvaluateRequest request{7, 1, 1, EvaluationKind::kAsk, {}};
    for (const auto& input : inputs) {
      inputs_.push_back(ToBytes(input ? *input : random.NewFixed<Digest>()));
      const Blinding blinding =
          *Blind(OprfMode::kVoprf, inputs_.back(), Scalar::Random(random));
      request.elements.emplace_back(blinding.blinded.element.bytes().first<32>());
      blinded_.push_back(blinding.blinded);
      blinds_.push_back(blinding.blind);
    }
    request_ = request.Serialize();
    for (const RosterCoordinator& c : Now().coordinators) order_.push_back(c.id);
    for (size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random.Below(i)]);
  }
  virtual ~CredulousClient() = default;
  const Bytes& request() const { return request_; }
  std::vector<CoordinatorId> ToAsk() {
    if (order_.empty()) return {};
    const CoordinatorId next = order_.back();
    order_.pop_back();
    return {next};
  }
  void OnResponse(CoordinatorId from, ByteView bytes) {
    const auto response = EvaluateResponse::Parse(bytes);
    if (!response.ok() || response->coordinator != from || response->kv != 1 ||
        response->elements.size() != blinded_.size() ||
        !response->SignedBy(AdmissionKeyAt(from - 101).verify_key(), VectorFederation(),
                            request_)) {
      return named_.push_back(from);
    }
    PartialEvaluation partial{static_cast<uint16_t>(from - 100), {}};
    for (const EncodedElement& encoded : response->elements) {
      const auto element = Element::Decode(encoded);
      if (!element.ok()) return named_.push_back(from);
      partial.elements.push_back({*element});
    }
    if (!Believes(from, *response, partial)) return named_.push_back(from);
    partials_.push_back(std::move(partial));
  }
  bool Pending() const { return partials_.size() < kT && !order_.empty(); }
  absl::StatusOr<std::vector<Secret<64>>> Finish() const {
    if (partials_.size() < kT) return absl::FailedPreconditionError("too few");
    const auto combined = Combine(partials_);
    if (!combined.ok()) return combined.status();
    const std::vector<Scalar> inverted = BatchInvert(blinds_);
    std::vector<Secret<64>> outputs;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      outputs.push_back(*Finalize(inputs_[i], *Unblind((*combined)[i], inverted[i])));
    }
    return outputs;
  }
  bool Names(CoordinatorId liar) const {
    return std::ranges::find(named_, liar) != named_.end();
  }

 protected:
  virtual bool Believes(CoordinatorId from, const EvaluateResponse& response,
                        const PartialEvaluation& partial) const = 0;
  bool Proves(const Roster& roster, CoordinatorId from, const EvaluateResponse& response,
              const PartialEvaluation& partial) const {
    const auto proof = Proof::Decode(response.proof);
    return proof.ok() && VerifyProof(roster.FindKeyVersion(1)->share_keys.at(from), blinded_,
                                     partial.elements, *proof);
  }

 private:
  std::vector<Bytes> inputs_;
  std::vector<BlindedElement> blinded_;
  std::vector<Scalar> blinds_;
  Bytes request_;
  std::vector<CoordinatorId> order_, named_;
  std::vector<PartialEvaluation> partials_;
};

class ChecksNoProof final : public CredulousClient {
 public:
  using CredulousClient::CredulousClient;

 private:
  bool Believes(CoordinatorId, const EvaluateResponse& response,
                const PartialEvaluation&) const override {
    return response.sharing_epoch == 1;
  }
};

// Both generations are at the coordinators during a refresh, and both prove well.
class KnowsNoEpoch final : public CredulousClient {
 public:
  using CredulousClient::CredulousClient;

 private:
  bool Believes(CoordinatorId from, const EvaluateResponse& response,
                const PartialEvaluation& partial) const override {
    return Proves(Now(), from, response, partial) || Proves(Other(), from, response, partial);
  }
};

// --- the adversary -------------------------------------------------------------------------------

constexpr int kLies = 13;
constexpr int kReplay = 10;   // convicts nobody: its signature is over another request

// What a lying evaluator says. `earlier`: its honest response to another request of the same kind.
Bytes Lie(int lie, size_t place, ByteView request, ByteView earlier, Random& random) {
  const size_t neighbour = (place + 1) % kN;
  EvaluateResponse response = Say(place, ShareAt(place, kThisGeneration), request, random);
  switch (lie) {
    case 0:
      response = Say(place, Scalar::Random(random), request, random);
      break;
    case 1:   // the other generation, proved, and said to be this one
      response = Say(place, ShareAt(place, kOtherGeneration), request, random);
      break;
    case 2:
      response = Say(place, ShareAt(place, kOtherGeneration), request, random);
      response.sharing_epoch = 2;
      break;
    case 3: response.elements[0] = EncodedElement(); break;                     // the identity
    case 4: response.elements[0].data()[31] |= 0x80; break;                     // not canonical
    case 5: std::fill_n(response.elements[1].data(), 32, uint8_t{0xff}); break;
    case 6: std::swap(response.elements[0], response.elements[1]); break;
    case 7: response.elements[1] = response.elements[0]; break;
    case 8:   // a proof of another request
      response = Say(place, Scalar::Random(random), request, random);
      response.proof = EvaluateResponse::Parse(earlier)->proof;
      break;
    case 9:   // another's evaluation and its proof
      response = Say(neighbour, ShareAt(neighbour, kThisGeneration), request, random);
      response.coordinator = static_cast<CoordinatorId>(101 + place);
      break;
    case kReplay: return ToBytes(earlier);
    case 11: response.kv = 2; break;
    default: response.elements.pop_back(); break;
  }
  return Signed(place, std::move(response), request);
}

struct Attack {
  int lies[2];
  size_t liars[2];   // places, different
};

// True when the client ends with a wrong pseudonym, with none, with a liar that it does not name, or
// with an honest one that it does.
template <typename Client>
bool Mislead(const Attack& attack, Random& random) {
  const std::vector<std::optional<Digest>> inputs = {
      OprfInput(VectorFederation(), KeyType::kNhsNumber, kChild), std::nullopt};
  Client earlier(inputs, random), client(inputs, random);
  std::vector<CoordinatorId> lied, honest;
  while (client.Pending()) {
    for (CoordinatorId id : client.ToAsk()) {
      const size_t place = id - 101;
      const auto* liar = std::ranges::find(attack.liars, place);
      if (liar == std::end(attack.liars)) {
        honest.push_back(id);
        client.OnResponse(id, Signed(place,
                                     Say(place, ShareAt(place, kThisGeneration),
                                         client.request(), random),
                                     client.request()));
        continue;
      }
      const int lie = attack.lies[liar - attack.liars];
      if (lie != kReplay) lied.push_back(id);
      const Bytes before = Signed(place,
                                  Say(place, ShareAt(place, kThisGeneration), earlier.request(),
                                      random),
                                  earlier.request());
      client.OnResponse(id, Lie(lie, place, client.request(), before, random));
    }
  }
  const auto outputs = client.Finish();
  if (!outputs.ok()) return true;
  const SubKeys got = SubKeys::Derive((*outputs)[0], 1);
  const SubKeys right = SubKeysOf(KeyType::kNhsNumber, kChild, 1);
  if (ToHex(got.wrap.Reveal()) != ToHex(right.wrap.Reveal())) return true;
  const auto is_named = [&](CoordinatorId id) { return client.Names(id); };
  return !std::ranges::all_of(lied, is_named) || std::ranges::any_of(honest, is_named);
}

// In one run every lie is told once, by two evaluators at a time.
template <typename Client>
Tally Play(uint64_t runs, uint64_t seed) {
  SeededRandom random(seed);
  Tally tally;
  for (uint64_t run = 0; run < runs; ++run) {
    bool won = false;
    uint64_t tries = 0;
    for (int lie = 0; lie < kLies && !won; ++lie, ++tries) {
      const size_t first = random.Below(kN);
      const int other = random.Below(2) == 0 ? lie : static_cast<int>(random.Below(kLies));
      won = Mislead<Client>({{lie, other}, {first, (first + 1 + random.Below(kN - 1)) % kN}},
                             random);
    }
    tally.Count(won, tries);
  }
  return tally;
}

TEST(Game12, LyingEvaluators) {
  EXPECT_TRUE(Judge(12, "two of five evaluators lie (t = 3)", Measure::kCount,
                    Play<HonestClient>(16, Seed() + 12),
                    {{"the proof checked", Play<ChecksNoProof>(12, Seed() + 12)},
                     {"the sharing epoch", Play<KnowsNoEpoch>(20, Seed() + 12)}}));
}

}  // namespace
}  // namespace whoelse::games
