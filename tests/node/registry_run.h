// A registry over a store on the disk, from its start to its end.
#ifndef WHOELSE_TESTS_NODE_REGISTRY_RUN_H_
#define WHOELSE_TESTS_NODE_REGISTRY_RUN_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "node/registry.h"
#include "tests/node/backup_maker.h"
#include "tests/node/federation.h"

namespace whoelse {

struct RegistryRun {
  RegistryRun(const std::string& directory, RosterBoard& board, const Clock& clock, Random& random)
      : store(*RocksdbStore::Open(directory, TestMaster(), X25519PublicKey(), random)),
        answering({kSurgery, IdentityKeyOfAgency(kSurgery)}, VectorAnchor(), *store,
                  directory + "-evidence", std::nullopt, board, clock, random),
        registry(*store, answering, false) {
    EXPECT_TRUE(registry.Load({1}).ok());
  }
  std::unique_ptr<RocksdbStore> store;
  Answering answering;
  Registry registry;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_REGISTRY_RUN_H_
