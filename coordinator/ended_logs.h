// The stores of this coordinator's logs that have ended, for auditors: who asked what is in them, and
// how much was evaluated. Only read. docs/operating/log.md, "When it refuses to start, or ends".
#ifndef WHOELSE_COORDINATOR_ENDED_LOGS_H_
#define WHOELSE_COORDINATOR_ENDED_LOGS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/rocksdb_state.h"

namespace whoelse {

class EndedLogs {
 public:
  // `directories`: each was the store before a new log key. One that cannot be read is left out, with
  // an alarm: it is perhaps why that log ended, and the present one does not need it.
  static EndedLogs Open(const std::vector<std::string>& directories);

  // By the id of its log key; nullptr: not kept here.
  const CoordinatorState* Find(uint32_t log_key_id) const;

 private:
  std::map<uint32_t, std::unique_ptr<RocksDbState>> states_;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_ENDED_LOGS_H_
