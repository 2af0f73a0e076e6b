#include "crypto/group.h"

#include <sodium.h>

#include "absl/status/status.h"
#include "crypto/hash.h"
#include "crypto/require.h"
#include "crypto/secret.h"

namespace whoelse {
namespace {

// L = 2^252 + 27742317777372353535851937790883648493, little-endian.
constexpr std::array<uint8_t, 32> kGroupOrder = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

absl::Status IdentityError() {
  return absl::InvalidArgumentError("the group element is the identity");
}

}  // namespace

absl::StatusOr<Scalar> Scalar::Decode(ByteView bytes) {
  // sodium_compare takes them as little-endian numbers, in constant time. Without the bound, s and
  // s + L would be two proofs of one statement.
  if (bytes.size() != kSize || sodium_compare(bytes.data(), kGroupOrder.data(), kSize) >= 0) {
    return absl::InvalidArgumentError("not a canonical scalar");
  }
  Scalar scalar;
  std::copy(bytes.begin(), bytes.end(), scalar.bytes_.begin());
  return scalar;
}

Scalar Scalar::FromU64(uint64_t value) {
  Scalar scalar;
  for (size_t i = 0; i < 8; ++i) scalar.bytes_[i] = static_cast<uint8_t>(value >> (8 * i));
  return scalar;
}

Scalar Scalar::Random(whoelse::Random& random) {
  for (;;) {
    const Scalar scalar = Reduce(random.NewSecret<64>().Reveal());
    if (!scalar.IsZero()) return scalar;
  }
}

Scalar Scalar::Reduce(std::span<const uint8_t, 64> wide) {
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.bytes_.data(), wide.data());
  return scalar;
}

Scalar::~Scalar() { sodium_memzero(bytes_.data(), bytes_.size()); }

Scalar Scalar::operator+(const Scalar& other) const {
  Scalar sum;
  crypto_core_ristretto255_scalar_add(sum.bytes_.data(), bytes_.data(), other.bytes_.data());
  return sum;
}

Scalar Scalar::operator-(const Scalar& other) const {
  Scalar difference;
  crypto_core_ristretto255_scalar_sub(difference.bytes_.data(), bytes_.data(),
                                      other.bytes_.data());
  return difference;
}

Scalar Scalar::operator*(const Scalar& other) const {
  Scalar product;
  crypto_core_ristretto255_scalar_mul(product.bytes_.data(), bytes_.data(), other.bytes_.data());
  return product;
}

bool Scalar::IsZero() const { return sodium_is_zero(bytes_.data(), kSize) == 1; }

bool Scalar::ConstantTimeEquals(const Scalar& other) const {
  return sodium_memcmp(bytes_.data(), other.bytes_.data(), kSize) == 0;
}

Scalar Scalar::Invert() const {
  Scalar inverse;
  Require(crypto_core_ristretto255_scalar_invert(inverse.bytes_.data(), bytes_.data()) == 0);
  return inverse;
}

std::vector<Scalar> BatchInvert(std::span<const Scalar> scalars) {
  if (scalars.empty()) return {};
  // inverses[i] = s_0 * ... * s_i at first, then from the end: 1/(s_0..s_i) * (s_0..s_i-1) = 1/s_i.
  std::vector<Scalar> inverses;
  inverses.reserve(scalars.size());
  inverses.push_back(scalars[0]);
  for (const Scalar& scalar : scalars.subspan(1)) inverses.push_back(inverses.back() * scalar);
  Scalar inverse_of_rest = inverses.back().Invert();
  for (size_t i = scalars.size() - 1; i > 0; --i) {
    inverses[i] = inverse_of_rest * inverses[i - 1];
    inverse_of_rest = inverse_of_rest * scalars[i];
  }
  inverses[0] = inverse_of_rest;
  return inverses;
}

absl::StatusOr<Element> Element::Decode(ByteView bytes) {
  // libsodium ignores the high bit and takes the identity. With the one, an element has two
  // encodings, while proofs and signatures cover encodings; the other is its own evaluation under
  // every key, so that a pseudonym made of it depends on no secret.
  if (bytes.size() != kSize || (bytes[kSize - 1] & 0x80) != 0 ||
      sodium_is_zero(bytes.data(), kSize) == 1 ||
      crypto_core_ristretto255_is_valid_point(bytes.data()) != 1) {
    return absl::InvalidArgumentError("not a canonical group element");
  }
  Element element;
  std::copy(bytes.begin(), bytes.end(), element.bytes_.begin());
  return element;
}

