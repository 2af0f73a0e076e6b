// What auditors make of the tables that coordinators open to them only: who asked, and how much was
// evaluated for whom. protocol.md section 8 (b) and (e). Pure.
#ifndef WHOELSE_AUDIT_SIDE_TABLE_H_
#define WHOELSE_AUDIT_SIDE_TABLE_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "audit/entry.h"
#include "audit/reconcile.h"
#include "crypto/hash.h"
#include "protocol/roster.h"

namespace whoelse {

// Questions by agency and UTC day (days from 1970-01-01), of one log.
struct Volumes {
  std::map<AgencyId, std::map<uint64_t, uint64_t>> questions;
  // Asked leaves that the side table does not open, and rows that open no Asked leaf: the relay has to
  // explain both.
  std::vector<uint64_t> unopened, unfounded;
};
Volumes CountVolumes(const LogId& id, const ReconciledLog& log,
                     const std::vector<SideTableEntry>& side_table);

// A draw that nobody can steer afterwards: the seed is committed to before the side table is read,
// and whoever is shown seed and logs draws the same leaves.
using DrawSeed = FixedBytes<struct DrawSeedTag, 32>;
// H("whoelse/1/draw-commitment", seed).
Digest CommitToDraw(const DrawSeed& seed);
// The `count` entries with the smallest H("whoelse/1/draw", seed || coordinator || log key id ||
// index), the smallest first; all when there are fewer.
std::vector<SideTableEntry> Draw(const DrawSeed& seed, const std::vector<SideTableEntry>& from,
                                 size_t count);

// What one evaluator evaluated for enrolment of one agency under one key version.
struct CensusRow {
  AgencyId agency = 0;
  KeyVersion kv = 0;
  uint64_t bulk = 0;            // elements
  uint64_t bulk_allowed = 0;    // register size * 1.05 * key types
  uint64_t enrolled = 0;        // elements of the constant stream
  uint64_t enrol_allowance = 0; // what that stream may be in the 30 days before the last table
  bool TooMany() const { return bulk > bulk_allowed; }
};
struct OpenedTable {
  uint32_t hour = 0;
  uint64_t index = 0;           // of the Evaluated entry
  EvaluatedSalt salt;
  std::vector<EvaluatedRow> rows;
};

// Over all logs of one evaluator: were each counted by itself, a new log key would double what an
// agency may enrol.
class Census {
 public:
  // `roster`, which states the registers, outlives it.
  explicit Census(const Roster& roster) : roster_(roster) {}

  // What is wrong with the tables of one log.
  struct Faults {
    std::vector<uint64_t> not_opened;     // Evaluated entries without a table
    std::vector<uint64_t> contradicted;   // indexes whose table does not have the logged hash
    bool any() const { return !not_opened.empty() || !contradicted.empty(); }
  };
  // `evaluated`: the log's Evaluated entries by index. Tables that it contradicts count for nothing.
  Faults Add(const std::map<uint64_t, EvaluatedEntry>& evaluated,
             const std::vector<OpenedTable>& tables);

  std::vector<CensusRow> Rows() const;    // by agency, then key version

 private:
  struct Counted {
    uint64_t bulk = 0;                        // elements
    std::map<uint32_t, uint64_t> enrolled;    // elements, by hour
  };
  const Roster& roster_;
  std::map<std::pair<AgencyId, KeyVersion>, Counted> counted_;
  uint32_t last_hour_ = 0;
};

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_SIDE_TABLE_H_
