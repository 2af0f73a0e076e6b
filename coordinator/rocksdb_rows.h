// What the files of RocksDbState share: views without copies, and the word for damage.
#ifndef WHOELSE_COORDINATOR_ROCKSDB_ROWS_H_
#define WHOELSE_COORDINATOR_ROCKSDB_ROWS_H_

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include <string_view>

#include "absl/status/status.h"
#include "crypto/bytes.h"

namespace whoelse {

inline rocksdb::Slice SliceOf(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline ByteView ViewOf(const rocksdb::Slice& slice) {
  return {reinterpret_cast<const uint8_t*>(slice.data()), slice.size()};
}

// DATA_LOSS, with what the operator has to do.
absl::Status DamagedStore(const rocksdb::Status& status);

// Of the family meta: the newest hour whose table is logged.
inline constexpr std::string_view kHourKey = "evaluated_hour";

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ROCKSDB_ROWS_H_
