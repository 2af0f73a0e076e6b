#include "rpc/http.h"

#include <httplib.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "rpc/http_address.h"

namespace whoelse {
namespace {

// A fixed number of threads and no queue: who accepts waits until one of them is free, so that what
// waits is bounded by the kernel's backlog.
class FixedThreads final : public httplib::TaskQueue {
 public:
  explicit FixedThreads(size_t count) : idle_(count) {
    for (size_t i = 0; i < count; ++i) threads_.emplace_back([this] { Work(); });
  }
  void enqueue(std::function<void()> work) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return idle_ > 0; });
    --idle_;
    work_.push_back(std::move(work));
    changed_.notify_all();
  }
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return over_ || !work_.empty(); });
      if (work_.empty()) return;
      const std::function<void()> work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
      lock.lock();
      ++idle_;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;   // guards the rest
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  size_t idle_;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

// The certificate and key that stand in the files now.
class CurrentCertificate {
 public:
  explicit CurrentCertificate(TlsFiles files) : files_(std::move(files)) {}

  // For each handshake. False when there never was a pair that fits.
  bool Use(SSL* connection) {
    const std::lock_guard lock(mutex_);
    if (const auto now = Times(); now && now != loaded_) Load(*now);
    return certificate_ && SSL_use_certificate(connection, certificate_.get()) == 1 &&
           SSL_use_PrivateKey(connection, key_.get()) == 1;
  }

 private:
  using Time = std::pair<int64_t, int64_t>;
  using File = std::unique_ptr<FILE, Freer<fclose>>;

  static std::optional<Time> TimeOf(const std::string& path) {
    struct stat facts{};
    if (stat(path.c_str(), &facts) != 0) return std::nullopt;
    return Time{facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
  }
  std::optional<std::pair<Time, Time>> Times() const {
    const auto certificate = TimeOf(files_.certificate), key = TimeOf(files_.key);
    if (!certificate || !key) return std::nullopt;
    return std::pair(*certificate, *key);
  }
  // A pair that is half renewed is not taken; the next handshake looks again.
  void Load(const std::pair<Time, Time>& now) {
    const File certificate_file(fopen(files_.certificate.c_str(), "re"));
    const File key_file(fopen(files_.key.c_str(), "re"));
    if (!certificate_file || !key_file) return;
    Certificate certificate(PEM_read_X509(certificate_file.get(), nullptr, nullptr, nullptr));
    Key key(PEM_read_PrivateKey(key_file.get(), nullptr, nullptr, nullptr));
    const bool fits = certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    if (!fits) return;
    certificate_ = std::move(certificate);
    key_ = std::move(key);
    loaded_ = now;
  }

  using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
  using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
  const TlsFiles files_;
  std::mutex mutex_;   // guards the rest
  std::optional<std::pair<Time, Time>> loaded_;
  Certificate certificate_;
  Key key_;
};

int UseCurrentCertificate(SSL* connection, void* current) {
  return static_cast<CurrentCertificate*>(current)->Use(connection) ? 1 : 0;
}

// httplib's own way would let a second program share the port in silence.
void SetSocketOptions(socket_t socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

// The last reply of its connection: httplib reads no body here, and what it left unread would be
// taken for the next request.
void Refuse(int status, const httplib::Request& request, httplib::Response& response) {
  SSL* const connection = const_cast<SSL*>(request.ssl);
  SSL_set_shutdown(connection, SSL_get_shutdown(connection) | SSL_RECEIVED_SHUTDOWN);
  response.status = status;
  response.set_header("Connection", "close");
}

void Answer(const httplib::Request& request, const HttpsServer::Handler& handler,
            httplib::Response& response) {
  if (request.method != "GET" && request.method != "HEAD") return Refuse(405, request, response);
  if (request.has_header("Content-Length") || request.has_header("Transfer-Encoding")) {
    return Refuse(400, request, response);
  }
  HttpReply reply = handler(request.path);
  response.status = reply.status;
  response.set_header("Cache-Control", reply.cache_control);
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_content(std::move(reply.body), reply.content_type);
}

}  // namespace

struct HttpsServer::Parts {
  Parts(const TlsFiles& tls, Handler on_get)
      : certificate(tls),
        handler(std::move(on_get)),
        server([this](SSL_CTX& context) {
          SSL_CTX_set_min_proto_version(&context, TLS1_3_VERSION);
          SSL_CTX_set_cert_cb(&context, UseCurrentCertificate, &certificate);
          return true;
        }) {}

  CurrentCertificate certificate;
  const Handler handler;
  httplib::SSLServer server;
  int port = 0;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HttpsServer>> HttpsServer::Start(const std::string& address,
                                                                const TlsFiles& tls,
                                                                Handler handler,
                                                                const HttpLimits& limits) {
  const auto at = SplitHostAndPort(address);
  if (!at) return absl::InvalidArgumentError("the HTTPS address is not host:port");
  if (const auto checked = CheckTlsFiles(tls); !checked.ok()) return checked.status();
  auto parts = std::make_unique<Parts>(tls, std::move(handler));
  httplib::SSLServer& server = parts->server;
  server.new_task_queue = [threads = limits.threads] { return new FixedThreads(threads); };
  server.set_socket_options(SetSocketOptions);
  server.set_tcp_nodelay(true);
  server.set_read_timeout(limits.patience_s, 0);
  server.set_write_timeout(limits.patience_s, 0);
  server.set_keep_alive_timeout(limits.idle_s);
  server.set_keep_alive_max_count(limits.requests_per_connection);
  server.set_payload_max_length(0);
  server.set_pre_routing_handler([p = parts.get()](const httplib::Request& request,
                                                   httplib::Response& response) {
    Answer(request, p->handler, response);
    return httplib::Server::HandlerResponse::Handled;
  });
  parts->port = at->port;
  const bool bound = at->port == 0 ? (parts->port = server.bind_to_any_port(at->host)) > 0
                                   : server.bind_to_port(at->host, at->port);
  if (!bound) return absl::UnavailableError("cannot listen at the configured HTTPS address");
  parts->thread = std::thread([&server] { server.listen_after_bind(); });
  return std::unique_ptr<HttpsServer>(new HttpsServer(std::move(parts)));
}

HttpsServer::HttpsServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

HttpsServer::~HttpsServer() {
  // stop() before the thread has begun to listen would be forgotten.
  while (!parts_->server.is_running()) std::this_thread::yield();
  parts_->server.stop();
  parts_->thread.join();
}

int HttpsServer::port() const { return parts_->port; }

}  // namespace whoelse
