// What oprf.cc and dleq.cc share of RFC 9497: the suite's domain separation.
#ifndef WHOELSE_CRYPTO_OPRF_SUITE_H_
#define WHOELSE_CRYPTO_OPRF_SUITE_H_

#include <array>
#include <string>
#include <string_view>

#include "crypto/oprf.h"

namespace whoelse {

// `prefix` || contextString (RFC 9497 section 3.1) of ristretto255-SHA512 (section 4.1).
inline std::string SuiteDst(std::string_view prefix, OprfMode mode) {
  std::string dst(prefix);
  dst += "OPRFV1-";
  dst += static_cast<char>(mode);
  dst += "-ristretto255-SHA512";
  return dst;
}

// I2OSP(value, 2); value <= 65,535.
inline std::array<uint8_t, 2> I2Osp2(size_t value) {
  return {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_OPRF_SUITE_H_
