// `whoelse ask` and `whoelse shield`.
#ifndef WHOELSE_CLI_ASK_H_
#define WHOELSE_CLI_ASK_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "nlohmann/json_fwd.hpp"

namespace whoelse {

struct AskOptions {
  std::string door;
  std::string nhs_number;      // "-": one line of standard input, or asked for at the terminal
  std::string upn;
  std::string born;
  std::string purpose;
  std::string case_reference;
  std::string role;
  std::string reason;
  bool does_not_know_them = false;   // "I do not know this child or family outside work"
  bool request_approval = false;
  std::string approval;        // an item of the inbox
  std::string power, article6, article9;
  std::string organisation;    // at a hub, for which it is asked; empty: the only one it can be
  bool contact_was_wrong = false;
  bool shield_notice = false;
  bool json = false;
  std::string list;            // a file of children in their place (cli/caseload.h); "-": standard input
  bool anew = false;           // of a list: also those asked about lately
  std::string again;           // a receipt's number: those that were closed (cli/ask_again.h)
  std::string at;              // of again: HH:MM; empty: when they open
};

// Asks through the node's door and prints the answer, or what the notice did, or which item of the
// inbox a second person decides. kExitUnanswered when an agency did not answer, kExitToApprove when
// it waits for that person.
ExitCode Ask(const AskOptions& options, Terminal& terminal);

// What `ask` prints of a report; of a notice, what it did.
std::string AnswerAsText(const nlohmann::ordered_json& report, bool shield_notice, size_t width);

// `given`, or for "-" the line that is read in its place. Warns when the number stood on the
// command line. INVALID_ARGUMENT: nothing came.
absl::StatusOr<std::string> NumberFrom(const std::string& given, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_ASK_H_
