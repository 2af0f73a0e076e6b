// The messages of a threshold evaluation. protocol.md section 3.
#ifndef WHOELSE_PROTOCOL_EVALUATE_H_
#define WHOELSE_PROTOCOL_EVALUATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "crypto/oprf.h"
#include "crypto/sign.h"
#include "protocol/codes.h"
#include "protocol/ids.h"

namespace whoelse {

// Elements are kept as bytes: an evaluator counts a request before it decodes them.
using EncodedElement = FixedBytes<struct EncodedElementTag, 32>;

struct EvaluateRequest {
  uint64_t roster_version;
  KeyVersion kv;
  uint32_t sharing_epoch;
  EvaluationKind kind;
  std::vector<EncodedElement> elements;   // 1 to 1,024

  // INVALID_ARGUMENT: another length than m says, m of 0 or above 1,024, an unknown kind.
  static absl::StatusOr<EvaluateRequest> Parse(ByteView bytes);
  Bytes Serialize() const;
};

struct EvaluateResponse {
  CoordinatorId coordinator;
  KeyVersion kv;
  uint32_t sharing_epoch;
  std::vector<EncodedElement> elements;
  FixedBytes<struct ProofBytesTag, 64> proof;   // c || s
  Signature signature;

  static absl::StatusOr<EvaluateResponse> Parse(ByteView bytes);
  Bytes Serialize() const;

  // Signs everything before the signature, bound to the request's bytes: kept as evidence, a bad
  // proof names its maker.
  void Sign(const SigningKey& admission_key, const FederationId& federation, ByteView request);
  bool SignedBy(const VerifyKey& admission_key, const FederationId& federation,
                ByteView request) const;
};

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_EVALUATE_H_
