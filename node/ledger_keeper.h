// Logs a digest of this node's ledger each hour, for each log at a coordinator of another log. On a
// thread of its own, at moments that no frame decides.
#ifndef WHOELSE_NODE_LEDGER_KEEPER_H_
#define WHOELSE_NODE_LEDGER_KEEPER_H_

#include <thread>

#include "node/coordinators.h"
#include "node/ledger.h"
#include "node/rocksdb_store.h"
#include "node/roster_board.h"
#include "rpc/clock.h"
#include "rpc/pause.h"

namespace whoelse {

class LedgerKeeper {
 public:
  LedgerKeeper(AgencyId agency, const SigningKey& identity, RocksdbStore& store,
               Coordinators& coordinators, RosterBoard& board, const Clock& clock, Random& random);
  ~LedgerKeeper();

 private:
  TimeMs NextHour();
  void Run();
  // False when something could not be logged: soon once more.
  bool LogDigests();
  absl::Status Plan();
  bool Log(const PlannedDigest& planned, const Roster& roster);

  const AgencyId agency_;
  const SigningKey& identity_;
  RocksdbStore& store_;
  Coordinators& coordinators_;
  RosterBoard& board_;
  const Clock& clock_;
  Random& random_;
  Pause pause_;
  std::thread thread_;
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_LEDGER_KEEPER_H_
