// `whoelse policy`: what this agency discloses, and which rule says so.
#ifndef WHOELSE_CLI_POLICY_H_
#define WHOELSE_CLI_POLICY_H_

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "node/identifier.h"

namespace whoelse {

struct ShowPolicyOptions {
  std::string door;
  std::string organisation;     // at a hub, whose it is; else empty
  bool given_default = false;   // the given default as a file to fill in; asks no node
  bool json = false;
};
// The policy in force at a node: adoption, cells, what waits for its day.
ExitCode ShowPolicy(const ShowPolicyOptions& options, Terminal& terminal);

struct LetPolicyThroughOptions {
  std::string door;
  std::string organisation;
  std::string reason;
  bool json = false;
};
// What is looser acts from the next question on, and does not wait for its day. For lead officers.
ExitCode LetPolicyThrough(const LetPolicyThroughOptions& options, Terminal& terminal);

struct CheckPolicyOptions {
  std::string file;
  bool json = false;
};
// Reads a file as a node would on `today`, and says where it differs from the given default. Asks no
// node. kExitBadInput lists all that is wrong.
ExitCode CheckPolicy(const CheckPolicyOptions& options, Date today, Terminal& terminal);

struct ExplainPolicyOptions {
  std::string door;
  std::string organisation;
  std::string service, purpose, consent;
  std::vector<std::string> flags;
  bool json = false;
};
// What the node would disclose in this case, and every rule that applied.
ExitCode ExplainPolicy(const ExplainPolicyOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_POLICY_H_
