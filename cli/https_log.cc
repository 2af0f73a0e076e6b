#include "cli/https_log.h"

#include <memory>
#include <utility>

#include "cli/log_folder.h"
#include "rpc/http.h"

namespace whoelse {
namespace {

// One server, by whichever trust it is found worthy of first; by that from then on.
class LogServer {
 public:
  void Add(std::unique_ptr<HttpsClient> client) { clients_.push_back(std::move(client)); }

  absl::StatusOr<HttpReply> Get(const std::string& path) {
    while (true) {
      auto reply = clients_[at_]->Get(path, kLogFileMax);
      if (!absl::IsPermissionDenied(reply.status()) || at_ + 1 == clients_.size()) return reply;
      ++at_;
    }
  }

 private:
  std::vector<std::unique_ptr<HttpsClient>> clients_;
  size_t at_ = 0;
};

absl::Status At(const std::string& url, const absl::Status& status) {
  return absl::Status(status.code(), url + ": " + std::string(status.message()));
}

}  // namespace

absl::StatusOr<FileReader> FilesAt(const std::string& url, const LogServerTrust& trust,
                                   const Clock& clock) {
  const auto server = std::make_shared<LogServer>();
  auto pinned = HttpsClient::CreatePinned(url, trust.pins, clock);
  if (!pinned.ok()) return At(url, pinned.status());
  server->Add(*std::move(pinned));
  if (!trust.ca.empty()) {
    auto vouched = HttpsClient::Create(url, trust.ca);
    if (!vouched.ok()) return At(url, vouched.status());
    server->Add(*std::move(vouched));
  }
  return [server, url](const std::string& path) -> absl::StatusOr<Bytes> {
    const auto reply = server->Get("/" + path);
    if (!reply.ok()) return At(url, reply.status());
    if (reply->status == 200) return ToBytes(AsBytes(reply->body));
    if (reply->status == 404) return absl::NotFoundError(path + ": " + url + " has no such file");
    return absl::UnavailableError(url + ": answered with status " + std::to_string(reply->status));
  };
}

}  // namespace whoelse
