// `whoelse ledger open`: a lead officer reads who asked about whom.
#ifndef WHOELSE_CLI_LEDGER_OPEN_H_
#define WHOELSE_CLI_LEDGER_OPEN_H_

#include <cstdint>
#include <string>

#include "cli/exit_code.h"
#include "cli/sealed_ledger.h"
#include "cli/terminal.h"

namespace whoelse {

struct LedgerOpenOptions {
  std::string door;
  LeadOfficerKeys keys;
  std::string since;        // YYYY-MM-DD; empty: all that is kept
  uint32_t record = 0;      // only questions about this one, or that may be; 0: all
  bool json = false;
};
// Newest first. kExitFailed when the key is nobody's who may read here, or nothing was sealed to it.
ExitCode OpenLedger(const LedgerOpenOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_LEDGER_OPEN_H_
