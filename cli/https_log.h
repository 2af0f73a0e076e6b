// A log's files over HTTPS. https://c2sp.org/tlog-tiles; the certificate is checked by its pin.
#ifndef WHOELSE_CLI_HTTPS_LOG_H_
#define WHOELSE_CLI_HTTPS_LOG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "audit/log_tree.h"
#include "rpc/clock.h"

namespace whoelse {

// Reads below `url` ("https://host:port" or with a path), one request after another on one
// connection, from a server whose key has one of these pins. INVALID_ARGUMENT: not such a URL. The
// reader: NOT_FOUND for status 404; PERMISSION_DENIED for a certificate of another key or out of its
// dates; UNAVAILABLE for all else. `clock` outlives it.
absl::StatusOr<FileReader> FilesAt(const std::string& url, const std::vector<TlsPin>& pins,
                                   const Clock& clock);

}  // namespace whoelse

#endif  // WHOELSE_CLI_HTTPS_LOG_H_
