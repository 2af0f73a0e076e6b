// RFC 9497, suite ristretto255-SHA512, modes OPRF (0x00) and VOPRF (0x01). Start here.
//
//   client                                              evaluator (key k, public key k*G)
//   1  Blind(input) -> blind, BlindedElement   ------>
//   2                                                   BlindEvaluate -> EvaluatedElements, Proof
//   3  VerifyProof, before anything else       <------
//   4  Unblind, Finalize -> 64 bytes
//
// With a threshold (threshold.h) step 2 is done by t evaluators with a share each; the client
// verifies each proof against that evaluator's share key and combines between 3 and 4.
#ifndef WHOELSE_CRYPTO_OPRF_H_
#define WHOELSE_CRYPTO_OPRF_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/group.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace whoelse {

enum class OprfMode : uint8_t { kOprf = 0x00, kVoprf = 0x01 };

// What travels to an evaluator, and what comes back: the same bytes, never the same type.
struct BlindedElement {
  Element element;
};
struct EvaluatedElement {
  Element element;
};

struct Blinding {
  Scalar blind;
  BlindedElement blinded;
};

struct Proof {
  static constexpr size_t kSize = 64;
  Scalar c;
  Scalar s;

  // c || s. INVALID_ARGUMENT unless 64 bytes, both scalars canonical.
  static absl::StatusOr<Proof> Decode(ByteView bytes);
  Bytes Encode() const;
};

// RFC 9497 3.2.1 DeriveKeyPair. INVALID_ARGUMENT: 256 counters gave no key (will not happen), or
// `info` longer than 65,535 bytes.
absl::StatusOr<Scalar> DeriveKey(OprfMode mode, std::span<const uint8_t, 32> seed, ByteView info);

// 3.3.1 Blind. INVALID_ARGUMENT: RFC's InvalidInputError, or a zero blind.
absl::StatusOr<Blinding> Blind(OprfMode mode, ByteView input, const Scalar& blind);

// 3.3.1 BlindEvaluate without proof. The key is not zero.
std::vector<EvaluatedElement> BlindEvaluate(const Scalar& key,
                                            std::span<const BlindedElement> blinded);

// 2.2.1 GenerateProof for `evaluated` = key * `blinded`, with the commitment's scalar `r` given.
// The lists have the same length, 1 to 65,535. `r` is random, never used twice (two proofs with
// one r reveal the key), and not zero.
Proof GenerateProof(const Scalar& key, const Element& public_key,
                    std::span<const BlindedElement> blinded,
                    std::span<const EvaluatedElement> evaluated, const Scalar& r);

// 2.2.2 VerifyProof. False also for lists of different length, of none or more than 65,535.
bool VerifyProof(const Element& public_key, std::span<const BlindedElement> blinded,
                 std::span<const EvaluatedElement> evaluated, const Proof& proof);

// 3.3.1 Finalize, in two steps so that the inverses of many blinds can be computed as one batch.
// INVALID_ARGUMENT: the inverted blind is zero.
absl::StatusOr<Element> Unblind(const EvaluatedElement& evaluated, const Scalar& inverted_blind);
// INVALID_ARGUMENT: input longer than 65,535 bytes.
absl::StatusOr<Secret<64>> Finalize(ByteView input, const Element& unblinded);

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_OPRF_H_
