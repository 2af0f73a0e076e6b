#include "protocol/note.h"

#include <sodium.h>
#include <unicode/uchar.h>

#include "crypto/hash.h"
#include "protocol/limits.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";   // U+2014, space
constexpr size_t kKeyIdSize = 4;

absl::Status Malformed(size_t offset, std::string_view what) {
  return absl::InvalidArgumentError("note, byte " + std::to_string(offset) + ": " +
                                    std::string(what));
}

// Offset of the first byte that is not well-formed UTF-8 or a control character other than LF.
size_t FindControl(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const int32_t character = NextCharacter(text, &i);
    if (character < 0 || (u_charType(character) == U_CONTROL_CHAR && character != '\n')) {
      return start;
    }
  }
  return std::string_view::npos;
}

// A space or '+' in a name would let one line or vkey be read as that of another name.
bool IsNoteName(std::string_view name) {
  if (name.empty() || name.size() > kNoteNameMax) return false;
  for (size_t i = 0; i < name.size();) {
    const int32_t character = NextCharacter(name, &i);
    if (character < 0 || character == '+' || u_isUWhiteSpace(character) ||
        u_charType(character) == U_CONTROL_CHAR) {
      return false;
    }
  }
  return true;
}

std::string KeyIdHex(uint32_t id) { return ToHex(Writer().U32(id).view()); }

// One signature line without its LF, which starts at `offset` of the note.
absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line, size_t offset) {
  if (line.size() > kNoteSignatureLineMax) return Malformed(offset, "signature line too long");
  if (!line.starts_with(kDash)) {
    return Malformed(offset, "a signature line should start with U+2014 and a space");
  }
  const size_t space = line.find(' ', kDash.size());
  if (space == std::string_view::npos) {
    return Malformed(offset, "a signature line should be a name, a space and base64");
  }
  const std::string_view name = line.substr(kDash.size(), space - kDash.size());
  if (!IsNoteName(name)) return Malformed(offset + kDash.size(), "not a key name");
  const absl::StatusOr<Bytes> payload = Base64Decode(line.substr(space + 1));
  if (!payload.ok()) return Malformed(offset + space + 1, "not canonical base64");
  if (payload->size() <= kKeyIdSize) return Malformed(offset + space + 1, "no signature");
  Reader in(*payload);
  const uint32_t key_id = in.U32();
  return NoteSignature{std::string(name), key_id, ToBytes(in.Raw(in.left()))};
}

bool SignatureIsGood(const Note& note, const NoteSignature& line, const NoteVerifier& verifier) {
  if (line.signature.size() != Signature::kSize) return false;
  return verifier.key.VerifyBare(AsBytes(note.text), Reader(line.signature).Fixed<Signature>());
}

}  // namespace

uint32_t NoteKeyId(std::string_view name, NoteKeyType type, const VerifyKey& key) {
  const Bytes tail = Writer().U8('\n').U8(static_cast<uint8_t>(type)).Raw(key.bytes()).Take();
  return Reader(Sha256({AsBytes(name), tail})).U32();
}

absl::StatusOr<NoteVerifier> NoteVerifier::Create(std::string_view name, NoteKeyType type,
                                                  const VerifyKey& key) {
  if (!IsNoteName(name)) {
    return absl::InvalidArgumentError("a note key's name should be 1 to 255 bytes of UTF-8 without "
                                      "space, '+' and control characters");
  }
  return NoteVerifier{std::string(name), NoteKeyId(name, type, key), type, key};
}

absl::StatusOr<NoteVerifier> NoteVerifier::Parse(std::string_view vkey) {
  const size_t first = vkey.find('+');
  const size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) {
    return absl::InvalidArgumentError("a vkey should be name+id+base64");
  }
  const absl::StatusOr<Bytes> typed = Base64Decode(vkey.substr(second + 1));   // may hold a '+'
  if (!typed.ok()) return absl::InvalidArgumentError("a vkey's key should be canonical base64");
  if (typed->size() != 1 + VerifyKey::kSize) {
    return absl::InvalidArgumentError("a vkey should hold a type byte and 32 bytes of key");
  }
  const auto type = static_cast<NoteKeyType>(typed->front());
  if (type != NoteKeyType::kEd25519 && type != NoteKeyType::kCosignatureV1) {
    return absl::InvalidArgumentError("a vkey's type should be 01 or 04");
  }
  const absl::StatusOr<VerifyKey> key = VerifyKey::Decode(ByteView(*typed).subspan(1));
  if (!key.ok()) return key.status();
  absl::StatusOr<NoteVerifier> verifier = Create(vkey.substr(0, first), type, *key);
  if (!verifier.ok()) return verifier.status();
  if (vkey.substr(first + 1, second - first - 1) != KeyIdHex(verifier->key_id)) {
    return absl::InvalidArgumentError("a vkey's id should be that of its name and key");
  }
  return verifier;
}

