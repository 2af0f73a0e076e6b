// Bytes of a length that is not known beforehand, and that hold secrets for a moment.
#ifndef WHOELSE_CRYPTO_WIPED_BYTES_H_
#define WHOELSE_CRYPTO_WIPED_BYTES_H_

#include <sodium.h>

#include <utility>

#include "crypto/bytes.h"

namespace whoelse {

// Never grown (a growing vector leaves copies behind), wiped when they die. A ByteView of them is an
// ordinary one.
struct WipedBytes {
  Bytes bytes;

  explicit WipedBytes(Bytes b) : bytes(std::move(b)) {}
  WipedBytes(WipedBytes&& other) noexcept : bytes(std::exchange(other.bytes, Bytes())) {}
  WipedBytes& operator=(WipedBytes&& other) noexcept {
    std::swap(bytes, other.bytes);
    return *this;
  }
  WipedBytes(const WipedBytes&) = delete;
  WipedBytes& operator=(const WipedBytes&) = delete;
  ~WipedBytes() { sodium_memzero(bytes.data(), bytes.size()); }

  const uint8_t* data() const { return bytes.data(); }
  size_t size() const { return bytes.size(); }
  const uint8_t* begin() const { return data(); }
  const uint8_t* end() const { return data() + size(); }
};

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_WIPED_BYTES_H_
