// `whoelse inbox`: what waits for a person's decision at this agency, and the decisions.
#ifndef WHOELSE_CLI_INBOX_H_
#define WHOELSE_CLI_INBOX_H_

#include <cstdint>
#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct InboxOptions {
  std::string door;
  bool json = false;
  bool done = false;      // list: those that are done
  uint32_t limit = 100;   // list
  std::string id;
  std::string outcome;    // done
  std::string reason;
};
ExitCode ListInbox(const InboxOptions& options, Terminal& terminal);
ExitCode ShowInboxItem(const InboxOptions& options, Terminal& terminal);
// `verb`: done, approve, refuse. kExitBadInput, and nothing is changed, when this person may not
// decide or something is missing.
ExitCode DecideInboxItem(const std::string& verb, const InboxOptions& options, Terminal& terminal);
// Proposes that a restriction be taken from a child's records; a second person decides. kExitBadInput
// as above.
struct LiftOptions {
  std::string door;
  bool json = false;
  std::string nhs_number;   // "-" as in `ask`; or:
  uint32_t record = 0;
  std::string what = "shield";
  std::string reason;
};
ExitCode ProposeLift(const LiftOptions& options, Terminal& terminal);
ExitCode CountInbox(const InboxOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_INBOX_H_
