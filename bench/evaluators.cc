#include "bench/evaluators.h"

#include <string>

#include "crypto/threshold.h"

namespace whoelse::bench {

Evaluators::Evaluators(Random& random) : random_(random) {
  constexpr CoordinatorId kFirst = 101;
  const Scalar key = Scalar::Random(random);
  Roster roster{};
  roster.version = 1;
  roster.threshold = 2;
  roster.key_versions.push_back(
      {kKeyVersion, KeyState::kAsked, 1, Element::BaseMultiply(key), {}});
  for (const KeyShare& share : SplitKey(key, roster.threshold, 3, random)) {
    const auto id = static_cast<CoordinatorId>(kFirst + evaluators_.size());
    const auto name = "coordinator-" + std::to_string(id);
    const Secret<32> seed = random.NewSecret<32>();
    SigningKey admission_key = SigningKey::FromSeed(seed.Reveal());
    const Element public_key = Element::BaseMultiply(share.value);
    roster.key_versions[0].share_keys.emplace(id, public_key);
    roster.coordinators.push_back(
        {id, share.x, name, "", {},
         *NoteVerifier::Create(name, NoteKeyType::kEd25519, admission_key.verify_key()),
         admission_key.verify_key()});
    const EvaluatorShare secret{kKeyVersion, 1, share.value};
    shares_.push_back(
        std::make_shared<const Evaluator::Share>(Evaluator::Share{secret, public_key}));
    evaluators_.push_back(std::make_unique<Evaluator>(id, std::move(admission_key),
                                                      std::vector<EvaluatorShare>{secret}));
  }
  roster_ = std::make_shared<const Roster>(std::move(roster));
}

Evaluator::Checked Evaluators::Checked(size_t place, const Bytes& request) const {
  return {roster_, request, *EvaluateRequest::Parse(request), {}, shares_[place]};
}

Bytes Evaluators::Evaluate(size_t place, const Evaluator::Checked& checked) const {
  return std::get<Bytes>(evaluators_[place]->Evaluate(checked, random_));
}

}  // namespace whoelse::bench
