// Stops the program at a broken promise of our own.
#ifndef WHOELSE_CRYPTO_REQUIRE_H_
#define WHOELSE_CRYPTO_REQUIRE_H_

#include <cstdlib>

namespace whoelse {

// For what our own types and preconditions guarantee: the return code of a libsodium call that
// cannot fail with these arguments, a label that is a literal. Going on with the unset output of
// such a call would use zeros as a key. Never for anything that a peer can choose.
inline void Require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace whoelse

#endif  // WHOELSE_CRYPTO_REQUIRE_H_
