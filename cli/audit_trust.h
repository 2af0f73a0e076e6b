// What an auditor takes for given: the federation's rosters, brought out of band.
#ifndef WHOELSE_CLI_AUDIT_TRUST_H_
#define WHOELSE_CLI_AUDIT_TRUST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "protocol/roster.h"

namespace whoelse {

// The rosters of these files (GetRoster's layout, `roster.signed`), oldest first. Each is signed by as
// many of its own roots as it demands: whether these roots are the federation's, only the person who
// brought the file can know, so every report shows the hashes. INVALID_ARGUMENT: no roster, a bad or
// missing signature, two of one version that differ, rosters of different federations. Errors of
// ReadWholeFile.
absl::StatusOr<std::vector<Roster>> LoadRosters(const std::vector<std::string>& paths);

// For reports: version and hash of each.
nlohmann::ordered_json RostersJson(const std::vector<Roster>& rosters);
// The same in sentences.
std::string RostersText(const std::vector<Roster>& rosters);

// A coordinator's log, as the newest roster that has its key knows it.
struct KnownLog {
  const Roster* roster;
  const RosterCoordinator* coordinator;
};
// The log whose key has signed this note. DATA_LOSS: one has a line on it whose signature is bad, or
// signed what is no checkpoint; NOT_FOUND: no log of these rosters has.
absl::StatusOr<KnownLog> FindLog(const std::vector<Roster>& rosters, const Note& checkpoint);

std::vector<NoteVerifier> WitnessKeys(const Roster& roster);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_TRUST_H_
