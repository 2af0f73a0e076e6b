#include "rpc/server.h"

#include <fcntl.h>
#include <grpc/compression.h>
#include <grpcpp/resource_quota.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "crypto/require.h"

namespace whoelse {
namespace {

sigset_t OurSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void SetServerOptions(grpc::ServerBuilder& builder, const ServerLimits& limits) {
  // Only the identity: sizes must not depend on content, and a small message that unpacks to a large
  // one is an attack.
  builder.SetDefaultCompressionAlgorithm(GRPC_COMPRESS_NONE);
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits.message_max));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.streams_per_connection);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  // A second program that shares our port would get half of the questions.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Who connects and says nothing holds a descriptor only this long.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Our clients ping every 20 s; faster is abuse, and is disconnected after two strikes.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  grpc::ResourceQuota quota("whoelse");
  quota.Resize(limits.memory_max);
  quota.SetMaxThreads(limits.threads_max);
  builder.SetResourceQuota(quota);
}

absl::StatusOr<BoundServer> StartServer(grpc::ServerBuilder& builder, const std::string& address,
                                        std::shared_ptr<grpc::ServerCredentials> credentials,
                                        const ServerLimits& limits) {
  SetServerOptions(builder, limits);
  int port = 0;
  builder.AddListeningPort(address, std::move(credentials), &port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError("cannot listen at the configured address");
  }
  return BoundServer{std::move(server), port};
}

void BlockSignals() {
  const sigset_t signals = OurSignals();
  Require(pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  Require(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

int WaitForSignal() {
  const sigset_t signals = OurSignals();
  int signal = 0;
  Require(sigwait(&signals, &signal) == 0);
  return signal;
}

void DropCoreDumps() {
  const rlimit none{0, 0};
  Require(setrlimit(RLIMIT_CORE, &none) == 0);
  // The limit does not hold where the kernel pipes dumps to a collector: there the filter leaves all
  // memory out of the dump. Not every container lets a process write it.
  const int filter = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
  if (filter < 0) return;
  [[maybe_unused]] const ssize_t written = write(filter, "0", 1);
  close(filter);
}

}  // namespace whoelse
