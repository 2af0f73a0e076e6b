// Floors that several benchmarks are held against.
#ifndef WHOELSE_BENCH_FLOORS_H_
#define WHOELSE_BENCH_FLOORS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/benchmarks.h"

namespace whoelse::bench {

// A frame to a relay, on to a node, its wire back, over TLS and nothing else: the median, in ms.
// UNAVAILABLE.
absl::StatusOr<double> RoundTripMs(const Setting& setting);

// How long each of `count` writes of so many bytes at the end of one file in `folder` took until they
// were on the disk, in ms. Fewer, or none, when the disk fails.
std::vector<double> SyncedWritesMs(const std::string& folder, size_t bytes, int count);

}  // namespace whoelse::bench

#endif  // WHOELSE_BENCH_FLOORS_H_
