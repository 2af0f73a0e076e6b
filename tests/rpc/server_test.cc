#include "rpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "protocol/limits.h"
#include "rpc/status.h"
#include "tests/rpc/loopback.h"

namespace whoelse {
namespace {

class ServerTest : public testing::Test {
 protected:
  ServerTest() { gate_->Admit({client_.pin}); }
  std::shared_ptr<grpc::Channel> Channel(const Loopback& loopback) {
    return MakeChannel(loopback.endpoint(), client_.files, server_.pin, clock_);
  }

  SettableClock& clock_ = NewClock(kNowS);
  TemporaryDirectory home_;
  const Identity server_ = NewIdentity(home_, "server");
  const Identity client_ = NewIdentity(home_, "client");
  const std::shared_ptr<PeerGate> gate_ = std::make_shared<PeerGate>(clock_);
};

TEST_F(ServerTest, EveryServiceErrorCrossesTheWire) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  const auto channel = Channel(loopback);
  for (size_t i = 1; i <= kServiceErrorNames.size(); ++i) {
    const grpc::Status status = Call(channel, std::string(1, static_cast<char>(i))).status;
    EXPECT_EQ(status.error_message(), kServiceErrorNames[i - 1]);
    EXPECT_EQ(FromGrpc(status), static_cast<ServiceError>(i));
  }
}

TEST_F(ServerTest, AnOversizeMessageIsRefusedAndTheConnectionStays) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_, {.message_max = 1000});
  const auto channel = Channel(loopback);
  const Echo before = Call(channel, std::string(990, 'x'));
  ASSERT_TRUE(before.status.ok()) << before.status.error_message();

  const Echo oversize = Call(channel, std::string(1000, 'x'));   // and its tag and length
  EXPECT_EQ(oversize.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(FromGrpc(oversize.status), ServiceError::kInternal);

  const Echo after = Call(channel, "y");
  EXPECT_EQ(after.response, "y");
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_EQ(after.peer, before.peer);
}

TEST_F(ServerTest, AFullRosterFitsThroughAChannel) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_,
                          {.message_max = kRosterNoteMax + 1000});
  const Echo echo = Call(Channel(loopback), std::string(kRosterNoteMax, 'r'));
  ASSERT_TRUE(echo.status.ok()) << echo.status.error_message();
  EXPECT_EQ(echo.response.size(), kRosterNoteMax);
}

TEST_F(ServerTest, ACompressedMessageIsRefused) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  // A client that is not ours: it may compress.
  const auto channel = grpc::CreateChannel(
      loopback.endpoint(), ChannelCredentials(client_.files, server_.pin, clock_));
  EXPECT_TRUE(Call(channel, std::string(5000, 'x')).status.ok());
  EXPECT_EQ(Call(channel, std::string(5000, 'x'), GRPC_COMPRESS_GZIP).status.error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(ServerTest, APortIsNeverShared) {
  const Loopback first(ServerCredentials(server_.files, gate_), gate_);
  EXPECT_GT(first.port(), 0);
  EchoCoordinator service(gate_);
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  EXPECT_TRUE(absl::IsUnavailable(StartServer(builder, first.endpoint(),
                                              ServerCredentials(server_.files, gate_), {})
                                      .status()));
}

TEST(ServerProcessDeathTest, ABlockedSignalWaitsToBeFetched) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    EXPECT_EXIT(
        {
          BlockSignals();
          kill(getpid(), signal);
          kill(getpid(), SIGPIPE);
          _exit(WaitForSignal());
        },
        testing::ExitedWithCode(signal), "");
  }
}

bool DumpsNothingAfterwards() {
  DropCoreDumps();
  rlimit limit{1, 1};
  getrlimit(RLIMIT_CORE, &limit);
  const std::string filter = ReadFile("/proc/self/coredump_filter");
  return limit.rlim_cur == 0 && limit.rlim_max == 0 && std::stoul(filter, nullptr, 16) == 0;
}

TEST(ServerProcessDeathTest, NoCoreIsDumped) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(_exit(DumpsNothingAfterwards() ? 0 : 1), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace whoelse
