// RFC 6962 section 2.1 as it is written, recursion and all. Only the tests use it, to cross-check
// the code that does the same without recursion and without the leaves.
#ifndef WHOELSE_TESTS_REFERENCE_RFC6962_H_
#define WHOELSE_TESTS_REFERENCE_RFC6962_H_

#include <map>
#include <utility>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/hash.h"

namespace whoelse {

// D[0:n], with MTH(D[a:b]) remembered, or the proofs of hundreds of trees would take minutes.
class Rfc6962 {
 public:
  using Hash = Sha256Digest;

  explicit Rfc6962(std::vector<Bytes> d) : d_(std::move(d)) {}

  // Section 2.1: MTH(D[a:b]).
  Hash Mth(size_t a, size_t b) {
    if (a == b) return Sha256({});
    const auto known = mth_.find({a, b});
    if (known != mth_.end()) return known->second;
    const size_t n = b - a;
    Hash hash;
    if (n == 1) {
      hash = Sha256({Bytes{0x00}, d_[a]});
    } else {
      const size_t k = LargestPowerOfTwoBelow(n);
      hash = Sha256({Bytes{0x01}, Mth(a, a + k), Mth(a + k, b)});
    }
    return mth_[{a, b}] = hash;
  }

  // Section 2.1.1: PATH(m, D[a:b]), m counted from a.
  std::vector<Hash> Path(size_t m, size_t a, size_t b) {
    const size_t n = b - a;
    if (n == 1) return {};
    const size_t k = LargestPowerOfTwoBelow(n);
    if (m < k) return Colon(Path(m, a, a + k), Mth(a + k, b));
    return Colon(Path(m - k, a + k, b), Mth(a, a + k));
  }

  // Section 2.1.2: PROOF(m, D[0:n]), 0 < m <= n.
  std::vector<Hash> Proof(size_t m, size_t n) { return SubProof(m, 0, n, true); }

 private:
  static size_t LargestPowerOfTwoBelow(size_t n) {
    size_t k = 1;
    while (2 * k < n) k *= 2;
    return k;
  }
  static std::vector<Hash> Colon(std::vector<Hash> list, const Hash& last) {
    list.push_back(last);
    return list;
  }
  // SUBPROOF(m, D[a:b], whole)
  std::vector<Hash> SubProof(size_t m, size_t a, size_t b, bool whole) {
    const size_t n = b - a;
    if (m == n) return whole ? std::vector<Hash>{} : std::vector<Hash>{Mth(a, b)};
    const size_t k = LargestPowerOfTwoBelow(n);
    if (m <= k) return Colon(SubProof(m, a, a + k, whole), Mth(a + k, b));
    return Colon(SubProof(m - k, a + k, b, false), Mth(a, a + k));
  }

  std::vector<Bytes> d_;
  std::map<std::pair<size_t, size_t>, Hash> mth_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_REFERENCE_RFC6962_H_
