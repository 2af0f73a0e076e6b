#include "protocol/question.h"

#include <algorithm>
#include <cassert>

namespace whoelse {
namespace {

absl::Status Format(const char* what) {
  return absl::InvalidArgumentError(std::string("frame: ") + what);
}

Bytes SlotContext(const QuestionNonce& nonce, uint8_t j) {
  return Writer().Raw(nonce).U8(j).Take();
}

// With the wrap, which everybody has, it gives the content key.
Secret<32> Pad(std::span<const uint8_t, 32> wrap_key, const QuestionNonce& nonce, uint8_t j) {
  return K(wrap_key, "whoelse/1/pad", {SlotContext(nonce, j)});
}

Secret<32> BodyKey(const ContentKey& content_key, const Digest& header_hash) {
  return K(content_key.Reveal(), "whoelse/1/body", {header_hash});
}

// Length, class and key versions, which fix where everything else is.
absl::Status CheckShape(ByteView bytes) {
  if (bytes.size() < kHeaderFixedSize) return Format("length");
  Reader reader(bytes);
  if (reader.U8() != kProtocolVersion) return Format("version");
  if (reader.U8() != kClassByNumber) return Format("class");
  reader.Raw(FederationId::kSize + 8);
  const KeyVersion kv_a = reader.U32(), kv_b = reader.U32();
  if (kv_a == 0 || (kv_b != 0 && kv_b <= kv_a)) return Format("key versions");
  const size_t expected = kv_b == 0 ? kFrameSizeOneKeyVersion : kFrameSizeTwoKeyVersions;
  if (bytes.size() != expected) return Format("length");
  return absl::OkStatus();
}

absl::Status CheckHeader(const Header& header, const FederationId& federation) {
  // Another federation's frame, signed by somebody who is a member of both, is not for us.
  if (header.federation != federation) return Format("federation");
  if (header.issued_s % kIssuedGranularityS != 0) return Format("issued");
  if (header.relays[0] == header.relays[1] || header.relays[0] == 0 || header.relays[1] == 0) {
    return Format("relays");
  }
  // Sealing to a low-order key gives a key that everybody knows: the relay would read the answer.
  if (X25519IsLowOrder(header.reply_key)) return Format("reply key");
  return absl::OkStatus();
}

std::string Crockford(ByteView bytes, size_t characters) {
  constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out;
  for (size_t i = 0; i < characters; ++i) {
    const size_t bit = i * 5, byte = bit / 8, shift = bit % 8;
    const uint32_t two = static_cast<uint32_t>(bytes[byte]) << 8 |
                         (byte + 1 < bytes.size() ? bytes[byte + 1] : 0u);
    out += kAlphabet[two >> (11 - shift) & 31];
  }
  return out;
}

}  // namespace

Siphash128 CheckValue(std::span<const uint8_t, 16> check_key, const QuestionNonce& nonce,
                      uint8_t j) {
  std::array<uint8_t, QuestionNonce::kSize + 1> context;
  std::copy_n(nonce.data(), QuestionNonce::kSize, context.begin());
  context.back() = j;
  return Siphash(check_key, context);
}

Slot RealSlot(const SubKeys& keys, const ContentKey& content_key, const QuestionNonce& nonce,
              uint8_t j) {
  const Secret<32> pad = Pad(keys.wrap.Reveal(), nonce, j);
  Slot slot{CheckValue(keys.check.Reveal(), nonce, j), WrapBytes()};
  for (size_t i = 0; i < 32; ++i) {
    slot.wrap.data()[i] = content_key.Reveal()[i] ^ pad.Reveal()[i];
  }
  return slot;
}

Slot DummySlot(ByteView seed, const QuestionNonce& nonce, uint8_t j) {
  const Secret<64> x =
      K512(seed.first<32>(), "whoelse/1/dummy", {SlotContext(nonce, j)});
  return {Siphash128(x.Reveal().first<16>()), WrapBytes(x.Reveal().subspan<16, 32>())};
}

ContentKey Unwrap(const Slot& slot, const Secret<32>& wrap_key, const QuestionNonce& nonce,
                  uint8_t j) {
  const Secret<32> pad = Pad(wrap_key.Reveal(), nonce, j);
  return ContentKey::Make([&](std::span<uint8_t, 32> out) {
    for (size_t i = 0; i < 32; ++i) out[i] = slot.wrap.data()[i] ^ pad.Reveal()[i];
  });
}

std::vector<KeyVersion> Header::key_versions() const {
  return kv_b == 0 ? std::vector<KeyVersion>{kv_a} : std::vector<KeyVersion>{kv_a, kv_b};
}

Bytes Header::Serialize() const {
  Writer out;
  out.U8(kProtocolVersion).U8(kClassByNumber).Raw(federation).U64(roster_version);
  out.U32(kv_a).U32(kv_b).U64(issued_s).U16(relays[0]).U16(relays[1]);
  out.Raw(nonce).Raw(reply_key).Raw(asker_tag).Raw(commitment);
  for (const Slot& slot : slots) out.U32(0).Raw(slot.check).Raw(slot.wrap);
  return out.Take();
}

absl::StatusOr<Frame> Frame::Parse(ByteView bytes, const FederationId& federation) {
  if (absl::Status shape = CheckShape(bytes); !shape.ok()) return shape;
  Frame frame;
  Header& header = frame.header_;
  Reader reader(bytes);
  reader.Raw(2);   // version and class
  header.federation = reader.Fixed<FederationId>();
  header.roster_version = reader.U64();
  header.kv_a = reader.U32();
  header.kv_b = reader.U32();
  header.issued_s = reader.U64();
  header.relays = {reader.U16(), reader.U16()};
  header.nonce = reader.Fixed<QuestionNonce>();
  header.reply_key = reader.Fixed<X25519PublicKey>();
  header.asker_tag = reader.Fixed<AskerTag>();
  header.commitment = reader.Fixed<Digest>();
  const size_t slots = kSlotsByNumber * (header.kv_b == 0 ? 1 : 2);
  header.slots.reserve(slots);
  for (size_t j = 0; j < slots; ++j) {
    // A tag that is not zero would be a channel by which a frame can be marked.
    if (reader.U32() != 0) return Format("tag");
    const Siphash128 check = reader.Fixed<Siphash128>();
    header.slots.push_back({check, reader.Fixed<WrapBytes>()});
  }
  if (absl::Status ok = CheckHeader(header, federation); !ok.ok()) return ok;
  frame.bytes_ = ToBytes(bytes);
  frame.hash_ = HashOf(bytes);
  frame.header_hash_ = H("whoelse/1/header", frame.header_bytes());
  return frame;
}

FrameHash Frame::HashOf(ByteView bytes) { return Retag<FrameHash>(H("whoelse/1/frame", bytes)); }

absl::StatusOr<OpenedBody> OpenBody(const Frame& frame, const ContentKey& content_key) {
  const Secret<32> key = BodyKey(content_key, frame.header_hash());
  absl::StatusOr<Bytes> body = OpenOnce(key.Reveal(), frame.header_bytes(), frame.body());
  if (!body.ok()) return body.status();
  const Signature signature(ByteView(*body).last<kSignatureSize>());
  body->resize(kStatementSize);
  return OpenedBody{WipedBytes(*std::move(body)), signature};
}

bool QuestionSignedBy(const VerifyKey& identity_key, const Frame& frame,
                      const Signature& signature) {
  return identity_key.Verify("whoelse/1/question", {frame.header_hash()}, signature);
}

Question Question::Build(const QuestionParts& parts, Statement statement,
                         const SigningKey& identity, Random& random) {
  statement.r = random.NewFixed<Opening32>();
  statement.salt = random.NewFixed<decltype(statement.salt)>();
  statement.seed = random.NewFixed<decltype(statement.seed)>();
  Header header;
  header.nonce = random.NewFixed<QuestionNonce>();
  Secret<32> reply_secret_key = random.NewSecret<32>();
  ContentKey content_key = random.NewSecret<32>();

  Bytes statement_bytes = statement.Serialize();
  header.federation = parts.federation;
  header.roster_version = parts.roster_version;
  header.kv_a = parts.key_versions[0];
  header.kv_b = parts.key_versions.size() > 1 ? parts.key_versions[1] : 0;
  header.issued_s = parts.issued_s;
  header.relays = statement.relays;
  header.reply_key = X25519Public(reply_secret_key);
  header.asker_tag = TagAsker(statement.r, statement.agency);
  header.commitment = CommitTo(statement_bytes);
  uint8_t j = 0;
  for (const auto& positions : parts.sub_keys) {
    for (const SubKeys* keys : positions) {
      header.slots.push_back(keys != nullptr
                                 ? RealSlot(*keys, content_key, header.nonce, j)
                                 : DummySlot(statement.seed, header.nonce, j));
      ++j;
    }
  }

  const Bytes header_bytes = header.Serialize();
  const Digest header_hash = H("whoelse/1/header", header_bytes);
  const Signature signature = identity.Sign("whoelse/1/question", {header_hash});
  const Bytes plaintext = Writer().Raw(statement_bytes).Raw(signature).Take();
  const Secret<32> key = BodyKey(content_key, header_hash);
  const Bytes body = SealOnce(key.Reveal(), header_bytes, plaintext);
  absl::StatusOr<Frame> frame =
      Frame::Parse(Writer().Raw(header_bytes).Raw(body).Take(), parts.federation);
  assert(frame.ok());   // what we build we can read: the caller's inputs are already valid types
  return Question{*std::move(frame), std::move(statement_bytes), statement.r,
                  std::move(content_key), std::move(reply_secret_key)};
}

std::string ReceiptNumber(const FrameHash& hash) {
  const std::string text = Crockford(ByteView(hash).first(10), 16);
  return text.substr(0, 4) + "-" + text.substr(4, 4) + "-" + text.substr(8, 4) + "-" +
         text.substr(12, 4);
}

}  // namespace whoelse
