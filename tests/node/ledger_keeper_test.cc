// The hourly digests of a node's ledger, over real connections: at another coordinator's log than they
// are about, and none of them lost.
#include "node/ledger_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/node/coordinator_servers.h"
#include "tests/node/federation.h"
#include "tests/support/until.h"

namespace whoelse {
namespace {

using testing::IsEmpty;

constexpr TimeS kHourS = 3'600;

// A coordinator that logs digests, or is told to refuse them.
class DigestCoordinator final : public v1::Coordinator::Service {
 public:
  explicit DigestCoordinator(CoordinatorId) {}
  grpc::Status LogLedgerDigest(grpc::ServerContext*, const v1::LedgerDigestCall* call,
                               v1::LedgerDigestReply* reply) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back(ToBytes(AsBytes(call->entry())));
    if (refuses_) return ToGrpc(ServiceError::kBusy);
    reply->set_index(calls_.size());
    return grpc::Status::OK;
  }
  void Refuse(bool refuses) {
    const std::lock_guard lock(mutex_);
    refuses_ = refuses;
  }
  std::vector<Bytes> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Bytes> calls_;
  bool refuses_ = false;
};

class LedgerKeeperTest : public testing::Test {
 protected:
  LedgerKeeperTest() {
    board_.Post({servers_.roster(), {}});
    OpenStore();
  }
  void OpenStore() {
    store_.reset();
    X25519PublicKey lead;
    lead.data()[0] = 9;
    store_ = std::move(RocksdbStore::Open(home_ / "data",
                                          MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                                          lead, random_))
                 .value();
  }
  void Start() {
    keeper_ = std::make_unique<LedgerKeeper>(kSurgery, identity_, *store_, calls_, board_, clock_,
                                             random_);
  }
  // This node answered a frame that the relay had admitted at this index.
  void Answer(CoordinatorId relay, uint64_t index) {
    FrameHash hash;
    hash.data()[0] = static_cast<uint8_t>(++answered_);
    store_->CommitSlot({clock_.NowMs() + answered_,
                        {{relay, LogKeyIdOf(relay), index, hash, Bytes(kWireSize, 1), kUntil, false,
                          Noted{}}}});
  }
  static uint32_t LogKeyIdOf(CoordinatorId id) {
    return RosterOf(7)->FindCoordinator(id)->log_key.key_id;
  }
  void RefuseAll(bool refuse) {
    for (auto& [id, coordinator] : servers_.stubs) coordinator.Refuse(refuse);
  }

  // Time goes on until this holds: an hour's digest, and a refused one a minute or two later.
  template <typename Condition>
  [[nodiscard]] bool InTime(Condition condition) {
    return Until(std::chrono::seconds(30), condition, [&] { clock_.Set(clock_.NowS() + 61); });
  }
  size_t Attempts() const {
    size_t calls = 0;
    for (const auto& [id, coordinator] : servers_.stubs) calls += coordinator.calls().size();
    return calls;
  }
  std::vector<LoggedDigest> Logged() const { return *store_->ReadLoggedDigests(); }

