#include "crypto/threshold.h"

#include <algorithm>

#include "absl/status/status.h"
#include "crypto/require.h"

namespace whoelse {
namespace {

bool AreAbscissae(std::span<const uint16_t> xs) {
  std::vector<uint16_t> sorted(xs.begin(), xs.end());
  std::sort(sorted.begin(), sorted.end());
  return !sorted.empty() && sorted.front() != 0 &&
         std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

// lambda_j = product over m != j of (at - x_m) / (x_j - x_m), for distinct xs: the value at `at` of
// the polynomial through (x_j, y_j) is the sum of lambda_j * y_j.
std::vector<Scalar> LagrangeAt(uint16_t at, std::span<const uint16_t> xs) {
  std::vector<Scalar> numerators;
  std::vector<Scalar> denominators;
  for (size_t j = 0; j < xs.size(); ++j) {
    Scalar numerator = Scalar::FromU64(1);
    Scalar denominator = Scalar::FromU64(1);
    for (size_t m = 0; m < xs.size(); ++m) {
      if (m == j) continue;
      numerator = numerator * (Scalar::FromU64(at) - Scalar::FromU64(xs[m]));
      denominator = denominator * (Scalar::FromU64(xs[j]) - Scalar::FromU64(xs[m]));
    }
    numerators.push_back(numerator);
    denominators.push_back(denominator);
  }
  std::vector<Scalar> lambdas = BatchInvert(denominators);
  for (size_t j = 0; j < lambdas.size(); ++j) lambdas[j] = numerators[j] * lambdas[j];
  return lambdas;
}

// sum of lambdas[j] * element(j). INVALID_ARGUMENT when a partial sum is the identity.
template <typename ElementAt>
absl::StatusOr<Element> Interpolate(std::span<const Scalar> lambdas, ElementAt element) {
  absl::StatusOr<Element> sum = element(0).Multiply(lambdas[0]);
  for (size_t j = 1; j < lambdas.size() && sum.ok(); ++j) {
    const absl::StatusOr<Element> term = element(j).Multiply(lambdas[j]);
    if (!term.ok()) return term.status();
    sum = sum->Add(*term);
  }
  return sum;
}

// True when the polynomial of degree count-1 through the first `count` shares also goes through
// all others and has the value `group_key` at 0.
bool FirstSharesFixAll(const Element& group_key, std::span<const ShareKey> shares, size_t count) {
  std::vector<uint16_t> xs;
  for (const ShareKey& share : shares.first(count)) xs.push_back(share.x);
  const auto goes_through = [&](uint16_t x, const Element& expected) {
    const absl::StatusOr<Element> value = Interpolate(
        LagrangeAt(x, xs), [&](size_t j) -> const Element& { return shares[j].key; });
    return value.ok() && *value == expected;
  };
  return goes_through(0, group_key) &&
         std::all_of(shares.begin() + count, shares.end(), [&](const ShareKey& share) {
           return goes_through(share.x, share.key);
         });
}

// A random polynomial of degree threshold-1 with this constant term, lowest coefficient first.
std::vector<Scalar> RandomPolynomial(const Scalar& constant, uint16_t threshold, Random& random) {
  std::vector<Scalar> coefficients = {constant};
  while (coefficients.size() < threshold) coefficients.push_back(Scalar::Random(random));
  return coefficients;
}

Scalar ValueAt(uint16_t x, std::span<const Scalar> coefficients) {
  Scalar value = coefficients.back();
  for (size_t i = coefficients.size() - 1; i > 0; --i) {
    value = value * Scalar::FromU64(x) + coefficients[i - 1];
  }
  return value;
}

}  // namespace

absl::StatusOr<std::vector<Scalar>> LagrangeAtZero(std::span<const uint16_t> xs) {
  if (!AreAbscissae(xs)) {
    return absl::InvalidArgumentError("abscissae must be there, distinct and not zero");
  }
  return LagrangeAt(0, xs);
}

absl::StatusOr<std::vector<EvaluatedElement>> Combine(
    std::span<const PartialEvaluation> partials) {
  std::vector<uint16_t> xs;
  for (const PartialEvaluation& partial : partials) {
    if (partial.elements.size() != partials[0].elements.size()) {
      return absl::InvalidArgumentError("evaluations of different length");
    }
    xs.push_back(partial.x);
  }
  const absl::StatusOr<std::vector<Scalar>> lambdas = LagrangeAtZero(xs);
  if (!lambdas.ok()) return lambdas.status();

  std::vector<EvaluatedElement> combined;
  combined.reserve(partials[0].elements.size());
  for (size_t i = 0; i < partials[0].elements.size(); ++i) {
    const absl::StatusOr<Element> sum =
        Interpolate(*lambdas, [&](size_t j) -> const Element& {
          return partials[j].elements[i].element;
        });
    if (!sum.ok()) return sum.status();
    combined.push_back({*sum});
  }
  return combined;
}

bool SharingIsConsistent(const Element& group_key, std::span<const ShareKey> shares,
                         uint16_t threshold) {
  std::vector<uint16_t> xs;
  for (const ShareKey& share : shares) xs.push_back(share.x);
  if (threshold < 2 || threshold > shares.size() || !AreAbscissae(xs)) return false;
  // A lower degree would combine correctly and so go unnoticed, while fewer than `threshold`
  // coordinators together hold the key.
  return FirstSharesFixAll(group_key, shares, threshold) &&
         !FirstSharesFixAll(group_key, shares, threshold - 1);
}

std::vector<KeyShare> SplitKey(const Scalar& key, uint16_t threshold, uint16_t n, Random& random) {
  Require(2 <= threshold && threshold <= n);
  const std::vector<Scalar> coefficients = RandomPolynomial(key, threshold, random);
  std::vector<KeyShare> shares;
  for (uint32_t x = 1; x <= n; ++x) {
    const auto abscissa = static_cast<uint16_t>(x);
    shares.push_back({abscissa, ValueAt(abscissa, coefficients)});
  }
  return shares;
}

std::vector<KeyShare> RefreshShares(std::span<const KeyShare> shares, uint16_t threshold,
                                    Random& random) {
  Require(threshold >= 2);
  const std::vector<Scalar> zero = RandomPolynomial(Scalar::FromU64(0), threshold, random);
  std::vector<KeyShare> refreshed;
  for (const KeyShare& share : shares) {
    refreshed.push_back({share.x, share.value + ValueAt(share.x, zero)});
  }
  return refreshed;
}

}  // namespace whoelse
