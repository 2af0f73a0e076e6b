// Takes the sealed parts out of the ledger when their time is over (protocol.md section 6), and the
// rows when theirs is, once a day that is confirmed, by their age alone: what was opened here and
// what was not go alike.
#ifndef WHOELSE_NODE_LEDGER_SWEEPER_H_
#define WHOELSE_NODE_LEDGER_SWEEPER_H_

#include <string>

#include "node/confirmed_clock.h"
#include "node/each_day.h"
#include "node/inbox_keeper.h"
#include "node/rocksdb_store.h"
#include "rpc/pause.h"

namespace whoelse {

// From when on people are told that nobody took what is sealed.
inline constexpr TimeMs kUntakenToldMs = kSealedKeptMs - 14ull * 86'400'000;

class LedgerSweeper {
 public:
  LedgerSweeper(RocksdbStore& store, InboxKeeper& inbox, ConfirmedClock& clock);

 private:
  // False when it was stopped on the way.
  absl::StatusOr<bool> Sweep(ConfirmedTime now, Pause& pause);
  // Says of each log from where on its rows are whole, before those below go.
  absl::Status MoveLines(ConfirmedTime now);
  // What is untaken is told two weeks before it goes, and once more when it goes: never in silence.
  absl::Status TellOfUntaken(ConfirmedTime now);

  RocksdbStore& store_;
  InboxKeeper& inbox_;
  EachDay days_;   // last: its thread uses the others
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LEDGER_SWEEPER_H_
