// A node's closed store by RocksDB's own means, as whoever has its disk and no master key can use them.
#ifndef WHOELSE_TESTS_NODE_RAW_STORE_H_
#define WHOELSE_TESTS_NODE_RAW_STORE_H_

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/rocksdb_store.h"

namespace whoelse {

// `visit`: once with each of its families.
inline void ForEachRawFamily(
    const std::string& directory,
    const std::function<void(rocksdb::DB&, rocksdb::ColumnFamilyHandle*)>& visit) {
  std::vector<rocksdb::ColumnFamilyDescriptor> families = {{rocksdb::kDefaultColumnFamilyName, {}}};
  for (const std::string_view name : RocksdbStore::Families()) {
    families.emplace_back(std::string(name), rocksdb::ColumnFamilyOptions());
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory, families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (rocksdb::ColumnFamilyHandle* handle : handles) {
    visit(*db, handle);
    db->DestroyColumnFamilyHandle(handle);
  }
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_RAW_STORE_H_
