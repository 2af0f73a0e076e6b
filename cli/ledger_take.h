// `whoelse ledger take`: lead officers keep what the ledger seals to them, before the node lets it go.
#ifndef WHOELSE_CLI_LEDGER_TAKE_H_
#define WHOELSE_CLI_LEDGER_TAKE_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct LedgerTakeOptions {
  std::string door;
  std::string file;   // a new one
  bool json = false;
};
// What nobody has taken yet, still sealed, into the file. The node hears of it when the file is on the
// disk, and not before.
ExitCode TakeLedger(const LedgerTakeOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_LEDGER_TAKE_H_
