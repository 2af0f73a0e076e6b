// Secret<N>: N bytes that are wiped when they die, cannot be copied, compared or printed by accident.
#ifndef WHOELSE_CRYPTO_SECRET_H_
#define WHOELSE_CRYPTO_SECRET_H_

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace whoelse {

template <size_t N>
class Secret {
 public:
  static constexpr size_t kSize = N;

  // `fill(std::span<uint8_t, N>)` writes the value in place, so that no other copy ever exists.
  template <typename Fill>
  static Secret Make(Fill&& fill) {
    Secret secret;
    fill(std::span<uint8_t, N>(secret.bytes_));
    return secret;
  }
  static Secret From(std::span<const uint8_t, N> bytes) {
    return Make([&](std::span<uint8_t, N> out) { std::copy(bytes.begin(), bytes.end(), out.begin()); });
  }

  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { other.Wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.Wipe();
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { Wipe(); }

  // A second holder of the same secret, made on purpose.
  Secret Clone() const { return From(std::span<const uint8_t, N>(bytes_)); }

  bool ConstantTimeEquals(const Secret& other) const {
    return sodium_memcmp(bytes_.data(), other.bytes_.data(), N) == 0;
  }

  // The one word that opens a secret. Grep for it.
  std::span<const uint8_t, N> Reveal() const { return bytes_; }

 private:
  Secret() = default;
  void Wipe() { sodium_memzero(bytes_.data(), N); }
  std::array<uint8_t, N> bytes_{};
};

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_SECRET_H_
