// A relay's signed word that a frame is in its log, and a node's signed word that it would not look
// at one. protocol.md sections 5 and 6; docs/formats/admission.md, docs/formats/refusal.md.
#ifndef WHOELSE_PROTOCOL_ADMISSION_H_
#define WHOELSE_PROTOCOL_ADMISSION_H_

#include "absl/status/statusor.h"
#include "crypto/sign.h"
#include "protocol/codes.h"
#include "protocol/ids.h"

namespace whoelse {

struct Admission {
  CoordinatorId coordinator;
  uint32_t log_key_id;
  uint64_t index;       // of the Asked leaf
  TimeMs time_ms;       // of the Asked leaf
  FrameHash frame_hash;
  Signature signature;

  static absl::StatusOr<Admission> Parse(ByteView bytes);   // INVALID_ARGUMENT: not 118 bytes
  Bytes Serialize() const;
  void Sign(const SigningKey& admission_key, const FederationId& federation);
  bool SignedBy(const VerifyKey& admission_key, const FederationId& federation) const;
};

struct Refusal {
  AgencyId agency;
  FrameHash frame_hash;     // over the frame's bytes as received
  RefusalCode code;
  uint64_t roster_version;  // the refusing node's
  uint64_t index;           // as received in the admission; 0 when that was not 118 bytes
  TimeMs time_ms;           // likewise
  Signature signature;

  // INVALID_ARGUMENT: not 125 bytes, or a code that is not a node's.
  static absl::StatusOr<Refusal> Parse(ByteView bytes);
  Bytes Serialize() const;
  void Sign(const SigningKey& identity_key);
  bool SignedBy(const VerifyKey& identity_key) const;
};

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_ADMISSION_H_
