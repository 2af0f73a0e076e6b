// C2SP signed notes: text || LF || signature lines. docs/formats/signed-note.md has the page.
// https://c2sp.org/signed-note
#ifndef WHOELSE_PROTOCOL_NOTE_H_
#define WHOELSE_PROTOCOL_NOTE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/sign.h"

namespace whoelse {

enum class NoteKeyType : uint8_t { kEd25519 = 0x01, kCosignatureV1 = 0x04 };

// The first 4 bytes of SHA-256(name || 0x0A || type || public key), big-endian.
uint32_t NoteKeyId(std::string_view name, NoteKeyType type, const VerifyKey& key);

// name+<8 hex of key id>+base64(type || key)
struct NoteVerifier {
  std::string name;
  uint32_t key_id;
  NoteKeyType type;
  VerifyKey key;

  // INVALID_ARGUMENT: not three parts, a bad name, an id that does not belong to the key, another
  // type, base64 that is not canonical, a bad key.
  static absl::StatusOr<NoteVerifier> Parse(std::string_view vkey);
  static absl::StatusOr<NoteVerifier> Create(std::string_view name, NoteKeyType type,
                                             const VerifyKey& key);
  std::string Encode() const;
  bool operator==(const NoteVerifier&) const = default;
};

struct NoteSignature {
  std::string name;
  uint32_t key_id;
  Bytes signature;   // what follows the key id
  bool operator==(const NoteSignature&) const = default;
};

// INVALID_ARGUMENT, with the byte offset, unless `text` may be a note's: not empty, UTF-8 without
// control characters (Unicode's Cc) but LF, ends in LF, at most kNoteMax bytes.
absl::Status CheckNoteText(std::string_view text);

// A note that is well formed; nothing about who signed it.
struct Note {
  std::string text;                        // ends in LF
  std::vector<NoteSignature> signatures;   // at least one

  // INVALID_ARGUMENT, with the byte offset, for anything that would not serialise back to the same
  // bytes: no blank line, control characters, malformed UTF-8, signature lines or base64; and for
  // what is larger than limits.h allows.
  static absl::StatusOr<Note> Parse(std::string_view bytes);
  std::string Serialize() const;
};

// A type 0x01 signature line over `text` by `key`.
NoteSignature SignNote(std::string_view text, std::string_view name, const SigningKey& key);

// The verifiers of `known` whose signature on the note is good, each once, ascending, as indexes
// into `known`. Verifiers of another type than 0x01 and signatures of nobody known are ignored.
// INVALID_ARGUMENT when a known key's signature is bad; NOT_FOUND when none is known and good.
absl::StatusOr<std::vector<size_t>> VerifyNote(const Note& note,
                                               const std::vector<NoteVerifier>& known);

// Standard padded base64. Decode is strict: what decodes encodes back to the same text, the rest is
// INVALID_ARGUMENT.
std::string Base64Encode(ByteView bytes);
absl::StatusOr<Bytes> Base64Decode(std::string_view text);

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_NOTE_H_
