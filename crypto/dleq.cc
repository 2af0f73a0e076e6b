// RFC 9497 section 2.2: the proof that every evaluated element is key * its blinded element, for
// the key behind `public_key`. Mode VOPRF; the names are those of the RFC.
#include "crypto/hash.h"
#include "crypto/oprf.h"
#include "crypto/oprf_suite.h"
#include "crypto/require.h"

namespace whoelse {
namespace {

constexpr size_t kBatchMax = 65'535;   // the batch index is hashed as two bytes

// The weights d_i of ComputeComposites: hashes of all keys and elements, so that a cheating
// evaluator cannot choose elements whose errors cancel in the sum.
std::vector<Scalar> CompositeWeights(const Element& public_key,
                                     std::span<const BlindedElement> c,
                                     std::span<const EvaluatedElement> d) {
  const std::string seed_dst = SuiteDst("Seed-", OprfMode::kVoprf);
  const std::string scalar_dst = SuiteDst("HashToScalar-", OprfMode::kVoprf);
  const auto element_size = I2Osp2(Element::kSize);
  const Secret<64> seed = Sha512()
                              .Add(element_size)
                              .Add(public_key.bytes())
                              .Add(I2Osp2(seed_dst.size()))
                              .Add(AsBytes(seed_dst))
                              .Finish();
  std::vector<Scalar> weights;
  weights.reserve(c.size());
  for (size_t i = 0; i < c.size(); ++i) {
    weights.push_back(HashToScalar({I2Osp2(seed.kSize), seed.Reveal(), I2Osp2(i),
                                    element_size, c[i].element.bytes(),
                                    element_size, d[i].element.bytes(), AsBytes("Composite")},
                                   AsBytes(scalar_dst)));
  }
  return weights;
}

// sum of weights[i] * elements[i]: M over blinded, Z over evaluated elements. INVALID_ARGUMENT when
// a partial sum is the identity: the weights are hashes of the elements, so nobody can bring it
// about.
template <typename E>
absl::StatusOr<Element> WeightedSum(std::span<const Scalar> weights, std::span<const E> elements) {
  absl::StatusOr<Element> sum = elements[0].element.Multiply(weights[0]);
  for (size_t i = 1; i < elements.size() && sum.ok(); ++i) {
    const absl::StatusOr<Element> term = elements[i].element.Multiply(weights[i]);
    if (!term.ok()) return term.status();
    sum = sum->Add(*term);
  }
  return sum;
}

Scalar Challenge(const Element& public_key, const Element& m, const Element& z, const Element& t2,
                 const Element& t3) {
  const auto size = I2Osp2(Element::kSize);
  return HashToScalar({size, public_key.bytes(), size, m.bytes(), size, z.bytes(), size, t2.bytes(),
                       size, t3.bytes(), AsBytes("Challenge")},
                      AsBytes(SuiteDst("HashToScalar-", OprfMode::kVoprf)));
}

// left + c * right.
absl::StatusOr<Element> AddMultiple(const Element& left, const Scalar& c, const Element& right) {
  const absl::StatusOr<Element> multiple = right.Multiply(c);
  if (!multiple.ok()) return multiple.status();
  return left.Add(*multiple);
}

}  // namespace

absl::StatusOr<Proof> Proof::Decode(ByteView bytes) {
  if (bytes.size() != kSize) return absl::InvalidArgumentError("a proof has 64 bytes");
  const absl::StatusOr<Scalar> c = Scalar::Decode(bytes.first(Scalar::kSize));
  if (!c.ok()) return c.status();
  const absl::StatusOr<Scalar> s = Scalar::Decode(bytes.last(Scalar::kSize));
  if (!s.ok()) return s.status();
  return Proof{*c, *s};
}

Bytes Proof::Encode() const { return Writer().Raw(c.Reveal()).Raw(s.Reveal()).Take(); }

Proof GenerateProof(const Scalar& key, const Element& public_key,
                    std::span<const BlindedElement> blinded,
                    std::span<const EvaluatedElement> evaluated, const Scalar& r) {
  Require(!blinded.empty() && blinded.size() <= kBatchMax && blinded.size() == evaluated.size());
  // ComputeCompositesFast: who knows the key gets Z by one multiplication.
  const std::vector<Scalar> weights = CompositeWeights(public_key, blinded, evaluated);
  const Element m = *WeightedSum<BlindedElement>(weights, blinded);
  const Element z = *m.Multiply(key);

  const Element t2 = Element::BaseMultiply(r);
  const Element t3 = *m.Multiply(r);
  const Scalar c = Challenge(public_key, m, z, t2, t3);
  return Proof{c, r - c * key};
}

bool VerifyProof(const Element& public_key, std::span<const BlindedElement> blinded,
                 std::span<const EvaluatedElement> evaluated, const Proof& proof) {
  if (blinded.empty() || blinded.size() > kBatchMax || blinded.size() != evaluated.size()) {
    return false;
  }
  // An honest proof has c = 0 or s = 0 with probability 2^-251, and group operations below would
  // meet the identity.
  if (proof.c.IsZero() || proof.s.IsZero()) return false;

  const std::vector<Scalar> weights = CompositeWeights(public_key, blinded, evaluated);
  const absl::StatusOr<Element> m = WeightedSum<BlindedElement>(weights, blinded);
  const absl::StatusOr<Element> z = WeightedSum<EvaluatedElement>(weights, evaluated);
  if (!m.ok() || !z.ok()) return false;

  const absl::StatusOr<Element> t2 =
      AddMultiple(Element::BaseMultiply(proof.s), proof.c, public_key);
  const absl::StatusOr<Element> t3 = AddMultiple(*m->Multiply(proof.s), proof.c, *z);
  if (!t2.ok() || !t3.ok()) return false;   // the commitment of r = 0
  return Challenge(public_key, *m, *z, *t2, *t3).ConstantTimeEquals(proof.c);
}

}  // namespace whoelse
