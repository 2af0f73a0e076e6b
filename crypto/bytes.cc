#include "crypto/bytes.h"

#include "crypto/require.h"

namespace whoelse {
namespace {

// The value of a lower-case hexadecimal digit, or -1.
int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string ToHex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

bool FromHex(std::string_view hex, std::span<uint8_t> out) {
  if (hex.size() != 2 * out.size()) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = HexDigit(hex[2 * i]);
    const int low = HexDigit(hex[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

bool FromHex(std::string_view hex, Bytes* out) {
  Bytes bytes(hex.size() / 2);
  if (!FromHex(hex, std::span<uint8_t>(bytes))) return false;
  *out = std::move(bytes);
  return true;
}

Writer& Writer::Padded(std::string_view text, size_t width) {
  Require(text.size() <= width);
  return Raw(AsBytes(text)).Zeros(width - text.size());
}

ByteView Reader::Raw(size_t n) {
  if (n > in_.size()) {
    failed_ = true;
    in_ = {};
    return {};
  }
  const ByteView bytes = in_.first(n);
  in_ = in_.subspan(n);
  return bytes;
}

uint64_t Reader::Number(size_t bytes) {
  uint64_t value = 0;
  for (const uint8_t byte : Raw(bytes)) value = value << 8 | byte;
  return value;
}

}  // namespace whoelse
