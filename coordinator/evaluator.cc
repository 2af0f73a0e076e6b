#include "coordinator/evaluator.h"

#include <algorithm>
#include <limits>

#include "protocol/limits.h"

namespace whoelse {
namespace {

constexpr uint32_t kDayS = 86400;
constexpr uint32_t kAskByDescriptionCost = 5;

// Who `peer` is for a request of this kind, and what it may spend.
struct Party {
  AgencyId id;
  Allowance allowance;
};

std::optional<Party> FindParty(const Roster& roster, const TlsPin& peer,
                               const EvaluateRequest& request) {
  if (request.kind == EvaluationKind::kAudit) {
    const RosterAuditor* auditor = roster.FindAuditorByPin(peer);
    if (auditor == nullptr) return std::nullopt;
    Allowance allowance;
    allowance.evaluate_per_day = auditor->evaluate_per_day;
    return Party{auditor->id, allowance};
  }
  const RosterAgency* agency = roster.FindAgencyByPin(peer);
  if (agency == nullptr) return std::nullopt;
  Allowance allowance;
  allowance.ask_per_day = agency->ask_per_day;
  allowance.enrol_elements = agency->enrol_elements;
  allowance.enrol_interval_s = roster.parameters.enrol_interval_s;
  for (const BulkWindow& window : agency->bulk) {
    if (window.kv == request.kv) allowance.bulk = window;
  }
  return Party{agency->id, allowance};
}

Charge ChargeFor(const Party& party, const EvaluateRequest& request, TimeS now) {
  Charge charge;
  // A bulk window is one sum over all its days.
  const uint32_t day =
      request.kind == EvaluationKind::kBulk ? 0 : static_cast<uint32_t>(now / kDayS);
  charge.key = {CounterUse::kEvaluation, party.id, request.kind, request.kv, day};
  charge.cost = CostOf(request.kind, request.elements.size());
  charge.cap = CapOf(request.kind, party.allowance, now);
  charge.tally = {static_cast<uint32_t>(now / 3600), party.id, request.kind, request.kv};
  charge.elements = static_cast<uint32_t>(request.elements.size());
  return charge;
}

std::optional<ServiceError> CheckVersions(const EvaluateRequest& request, const Roster& roster) {
  if (request.roster_version != roster.version) return ServiceError::kRosterVersion;
  const RosterKeyVersion* kv = roster.FindKeyVersion(request.kv);
  if (kv == nullptr) return ServiceError::kKeyVersion;
  // Nobody can ask under a version that is still being enrolled: an ASK there would only double
  // what a member can look into.
  if (request.kind == EvaluationKind::kAsk && kv->state != KeyState::kAsked) {
    return ServiceError::kKeyVersion;
  }
  // Evaluations of two sharings combine to a wrong pseudonym, which reads as "nothing".
  if (request.sharing_epoch != kv->sharing_epoch) return ServiceError::kSharingEpoch;
  return std::nullopt;
}

}  // namespace

bool SizeAllowed(EvaluationKind kind, size_t elements, const Allowance& allowance) {
  switch (kind) {
    case EvaluationKind::kAsk:
      return elements == kSlotsByNumber || elements == kSlotsByDescription;
    case EvaluationKind::kEnrol:
      return elements == allowance.enrol_elements;
    case EvaluationKind::kBulk:
      return elements >= 1 && elements <= kEvaluateElementsMax;
    case EvaluationKind::kAudit:
      return elements >= 1 && elements <= kAuditElementsMax;
  }
  return false;
}

uint32_t CostOf(EvaluationKind kind, size_t elements) {
  if (kind == EvaluationKind::kBulk) return static_cast<uint32_t>(elements);
  if (kind == EvaluationKind::kAsk && elements == kSlotsByDescription) {
    return kAskByDescriptionCost;
  }
  return 1;
}

uint32_t CapOf(EvaluationKind kind, const Allowance& allowance, TimeS now) {
  switch (kind) {
    case EvaluationKind::kAsk:
      return allowance.ask_per_day;
    case EvaluationKind::kEnrol:
      return kDayS / allowance.enrol_interval_s;
    case EvaluationKind::kBulk:
      return allowance.bulk && allowance.bulk->from <= now && now <= allowance.bulk->until
                 ? allowance.bulk->total
                 : 0;
    case EvaluationKind::kAudit:
      return allowance.evaluate_per_day;
  }
  return 0;
}

Evaluator::Evaluator(CoordinatorId self, SigningKey admission_key,
                     std::vector<EvaluatorShare> shares)
    : self_(self), admission_key_(std::move(admission_key)) {
  SetShares(std::move(shares));
}

void Evaluator::SetShares(std::vector<EvaluatorShare> shares) {
  shares_.clear();
  for (EvaluatorShare& share : shares) {
    const Element public_key = Element::BaseMultiply(share.value);
    shares_.push_back(std::make_shared<const Share>(Share{std::move(share), public_key}));
  }
}

std::set<KeyVersion> Evaluator::KeyVersions() const {
  std::set<KeyVersion> versions;
  for (const auto& share : shares_) versions.insert(share->secret.kv);
  return versions;
}

std::shared_ptr<const Evaluator::Share> Evaluator::FindShare(const EvaluateRequest& request,
                                                             const Roster& roster) const {
  const RosterKeyVersion* kv = roster.FindKeyVersion(request.kv);
  const auto expected = kv->share_keys.find(self_);
  if (expected == kv->share_keys.end()) return nullptr;
  for (const auto& share : shares_) {
    if (share->secret.kv == request.kv &&
        share->secret.sharing_epoch == request.sharing_epoch) {
      // A share that is not the published one would make a bad proof, which is signed evidence
      // against this coordinator.
      return share->public_key == expected->second ? share : nullptr;
    }
  }
  return nullptr;
}

OrError<Evaluator::Checked> Evaluator::Check(std::shared_ptr<const Roster> roster,
                                             const TlsPin& peer, ByteView bytes,
                                             TimeMs now) const {
  // Strangers learn nothing, not even whether their message was well formed.
  if (roster->FindAgencyByPin(peer) == nullptr && roster->FindAuditorByPin(peer) == nullptr) {
    return ServiceError::kNotAMember;
  }
  auto request = EvaluateRequest::Parse(bytes);
  if (!request.ok()) return ServiceError::kSize;
  const std::optional<Party> party = FindParty(*roster, peer, *request);
  if (!party) return ServiceError::kNotAMember;
  if (!SizeAllowed(request->kind, request->elements.size(), party->allowance)) {
    return ServiceError::kSize;
  }
  if (const auto error = CheckVersions(*request, *roster)) return *error;
  std::shared_ptr<const Share> share = FindShare(*request, *roster);
  if (share == nullptr) return ServiceError::kNotReady;
  const Charge charge = ChargeFor(*party, *request, now / 1000);
  return Checked{std::move(roster), ToBytes(bytes), *std::move(request), charge, std::move(share)};
}

OrError<Bytes> Evaluator::Evaluate(const Checked& checked, Random& random) const {
  const std::shared_ptr<const Share>& share = checked.share;
  std::vector<BlindedElement> blinded;
  blinded.reserve(checked.request.elements.size());
  for (const EncodedElement& encoded : checked.request.elements) {
    // The identity, or a point in another encoding, would bring key material out unblinded.
    auto element = Element::Decode(encoded);
    if (!element.ok()) return ServiceError::kElement;
    blinded.push_back({*element});
  }
  const auto evaluated = BlindEvaluate(share->secret.value, blinded);
  const Proof proof = GenerateProof(share->secret.value, share->public_key, blinded, evaluated,
                                    Scalar::Random(random));
  EvaluateResponse response;
  response.coordinator = self_;
  response.kv = checked.request.kv;
  response.sharing_epoch = checked.request.sharing_epoch;
  for (const EvaluatedElement& element : evaluated) {
    response.elements.push_back(
        EncodedElement(element.element.bytes().first<EncodedElement::kSize>()));
  }
  const Bytes encoded_proof = proof.Encode();
  std::copy(encoded_proof.begin(), encoded_proof.end(), response.proof.data());
  response.Sign(admission_key_, checked.roster->federation, checked.bytes);
  return response.Serialize();
}

OrError<Bytes> Evaluator::Handle(std::shared_ptr<const Roster> roster, const TlsPin& peer,
                                 ByteView request, TimeMs now, Counters& counters,
                                 Random& random) const {
  auto checked = Check(std::move(roster), peer, request, now);
  if (const auto* error = std::get_if<ServiceError>(&checked)) return *error;
  const Checked& good = std::get<Checked>(checked);
  if (!counters.Commit(good.charge)) return ServiceError::kQuota;
  return Evaluate(good, random);
}

}  // namespace whoelse
