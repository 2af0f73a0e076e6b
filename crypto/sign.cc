#include "crypto/sign.h"

#include <sodium.h>

#include "absl/status/status.h"
#include "crypto/require.h"

namespace whoelse {
namespace {

// u8 len(label) || label || parts: no message under one label is one under another.
Bytes Labelled(std::string_view label, std::initializer_list<ByteView> parts) {
  Require(label.size() <= 255);
  Writer message;
  message.U8(static_cast<uint8_t>(label.size())).Raw(AsBytes(label));
  for (const ByteView part : parts) message.Raw(part);
  return message.Take();
}

}  // namespace

absl::StatusOr<VerifyKey> VerifyKey::Decode(ByteView bytes) {
  // libsodium's check is of the whole: canonical, on the curve, in the subgroup of prime order. A
  // component of small order would let its owner sign what some verifiers take and others do not.
  if (bytes.size() != kSize || crypto_core_ed25519_is_valid_point(bytes.data()) != 1) {
    return absl::InvalidArgumentError("not an Ed25519 public key of prime order");
  }
  VerifyKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

bool VerifyKey::Verify(std::string_view label, std::initializer_list<ByteView> parts,
                       const Signature& signature) const {
  return VerifyBare(Labelled(label, parts), signature);
}

bool VerifyKey::VerifyBare(ByteView message, const Signature& signature) const {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     bytes_.data()) == 0;
}

SigningKey SigningKey::FromSeed(std::span<const uint8_t, 32> seed) {
  VerifyKey verify_key;
  Secret<64> key = Secret<64>::Make([&](std::span<uint8_t, 64> out) {
    Require(crypto_sign_seed_keypair(verify_key.bytes_.data(), out.data(), seed.data()) == 0);
  });
  return SigningKey(std::move(key), verify_key);
}

Signature SigningKey::Sign(std::string_view label, std::initializer_list<ByteView> parts) const {
  return SignBare(Labelled(label, parts));
}

Signature SigningKey::SignBare(ByteView message) const {
  Signature signature;
  Require(crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                               key_.Reveal().data()) == 0);
  return signature;
}

}  // namespace whoelse
