#include "protocol/answer.h"

#include <algorithm>

#include "protocol/limits.h"
#include "protocol/text.h"

namespace whoelse {
namespace {

// The texts of an entry in their order on the wire.
struct TextField {
  std::string AnswerEntry::*text;
  size_t width;
};
constexpr std::array<TextField, 7> kTexts = {{{&AnswerEntry::organisation, 48},
                                              {&AnswerEntry::service, 40},
                                              {&AnswerEntry::team, 32},
                                              {&AnswerEntry::name, 48},
                                              {&AnswerEntry::role, 32},
                                              {&AnswerEntry::phone, 20},
                                              {&AnswerEntry::email, 72}}};

constexpr char kLabel[] = "whoelse/1/answer";

absl::Status Malformed(const char* what) {
  return absl::InvalidArgumentError(std::string("answer: ") + what);
}

Bytes AgencyBytes(AgencyId agency) { return Writer().U32(agency).Take(); }

absl::StatusOr<AnswerEntry> ReadEntry(ByteView bytes) {
  Reader reader(bytes);
  AnswerEntry entry;
  const uint8_t kind = reader.U8();
  if (kind > static_cast<uint8_t>(EntryKind::kDutyLine)) return Malformed("entry kind");
  entry.kind = static_cast<EntryKind>(kind);
  entry.flags = reader.U8();
  if ((entry.flags & ~kEntryFlagsKnown) != 0) return Malformed("entry flags");
  entry.since = reader.U16();
  entry.verified_on = reader.U16();
  for (const TextField& field : kTexts) {
    std::optional<std::string> text = ReadPadded(reader.Raw(field.width));
    if (!text) return Malformed("entry text");
    entry.*field.text = *std::move(text);
  }
  return entry;
}

void WriteEntry(const AnswerEntry& entry, Writer& out) {
  out.U8(static_cast<uint8_t>(entry.kind)).U8(entry.flags).U16(entry.since).U16(entry.verified_on);
  for (const TextField& field : kTexts) out.Padded(entry.*field.text, field.width);
}

// Entries first, `count` of them, then zeros; and nothing at all in an answer that discloses nothing.
absl::Status ReadEntries(Reader& reader, size_t count, std::vector<AnswerEntry>* out) {
  for (size_t i = 0; i < kEntriesMax; ++i) {
    const ByteView bytes = reader.Raw(kEntrySize);
    absl::StatusOr<AnswerEntry> entry = ReadEntry(bytes);
    if (!entry.ok()) return entry.status();
    if (i < count) {
      if (entry->kind == EntryKind::kNone) return Malformed("count");
      out->push_back(*std::move(entry));
    } else if (std::any_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b != 0; })) {
      return Malformed("entry after the last");
    }
  }
  return absl::OkStatus();
}

Bytes Context(const FrameHash& frame_hash, AgencyId agency) {
  return Writer().Raw(frame_hash).U32(agency).Take();
}

Secret<32> ReplyKey(const Secret<32>& shared, const X25519PublicKey& reply_key,
                    const X25519PublicKey& ephemeral, const FrameHash& frame_hash,
                    AgencyId agency) {
  return K(shared.Reveal(), "whoelse/1/reply",
           {reply_key, ephemeral, frame_hash, AgencyBytes(agency)});
}

}  // namespace

absl::StatusOr<Answer> Answer::Parse(ByteView bytes) {
  if (bytes.size() != kAnswerSize) return Malformed("length");
  Reader reader(bytes);
  Answer answer;
  if (reader.U8() != kProtocolVersion) return Malformed("version");
  const uint8_t status = reader.U8();
  if (status > 1) return Malformed("status");
  answer.disclosed = status == 1;
  answer.roster_version = reader.U64();
  answer.complete = {reader.U32(), reader.U32()};
  answer.enrolled_through = reader.U32();
  answer.policy_hash = reader.Fixed<Digest>();
  answer.confirm = reader.Fixed<Digest>();
  const uint8_t count = reader.U8();
  const uint8_t more = reader.U8();
  if (count > kEntriesMax || more > 1) return Malformed("count");
  if (more == 1 && count != kEntriesMax) return Malformed("more");
  answer.more = more == 1;
  if (answer.disclosed ? count == 0 : count != 0 || !answer.confirm.IsZero()) {
    return Malformed("status and content disagree");
  }
  if (absl::Status ok = ReadEntries(reader, count, &answer.entries); !ok.ok()) return ok;
  return answer;
}

