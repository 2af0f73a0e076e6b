#include "rpc/channel.h"

#include <grpc/compression.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <string_view>

#include "protocol/limits.h"

namespace whoelse {
namespace {

// GetRoster holds two rosters; a little more for consents and Protobuf's own bytes.
constexpr int kReceiveMax = static_cast<int>(2 * kRosterNoteMax + (1u << 20));

bool IsLoopback(std::string_view endpoint) {
  return endpoint.starts_with("127.") || endpoint.starts_with("localhost:") ||
         endpoint.starts_with("[::1]:");
}

grpc::ChannelArguments CommonArguments() {
  grpc::ChannelArguments arguments;
  // Nothing is compressed, and a compressed message is refused: sizes must not depend on content.
  arguments.SetCompressionAlgorithm(GRPC_COMPRESS_NONE);
  arguments.SetInt(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1u << GRPC_COMPRESS_NONE);
  arguments.SetMaxReceiveMessageSize(kReceiveMax);
  // A retry spends an evaluation or sends a frame again: the protocol decides that.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // Otherwise a DNS record, which nobody signs, could set time-outs and balancing.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Without this, channels with equal arguments share connections, also those with different pins
  // should gRPC ever take their credentials for equal.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return arguments;
}

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint, const TlsFiles& files,
                                           const TlsPin& server, const Clock& clock) {
  grpc::ChannelArguments arguments = CommonArguments();
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);   // a quiet night has no data
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // The time one attempt may take. Shorter, and a thousand nodes that come back together time out
  // together, again and again, before a coordinator has done all their handshakes.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 20'000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  // Agencies may need a proxy to get out, but no coordinator on this machine is behind one.
  if (IsLoopback(endpoint)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(endpoint, ChannelCredentials(files, server, clock), arguments);
}

std::shared_ptr<grpc::Channel> MakeDoorChannel(const std::string& socket_path) {
  return grpc::CreateCustomChannel("unix:" + socket_path, grpc::InsecureChannelCredentials(),
                                   CommonArguments());
}

}  // namespace whoelse
