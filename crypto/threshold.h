// Shamir sharing of the OPRF key: Lagrange combination of evaluations, the check that published
// share keys belong together, and (for the demonstration's dealer and the tests) splitting and
// refreshing.
#ifndef WHOELSE_CRYPTO_THRESHOLD_H_
#define WHOELSE_CRYPTO_THRESHOLD_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/group.h"
#include "crypto/oprf.h"

namespace whoelse {

struct KeyShare {
  uint16_t x;        // Shamir abscissa, 1..n
  Scalar value;
};

struct ShareKey {    // the public half of a KeyShare
  uint16_t x;
  Element key;
};

// Lagrange coefficients at 0 for these abscissae. INVALID_ARGUMENT: none, a zero, or one twice.
absl::StatusOr<std::vector<Scalar>> LagrangeAtZero(std::span<const uint16_t> xs);

// One evaluator's evaluations of a batch.
struct PartialEvaluation {
  uint16_t x;
  std::vector<EvaluatedElement> elements;
};

// sum over evaluators of lambda_i * elements_i, position by position. Give exactly t of them, all
// verified and of one sharing epoch. INVALID_ARGUMENT: bad abscissae, lists of different lengths,
// or a sum that is the identity.
absl::StatusOr<std::vector<EvaluatedElement>> Combine(std::span<const PartialEvaluation> partials);

// True when all share keys lie on one polynomial of degree threshold-1 (not less: fewer evaluators
// would hold the key) whose value at 0 is `group_key`, their abscissae are distinct and not zero,
// and 2 <= threshold <= their number. Without this check, shares of different keys give a pseudonym
// that is silently wrong, and a wrong pseudonym reads as "nothing".
bool SharingIsConsistent(const Element& group_key, std::span<const ShareKey> shares,
                         uint16_t threshold);

// A dealer's sharing of `key`: abscissae 1..n, 2 <= threshold <= n (checked by the caller).
std::vector<KeyShare> SplitKey(const Scalar& key, uint16_t threshold, uint16_t n, Random& random);

// New shares of the same key: adds a sharing of zero. Old and new shares do not combine.
// threshold >= 2.
std::vector<KeyShare> RefreshShares(std::span<const KeyShare> shares, uint16_t threshold,
                                    Random& random);

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_THRESHOLD_H_
