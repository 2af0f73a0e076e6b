#include <httplib.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <utility>

#include "rpc/http.h"
#include "rpc/http_address.h"
#include "rpc/tls.h"

namespace whoelse {
namespace {

constexpr size_t kPostReplyMax = 64 << 10;
constexpr int kPatienceS = 10;
constexpr int kGetTries = 2;   // the server may have closed a connection that was idle

std::string PemOf(X509* certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  if (!bio || certificate == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) return "";
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

// In place of OpenSSL's own check, which needs a CA: without a pin, whoever sits in the path could
// serve an auditor a log that stopped growing, and nobody would see by whom.
int CheckPin(X509_STORE_CTX* context, void* gate) {
  const bool known =
      static_cast<PeerGate*>(gate)->Check(PemOf(X509_STORE_CTX_get0_cert(context))).ok();
  X509_STORE_CTX_set_error(context, known ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return known ? 1 : 0;
}

absl::Status ErrorOf(httplib::Error error) {
  if (error == httplib::Error::SSLConnection || error == httplib::Error::SSLServerVerification) {
    return absl::PermissionDeniedError("the server's certificate is not one that is trusted here, or "
                                       "has expired");
  }
  return absl::UnavailableError("no reply (" + httplib::to_string(error) + ")");
}

}  // namespace

struct HttpsClient::Parts {
  explicit Parts(HttpsUrl url) : client(url.host, url.port), prefix(std::move(url.prefix)) {
    client.set_connection_timeout(kPatienceS, 0);
    client.set_read_timeout(kPatienceS, 0);
    client.set_write_timeout(kPatienceS, 0);
    client.set_keep_alive(true);
    client.set_follow_location(false);
    SSL_CTX_set_min_proto_version(client.ssl_context(), TLS1_3_VERSION);
  }

  // The reply with a body of at most `max` bytes: else a server could fill our memory.
  absl::StatusOr<HttpReply> Send(httplib::Request request, size_t max) {
    HttpReply reply;
    request.content_receiver = [&reply, max](const char* data, size_t size, uint64_t, uint64_t) {
      if (reply.body.size() + size > max) return false;
      reply.body.append(data, size);
      return true;
    };
    const httplib::Result result = client.send(request);
    ERR_clear_error();
    if (!result) return ErrorOf(result.error());
    reply.status = result->status;
    reply.content_type = result->get_header_value("Content-Type");
    return reply;
  }

  std::unique_ptr<PeerGate> gate;   // of a pinned one; outlives the client's context
  httplib::SSLClient client;
  const std::string prefix;
};

absl::StatusOr<std::unique_ptr<HttpsClient>> HttpsClient::To(const std::string& url) {
  auto at = SplitHttpsUrl(url);
  if (!at) {
    return absl::InvalidArgumentError("the URL is not https://host[:port][/prefix]");
  }
  return std::unique_ptr<HttpsClient>(new HttpsClient(std::make_unique<Parts>(*std::move(at))));
}

absl::StatusOr<std::unique_ptr<HttpsClient>> HttpsClient::Create(const std::string& url,
                                                                 const std::string& ca_file) {
  auto made = To(url);
  if (!made.ok()) return made;
  httplib::SSLClient& client = (*made)->parts_->client;
  if (!ca_file.empty()) client.set_ca_cert_path(ca_file.c_str());
  client.enable_server_certificate_verification(true);
  return made;
}

absl::StatusOr<std::unique_ptr<HttpsClient>> HttpsClient::CreatePinned(
    const std::string& url, const std::vector<TlsPin>& pins, const Clock& clock) {
  auto made = To(url);
  if (!made.ok()) return made;
  Parts& parts = *(*made)->parts_;
  parts.gate = std::make_unique<PeerGate>(clock);
  parts.gate->Admit(pins);
  parts.client.enable_server_certificate_verification(false);   // httplib's own, by a CA
  SSL_CTX* const context = parts.client.ssl_context();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, CheckPin, parts.gate.get());
  return made;
}

HttpsClient::HttpsClient(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpsClient::~HttpsClient() = default;

absl::StatusOr<HttpReply> HttpsClient::Get(const std::string& path, size_t max) {
  httplib::Request request;
  request.method = "GET";
  request.path = parts_->prefix + path;
  absl::StatusOr<HttpReply> reply;
  for (int i = 0; i < kGetTries; ++i) {
    reply = parts_->Send(request, max);
    if (!absl::IsUnavailable(reply.status())) break;
  }
  return reply;
}

absl::StatusOr<HttpReply> HttpsClient::Post(const std::string& path, const std::string& body) {
  httplib::Request request;
  request.method = "POST";
  request.path = parts_->prefix + path;
  request.set_header("Content-Type", "text/plain; charset=utf-8");
  request.body = body;
  return parts_->Send(std::move(request), kPostReplyMax);
}

}  // namespace whoelse