Bytes Answer::Sign(const SigningKey& identity_key, const FrameHash& frame_hash,
                   AgencyId agency) const {
  Writer out;
  out.U8(kProtocolVersion).U8(disclosed ? 1 : 0).U64(roster_version);
  out.U32(complete[0]).U32(complete[1]).U32(enrolled_through).Raw(policy_hash).Raw(confirm);
  out.U8(static_cast<uint8_t>(entries.size())).U8(more ? 1 : 0);
  for (const AnswerEntry& entry : entries) WriteEntry(entry, out);
  out.Zeros((kEntriesMax - entries.size()) * kEntrySize);
  const Signature signature =
      identity_key.Sign(kLabel, {frame_hash, AgencyBytes(agency), out.view()});
  return out.Raw(signature).Take();
}

bool AnswerSignedBy(const VerifyKey& identity_key, const FrameHash& frame_hash, AgencyId agency,
                    ByteView answer) {
  if (answer.size() != kAnswerSize) return false;
  const Signature signature(answer.last<kSignatureSize>());
  return identity_key.Verify(
      kLabel, {frame_hash, AgencyBytes(agency), answer.first(kAnswerSize - kSignatureSize)},
      signature);
}

Digest ConfirmValue(const ContentKey& content_key, const FrameHash& frame_hash, AgencyId agency) {
  const Secret<32> value =
      K(content_key.Reveal(), "whoelse/1/confirm", {frame_hash, AgencyBytes(agency)});
  return Digest(value.Reveal());
}

bool Fits(const AnswerEntry& entry) {
  return std::all_of(kTexts.begin(), kTexts.end(), [&](const TextField& field) {
    const std::string& text = entry.*field.text;
    return text.size() <= field.width && IsPlainText(text);
  });
}

absl::StatusOr<Wire> Wire::Parse(ByteView bytes) {
  if (bytes.size() != kWireSize) return absl::InvalidArgumentError("wire: wrong length");
  Reader reader(bytes);
  Wire wire;
  wire.agency = reader.U32();
  wire.frame_hash = reader.Fixed<FrameHash>();
  wire.ephemeral_key = reader.Fixed<X25519PublicKey>();
  wire.ciphertext = ToBytes(reader.Raw(reader.left()));
  return wire;
}

Bytes Wire::Serialize() const {
  return Writer().U32(agency).Raw(frame_hash).Raw(ephemeral_key).Raw(ciphertext).Take();
}

absl::StatusOr<Bytes> SealAnswer(ByteView answer, const FrameHash& frame_hash, AgencyId agency,
                                 const X25519PublicKey& reply_key, Random& random) {
  const Secret<32> ephemeral = random.NewSecret<32>();
  const X25519PublicKey ephemeral_key = X25519Public(ephemeral);
  absl::StatusOr<Secret<32>> shared = X25519(ephemeral, reply_key);
  if (!shared.ok()) return shared.status();
  const Secret<32> key = ReplyKey(*shared, reply_key, ephemeral_key, frame_hash, agency);
  return Wire{agency, frame_hash, ephemeral_key,
              SealOnce(key.Reveal(), Context(frame_hash, agency), answer)}
      .Serialize();
}

absl::StatusOr<Bytes> OpenWire(const Wire& wire, const Secret<32>& reply_secret_key) {
  absl::StatusOr<Secret<32>> shared = X25519(reply_secret_key, wire.ephemeral_key);
  if (!shared.ok()) return shared.status();
  const Secret<32> key = ReplyKey(*shared, X25519Public(reply_secret_key), wire.ephemeral_key,
                                  wire.frame_hash, wire.agency);
  return OpenOnce(key.Reveal(), Context(wire.frame_hash, wire.agency), wire.ciphertext);
}

Digest WireHash(ByteView wire) { return H("whoelse/1/wire", wire); }

}  // namespace whoelse
