// What tests over real loopback connections need: places for files, a clock that is set by hand, a
// captured log, and a coordinator that says back what it hears.
#ifndef WHOELSE_TESTS_RPC_LOOPBACK_H_
#define WHOELSE_TESTS_RPC_LOOPBACK_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "proto/federation.grpc.pb.h"
#include "rpc/channel.h"
#include "rpc/log.h"
#include "rpc/server.h"
#include "rpc/status.h"
#include "rpc/tls.h"

namespace whoelse {

// As in main: before gRPC reads its environment.
inline const bool kTls13Forced = (ForceTls13(), true);

class SettableClock final : public Clock {
 public:
  explicit SettableClock(TimeS now) : now_(now) {}
  TimeMs NowMs() const override { return now_.load() * 1000 + 999; }   // the last ms of the second
  void Set(TimeS now) { now_.store(now); }

 private:
  std::atomic<TimeS> now_;
};

// A clock that no late thread of gRPC can find gone: the list is never destroyed.
inline SettableClock& NewClock(TimeS now) {
  static auto& clocks = *new std::vector<std::unique_ptr<SettableClock>>();
  return *clocks.emplace_back(std::make_unique<SettableClock>(now));
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "whoelse-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The operator's log goes into a file for the rest of the program.
class CapturedLog {
 public:
  explicit CapturedLog(const Clock& clock) : path_(directory_ / "log") {
    StartLog(clock, open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  ~CapturedLog() {
    static const auto* const clock = new SystemClock;   // threads log until the program ends
    StartLog(*clock);
  }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  std::string text() const { return ReadFile(path_); }

 private:
  TemporaryDirectory directory_;
  const std::string path_;
};

// Certificates are valid in [kFrom, kUntil] unless a test says otherwise; kNowS is between.
inline constexpr TimeS kFrom = 1'800'000'000;
inline constexpr TimeS kNowS = kFrom + 1000;
inline constexpr TimeS kUntil = kFrom + 2000;

struct Identity {
  TlsFiles files;
  TlsPin pin;
};
inline Identity NewIdentity(const TemporaryDirectory& directory, const std::string& name,
                            TimeS from = kFrom, TimeS until = kUntil) {
  const TlsFiles files{directory / (name + ".crt"), directory / (name + ".key")};
  return {files, CreateTlsFiles(files, name, from, until).value()};
}

// Evaluate says back what it got when the gate still lets the peer in. A request of one byte that is
// a number of the closed set gets that error instead.
class EchoCoordinator final : public v1::Coordinator::Service {
 public:
  explicit EchoCoordinator(std::shared_ptr<PeerGate> gate) : gate_(std::move(gate)) {}

  grpc::Status Evaluate(grpc::ServerContext* context, const v1::EvaluateCall* call,
                        v1::EvaluateReply* reply) override {
    if (gate_ != nullptr && !AuthenticatedPeer(*context->auth_context(), *gate_).ok()) {
      return ToGrpc(ServiceError::kNotAMember);
    }
    const std::string& request = call->request();
    if (request.size() == 1 && request[0] >= 1 &&
        static_cast<size_t>(request[0]) <= kServiceErrorNames.size()) {
      return ToGrpc(static_cast<ServiceError>(request[0]));
    }
    reply->set_response(request);
    return grpc::Status::OK;
  }

 private:
  const std::shared_ptr<PeerGate> gate_;
};

struct Echo {
  grpc::Status status;
  std::string response;
  std::string peer;   // as the client's gRPC names the connection
};
inline Echo Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& request,
                 grpc_compression_algorithm compression = GRPC_COMPRESS_NONE) {
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
  context.set_compression_algorithm(compression);
  v1::EvaluateCall call;
  call.set_request(request);
  v1::EvaluateReply reply;
  Echo echo;
  echo.status = v1::Coordinator::NewStub(channel)->Evaluate(&context, call, &reply);
  echo.response = reply.response();
  echo.peer = context.peer();
  return echo;
}

// A running server; it stops before what it uses goes.
class Loopback {
 public:
  Loopback(std::shared_ptr<grpc::ServerCredentials> credentials, std::shared_ptr<PeerGate> gate,
           const ServerLimits& limits = {})
      : service_(std::move(gate)) {
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    bound_ = StartServer(builder, "127.0.0.1:0", std::move(credentials), limits).value();
  }
  ~Loopback() { bound_.server->Shutdown(DeadlineIn(std::chrono::seconds(1))); }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  int port() const { return bound_.port; }
  std::string endpoint() const { return "127.0.0.1:" + std::to_string(bound_.port); }

 private:
  EchoCoordinator service_;
  BoundServer bound_;
};

}  // namespace whoelse

#endif  // WHOELSE_TESTS_RPC_LOOPBACK_H_
