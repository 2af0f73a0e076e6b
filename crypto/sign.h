// Ed25519 under labels: Sig(sk, label, m) = Ed25519 over u8 len(label) || label || m (protocol.md
// section 1), and bare for C2SP notes, which have their own framing.
#ifndef WHOELSE_CRYPTO_SIGN_H_
#define WHOELSE_CRYPTO_SIGN_H_

#include <initializer_list>
#include <string_view>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace whoelse {

using Signature = FixedBytes<struct SignatureTag, 64>;

// An Ed25519 public key that is canonical and of prime order.
class VerifyKey {
 public:
  static constexpr size_t kSize = 32;
  // INVALID_ARGUMENT unless 32 bytes that are canonical, on the curve and of prime order: a key of
  // small order verifies signatures on messages that nobody signed.
  static absl::StatusOr<VerifyKey> Decode(ByteView bytes);

  bool Verify(std::string_view label, std::initializer_list<ByteView> parts,
              const Signature& signature) const;
  bool VerifyBare(ByteView message, const Signature& signature) const;

  ByteView bytes() const { return bytes_; }
  auto operator<=>(const VerifyKey&) const = default;

 private:
  VerifyKey() = default;
  std::array<uint8_t, 32> bytes_{};
  friend class SigningKey;
};

class SigningKey {
 public:
  static SigningKey FromSeed(std::span<const uint8_t, 32> seed);

  Signature Sign(std::string_view label, std::initializer_list<ByteView> parts) const;
  Signature SignBare(ByteView message) const;
  const VerifyKey& verify_key() const { return verify_key_; }

 private:
  SigningKey(Secret<64> key, VerifyKey verify_key)
      : key_(std::move(key)), verify_key_(verify_key) {}
  Secret<64> key_;
  VerifyKey verify_key_;
};

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_SIGN_H_
