#include "node/evaluation.h"

#include <algorithm>
#include <map>

#include "protocol/limits.h"

namespace whoelse {
namespace {

// The coordinators in random order, those to avoid at the front (they are taken from the back).
std::vector<CoordinatorId> AskingOrder(const Roster& roster, const std::set<CoordinatorId>& avoid,
                                       Random& random) {
  std::vector<CoordinatorId> order;
  for (const RosterCoordinator& c : roster.coordinators) order.push_back(c.id);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  std::stable_partition(order.begin(), order.end(),
                        [&](CoordinatorId id) { return avoid.contains(id); });
  return order;
}

}  // namespace

absl::StatusOr<Evaluation> Evaluation::Start(const Roster& roster, KeyVersion kv,
                                             EvaluationKind kind,
                                             const std::vector<std::optional<Digest>>& inputs,
                                             const std::set<CoordinatorId>& avoid,
                                             Random& random) {
  const RosterKeyVersion* key_version = roster.FindKeyVersion(kv);
  if (key_version == nullptr) return absl::InvalidArgumentError("evaluation: no such key version");
  if (inputs.empty() || inputs.size() > kEvaluateElementsMax) {
    return absl::InvalidArgumentError("evaluation: 1 to 1,024 inputs");
  }
  Evaluation evaluation(roster, *key_version);
  EvaluateRequest request{roster.version, kv, key_version->sharing_epoch, kind, {}};
  for (const std::optional<Digest>& input : inputs) {
    // A dummy is a random input blinded like any other: the request says nothing.
    evaluation.inputs_.push_back(ToBytes(input ? *input : random.NewFixed<Digest>()));
    absl::StatusOr<Blinding> blinding =
        Blind(OprfMode::kVoprf, evaluation.inputs_.back(), Scalar::Random(random));
    if (!blinding.ok()) return blinding.status();
    request.elements.emplace_back(blinding->blinded.element.bytes().first<32>());
    evaluation.blinded_.push_back(blinding->blinded);
    evaluation.blinds_.push_back(blinding->blind);
  }
  evaluation.request_ = request.Serialize();
  evaluation.order_ = AskingOrder(roster, avoid, random);
  return evaluation;
}

std::vector<CoordinatorId> Evaluation::ToAsk() {
  std::vector<CoordinatorId> now;
  while (!order_.empty() && partials_.size() + asked_.size() < roster_->threshold) {
    now.push_back(order_.back());
    asked_.insert(order_.back());
    order_.pop_back();
  }
  return now;
}

// Everything about a response that must hold before anything is unblinded: an unproved evaluation
// under another key gives a pseudonym that nobody holds, which reads as "nothing".
std::optional<PartialEvaluation> Evaluation::Verify(const RosterCoordinator& from,
                                                    const EvaluateResponse& response) const {
  if (response.coordinator != from.id || response.kv != kv_->kv ||
      response.sharing_epoch != kv_->sharing_epoch ||
      response.elements.size() != blinded_.size()) {
    return std::nullopt;
  }
  PartialEvaluation partial{from.x, {}};
  for (const EncodedElement& encoded : response.elements) {
    absl::StatusOr<Element> element = Element::Decode(encoded);
    if (!element.ok()) return std::nullopt;
    partial.elements.push_back({*element});
  }
  absl::StatusOr<Proof> proof = Proof::Decode(response.proof);
  if (!proof.ok() ||
      !VerifyProof(kv_->share_keys.at(from.id), blinded_, partial.elements, *proof)) {
    return std::nullopt;
  }
  return partial;
}

void Evaluation::OnResponse(CoordinatorId from, ByteView bytes) {
  if (asked_.erase(from) == 0) return;
  const RosterCoordinator* coordinator = roster_->FindCoordinator(from);
  absl::StatusOr<EvaluateResponse> response = EvaluateResponse::Parse(bytes);
  if (!response.ok() ||
      !response->SignedBy(coordinator->admission_key, roster_->federation, request_)) {
    failed_.push_back(from);
    errors_.push_back(ServiceError::kInternal);
    return;
  }
  std::optional<PartialEvaluation> partial = Verify(*coordinator, *response);
  if (!partial) {
    liars_.push_back({from, request_, ToBytes(bytes)});
    failed_.push_back(from);
    errors_.push_back(ServiceError::kInternal);
    return;
  }
  partials_.push_back(*std::move(partial));
}

void Evaluation::OnFailure(CoordinatorId from, ServiceError error) {
  if (asked_.erase(from) == 0) return;
  failed_.push_back(from);
  errors_.push_back(error);
}

Evaluation::State Evaluation::state() const {
  if (partials_.size() >= roster_->threshold) return State::kDone;
  const size_t possible = partials_.size() + asked_.size() + order_.size();
  return possible < roster_->threshold ? State::kFailed : State::kPending;
}

absl::StatusOr<std::vector<Secret<64>>> Evaluation::Finish() const {
  // Fewer than t shares combine to the pseudonym of nobody, which reads as "nothing".
  if (state() != State::kDone) {
    return absl::FailedPreconditionError("evaluation: too few coordinators have answered");
  }
  absl::StatusOr<std::vector<EvaluatedElement>> combined = Combine(partials_);
  if (!combined.ok()) return combined.status();
  const std::vector<Scalar> inverted = BatchInvert(blinds_);
  std::vector<Secret<64>> outputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    absl::StatusOr<Element> unblinded = Unblind((*combined)[i], inverted[i]);
    if (!unblinded.ok()) return unblinded.status();
    absl::StatusOr<Secret<64>> output = Finalize(inputs_[i], *unblinded);
    if (!output.ok()) return output.status();
    outputs.push_back(*std::move(output));
  }
  return outputs;
}

ServiceError Evaluation::failure() const {
  std::map<ServiceError, int> counts;
  for (ServiceError error : errors_) ++counts[error];
  const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
    return a.second < b.second;
  });
  return most == counts.end() ? ServiceError::kInternal : most->first;
}

}  // namespace whoelse
