// What the ledger seals to the lead officers, opened on one's own machine: the node gives what it
// sealed and cannot read, with a key that it does not have.
#ifndef WHOELSE_CLI_SEALED_LEDGER_H_
#define WHOELSE_CLI_SEALED_LEDGER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/door.h"
#include "cli/terminal.h"
#include "node/noted.h"

namespace whoelse {

struct LeadOfficerKeys {
  std::string own;                     // a lead officer's own key
  std::vector<std::string> lead_keys;  // files of lead officers' keys, of now and of earlier
  std::vector<std::string> taken;      // files of what was taken out of the ledger
};

struct SealedLedger {
  std::vector<Noted> notes;                 // of frames that were opened here, and wanted
  std::map<AgencyId, std::string> names;    // the roster's
  uint64_t other_key = 0;                   // entries that none of the keys opens
  TimeMs complete_until_ms = 0;             // what was answered since is not given out yet
};
// The entries that were answered at `since` or later: those at the node, and those that were taken out.
// PERMISSION_DENIED: these keys open none, and there are some. INVALID_ARGUMENT: a file is of another
// agency. Errors of the files, and of Door::ReadSealed.
absl::StatusOr<SealedLedger> OpenSealedLedger(const Door& door, const LeadOfficerKeys& keys,
                                              TimeMs since,
                                              const std::function<bool(const Noted&)>& wanted);

// Tells whoever is there that not everything could be opened, and until when it is complete.
void TellOfTheRest(const SealedLedger& ledger, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_SEALED_LEDGER_H_