Element Element::Generator() { return BaseMultiply(Scalar::FromU64(1)); }

Element Element::BaseMultiply(const Scalar& scalar) {
  Element product;
  Require(crypto_scalarmult_ristretto255_base(product.bytes_.data(), scalar.bytes_.data()) == 0);
  return product;
}

absl::StatusOr<Element> Element::Hash(ByteView message, ByteView dst) {
  return FromUniform(Secret<64>::Make([&](std::span<uint8_t, 64> uniform) {
                       ExpandMessageXmdSha512({message}, dst, uniform);
                     }).Reveal());
}

absl::StatusOr<Element> Element::FromUniform(std::span<const uint8_t, 64> uniform) {
  Element element;
  Require(crypto_core_ristretto255_from_hash(element.bytes_.data(), uniform.data()) == 0);
  if (sodium_is_zero(element.bytes_.data(), kSize) == 1) return IdentityError();
  return element;
}

absl::StatusOr<Element> Element::Multiply(const Scalar& scalar) const {
  Element product;
  // Fails for the identity only: these bytes were decoded before.
  if (crypto_scalarmult_ristretto255(product.bytes_.data(), scalar.bytes_.data(),
                                     bytes_.data()) != 0) {
    return IdentityError();
  }
  return product;
}

absl::StatusOr<Element> Element::Add(const Element& other) const {
  Element sum;
  Require(crypto_core_ristretto255_add(sum.bytes_.data(), bytes_.data(), other.bytes_.data()) ==
          0);
  if (sodium_is_zero(sum.bytes_.data(), kSize) == 1) return IdentityError();
  return sum;
}

absl::StatusOr<Element> Element::Subtract(const Element& other) const {
  Element difference;
  Require(crypto_core_ristretto255_sub(difference.bytes_.data(), bytes_.data(),
                                       other.bytes_.data()) == 0);
  if (sodium_is_zero(difference.bytes_.data(), kSize) == 1) return IdentityError();
  return difference;
}

// The names are those of RFC 9380 section 5.3.1.
void ExpandMessageXmdSha512(std::initializer_list<ByteView> message, ByteView dst,
                            std::span<uint8_t> out) {
  constexpr size_t kBlock = 128;   // s_in_bytes
  constexpr size_t kDigest = 64;   // b_in_bytes
  Require(out.size() <= 255 * kDigest);
  if (dst.size() > 255) {
    const Secret<64> short_dst = Sha512().Add(AsBytes("H2C-OVERSIZE-DST-")).Add(dst).Finish();
    return ExpandMessageXmdSha512(message, short_dst.Reveal(), out);
  }
  const auto dst_size = static_cast<uint8_t>(dst.size());
  const std::array<uint8_t, kBlock> z_pad{};
  const std::array<uint8_t, 3> length_and_zero = {static_cast<uint8_t>(out.size() >> 8),
                                                  static_cast<uint8_t>(out.size()), 0};
  Sha512 hash;
  hash.Add(z_pad);
  for (const ByteView part : message) hash.Add(part);
  const Secret<64> b_0 = hash.Add(length_and_zero).Add(dst).Add({&dst_size, 1}).Finish();

  std::array<uint8_t, kDigest> previous{};   // strxor(b_0, b_(i-1)); b_0 alone for i = 1
  std::copy(b_0.Reveal().begin(), b_0.Reveal().end(), previous.begin());
  for (uint8_t i = 1; !out.empty(); ++i) {
    const Secret<64> b_i = Sha512().Add(previous).Add({&i, 1}).Add(dst).Add({&dst_size, 1}).Finish();
    const size_t n = std::min(out.size(), kDigest);
    std::copy_n(b_i.Reveal().begin(), n, out.begin());
    out = out.subspan(n);
    for (size_t j = 0; j < kDigest; ++j) previous[j] = b_0.Reveal()[j] ^ b_i.Reveal()[j];
  }
  sodium_memzero(previous.data(), previous.size());
}

Scalar HashToScalar(std::initializer_list<ByteView> message, ByteView dst) {
  return Scalar::Reduce(Secret<64>::Make([&](std::span<uint8_t, 64> uniform) {
                          ExpandMessageXmdSha512(message, dst, uniform);
                        }).Reveal());
}

}  // namespace whoelse
