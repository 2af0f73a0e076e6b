// The calls of a node to coordinators, over real connections.
#include "node/coordinators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/protocol/roster_fixture.h"
#include "tests/rpc/loopback.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

class CoordinatorsTest : public testing::Test {
 protected:
  CoordinatorsTest() { gate_->Admit({client_.pin}); }
  RosterCoordinator At(const Loopback& loopback, const TlsPin& pin) const {
    RosterCoordinator coordinator = Roster::Parse(RosterText(RosterJson(7)))->coordinators[0];
    coordinator.endpoint = loopback.endpoint();
    coordinator.tls_pin = pin;
    return coordinator;
  }
  // One call; whether it reached that coordinator. `patiently`: after the pause that follows a failed
  // handshake.
  bool Reaches(const RosterCoordinator& coordinator, bool patiently = false) {
    grpc::ClientContext context;
    context.set_wait_for_ready(patiently);
    context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
    v1::EvaluateCall call;
    call.set_request("hello");
    v1::EvaluateReply reply;
    status_ = coordinators_.StubFor(coordinator)->Evaluate(&context, call, &reply);
    until_ = status_.ok() ? coordinators_.CertifiedUntil(coordinator, context) : 0;
    return status_.ok() && coordinators_.IsStill(coordinator, context);
  }

  SettableClock& server_clock_ = NewClock(kNowS);
  SettableClock& clock_ = NewClock(kNowS);
  CapturedLog log_{clock_};
  TemporaryDirectory home_;
  const Identity server_ = NewIdentity(home_, "server", kFrom, kUntil);
  const Identity client_ = NewIdentity(home_, "client");
  const std::shared_ptr<PeerGate> gate_ = std::make_shared<PeerGate>(server_clock_);
  Coordinators coordinators_{client_.files, clock_, [](const Evaluation::Liar&) {}};
  grpc::Status status_;
  TimeS until_ = 0;
};

// gRPC looks at a certificate once a connection, and a connection lives for months: whoever has a key
// that was to be of no use any more could go on.
TEST_F(CoordinatorsTest, ACertificateThatExpiresOnAnOpenConnection) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  const RosterCoordinator coordinator = At(loopback, server_.pin);
  EXPECT_TRUE(Reaches(coordinator));
  EXPECT_EQ(until_, kUntil);
  clock_.Set(kUntil);
  EXPECT_TRUE(Reaches(coordinator));
  clock_.Set(kUntil + 1);
  EXPECT_FALSE(Reaches(coordinator));
  EXPECT_TRUE(status_.ok());   // the connection did not mind
  EXPECT_EQ(until_, 0u);
  EXPECT_THAT(log_.text(), HasSubstr("\"event\":\"coordinator_not_certified\",\"coordinator\":101"));
  EXPECT_FALSE(Reaches(coordinator));
  EXPECT_TRUE(Unreachable(status_));   // it was given up: the next handshake refuses
  clock_.Set(kNowS);
  EXPECT_TRUE(Reaches(coordinator, true));
}

// A roster that names another key rules while the connection is open.
TEST_F(CoordinatorsTest, AKeyThatTheRosterNoLongerNames) {
  const Loopback loopback(ServerCredentials(server_.files, gate_), gate_);
  const RosterCoordinator coordinator = At(loopback, server_.pin);
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(std::chrono::seconds(20)));
  v1::EvaluateReply reply;
  ASSERT_TRUE(coordinators_.StubFor(coordinator)->Evaluate(&context, {}, &reply).ok());
  EXPECT_TRUE(coordinators_.IsStill(coordinator, context));
  EXPECT_FALSE(coordinators_.IsStill(At(loopback, client_.pin), context));
}

}  // namespace
}  // namespace whoelse
