// `whoelse audit open`: a question opened on written authority, by two people, in sight of the log.
#ifndef WHOELSE_CLI_AUDIT_OPEN_H_
#define WHOELSE_CLI_AUDIT_OPEN_H_

#include <string>
#include <vector>

#include "cli/audit_output.h"
#include "protocol/ids.h"

namespace whoelse {

struct OpenOptions {
  std::string receipt;               // with its opening
  std::vector<std::string> rosters;
  std::string credential;            // the auditor's folder
  std::string authority;             // reference of the written authority; empty: asked for
  std::string second_person;         // Ed25519 public key in hexadecimal; empty: asked for
  std::vector<AgencyId> named;       // agencies whose answers the authority names
  AuditOutput output;
};
// Logs the opening first, then evaluates the subject and accounts for every slot and every answer.
// What a named agency disclosed is shown; of the others only that their answers are what the log says.
// Exits as VerifyReceipt.
ExitCode OpenReceipt(const OpenOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_OPEN_H_
