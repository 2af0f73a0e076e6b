// A question: the statement (who asks about whom, and why), the slots by which holders find it, and
// the frame that carries both. protocol.md section 4; docs/formats/frame.md, statement.md. Start here.
//
//   header  | slots: one probe per key version and position | body = seal(CK, statement || signature)
//
//   A node that holds the child has the child's sub-keys. It recognises its slot by `check`, takes
//   CK out of `wrap`, opens the body and checks the signature over the whole header. To everybody
//   else every slot is noise.
#ifndef WHOELSE_PROTOCOL_QUESTION_H_
#define WHOELSE_PROTOCOL_QUESTION_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "crypto/wiped_bytes.h"
#include "protocol/codes.h"
#include "protocol/ids.h"
#include "protocol/limits.h"
#include "protocol/pseudonym.h"
#include "protocol/subject.h"

namespace whoelse {

using Opening32 = FixedBytes<struct OpeningTag, 32>;    // r: opens the asker_tag
using QuestionNonce = FixedBytes<struct QuestionNonceTag, 16>;
using AskerTag = FixedBytes<struct AskerTagTag, 32>;
using WrapBytes = FixedBytes<struct WrapTag, 32>;
using ContentKey = Secret<32>;                          // CK

inline constexpr uint8_t kClassByNumber = 1;

// What is asked, by whom and on what basis: 1,024 bytes that only holders of the child read.
struct Statement {
  AgencyId agency;
  std::array<CoordinatorId, 2> relays;
  Opening32 r;
  FixedBytes<struct SaltTag, 32> salt;
  FixedBytes<struct SeedTag, 32> seed;   // of the dummies
  PersonRef practitioner_ref;
  PersonRef approver_ref;                // zeros: none
  std::string organisation;              // the asking one's code
  Role role;
  Purpose purpose;
  Power power;
  Article6 article6;
  Article9 article9;
  uint16_t flags;                        // kFlag...
  uint32_t born;                         // yyyymmdd, 0 unknown
  Subject subject;

  // The layout and all rules of form of section 4, for class 1 (the description is zeros).
  // INVALID_ARGUMENT names the field.
  static absl::StatusOr<Statement> Parse(ByteView bytes);
  Bytes Serialize() const;   // 1,024 bytes
  bool Has(uint16_t flag) const { return (flags & flag) != 0; }
};

// H("whoelse/1/asker", r || agency): to nodes that cannot open the body, every tag is fresh noise.
AskerTag TagAsker(const Opening32& r, AgencyId agency);
// H("whoelse/1/statement", statement).
Digest CommitTo(ByteView statement);

struct Slot {
  Siphash128 check;
  WrapBytes wrap;
  bool operator==(const Slot&) const = default;
};

Slot RealSlot(const SubKeys& keys, const ContentKey& content_key, const QuestionNonce& nonce,
              uint8_t j);
Slot DummySlot(ByteView seed, const QuestionNonce& nonce, uint8_t j);
// The content key that this slot wraps under these sub-keys; noise when the slot is not theirs.
ContentKey Unwrap(const Slot& slot, const Secret<32>& wrap_key, const QuestionNonce& nonce,
                  uint8_t j);
// What a slot's `check` must be for these sub-keys.
Siphash128 CheckValue(std::span<const uint8_t, 16> check_key, const QuestionNonce& nonce, uint8_t j);

struct Header {
  FederationId federation;
  uint64_t roster_version;
  KeyVersion kv_a;
  KeyVersion kv_b;                       // 0: none
  TimeS issued_s;
  std::array<CoordinatorId, 2> relays;
  QuestionNonce nonce;
  X25519PublicKey reply_key;
  AskerTag asker_tag;
  Digest commitment;
  std::vector<Slot> slots;               // index j: kv_a's positions, then kv_b's

  TimeS expires_s() const { return issued_s + kQuestionLifetimeS; }
  // The frame's key versions in order; one or two.
  std::vector<KeyVersion> key_versions() const;
  Bytes Serialize() const;
};

// A frame whose cleartext is well formed (check P1), with its bytes as received.
class Frame {
 public:
  // INVALID_ARGUMENT: anything that check P1 of section 6 calls FORMAT. Class 2 (by description) is
  // refused too, loudly, until nodes know how to score one.
  static absl::StatusOr<Frame> Parse(ByteView bytes, const FederationId& federation);
  // FH over any bytes, well formed or not.
  static FrameHash HashOf(ByteView bytes);

  const Header& header() const { return header_; }
  const FrameHash& hash() const { return hash_; }
  const Digest& header_hash() const { return header_hash_; }
  ByteView bytes() const { return bytes_; }
  ByteView body() const { return ByteView(bytes_).last(kBodySize); }
  ByteView header_bytes() const { return ByteView(bytes_).first(bytes_.size() - kBodySize); }

 private:
  Frame() = default;
  Header header_;
  Bytes bytes_;
  FrameHash hash_;
  Digest header_hash_;
};

// An opened body: statement and signature as bytes, nothing checked but the seal.
struct OpenedBody {
  WipedBytes statement;   // with the identifiers that were asked about
  Signature signature;
};
// UNAUTHENTICATED when this key does not open it.
absl::StatusOr<OpenedBody> OpenBody(const Frame& frame, const ContentKey& content_key);

// Sig(identity key, "whoelse/1/question", header hash). The whole header is signed, probes included:
// otherwise a holder of one child could re-wrap a signed statement and ask about another with it.
bool QuestionSignedBy(const VerifyKey& identity_key, const Frame& frame, const Signature& signature);

// What a question is made from beside its statement.
struct QuestionParts {
  FederationId federation;
  uint64_t roster_version;
  std::vector<KeyVersion> key_versions;   // ASKED, ascending, one or two
  TimeS issued_s;                         // a multiple of 10
  // [key version][position]; nullptr: a dummy. Real where the statement's subject has an entry.
  std::vector<std::array<const SubKeys*, kSlotsByNumber>> sub_keys;
};

// A question and what opens it. Stored, sealed, before the frame leaves.
struct Question {
  Frame frame;
  Bytes statement;
  Opening32 r;
  ContentKey content_key;
  Secret<32> reply_secret_key;

  // Fills in the statement's r, salt and seed, then draws nonce, reply key and CK, in this order.
  static Question Build(const QuestionParts& parts, Statement statement, const SigningKey& identity,
                        Random& random);
};

// First 80 bits of FH in Crockford base32, four groups of four: "6STF-5YE9-R7M2-Y7WH".
std::string ReceiptNumber(const FrameHash& hash);

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_QUESTION_H_
