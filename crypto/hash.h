// The hash functions of protocol.md section 1, each with its label, and those of the RFCs.
#ifndef WHOELSE_CRYPTO_HASH_H_
#define WHOELSE_CRYPTO_HASH_H_

#include <sodium.h>

#include <initializer_list>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace whoelse {

using Digest = FixedBytes<struct DigestTag, 32>;
using Siphash128 = FixedBytes<struct Siphash128Tag, 16>;
using Sha256Digest = FixedBytes<struct Sha256Tag, 32>;

// H(label, m) = BLAKE2b-256(u8 len(label) || label || m), m being the parts one after another.
Digest H(std::string_view label, std::initializer_list<ByteView> parts);
inline Digest H(std::string_view label, ByteView m) { return H(label, {m}); }

// K(key, label, m): BLAKE2b-256 keyed with 32 bytes, over u8 len(label) || label || m.
Secret<32> K(std::span<const uint8_t, 32> key, std::string_view label,
             std::initializer_list<ByteView> parts);

// BLAKE2b-512 keyed with 32 bytes, over u8 len(label) || label || m. (Dummy slots.)
Secret<64> K512(std::span<const uint8_t, 32> key, std::string_view label,
                std::initializer_list<ByteView> parts);

// SipHash-2-4 with 128-bit output under a 16-byte key.
Siphash128 Siphash(std::span<const uint8_t, 16> key, ByteView m);

Sha256Digest Sha256(std::initializer_list<ByteView> parts);

// SHA-512 piece by piece. What it hashes here are identifiers and seeds, so it is wiped.
class Sha512 {
 public:
  Sha512();
  ~Sha512();
  Sha512(const Sha512&) = delete;
  Sha512& operator=(const Sha512&) = delete;

  Sha512& Add(ByteView part);
  Secret<64> Finish();   // once, last

 private:
  crypto_hash_sha512_state state_;
};

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_HASH_H_