std::string NoteVerifier::Encode() const {
  const Bytes typed = Writer().U8(static_cast<uint8_t>(type)).Raw(key.bytes()).Take();
  return name + "+" + KeyIdHex(key_id) + "+" + Base64Encode(typed);
}

absl::Status CheckNoteText(std::string_view text) {
  if (text.size() > kNoteMax) return Malformed(kNoteMax, "too long");
  const size_t control = FindControl(text);
  if (control != std::string_view::npos) {
    return Malformed(control, "malformed UTF-8 or a control character");
  }
  if (!text.ends_with('\n')) return Malformed(text.size(), "should end in LF");
  return absl::OkStatus();
}

absl::StatusOr<Note> Note::Parse(std::string_view bytes) {
  if (const absl::Status text = CheckNoteText(bytes); !text.ok()) return text;
  // The last blank line: a text may hold blank lines, and even what looks like a signature; a
  // parser that took the first would verify another text than the one that was signed.
  const size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos) return Malformed(bytes.size(), "no blank line");
  Note note{std::string(bytes.substr(0, blank + 1)), {}};
  size_t offset = blank + 2;
  if (offset == bytes.size()) return Malformed(offset, "no signature line");
  while (offset < bytes.size()) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return Malformed(offset, "too many signature lines");
    }
    const size_t end = bytes.find('\n', offset);
    absl::StatusOr<NoteSignature> line =
        ParseSignatureLine(bytes.substr(offset, end - offset), offset);
    if (!line.ok()) return line.status();
    note.signatures.push_back(*std::move(line));
    offset = end + 1;
  }
  return note;
}

std::string Note::Serialize() const {
  std::string out = text + "\n";
  for (const NoteSignature& line : signatures) {
    const Bytes payload = Writer().U32(line.key_id).Raw(line.signature).Take();
    out += std::string(kDash) + line.name + " " + Base64Encode(payload) + "\n";
  }
  return out;
}

NoteSignature SignNote(std::string_view text, std::string_view name, const SigningKey& key) {
  return {std::string(name), NoteKeyId(name, NoteKeyType::kEd25519, key.verify_key()),
          ToBytes(key.SignBare(AsBytes(text)))};
}

absl::StatusOr<std::vector<size_t>> VerifyNote(const Note& note,
                                               const std::vector<NoteVerifier>& known) {
  std::vector<bool> signed_by(known.size());
  for (const NoteSignature& line : note.signatures) {
    bool is_known = false;
    bool is_good = false;
    for (size_t i = 0; i < known.size(); ++i) {
      if (known[i].type != NoteKeyType::kEd25519 || known[i].name != line.name ||
          known[i].key_id != line.key_id) {
        continue;
      }
      is_known = true;
      if (SignatureIsGood(note, line, known[i])) signed_by[i] = is_good = true;
    }
    // A bad signature under a known name is an attempt or a damaged note: neither is to be used.
    if (is_known && !is_good) {
      return absl::InvalidArgumentError("note: a known key's signature is bad");
    }
  }
  std::vector<size_t> signers;
  for (size_t i = 0; i < known.size(); ++i) {
    if (signed_by[i]) signers.push_back(i);
  }
  if (signers.empty()) return absl::NotFoundError("note: no signature by a known key");
  return signers;
}

std::string Base64Encode(ByteView bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();   // libsodium's terminating zero
  return out;
}

absl::StatusOr<Bytes> Base64Decode(std::string_view text) {
  Bytes out(text.size() / 4 * 3 + 3);
  size_t size = 0;
  const int failed = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr,
                                       &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0) return absl::InvalidArgumentError("not canonical base64");
  out.resize(size);
  // One signature in two spellings would be two notes with one meaning. libsodium 1.0.18 refuses
  // wrong padding and stray bits, but reads any byte above 0x7F as '/': only encoding again tells.
  if (Base64Encode(out) != text) return absl::InvalidArgumentError("not canonical base64");
  return out;
}

}  // namespace whoelse