  SettableClock& clock_ = NewClock(kNowS);
  TemporaryDirectory home_;
  CoordinatorServers<DigestCoordinator> servers_{kFrom + 1'000 * kHourS};
  SystemRandom random_;
  RosterBoard board_;
  const SigningKey identity_ = IdentityKeyOfAgency(kSurgery);
  std::unique_ptr<RocksdbStore> store_;
  Coordinators calls_{servers_.client_files(), clock_, [](const Evaluation::Liar&) {}};
  std::unique_ptr<LedgerKeeper> keeper_;
  uint64_t answered_ = 0;
};

// A relay that is asked to log what convicts it would not.
TEST_F(LedgerKeeperTest, EachHourAtAnotherCoordinatorsLog) {
  Answer(kRelay, 4);
  Answer(kRelay, 9);
  Answer(kOtherRelay, 2);
  Start();
  ASSERT_TRUE(InTime([&] { return Logged().size() == 2; }));
  EXPECT_GE(clock_.NowS() / kHourS, kNowS / kHourS + 1);
  for (const LoggedDigest& logged : Logged()) {
    const LedgerFile::Digest& digest = logged.digest;
    EXPECT_NE(digest.logged_at, digest.coordinator);
    EXPECT_EQ(digest.log_key_id, LogKeyIdOf(digest.coordinator));
    EXPECT_EQ(digest.from, 0u);
    EXPECT_EQ(digest.to, digest.coordinator == kRelay ? 9u : 2u);
    const std::vector<Bytes> calls = servers_.stubs.at(digest.logged_at).calls();
    const auto sent = std::ranges::find_if(calls, [&](const Bytes& bytes) {
      return std::get<LedgerEntry>(*ParseLogEntry(bytes)).coordinator == digest.coordinator;
    });
    ASSERT_NE(sent, calls.end());
    const auto entry = std::get<LedgerEntry>(*ParseLogEntry(*sent));
    EXPECT_TRUE(entry.SignedBy(identity_.verify_key()));
    EXPECT_EQ(entry.agency, kSurgery);
    EXPECT_EQ(entry.root, digest.root);
  }
  // The next hour's begins where that one ended.
  Answer(kRelay, 12);
  ASSERT_TRUE(InTime([&] { return Logged().size() == 3; }));
  const auto next = std::ranges::max(Logged(), {}, [](const auto& one) { return one.digest.to; });
  EXPECT_EQ(next.digest.from, 10u);
  EXPECT_EQ(next.digest.to, 12u);
  EXPECT_EQ(Attempts(), 3u);
}

// Were a second digest made of one range, the agency would be convicted by both.
TEST_F(LedgerKeeperTest, ARefusedDigestIsSentAgainAsItIs) {
  RefuseAll(true);
  Answer(kRelay, 4);
  Start();
  ASSERT_TRUE(InTime([&] { return Attempts() >= 2; }));
  Answer(kRelay, 5);   // for the next one
  RefuseAll(false);
  ASSERT_TRUE(InTime([&] { return Logged().size() == 2; }));
  EXPECT_THAT(servers_.stubs.at(kRelay).calls(), IsEmpty());
  std::vector<Bytes> sent;
  for (const auto& [id, coordinator] : servers_.stubs) {
    for (const Bytes& bytes : coordinator.calls()) sent.push_back(bytes);
  }
  std::ranges::sort(sent);
  sent.erase(std::ranges::unique(sent).begin(), sent.end());
  EXPECT_EQ(sent.size(), 2u);   // two digests, however often they were sent
  EXPECT_EQ(Logged()[0].digest.to, 4u);
  EXPECT_EQ(Logged()[1].digest.from, 5u);
  EXPECT_THAT(*store_->ReadPlannedDigests(), IsEmpty());
}

TEST_F(LedgerKeeperTest, NothingIsLostAtARestart) {
  RefuseAll(true);
  Answer(kRelay, 4);
  Answer(kOtherRelay, 7);
  Start();
  ASSERT_TRUE(InTime([&] { return Attempts() >= 4; }));
  keeper_.reset();
  const std::vector<PlannedDigest> planned = *store_->ReadPlannedDigests();
  ASSERT_EQ(planned.size(), 2u);
  OpenStore();
  Answer(kRelay, 8);
  RefuseAll(false);
  Start();
  ASSERT_TRUE(InTime([&] { return Logged().size() == 3; }));
  for (const PlannedDigest& before : planned) {
    EXPECT_TRUE(std::ranges::any_of(Logged(), [&](const LoggedDigest& logged) {
      return logged.digest.coordinator == before.entry.coordinator &&
             logged.digest.root == before.entry.root;
    }));
  }
}

}  // namespace
}  // namespace whoelse
