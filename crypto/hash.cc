#include "crypto/hash.h"

#include <sodium.h>

#include "crypto/require.h"

namespace whoelse {
namespace {

// BLAKE2b over u8 len(label) || label || parts; the length of `out` is a parameter of the hash.
void LabelledBlake2b(ByteView key, std::string_view label, std::initializer_list<ByteView> parts,
                     std::span<uint8_t> out) {
  Require(label.size() <= 255);
  const auto label_size = static_cast<uint8_t>(label.size());
  crypto_generichash_state state;
  Require(crypto_generichash_init(&state, key.data(), key.size(), out.size()) == 0);
  const auto absorb = [&](ByteView part) {
    Require(crypto_generichash_update(&state, part.data(), part.size()) == 0);
  };
  absorb({&label_size, 1});
  absorb(AsBytes(label));
  for (const ByteView part : parts) absorb(part);
  Require(crypto_generichash_final(&state, out.data(), out.size()) == 0);
  sodium_memzero(&state, sizeof state);   // its buffer holds the end of the message, or the key
}

template <size_t N>
Secret<N> Keyed(ByteView key, std::string_view label, std::initializer_list<ByteView> parts) {
  return Secret<N>::Make(
      [&](std::span<uint8_t, N> out) { LabelledBlake2b(key, label, parts, out); });
}

}  // namespace

Digest H(std::string_view label, std::initializer_list<ByteView> parts) {
  Digest digest;
  LabelledBlake2b({}, label, parts, {digest.data(), digest.size()});
  return digest;
}

Secret<32> K(std::span<const uint8_t, 32> key, std::string_view label,
             std::initializer_list<ByteView> parts) {
  return Keyed<32>(key, label, parts);
}

Secret<64> K512(std::span<const uint8_t, 32> key, std::string_view label,
                std::initializer_list<ByteView> parts) {
  return Keyed<64>(key, label, parts);
}

Siphash128 Siphash(std::span<const uint8_t, 16> key, ByteView m) {
  Siphash128 hash;
  Require(crypto_shorthash_siphashx24(hash.data(), m.data(), m.size(), key.data()) == 0);
  return hash;
}

Sha256Digest Sha256(std::initializer_list<ByteView> parts) {
  crypto_hash_sha256_state state;
  Require(crypto_hash_sha256_init(&state) == 0);
  for (const ByteView part : parts) {
    Require(crypto_hash_sha256_update(&state, part.data(), part.size()) == 0);
  }
  Sha256Digest digest;
  Require(crypto_hash_sha256_final(&state, digest.data()) == 0);
  return digest;
}

Sha512::Sha512() { Require(crypto_hash_sha512_init(&state_) == 0); }

Sha512::~Sha512() { sodium_memzero(&state_, sizeof state_); }

Sha512& Sha512::Add(ByteView part) {
  Require(crypto_hash_sha512_update(&state_, part.data(), part.size()) == 0);
  return *this;
}

Secret<64> Sha512::Finish() {
  return Secret<64>::Make([this](std::span<uint8_t, 64> out) {
    Require(crypto_hash_sha512_final(&state_, out.data()) == 0);
  });
}

}  // namespace whoelse
