#include "coordinator/log_server.h"

#include "coordinator/log_files.h"
#include "rpc/log.h"

namespace whoelse {

HttpReply ServeLog(const CoordinatorState& state, const PublishedLog* log, std::string_view path) {
  HttpReply reply;
  if (log == nullptr) {
    reply.status = 503;
    return reply;
  }
  if (path == "/checkpoint") {
    reply.cache_control = "no-cache";   // the one file that changes
    reply.body = log->checkpoint;
    return reply;
  }
  const auto tile = TilePath::Parse(path.substr(path.starts_with('/') ? 1 : 0));
  const auto file =
      tile.ok() ? ReadLogFile(state, *tile, log->size) : absl::StatusOr<Bytes>(tile.status());
  if (!file.ok()) {
    const bool none = absl::IsInvalidArgument(file.status()) || absl::IsNotFound(file.status());
    if (!none) Log(LogLevel::kAlarm, "store_unreadable", {{LogField::kError, file.status()}});
    reply.status = none ? 404 : 503;
    return reply;
  }
  reply.content_type = "application/octet-stream";
  reply.cache_control = "public, max-age=31536000, immutable";
  reply.body = ToString(*file);
  return reply;
}

absl::StatusOr<std::unique_ptr<HttpsServer>> StartLogServer(const std::string& address,
                                                            const TlsFiles& tls,
                                                            const CoordinatorState& state,
                                                            const LogPublication& publication) {
  return HttpsServer::Start(address, tls, [&state, &publication](std::string_view path) {
    return ServeLog(state, publication.Latest().get(), path);
  });
}

}  // namespace whoelse
