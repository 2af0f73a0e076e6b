#include "crypto/oprf.h"

#include "crypto/hash.h"
#include "crypto/oprf_suite.h"

namespace whoelse {
namespace {

constexpr size_t kInputMax = 65'535;   // lengths are hashed as two bytes

}  // namespace

absl::StatusOr<Scalar> DeriveKey(OprfMode mode, std::span<const uint8_t, 32> seed, ByteView info) {
  if (info.size() > kInputMax) return absl::InvalidArgumentError("key info is too long");
  const std::string dst = SuiteDst("DeriveKeyPair", mode);
  for (int counter = 0; counter <= 255; ++counter) {
    const auto byte = static_cast<uint8_t>(counter);
    const Scalar key =
        HashToScalar({seed, I2Osp2(info.size()), info, {&byte, 1}}, AsBytes(dst));
    if (!key.IsZero()) return key;
  }
  return absl::InvalidArgumentError("no key from this seed");
}

absl::StatusOr<Blinding> Blind(OprfMode mode, ByteView input, const Scalar& blind) {
  const absl::StatusOr<Element> hashed =
      Element::Hash(input, AsBytes(SuiteDst("HashToGroup-", mode)));
  if (!hashed.ok()) return hashed.status();
  const absl::StatusOr<Element> blinded = hashed->Multiply(blind);
  if (!blinded.ok()) return blinded.status();
  return Blinding{blind, BlindedElement{*blinded}};
}

std::vector<EvaluatedElement> BlindEvaluate(const Scalar& key,
                                            std::span<const BlindedElement> blinded) {
  std::vector<EvaluatedElement> evaluated;
  evaluated.reserve(blinded.size());
  // In a group of prime order only key = 0 gives the identity, whatever the client sends.
  for (const BlindedElement& b : blinded) evaluated.push_back({*b.element.Multiply(key)});
  return evaluated;
}

absl::StatusOr<Element> Unblind(const EvaluatedElement& evaluated, const Scalar& inverted_blind) {
  return evaluated.element.Multiply(inverted_blind);
}

absl::StatusOr<Secret<64>> Finalize(ByteView input, const Element& unblinded) {
  if (input.size() > kInputMax) return absl::InvalidArgumentError("input is too long");
  const ByteView element = unblinded.bytes();
  return Sha512()
      .Add(I2Osp2(input.size()))
      .Add(input)
      .Add(I2Osp2(element.size()))
      .Add(element)
      .Add(AsBytes("Finalize"))
      .Finish();
}

}  // namespace whoelse
