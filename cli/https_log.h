// A log's files over HTTPS. https://c2sp.org/tlog-tiles.
#ifndef WHOELSE_CLI_HTTPS_LOG_H_
#define WHOELSE_CLI_HTTPS_LOG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/log_tree.h"
#include "rpc/clock.h"

namespace whoelse {

// Whose certificates are taken for a log's server's.
struct LogServerTrust {
  std::vector<TlsPin> pins;   // of its key
  std::string ca;             // or vouched for by those of this file (PEM); empty: by nobody
};

// Reads below `url` ("https://host:port" or with a path), one request after another on one
// connection. INVALID_ARGUMENT: not such a URL. The reader: NOT_FOUND for status 404;
// PERMISSION_DENIED for a certificate that is not trusted or out of its dates; UNAVAILABLE for all
// else. `clock` outlives it.
absl::StatusOr<FileReader> FilesAt(const std::string& url, const LogServerTrust& trust,
                                   const Clock& clock);

}  // namespace whoelse

#endif  // WHOELSE_CLI_HTTPS_LOG_H_
