#include "cli/https_log.h"

#include <memory>

#include "cli/log_folder.h"
#include "rpc/http.h"

namespace whoelse {

absl::StatusOr<FileReader> FilesAt(const std::string& url, const std::vector<TlsPin>& pins,
                                   const Clock& clock) {
  auto made = HttpsClient::CreatePinned(url, pins, clock);
  if (!made.ok()) return absl::InvalidArgumentError(url + ": " + std::string(made.status().message()));
  const std::shared_ptr<HttpsClient> client = *std::move(made);
  return [client, url](const std::string& path) -> absl::StatusOr<Bytes> {
    const auto reply = client->Get("/" + path, kLogFileMax);
    if (!reply.ok()) {
      return absl::Status(reply.status().code(), url + ": " + std::string(reply.status().message()));
    }
    if (reply->status == 200) return ToBytes(AsBytes(reply->body));
    if (reply->status == 404) return absl::NotFoundError(path + ": " + url + " has no such file");
    return absl::UnavailableError(url + ": answered with status " + std::to_string(reply->status));
  };
}

}  // namespace whoelse
