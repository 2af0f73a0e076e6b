// Randomness is an argument: published vectors run the production path with given bytes, the
// simulation with a seed, the programs with the kernel's generator.
#ifndef WHOELSE_CRYPTO_RANDOM_H_
#define WHOELSE_CRYPTO_RANDOM_H_

#include <cstdint>
#include <span>

#include "crypto/secret.h"

namespace whoelse {

class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(std::span<uint8_t> out) = 0;

  template <size_t N>
  Secret<N> NewSecret() {
    return Secret<N>::Make([this](std::span<uint8_t, N> out) { Fill(out); });
  }
  template <typename F>  // a FixedBytes
  F NewFixed() {
    F value;
    Fill({value.data(), F::kSize});
    return value;
  }
  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound);
};

// The operating system's generator. Stateless, so one may be shared by threads.
class SystemRandom final : public Random {
 public:
  void Fill(std::span<uint8_t> out) override;
};

// Must be called once before anything else of this library; false when libsodium cannot start.
bool InitCrypto();

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_RANDOM_H_
