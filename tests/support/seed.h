// The seed of a random test: $WHOELSE_SEED repeats a run. The test prints it.
#ifndef WHOELSE_TESTS_SUPPORT_SEED_H_
#define WHOELSE_TESTS_SUPPORT_SEED_H_

#include <cstdint>
#include <cstdlib>

namespace whoelse {

inline uint64_t SeedOr(uint64_t otherwise) {
  const char* const given = std::getenv("WHOELSE_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_SEED_H_
