// Takes the place of the C library's writes, syncs and renames in the program that it is linked to,
// RocksDB's included, and lets one of them go wrong.
#ifndef WHOELSE_TESTS_COORDINATOR_CRASH_IO_FAULTS_H_
#define WHOELSE_TESTS_COORDINATOR_CRASH_IO_FAULTS_H_

#include <cstdint>

namespace whoelse {

enum class Fault : int {
  kNone,
  kKill,       // the process is gone before the operation
  kTorn,       // a part of a write is there, then the process is gone
  kEio,        // this operation fails, and none after it
  kEnospc,
  kEioForGood  // this one and all that follow
};

inline constexpr int kKilledExit = 99;

struct FaultPlan {
  Fault fault = Fault::kNone;
  uint64_t at = 0;            // the how-manyth operation, from 1
  bool power_loss = false;    // when the process ends, what was not synced is gone, wholly or in part
  uint64_t seed = 0;
};

// Operations of other threads count too. Before the first of them.
void PlanFaults(const FaultPlan& plan);
// How many operations there have been; whether the fault has come, and whether it failed a write or
// a sync of a write-ahead log, after which nothing may be acknowledged.
uint64_t Operations();
bool FaultCame();
bool FaultCameToALog();

}  // namespace whoelse

#endif  // WHOELSE_TESTS_COORDINATOR_CRASH_IO_FAULTS_H_
