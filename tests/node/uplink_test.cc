// A node's streams to coordinators, over real connections.
#include "node/uplink.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/node/fake_log.h"
#include "tests/rpc/loopback.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

// A coordinator that shows its log on every stream, and nothing else.
class LogCoordinator final : public v1::Coordinator::Service {
 public:
  grpc::Status Attach(grpc::ServerContext*,
                      grpc::ServerReaderWriter<v1::ToNode, v1::FromNode>* stream) override {
    v1::FromNode message;
    if (!stream->Read(&message)) return grpc::Status::OK;
    {
      const std::lock_guard lock(mutex_);
      v1::ToNode push;
      *push.mutable_attached() = Greeting(message.hello().known_size());
      stream->Write(push);
      stream_ = stream;
    }
    while (stream->Read(&message)) {
    }
    const std::lock_guard lock(mutex_);
    if (stream_ == stream) stream_ = nullptr;
    return grpc::Status::OK;
  }

  // One leaf more, and the checkpoint with it on the stream that is there. The log's size.
  uint64_t Grow() {
    const std::lock_guard lock(mutex_);
    log_.Fill(1);
    v1::ToNode push;
    push.mutable_checkpoint()->set_checkpoint(log_.Checkpoint());
    push.mutable_checkpoint()->add_leaves(ToString(log_.Since(log_.size() - 1)[0]));
    if (stream_ != nullptr) stream_->Write(push);
    return log_.size();
  }

 private:
  v1::Attached Greeting(uint64_t known) const {
    const AttachStatement statement = log_.Attach(known);
    v1::Attached attached;
    attached.set_tree_size(statement.tree_size);
    attached.set_checkpoint(statement.checkpoint);
    for (const TreeHash& hash : statement.frontier) attached.add_frontier(ToString(hash));
    for (const TreeHash& hash : statement.consistency) attached.add_consistency(ToString(hash));
    return attached;
  }

  std::mutex mutex_;
  FakeLog log_;
  grpc::ServerReaderWriter<v1::ToNode, v1::FromNode>* stream_ = nullptr;
};

class UplinkTest : public testing::Test {
 protected:
  UplinkTest() {
    gate_->Admit({client_.pin});
    grpc::ServerBuilder builder;
    builder.RegisterService(&coordinator_);
    bound_ = StartServer(builder, "127.0.0.1:0", ServerCredentials(server_.files, gate_), {}).value();
    X25519PublicKey lead;
    lead.data()[0] = 9;
    store_ = std::move(RocksdbStore::Open(home_ / "data",
                                          MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                                          lead, random_))
                 .value();
    answering_ = std::make_unique<Answering>(
        HolderIdentity{kSchools, IdentityKeyOfAgency(kSchools)}, VectorAnchor(), *store_,
        home_ / "evidence", std::nullopt, board_, clock_, random_);
    const SignedRoster first{SignedByFirst(RosterText(RosterJson(7))), {}, {}};
    EXPECT_TRUE(answering_->Restore(&first).ok());
    uplinks_ = std::make_unique<Uplinks>(coordinators_, *answering_, board_, random_);
    answering_->Start(*uplinks_);
  }
  ~UplinkTest() override {
    uplinks_->StopAll();
    answering_->Stop();
    bound_.server->Shutdown(DeadlineIn(std::chrono::seconds(1)));
  }

  // Of the relay alone, at this address.
  Roster RosterAt(const std::string& endpoint) const {
    Roster roster = *RosterOf(7);
    std::erase_if(roster.coordinators, [](const auto& c) { return c.id != kRelay; });
    roster.coordinators[0].endpoint = endpoint;
    roster.coordinators[0].tls_pin = server_.pin;
    return roster;
  }
  std::string Address() const { return "127.0.0.1:" + std::to_string(bound_.port); }
  uint64_t Verified() const {
    const auto logs = answering_->Logs();
    const auto log = std::ranges::find(logs, kRelay, &Answering::LogStatus::coordinator);
    return log == logs.end() ? 0 : log->size;
  }
  size_t StreamsEnded() const {
    size_t ended = 0;
    const std::string text = log_.text();
    for (size_t at = 0; (at = text.find("\"detached\"", at)) != std::string::npos; ++at) ++ended;
    return ended;
  }
  template <typename Condition>
  static bool InTime(Condition condition) {
    return Until(std::chrono::seconds(20), condition);
  }

  SettableClock& server_clock_ = NewClock(kNowS);
  SettableClock& clock_ = NewClock(kNowS);
  CapturedLog log_{clock_};
  TemporaryDirectory home_;
  const Identity server_ = NewIdentity(home_, "server", kFrom, kUntil);
  const Identity client_ = NewIdentity(home_, "client");
  const std::shared_ptr<PeerGate> gate_ = std::make_shared<PeerGate>(server_clock_);
  LogCoordinator coordinator_;
  BoundServer bound_;
  SystemRandom random_;
  RosterBoard board_;
  std::unique_ptr<RocksdbStore> store_;
  std::unique_ptr<Answering> answering_;
  Coordinators coordinators_{client_.files, clock_, [](const Evaluation::Liar&) {}};
  std::unique_ptr<Uplinks> uplinks_;
};

// The coordinator was away, and a roster names it anew while the uplink waits for its next try. Were
// that one to begin a stream after its successor, nothing that comes on the successor's would be taken
// up, and nobody would notice: it stays open.
TEST_F(UplinkTest, ANewRostersStreamIsTheOneThatIsListenedTo) {
  for (int i = 0; i < 10; ++i) {
    uplinks_->Follow(RosterAt("127.0.0.1:1"));   // nobody is there
    const size_t ended = StreamsEnded();
    ASSERT_TRUE(InTime([&] { return StreamsEnded() > ended; }));
    uplinks_->Follow(RosterAt(Address()));
    ASSERT_TRUE(InTime([&] { return uplinks_->Attached().contains(kRelay); }));
    const uint64_t size = coordinator_.Grow();
    ASSERT_TRUE(InTime([&] { return Verified() == size; })) << "round " << i;
  }
}

}  // namespace
}  // namespace whoelse
