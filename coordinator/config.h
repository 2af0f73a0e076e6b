// The coordinator's configuration file (TOML). Relative paths start at the file's own folder.
//
//   id = 101                                # of this coordinator in the roster
//   listen = "0.0.0.0:7443"
//   data = "/var/lib/whoelse/coordinator"   # the store; this program's alone
//   second_checkpoint = "/mnt/other/whoelse-checkpoint"   # not on the same volume
//   roster = "/etc/whoelse/roster.signed"   # SignedRoster; read again when it changes
//   secrets = "/etc/whoelse/secrets.sealed"
//   master_key = "/run/keys/whoelse"        # on another disk than `data`; "credential:NAME": the
//                                           # file NAME in systemd's $CREDENTIALS_DIRECTORY
//   min_free_mb = 512                       # left out: 512; below it nothing is accepted
//   [tls]
//   certificate = "/etc/whoelse/tls.crt"
//   key = "/etc/whoelse/tls.key"
//   [trust]                                 # brought out of band
//   federation = "0d3b764530a93de1c051f4ec1a462982"
//   roots = ["root1.example+c9f4e2b7+...", "..."]
//   k = 2
//   [log]                                   # left out: none of it
//   export = "/srv/whoelse-log"             # the log as a folder of files, kept up to date
//   listen = "0.0.0.0:7480"                 # the same files over HTTPS
//   ended = ["/srv/whoelse-ended"]          # the `data` of logs that have ended, for auditors
//   [log.tls]                               # left out: [tls]
//   certificate = "/etc/whoelse/log.crt"
//   key = "/etc/whoelse/log.key"
//   [[witness]]                             # outside of the federation; any number
//   url = "https://witness.example/prefix"  # C2SP tlog-witness, add-checkpoint
//   vkey = "witness.example+3112935e+..."
//   ca = "/etc/whoelse/witness-ca.crt"      # left out: the system's
#ifndef WHOELSE_COORDINATOR_CONFIG_H_
#define WHOELSE_COORDINATOR_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protocol/roster.h"
#include "rpc/certificate.h"

namespace whoelse {

struct CoordinatorConfig {
  CoordinatorId id = 0;
  std::string listen;
  std::string data;
  std::string second_checkpoint;
  std::string roster;
  std::string secrets;
  std::string master_key;
  uint64_t min_free_mb = 0;   // of the volume of `data`
  TlsFiles tls;
  TrustAnchor trust;
  struct LogFiles {
    std::string export_folder;   // empty: none
    std::string listen;          // empty: not served
    TlsFiles tls;                // empty paths: that of the coordinator itself
    std::vector<std::string> ended;   // stores
  };
  LogFiles log;
  struct Witness {
    std::string url;
    NoteVerifier key;   // type 0x04
    std::string ca;     // empty: the system's
  };
  std::vector<Witness> witnesses;

  // INVALID_ARGUMENT names the key that is missing, unknown, or of the wrong form. `folder`: where
  // relative paths start.
  static absl::StatusOr<CoordinatorConfig> Parse(std::string_view toml, const std::string& folder);
  // Parse on a file. Errors of ReadWholeFile too.
  static absl::StatusOr<CoordinatorConfig> Load(const std::string& path);
  // What Parse reads, for the tool that sets a federation up.
  std::string Serialize() const;
};

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_CONFIG_H_
