// The dealer: makes key versions and their shares on one machine, which therefore knows every key.
// For demonstration and tests only; in earnest the coordinators generate the key together
// (protocol.md section 9).
#ifndef WHOELSE_CLI_FEDERATION_DEAL_H_
#define WHOELSE_CLI_FEDERATION_DEAL_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/federation_draft.h"
#include "coordinator/secrets.h"
#include "crypto/random.h"

namespace whoelse {

// What happens to the key versions. A federation's first gets dealt by itself.
struct KeyChange {
  bool refresh = false;                  // new shares of the same keys
  bool new_key_version = false;          // one above the newest, ENROLLING
  std::optional<KeyVersion> activate = std::nullopt;   // ENROLLING -> ASKED
  std::optional<KeyVersion> retire = std::nullopt;     // taken out
};

inline constexpr std::string_view kDealerWarning =
    "************************************************************************\n"
    "*  FOR DEMONSTRATION ONLY. This command dealt the federation's key:     *\n"
    "*  whoever ran it, or can read this directory, knows the WHOLE key and  *\n"
    "*  can find out every child that was ever asked about. In earnest the   *\n"
    "*  coordinators generate the key together and nobody ever holds it.     *\n"
    "************************************************************************\n";

// Each coordinator's secrets in the federation's directory, with what opens them.
class CoordinatorVault {
 public:
  // Errors of ReadMasterKey and ReadSecrets; the message names the file.
  static absl::StatusOr<CoordinatorVault> Open(const std::string& dir,
                                               const FederationDraft& draft);
  // Seals everything again, without shares that neither roster names. UNAVAILABLE.
  absl::Status Save(const std::vector<RosterKeyVersion>& held,
                    const std::vector<RosterKeyVersion>& next, Random& random);

  // nullptr: there is no such share.
  const Scalar* FindShare(CoordinatorId id, KeyVersion kv, uint32_t sharing_epoch) const;
  void AddShare(CoordinatorId id, EvaluatorShare share);
  SigningKey AdmissionKey(CoordinatorId id) const;   // of a coordinator of the draft
  bool Has(CoordinatorId id) const { return entries_.contains(id); }

 private:
  struct Entry {
    std::string path;
    MasterKey master;
    CoordinatorSecrets secrets;
  };
  std::map<CoordinatorId, Entry> entries_;
};

struct DealtKeys {
  std::vector<RosterKeyVersion> key_versions;
  bool dealt = false;   // a key or shares were made here: warn
};

// The key versions of the next roster: those held with `change` applied, shared anew where the set of
// coordinators changed. New shares go into `vault`. INVALID_ARGUMENT when the change does not fit
// (says what there is). FAILED_PRECONDITION: too few coordinators, or shares that are not here.
absl::StatusOr<DealtKeys> DealKeys(const FederationDraft& draft, const Roster* held,
                                   const KeyChange& change, CoordinatorVault& vault, Random& random);

}  // namespace whoelse

#endif  // WHOELSE_CLI_FEDERATION_DEAL_H_
