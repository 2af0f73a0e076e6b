// The log's files in the layout of C2SP tlog-tiles, read from the store. Pure.
// docs/formats/log-entries.md.
#ifndef WHOELSE_COORDINATOR_LOG_FILES_H_
#define WHOELSE_COORDINATOR_LOG_FILES_H_

#include <vector>

#include "audit/tile.h"
#include "coordinator/state.h"

namespace whoelse {

// The bytes of a tile or an entry bundle. NOT_FOUND: wider than it is in the tree of `size` leaves.
absl::StatusOr<Bytes> ReadLogFile(const CoordinatorState& state, const TilePath& path,
                                  uint64_t size);

// What the tree of `size` has and that of `from` had not, `from <= size`: bundles and tiles of level
// 0 first, each level from left to right.
std::vector<TilePath> NewLogFiles(uint64_t from, uint64_t size);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_FILES_H_
