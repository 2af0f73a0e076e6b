// Sealing: XChaCha20-Poly1305, X25519, sealed boxes to a lead officer, and values at rest.
#ifndef WHOELSE_CRYPTO_SEAL_H_
#define WHOELSE_CRYPTO_SEAL_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace whoelse {

inline constexpr size_t kAeadOverhead = 16;
inline constexpr size_t kSealedBoxOverhead = 48;
inline constexpr size_t kAtRestOverhead = 24 + 16;

using X25519PublicKey = FixedBytes<struct X25519PublicTag, 32>;

// XChaCha20-Poly1305 with a nonce of 24 zero bytes: for keys that are used once.
Bytes SealOnce(std::span<const uint8_t, 32> key, ByteView aad, ByteView plaintext);
// UNAUTHENTICATED when the ciphertext, the aad or the key is not the one it was sealed with.
absl::StatusOr<Bytes> OpenOnce(std::span<const uint8_t, 32> key, ByteView aad, ByteView ciphertext);

X25519PublicKey X25519Public(const Secret<32>& secret_key);
// INVALID_ARGUMENT for a peer key of low order: it would make the secret a constant.
absl::StatusOr<Secret<32>> X25519(const Secret<32>& secret_key, const X25519PublicKey& peer);
bool X25519IsLowOrder(const X25519PublicKey& key);

// libsodium's anonymous sealed box (crypto_box_seal); ciphertext = plaintext + 48 bytes. Its
// ephemeral key comes from libsodium itself, so it is the one function that is not deterministic.
// `recipient` is not of low order: whoever reads the key from a configuration has checked.
Bytes SealTo(const X25519PublicKey& recipient, ByteView plaintext);
// UNAUTHENTICATED: damaged, or sealed to another key.
absl::StatusOr<Bytes> OpenSealed(const Secret<32>& secret_key, ByteView ciphertext);

// A value at rest: random nonce 24 || XChaCha20-Poly1305(master key, aad = context). `context` is
// column family | key | generation, so that a thief with write access cannot move values about.
class MasterKey {
 public:
  explicit MasterKey(Secret<32> key) : key_(std::move(key)) {}
  Bytes Seal(ByteView context, ByteView plaintext, Random& random) const;
  // UNAUTHENTICATED: damaged, moved, or sealed under another master key.
  absl::StatusOr<Bytes> Open(ByteView context, ByteView sealed) const;
  // A key for another use, derived by label: BLAKE2b keyed with the master key.
  Secret<32> Derive(std::string_view label) const;

 private:
  Secret<32> key_;
};

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_SEAL_H_
