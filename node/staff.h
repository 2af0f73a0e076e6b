// Who asks at this node, by their references: what a question and a receipt know of a person.
#ifndef WHOELSE_NODE_STAFF_H_
#define WHOELSE_NODE_STAFF_H_

#include <vector>

#include "node/asker.h"
#include "node/config.h"
#include "node/month_end.h"
#include "node/rocksdb_store.h"

namespace whoelse {

// Everybody of the configuration. The key of the references is the asker's, so that they resolve to
// people here and nowhere else.
std::vector<StaffMember> StaffOf(const NodeConfig& config, const QuestionAsker& asker);

AskedInMonth AskedOf(const RocksdbStore::ReceiptRow& row);

}  // namespace whoelse

#endif  // WHOELSE_NODE_STAFF_H_
