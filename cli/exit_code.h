// The exit codes of `whoelse`: scripts go by them.
#ifndef WHOELSE_CLI_EXIT_CODE_H_
#define WHOELSE_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace whoelse {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,        // anything that is none of the others
  kExitBadInput = 2,      // nothing was sent, nothing was changed; but a merge of two children silences them
  kExitUnanswered = 3,    // asked, and somebody did not answer
  kExitQuota = 4,         // today's questions are used up
  kExitRefuted = 5,       // `audit`: something is proved to be wrong
  kExitAlarm = 6,         // `status`: there are alarms that somebody has to look at
  kExitNotProvable = 6,   // `audit`: nothing is wrong, and not everything could be proved yet
  kExitToApprove = 7      // `ask`, `shield`: nothing was sent, a second person has been asked
};

inline ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (absl::IsInvalidArgument(status)) return kExitBadInput;
  if (absl::IsResourceExhausted(status)) return kExitQuota;
  return kExitFailed;
}

}  // namespace whoelse

#endif  // WHOELSE_CLI_EXIT_CODE_H_
