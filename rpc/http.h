// HTTPS for what is public: a log's files, and witnesses outside of the federation. TLS 1.3, bounds
// on everything a peer can send or hold open. No other header's files know cpp-httplib.
#ifndef WHOELSE_RPC_HTTP_H_
#define WHOELSE_RPC_HTTP_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rpc/certificate.h"
#include "rpc/clock.h"

namespace whoelse {

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string cache_control = "no-store";
  std::string body;
};

struct HttpLimits {
  size_t threads = 8;                  // as many connections are served at once; the next ones wait
  int idle_s = 2;                      // of a connection between two requests
  int patience_s = 5;                  // for the next bytes of a peer, either way
  size_t requests_per_connection = 1'000;
};

// A server of GET and HEAD. Everything else, and what is malformed, gets an empty reply of 400, 404
// or 405 and loses its connection.
class HttpsServer {
 public:
  // The reply to a GET of this path ("/checkpoint"), without its query. Called by several threads.
  using Handler = std::function<HttpReply(std::string_view path)>;

  // Binds `address` ("host:port"; port 0: any free one) and serves. The certificate's files are read
  // again when they change. UNAVAILABLE when the address cannot be bound; errors of CheckTlsFiles.
  static absl::StatusOr<std::unique_ptr<HttpsServer>> Start(const std::string& address,
                                                            const TlsFiles& tls, Handler handler,
                                                            const HttpLimits& limits = {});
  ~HttpsServer();   // takes no new connections, ends when the open ones are done
  HttpsServer(const HttpsServer&) = delete;
  HttpsServer& operator=(const HttpsServer&) = delete;

  int port() const;

 private:
  struct Parts;
  explicit HttpsServer(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// One server, by its URL: https://host[:port][/prefix]. Not thread-safe; the connection is kept
// between calls.
class HttpsClient {
 public:
  // A server whose certificate those of `ca_file` (PEM; empty: the system's) vouch for.
  // INVALID_ARGUMENT: another form of URL.
  static absl::StatusOr<std::unique_ptr<HttpsClient>> Create(const std::string& url,
                                                             const std::string& ca_file);
  // A server with a certificate of one of these keys, within its dates. `clock` outlives the client.
  static absl::StatusOr<std::unique_ptr<HttpsClient>> CreatePinned(const std::string& url,
                                                                   const std::vector<TlsPin>& pins,
                                                                   const Clock& clock);
  ~HttpsClient();

  // To prefix || path; whatever the reply's status. UNAVAILABLE: no connection, no reply in time, or
  // one of more than `max` bytes (of a POST: 64 KiB). PERMISSION_DENIED: another certificate.
  absl::StatusOr<HttpReply> Get(const std::string& path, size_t max);
  absl::StatusOr<HttpReply> Post(const std::string& path, const std::string& body);

 private:
  struct Parts;
  explicit HttpsClient(std::unique_ptr<Parts> parts);
  static absl::StatusOr<std::unique_ptr<HttpsClient>> To(const std::string& url);
  std::unique_ptr<Parts> parts_;
};

}  // namespace whoelse

#endif  // WHOELSE_RPC_HTTP_H_
