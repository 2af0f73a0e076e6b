// Backups of a store in memory.
#ifndef WHOELSE_TESTS_NODE_BACKUP_MAKER_H_
#define WHOELSE_TESTS_NODE_BACKUP_MAKER_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "node/rocksdb_store.h"
#include "tests/node/federation.h"

namespace whoelse {

inline MasterKey TestMaster() { return MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})); }

// `meanwhile`: called once, while it is made.
inline std::string BackedUp(const RocksdbStore& store, TimeMs made_ms,
                            const std::function<void()>& meanwhile = [] {}) {
  std::string file;
  const absl::Status made =
      store.Backup({VectorFederation(), kSurgery, made_ms}, [&](ByteView bytes) {
        if (file.empty()) meanwhile();
        file += AsText(bytes);
        return absl::OkStatus();
      });
  EXPECT_TRUE(made.ok()) << made;
  return file;
}

inline absl::Status RestoreInto(const std::string& directory, const std::string& file, TimeMs now,
                                Random& random) {
  auto reader = BackupReader::Open(
      TestMaster(),
      [&file, at = size_t{0}](std::span<uint8_t> buffer) mutable -> absl::StatusOr<size_t> {
        const size_t n = std::min(buffer.size(), file.size() - at);
        std::copy_n(file.begin() + static_cast<ptrdiff_t>(at), n, buffer.begin());
        at += n;
        return n;
      });
  if (!reader.ok()) return reader.status();
  return RocksdbStore::Restore(directory, TestMaster(), *reader, now, random);
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_BACKUP_MAKER_H_
