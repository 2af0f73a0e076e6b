// An answer, always of one size and always signed, and the sealed wire that carries it. protocol.md
// sections 6 and 7; docs/formats/answer.md.
#ifndef WHOELSE_PROTOCOL_ANSWER_H_
#define WHOELSE_PROTOCOL_ANSWER_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/question.h"

namespace whoelse {

// One involvement that a holder discloses.
struct AnswerEntry {
  EntryKind kind = EntryKind::kNone;
  uint8_t flags = 0;             // kEntry...
  uint16_t since = 0;            // days from 1970-01-01, 0 unknown
  uint16_t verified_on = 0;
  std::string organisation;      // <= 48 bytes
  std::string service;           // <= 40
  std::string team;              // <= 32
  std::string name;              // <= 48
  std::string role;              // <= 32
  std::string phone;             // <= 20
  std::string email;             // <= 72
  bool operator==(const AnswerEntry&) const = default;
};

struct Answer {
  bool disclosed = false;
  uint64_t roster_version = 0;                 // the frame's
  std::array<KeyVersion, 2> complete{};        // kv_a and kv_b where complete here, else 0
  uint32_t enrolled_through = 0;               // units of 600 s
  Digest policy_hash;
  Digest confirm;                              // zeros unless disclosed
  bool more = false;
  std::vector<AnswerEntry> entries;            // 1 to 4 when disclosed, else none

  // 1,344 bytes with the signature; strict. INVALID_ARGUMENT names the field. The signature is not
  // checked here.
  static absl::StatusOr<Answer> Parse(ByteView bytes);
  // The answer, signed for this question.
  Bytes Sign(const SigningKey& identity_key, const FrameHash& frame_hash, AgencyId agency) const;
};

bool AnswerSignedBy(const VerifyKey& identity_key, const FrameHash& frame_hash, AgencyId agency,
                    ByteView answer);

// K(CK, "whoelse/1/confirm", FH || agency): only who opened the body can say it.
Digest ConfirmValue(const ContentKey& content_key, const FrameHash& frame_hash, AgencyId agency);

// True when every text of the entry fits its field and is plain text.
bool Fits(const AnswerEntry& entry);

struct Wire {
  AgencyId agency;
  FrameHash frame_hash;
  X25519PublicKey ephemeral_key;
  Bytes ciphertext;   // 1,360

  static absl::StatusOr<Wire> Parse(ByteView bytes);   // INVALID_ARGUMENT: not 1,428 bytes
  Bytes Serialize() const;
};

// Seals an answer to a question's reply key with a fresh ephemeral key drawn from `random`.
// INVALID_ARGUMENT when the reply key is of low order (check P1 refuses such frames).
absl::StatusOr<Bytes> SealAnswer(ByteView answer, const FrameHash& frame_hash, AgencyId agency,
                                 const X25519PublicKey& reply_key, Random& random);
// The answer's 1,344 bytes. UNAUTHENTICATED when it was not sealed to this key for this question by
// this agency; INVALID_ARGUMENT for an ephemeral key of low order.
absl::StatusOr<Bytes> OpenWire(const Wire& wire, const Secret<32>& reply_secret_key);

// H("whoelse/1/wire", wire or refusal).
Digest WireHash(ByteView wire);

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_ANSWER_H_
