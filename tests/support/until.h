// Waiting for what another thread does, by its condition and not by a time.
#ifndef WHOELSE_TESTS_SUPPORT_UNTIL_H_
#define WHOELSE_TESTS_SUPPORT_UNTIL_H_

#include <chrono>
#include <thread>

namespace whoelse {

// Looks some 200 times a second until the condition holds; `between` two looks goes on what it waits for,
// as a clock. False when it does not hold within this time.
template <typename Condition, typename Between>
[[nodiscard]] bool Until(std::chrono::seconds within, Condition condition, Between between) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    between();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}
template <typename Condition>
[[nodiscard]] bool Until(std::chrono::seconds within, Condition condition) {
  return Until(within, condition, [] {});
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_UNTIL_H_
