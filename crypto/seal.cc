#include "crypto/seal.h"

#include <sodium.h>

#include "absl/status/status.h"
#include "crypto/hash.h"
#include "crypto/require.h"

namespace whoelse {
namespace {

constexpr size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(kAeadOverhead == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kAtRestOverhead == kNonceSize + kAeadOverhead);
static_assert(kSealedBoxOverhead == crypto_box_SEALBYTES);

using Nonce = std::array<uint8_t, kNonceSize>;
using KeyView = std::span<const uint8_t, 32>;

absl::Status NotAuthentic() {
  return absl::UnauthenticatedError("sealed bytes do not open");
}

// Writes plaintext.size() + kAeadOverhead bytes to `out`.
void Encrypt(KeyView key, const uint8_t* nonce, ByteView aad, ByteView plaintext, uint8_t* out) {
  Require(crypto_aead_xchacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(),
                                                     plaintext.size(), aad.data(), aad.size(),
                                                     nullptr, nonce, key.data()) == 0);
}

absl::StatusOr<Bytes> Decrypt(KeyView key, const uint8_t* nonce, ByteView aad,
                              ByteView ciphertext) {
  if (ciphertext.size() < kAeadOverhead) return NotAuthentic();
  Bytes plaintext(ciphertext.size() - kAeadOverhead);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext.data(), nullptr, nullptr,
                                                 ciphertext.data(), ciphertext.size(), aad.data(),
                                                 aad.size(), nonce, key.data()) != 0) {
    return NotAuthentic();
  }
  return plaintext;
}

}  // namespace

Bytes SealOnce(KeyView key, ByteView aad, ByteView plaintext) {
  Bytes ciphertext(plaintext.size() + kAeadOverhead);
  Encrypt(key, Nonce{}.data(), aad, plaintext, ciphertext.data());
  return ciphertext;
}

absl::StatusOr<Bytes> OpenOnce(KeyView key, ByteView aad, ByteView ciphertext) {
  return Decrypt(key, Nonce{}.data(), aad, ciphertext);
}

X25519PublicKey X25519Public(const Secret<32>& secret_key) {
  X25519PublicKey public_key;
  Require(crypto_scalarmult_curve25519_base(public_key.data(), secret_key.Reveal().data()) == 0);
  return public_key;
}

absl::StatusOr<Secret<32>> X25519(const Secret<32>& secret_key, const X25519PublicKey& peer) {
  bool ok = false;
  Secret<32> shared = Secret<32>::Make([&](std::span<uint8_t, 32> out) {
    ok = crypto_scalarmult_curve25519(out.data(), secret_key.Reveal().data(), peer.data()) == 0;
  });
  if (!ok) return absl::InvalidArgumentError("X25519 public key of low order");
  return shared;
}

bool X25519IsLowOrder(const X25519PublicKey& key) {
  // libsodium fails when the product is zero. X25519 makes every scalar a multiple of 8, below the
  // large prime orders of the curve and of its twist times 8: so any scalar tells.
  const std::array<uint8_t, 32> any_scalar{};
  std::array<uint8_t, 32> product;
  return crypto_scalarmult_curve25519(product.data(), any_scalar.data(), key.data()) != 0;
}

Bytes SealTo(const X25519PublicKey& recipient, ByteView plaintext) {
  Bytes ciphertext(plaintext.size() + kSealedBoxOverhead);
  Require(crypto_box_seal(ciphertext.data(), plaintext.data(), plaintext.size(),
                          recipient.data()) == 0);
  return ciphertext;
}

absl::StatusOr<Bytes> OpenSealed(const Secret<32>& secret_key, ByteView ciphertext) {
  if (ciphertext.size() < kSealedBoxOverhead) return NotAuthentic();
  const X25519PublicKey public_key = X25519Public(secret_key);
  Bytes plaintext(ciphertext.size() - kSealedBoxOverhead);
  if (crypto_box_seal_open(plaintext.data(), ciphertext.data(), ciphertext.size(),
                           public_key.data(), secret_key.Reveal().data()) != 0) {
    return NotAuthentic();
  }
  return plaintext;
}

Bytes MasterKey::Seal(ByteView context, ByteView plaintext, Random& random) const {
  Bytes sealed(kAtRestOverhead + plaintext.size());
  random.Fill(std::span(sealed).first(kNonceSize));
  Encrypt(key_.Reveal(), sealed.data(), context, plaintext, sealed.data() + kNonceSize);
  return sealed;
}

absl::StatusOr<Bytes> MasterKey::Open(ByteView context, ByteView sealed) const {
  if (sealed.size() < kAtRestOverhead) return NotAuthentic();
  return Decrypt(key_.Reveal(), sealed.data(), context, sealed.subspan(kNonceSize));
}

Secret<32> MasterKey::Derive(std::string_view label) const {
  return K(key_.Reveal(), label, {});
}

}  // namespace whoelse
