// A new log for a coordinator whose log has ended (docs/operating/log.md, "When it refuses to start").
#ifndef WHOELSE_CLI_FEDERATION_LOG_KEY_H_
#define WHOELSE_CLI_FEDERATION_LOG_KEY_H_

#include <string>

#include "absl/status/statusor.h"
#include "crypto/random.h"
#include "protocol/note.h"

namespace whoelse {

// Makes a new log key, under a new origin, in the coordinator's sealed secrets and in the draft: both
// logs must never be taken for one. The old key is gone then. The next `sign` puts it into the roster;
// until that rules the coordinator cannot start. NOT_FOUND: no coordinator has this folder. Errors of
// FederationDraft::Load and Save, ReadMasterKey, ReadSecrets and WriteSecrets.
absl::StatusOr<NoteVerifier> RenewLogKey(const std::string& dir, const std::string& slug,
                                         Random& random);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_LOG_KEY_H_
