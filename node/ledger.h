// A node's ledger, and the digests of it that it has logged: what it answered cannot be denied, by it
// or by a relay. protocol.md section 6, log-entries.md (0x04). Pure; node/ledger_keeper.h does the
// rest.
#ifndef WHOELSE_NODE_LEDGER_H_
#define WHOELSE_NODE_LEDGER_H_

#include <map>
#include <utility>
#include <vector>

#include "audit/entry.h"
#include "audit/ledger_file.h"
#include "audit/reconcile.h"
#include "crypto/sign.h"
#include "protocol/roster.h"

namespace whoelse {

// A log under one of its keys.
using LedgerLog = std::pair<CoordinatorId, uint32_t>;

// One line of the ledger: a frame was answered under this leaf, its wires released at this moment.
struct LedgerItem {
  LedgerLog log;
  LedgerRow row;
  TimeMs released_ms = 0;
};

// Signed and on the disk, and from then on the only digest of its range: sent again and again, the
// same bytes, until a coordinator has logged it.
struct PlannedDigest {
  LedgerEntry entry;
  TimeMs cutoff_ms = 0;   // rows released later are not in it, whatever their index
};
struct LoggedDigest {
  LedgerFile::Digest digest;
  TimeMs cutoff_ms = 0;
  TimeMs logged_ms = 0;   // when this node had its place; 0: an earlier version did not say
};

// From where on the ledger of a log is whole: rows below this index that were released until then
// have gone. The digest that ends below it stays.
struct LedgerLine {
  LedgerLog log;
  uint64_t index = 0;
  TimeMs cutoff_ms = 0;
  bool operator==(const LedgerLine&) const = default;
};
// Rows stay until their digest is logged and 30 days more; and as long as what is sealed beside
// them, which names the same question (protocol.md section 6). An hour for clocks that differ: an
// auditor names who lets go of them earlier.
inline constexpr TimeMs kSealedKeptMs = 90ull * 86'400'000;
inline constexpr TimeMs kRowsKeptMs = kRowsStayMs + 3'600'000;
// Where the lines are now, of the logs that have one.
std::vector<LedgerLine> LinesOf(const std::vector<LoggedDigest>& logged, TimeMs now);
// The digests that go with the rows below the line: all but the last, which says where it stands
// and from where on the next digest goes.
std::vector<LedgerFile::Digest> GoneBy(const LedgerLine& line,
                                       const std::vector<LoggedDigest>& logged);

// The index from which on the next digest about this log speaks: after the last one, or 0.
uint64_t NextIndex(const LedgerLog& log, const std::vector<LoggedDigest>& logged);
// The same for a store that was made of a backup: `rows` of this log were all released after it. Until
// one of them is in a digest, what was signed since the backup is forgotten, and a second digest of its
// range, made of fewer rows, would convict this agency: the next one begins at the first of them.
uint64_t NextIndexSince(TimeMs restored_ms, const LedgerLog& log,
                        const std::vector<LoggedDigest>& logged,
                        const std::vector<LedgerItem>& rows);

// The digest of these items, which are all of one log from `from` on; at least one.
PlannedDigest PlanDigest(AgencyId agency, const SigningKey& identity, uint64_t from,
                         const std::vector<LedgerItem>& items);

// Where the digest about this coordinator's log is logged: at the first of these that takes it. Any
// other coordinator, for that one would not log what convicts it; and of them first, from number
// `turn` on, the relays of questions: in a log without questions a digest has no time, by which the
// auditor tells an answer that was dropped from a ledger that came late (audit/reconcile.h).
std::vector<const RosterCoordinator*> PlacesOfDigest(const Roster& roster, CoordinatorId about,
                                                     size_t turn);

// The ledger as a file. `items`, `logged` and `lines` in any order.
LedgerFile LedgerFileOf(const FederationId& federation, AgencyId agency,
                        const std::vector<LedgerItem>& items,
                        const std::vector<LoggedDigest>& logged,
                        const std::vector<LedgerLine>& lines);

}  // namespace whoelse

#endif  // WHOELSE_NODE_LEDGER_H_
