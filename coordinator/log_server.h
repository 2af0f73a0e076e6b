// The log over HTTPS, read-only, for everybody: checkpoint, tile/..., tile/entries/... Threads of its
// own; the relay does not notice it. docs/operating/log.md.
#ifndef WHOELSE_COORDINATOR_LOG_SERVER_H_
#define WHOELSE_COORDINATOR_LOG_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "coordinator/log_publication.h"
#include "coordinator/state.h"
#include "rpc/http.h"

namespace whoelse {

// What a GET of `path` gets. 404 for what the published log does not have (yet), 503 before there is
// one and when the store cannot be read.
HttpReply ServeLog(const CoordinatorState& state, const PublishedLog* log, std::string_view path);

// Errors of HttpsServer::Start. `state` and `publication` outlive the server.
absl::StatusOr<std::unique_ptr<HttpsServer>> StartLogServer(const std::string& address,
                                                            const TlsFiles& tls,
                                                            const CoordinatorState& state,
                                                            const LogPublication& publication);

}  // namespace whoelse

#endif  // WHOELSE_COORDINATOR_LOG_SERVER_H_
