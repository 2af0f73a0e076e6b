// A register as import and enrolment leave it, but for evaluations: its sub-keys are random bytes.
#ifndef WHOELSE_BENCH_FILLED_STORE_H_
#define WHOELSE_BENCH_FILLED_STORE_H_

#include <cstddef>

#include "crypto/random.h"
#include "node/rocksdb_store.h"

namespace whoelse::bench {

inline constexpr size_t kIdentifiersOfEach = 2;   // an NHS number and a UPN
inline constexpr KeyVersion kEnrolledIn = 1;

// Into an empty store: records 1 to `records`, which came at `now`.
void FillRecords(RocksdbStore& store, size_t records, TimeMs now);
// All of them enrolled.
void FillSubKeys(RocksdbStore& store, size_t records, TimeMs now, Random& random);

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_FILLED_STORE_H_
