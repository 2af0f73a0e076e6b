// `whoelse lead-key`: the lead officers' key (node/lead_key.h) made, shared and replaced, in files of
// the lead officers' own: no node takes part, and none ever sees a secret half.
#ifndef WHOELSE_CLI_LEAD_KEY_H_
#define WHOELSE_CLI_LEAD_KEY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "node/lead_key.h"

namespace whoelse {

struct LeadKeyOptions {
  std::string file;
  std::string own;                    // add: a holder's own key
  std::vector<std::string> holders;   // NAME=PUBLIC, the public half of that person's own key
  std::string from;                   // new: whose holders it takes over
  std::vector<std::string> without;   // new: but for these
  bool json = false;
};
// One person's own key into a new file; prints its public half.
ExitCode MakeOwnLeadKey(const LeadKeyOptions& options, Terminal& terminal);
// A new key into a new file, for the holders of `from` that stay and those given; prints what the
// node's configuration needs.
ExitCode MakeLeadKey(const LeadKeyOptions& options, Terminal& terminal);
ExitCode AddLeadKeyHolders(const LeadKeyOptions& options, Terminal& terminal);
ExitCode ShowLeadKey(const LeadKeyOptions& options, Terminal& terminal);

// Errors of ReadWholeFile and LeadKeyFile::Parse.
absl::StatusOr<LeadKeyFile> ReadLeadKeyFile(const std::string& path);

}  // namespace whoelse

#endif  // WHOELSE_CLI_LEAD_KEY_H_
