// Byte strings: fixed-size values that cannot be mixed up, and strict big-endian reading and writing.
#ifndef WHOELSE_CRYPTO_BYTES_H_
#define WHOELSE_CRYPTO_BYTES_H_

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whoelse {

using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

inline ByteView AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes ToBytes(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }
inline std::string ToString(ByteView bytes) { return std::string(AsText(bytes)); }

// A public value of exactly N bytes. `Tag` makes each use a type of its own: a FrameHash is not a
// RosterHash. Compared in variable time, so never for secrets (those are Secret<N>).
template <typename Tag, size_t N>
class FixedBytes {
 public:
  static constexpr size_t kSize = N;

  constexpr FixedBytes() = default;  // N zero bytes
  constexpr explicit FixedBytes(const std::array<uint8_t, N>& bytes) : bytes_(bytes) {}
  explicit FixedBytes(std::span<const uint8_t, N> bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }

  operator ByteView() const { return bytes_; }  // NOLINT: a value is its bytes
  const uint8_t* data() const { return bytes_.data(); }
  uint8_t* data() { return bytes_.data(); }
  static constexpr size_t size() { return N; }
  bool IsZero() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](uint8_t b) { return b == 0; });
  }

  auto operator<=>(const FixedBytes&) const = default;

  // For containers keyed by hashes and random ids, whose first bytes are already uniform.
  template <typename H>
  friend H AbslHashValue(H h, const FixedBytes& v) {
    return H::combine(std::move(h), v.bytes_);
  }

 private:
  std::array<uint8_t, N> bytes_{};
};

std::string ToHex(ByteView bytes);  // lower case
// False when `hex` is not an even number of lower-case hexadecimal digits.
bool FromHex(std::string_view hex, Bytes* out);
// False unless `hex` is exactly `out.size()` bytes in lower-case hexadecimal; `out` is then
// unspecified.
bool FromHex(std::string_view hex, std::span<uint8_t> out);

// Appends fixed-size big-endian fields.
class Writer {
 public:
  Writer& U8(uint8_t v) { return Number(v, 1); }
  Writer& U16(uint16_t v) { return Number(v, 2); }
  Writer& U32(uint32_t v) { return Number(v, 4); }
  Writer& U64(uint64_t v) { return Number(v, 8); }
  Writer& Raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Writer& Zeros(size_t n) {
    out_.resize(out_.size() + n);
    return *this;
  }
  // `text` zero-padded to `width` bytes. The text fits: whoever makes it has checked.
  Writer& Padded(std::string_view text, size_t width);

  size_t size() const { return out_.size(); }
  ByteView view() const { return out_; }
  Bytes Take() { return std::move(out_); }

 private:
  Writer& Number(uint64_t v, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out_.push_back(static_cast<uint8_t>(v >> shift));
    }
    return *this;
  }
  Bytes out_;
};

// Reads fixed-size big-endian fields. A read past the end returns zeros and makes `Done` false for
// good, so that a parser reads all its fields and asks once.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}

  uint8_t U8() { return static_cast<uint8_t>(Number(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Number(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Number(4)); }
  uint64_t U64() { return Number(8); }
  // Empty when fewer than n bytes are left.
  ByteView Raw(size_t n);
  // A FixedBytes, zeros when too few bytes are left.
  template <typename F>
  F Fixed() {
    F value;
    const ByteView bytes = Raw(F::kSize);
    std::copy(bytes.begin(), bytes.end(), value.data());
    return value;
  }
  size_t left() const { return in_.size(); }
  bool ok() const { return !failed_; }
  // Everything was read and nothing was missing.
  bool Done() const { return !failed_ && in_.empty(); }

 private:
  uint64_t Number(size_t bytes);
  ByteView in_;
  bool failed_ = false;
};

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_BYTES_H_
