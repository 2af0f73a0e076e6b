#include "cli/https_log.h"

#include <httplib.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "cli/log_folder.h"
#include "rpc/tls.h"

namespace whoelse {
namespace {

constexpr std::string_view kScheme = "https://";
constexpr int kHttpsPort = 443;
constexpr int kTimeoutS = 20;
constexpr int kTries = 2;   // the server may have closed a connection that was idle

std::string PemOf(X509* certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  if (!bio || certificate == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) return "";
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

// In place of OpenSSL's own check, which needs a CA: without a pin, whoever sits in the path could
// serve the auditor a log that stopped growing, and nobody would see by whom.
int CheckPin(X509_STORE_CTX* context, void* gate) {
  const bool known =
      static_cast<PeerGate*>(gate)->Check(PemOf(X509_STORE_CTX_get0_cert(context))).ok();
  X509_STORE_CTX_set_error(context, known ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return known ? 1 : 0;
}

class HttpsFiles {
 public:
  HttpsFiles(std::string host, int port, std::string prefix, const std::vector<TlsPin>& pins,
             const Clock& clock)
      : name_(host + ":" + std::to_string(port)), prefix_(std::move(prefix)), gate_(clock),
        client_(host, port) {
    gate_.Admit(pins);
    client_.enable_server_certificate_verification(false);   // the library's own, by a CA
    SSL_CTX* const context = client_.ssl_context();
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, CheckPin, &gate_);
    client_.set_keep_alive(true);
    client_.set_connection_timeout(kTimeoutS);
    client_.set_read_timeout(kTimeoutS);
  }

  absl::StatusOr<Bytes> Read(const std::string& path) {
    httplib::Error error = httplib::Error::Success;
    for (int i = 0; i < kTries; ++i) {
      Bytes body;
      const auto answer = client_.Get(prefix_ + "/" + path, [&body](const char* data, size_t size) {
        // Else a server could fill the auditor's memory.
        if (body.size() + size > kLogFileMax) return false;
        body.insert(body.end(), data, data + size);
        return true;
      });
      if (answer) return Answered(path, answer->status, std::move(body));
      error = answer.error();
    }
    if (error == httplib::Error::SSLConnection) {
      return absl::PermissionDeniedError(name_ + ": is not a coordinator of this roster, or its "
                                         "certificate has expired");
    }
    return absl::UnavailableError(name_ + ": " + httplib::to_string(error));
  }

 private:
  absl::StatusOr<Bytes> Answered(const std::string& path, int status, Bytes body) const {
    if (status == 200) return body;
    if (status == 404) return absl::NotFoundError(path + ": " + name_ + " has no such file");
    return absl::UnavailableError(name_ + ": answered with status " + std::to_string(status));
  }

  const std::string name_, prefix_;
  PeerGate gate_;
  httplib::SSLClient client_;
};

}  // namespace

absl::StatusOr<FileReader> FilesAt(const std::string& url, const std::vector<TlsPin>& pins,
                                   const Clock& clock) {
  std::string_view rest = url;
  if (!rest.starts_with(kScheme)) {
    return absl::InvalidArgumentError(url + ": should begin with https://");
  }
  rest.remove_prefix(kScheme.size());
  const size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view host = rest.substr(0, slash);
  std::string prefix(rest.substr(slash));
  while (prefix.ends_with('/')) prefix.pop_back();
  int port = kHttpsPort;
  if (const size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    const auto [end, error] =
        std::from_chars(host.data() + colon + 1, host.data() + host.size(), port);
    if (error != std::errc() || end != host.data() + host.size() || port < 1 || port > 65'535) {
      return absl::InvalidArgumentError(url + ": the port should be a number from 1 to 65535");
    }
    host = host.substr(0, colon);
  }
  if (host.empty()) return absl::InvalidArgumentError(url + ": names no host");
  const auto files =
      std::make_shared<HttpsFiles>(std::string(host), port, std::move(prefix), pins, clock);
  return [files](const std::string& path) { return files->Read(path); };
}

}  // namespace whoelse
