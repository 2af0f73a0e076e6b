// Randomness for tests: from a seed, or as written down.
#ifndef WHOELSE_TESTS_SUPPORT_RANDOM_H_
#define WHOELSE_TESTS_SUPPORT_RANDOM_H_

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <deque>
#include <initializer_list>
#include <stdexcept>

#include "crypto/bytes.h"
#include "crypto/random.h"

namespace whoelse {

// libsodium is ready before the first test of every program that includes this file.
inline const bool kCryptoReady = InitCrypto() || (throw std::runtime_error("InitCrypto"), false);

// The same bytes for the same seed and the same sequence of calls. Property tests print the seed.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : seed_(seed) {}

  void Fill(std::span<uint8_t> out) override {
    std::array<uint8_t, randombytes_SEEDBYTES> state{};
    const Bytes numbers = Writer().U64(seed_).U64(calls_++).Take();
    std::copy(numbers.begin(), numbers.end(), state.begin());
    randombytes_buf_deterministic(out.data(), out.size(), state.data());
  }

 private:
  uint64_t seed_;
  uint64_t calls_ = 0;
};

// Hands out the queued byte strings in order. Fails the test when asked for another length than
// that of the next one, or for more than there are.
class ScriptedRandom final : public Random {
 public:
  ScriptedRandom() = default;
  ScriptedRandom(std::initializer_list<Bytes> script) : script_(script) {}

  void Push(ByteView bytes) { script_.push_back(ToBytes(bytes)); }
  // A scalar of RFC 9497: RandomScalar asks for 64 bytes and reduces them.
  void PushScalar(ByteView scalar) { script_.push_back(Writer().Raw(scalar).Zeros(32).Take()); }

  void Fill(std::span<uint8_t> out) override {
    std::fill(out.begin(), out.end(), uint8_t{0xa5});   // not zeros: nobody draws for ever
    if (script_.empty() || script_.front().size() != out.size()) {
      ADD_FAILURE() << "asked for " << out.size() << " bytes, the script has "
                    << (script_.empty() ? std::string("nothing more")
                                        : std::to_string(script_.front().size()));
      return;
    }
    std::copy(script_.front().begin(), script_.front().end(), out.begin());
    script_.pop_front();
  }
  // How many strings nobody has asked for.
  size_t left() const { return script_.size(); }

 private:
  std::deque<Bytes> script_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_RANDOM_H_
