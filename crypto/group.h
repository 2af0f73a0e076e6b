// ristretto255 (RFC 9496) as a prime-order group in the sense of RFC 9497 section 2.1, and hashing
// to it (RFC 9380).
#ifndef WHOELSE_CRYPTO_GROUP_H_
#define WHOELSE_CRYPTO_GROUP_H_

#include <initializer_list>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/bytes.h"
#include "crypto/random.h"

namespace whoelse {

// An integer modulo the group order L, wiped when it dies (blinds and shares are secrets).
class Scalar {
 public:
  static constexpr size_t kSize = 32;

  // RFC 9497 DeserializeScalar. INVALID_ARGUMENT unless 32 little-endian bytes below L (libsodium
  // would take larger ones, and one value would have several encodings).
  static absl::StatusOr<Scalar> Decode(ByteView bytes);
  static Scalar FromU64(uint64_t value);
  // RFC 9497 RandomScalar: 64 bytes of `random`, reduced; drawn again while the result is zero.
  static Scalar Random(Random& random);
  // The 64 bytes as a little-endian integer modulo L.
  static Scalar Reduce(std::span<const uint8_t, 64> wide);

  Scalar(const Scalar&) = default;
  Scalar& operator=(const Scalar&) = default;
  ~Scalar();

  Scalar operator+(const Scalar& other) const;
  Scalar operator-(const Scalar& other) const;
  Scalar operator*(const Scalar& other) const;
  bool IsZero() const;                       // constant time
  bool ConstantTimeEquals(const Scalar& other) const;
  Scalar Invert() const;                     // of a scalar that is not zero

  // The one word that opens a scalar: its canonical 32 bytes.
  std::span<const uint8_t, 32> Reveal() const { return bytes_; }

 private:
  Scalar() = default;
  std::array<uint8_t, 32> bytes_{};
  friend class Element;
};

// Inverts all of them at the price of one inversion and three multiplications each (Montgomery's
// trick). None may be zero.
std::vector<Scalar> BatchInvert(std::span<const Scalar> scalars);

// A group element that is canonically encoded, valid and not the identity. Holds its encoding.
class Element {
 public:
  static constexpr size_t kSize = 32;

  // RFC 9497 DeserializeElement. INVALID_ARGUMENT for another length, a non-canonical or invalid
  // encoding (libsodium lets a set high bit pass) and the identity.
  static absl::StatusOr<Element> Decode(ByteView bytes);
  static Element Generator();
  static Element BaseMultiply(const Scalar& scalar);   // scalar is not zero
  // RFC 9497 HashToGroup: hash_to_ristretto255 of RFC 9380 with expand_message_xmd / SHA-512.
  // INVALID_ARGUMENT when the message hashes to the identity (RFC 9497 InvalidInputError; it will
  // not happen).
  static absl::StatusOr<Element> Hash(ByteView message, ByteView dst);
  // The one-way map of RFC 9496 section 4.3.4 on 64 uniform bytes. Same error.
  static absl::StatusOr<Element> FromUniform(std::span<const uint8_t, 64> uniform);

  // INVALID_ARGUMENT when the result is the identity: the scalar is zero.
  absl::StatusOr<Element> Multiply(const Scalar& scalar) const;
  // INVALID_ARGUMENT when the result is the identity: the elements are each other's inverse.
  absl::StatusOr<Element> Add(const Element& other) const;
  absl::StatusOr<Element> Subtract(const Element& other) const;

  ByteView bytes() const { return bytes_; }
  bool operator==(const Element&) const = default;

 private:
  Element() = default;
  std::array<uint8_t, 32> bytes_{};
};

// RFC 9380 section 5.3.1 with SHA-512. out.size() <= 255 * 64; a dst longer than 255 bytes is
// hashed first (section 5.3.3).
void ExpandMessageXmdSha512(std::initializer_list<ByteView> message, ByteView dst,
                            std::span<uint8_t> out);
// RFC 9497 HashToScalar for ristretto255-SHA512.
Scalar HashToScalar(std::initializer_list<ByteView> message, ByteView dst);

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_GROUP_H_
