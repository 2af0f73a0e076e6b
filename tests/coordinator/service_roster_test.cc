#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "audit/checkpoint.h"
#include "audit/merkle.h"
#include "tests/coordinator/service_fixture.h"

namespace whoelse {
namespace {

using testing::HasSubstr;

int LeavesOf(const FakeNode::Seen& seen) {
  int leaves = 0;
  for (const v1::CheckpointPush& push : seen.checkpoints) leaves += push.leaves_size();
  return leaves;
}

TEST_F(ServiceTest, GivesItsRosterAndAFreshHeartbeat) {
  Start();
  grpc::ClientContext context;
  v1::GetRosterReply reply;
  ASSERT_TRUE(v1::Coordinator::NewStub(Channel(agencies_[0]))
                  ->GetRoster(&context, v1::GetRosterCall(), &reply).ok());
  EXPECT_EQ(reply.ruling(), ToString(*ReadWholeFile(config_.roster, 1 << 20)));
  EXPECT_TRUE(reply.next().empty());
  EXPECT_TRUE(Heartbeat::Parse(AsBytes(reply.heartbeat()))->Fresh(*roster_, VectorClock().NowS()));
  auto node = Attach(0, Silent);
  const auto seen = node->WaitFor([](const FakeNode::Seen& s) { return !s.rosters.empty(); });
  EXPECT_EQ(seen.rosters[0], reply.ruling());   // it said that it has version 0
  EXPECT_TRUE(Heartbeat::Parse(AsBytes(seen.heartbeats[0]))->Fresh(*roster_, VectorClock().NowS()));
}

TEST_F(ServiceTest, AnAgencyThatIsDroppedIsCutOffAtOnce) {
  Start();
  auto stays = Attach(0, Answering(0));
  auto goes = Attach(1, Answering(1));
  const auto open_connection = Channel(agencies_[1]);
  ASSERT_TRUE(open_connection->WaitForConnected(DeadlineIn(std::chrono::seconds(20))));
  const Bytes before = NewRequest().Serialize();
  json_["version"] = 8;
  json_["agencies"].erase(1);
  WriteRoster();
  running_->service().LookAtRoster();
  EXPECT_FALSE(goes->WaitEnd().ok());
  const auto seen = stays->WaitFor([](const FakeNode::Seen& s) {
    return s.rosters.size() == 2 && s.heartbeats.size() >= 2;
  });
  EXPECT_EQ(seen.rosters[1], ToString(*ReadWholeFile(config_.roster, 1 << 20)));
  EXPECT_EQ(Heartbeat::Parse(AsBytes(seen.heartbeats.back()))->version, 8u);
  // On the connection that is still open.
  grpc::ClientContext context;
  v1::EvaluateCall call;
  call.set_request(ToString(before));
  v1::EvaluateReply reply;
  EXPECT_EQ(v1::Coordinator::NewStub(open_connection)->Evaluate(&context, call, &reply)
                .error_message(), "NOT_A_MEMBER");
  // The leaf says which roster it was.
  const auto logged = stays->WaitFor([](const FakeNode::Seen& s) { return LeavesOf(s) > 0; });
  const std::string first = logged.checkpoints.back().leaves(0);
  const auto entry = ParseLogEntry(AsBytes(first));
  EXPECT_EQ(std::get<RosterEntry>(*entry).version, 8u);
  EXPECT_EQ(std::get<RosterEntry>(*entry).hash, roster_->hash);
  const AskResult result = Ask(NewQuestion());
  ASSERT_TRUE(result.status.ok()) << result.status.error_message();
  EXPECT_EQ(result.items.size(), 4u);
  // A node that comes later is shown the leaf, and a later one with a time.
  stays->WaitFor([&](const FakeNode::Seen& s) { return LeavesOf(s) >= 3; });
  const v1::Attached shown = *Attach(0, Silent)->WaitAttached().attached;
  const uint64_t size = Checkpoint::Parse(Note::Parse(shown.checkpoint())->text)->size;
  const TreeHash root = Checkpoint::Parse(Note::Parse(shown.checkpoint())->text)->root;
  for (const v1::LoggedLeaf* leaf : {&shown.roster(), &shown.after_roster()}) {
    std::vector<TreeHash> proof;
    for (const std::string& hash : leaf->proof()) proof.emplace_back(AsBytes(hash).first<32>());
    EXPECT_TRUE(
        VerifyInclusion(LeafHash(AsBytes(leaf->entry())), leaf->index(), size, proof, root).ok());
  }
  EXPECT_EQ(shown.roster().entry(), first);
  EXPECT_TRUE(std::holds_alternative<AskedEntry>(
      *ParseLogEntry(AsBytes(shown.after_roster().entry()))));
}

// A node may know before its coordinator that it is a witness now: its line is then a stranger's. With
// the last checkpoint once more it gives the line again, also when the log is quiet from now on.
TEST_F(ServiceTest, ARosterThatRulesShowsTheLastCheckpointAgain) {
  Start();
  auto node = Attach(0, Silent);
  const std::string last = node->WaitAttached().attached->checkpoint();
  json_["version"] = 8;
  json_["witnesses"].erase(1);
  json_["quorum"] = 1;
  WriteRoster();
  running_->service().LookAtRoster();
  const auto seen = node->WaitFor([](const FakeNode::Seen& s) { return !s.checkpoints.empty(); });
  EXPECT_EQ(seen.checkpoints[0].checkpoint(), last);
  EXPECT_EQ(seen.checkpoints[0].leaves_size(), 0);
}

// It sees its own log only: were it to wait for the others' leaves, no roster would ever rule.
TEST_F(ServiceTest, ARosterThatWaitsRulesWhenItsLeafInThisLogIsOld) {
  constexpr TimeMs kDelay = 48 * 3'600'000;
  const TimeMs now = VectorClock().NowMs();
  json_["parameters"]["roster_delay_h"] = 48;
  WriteRoster();
  RosterDesk desk(VectorAnchor(), 101, config_.roster);
  ASSERT_TRUE(desk.Poll(now, true)->ruling);
  json_["version"] = 8;
  json_["name"] = "Another";
  WriteRoster();
  const auto accepted = desk.Poll(now, true);
  ASSERT_TRUE(accepted && accepted->accepted);
  EXPECT_FALSE(accepted->ruling);
  EXPECT_FALSE(desk.Tick(now + kDelay - 1));
  ASSERT_TRUE(desk.Tick(now + kDelay));
  EXPECT_EQ(desk.ruling()->version, 8u);
}

TEST_F(ServiceTest, ARosterThatIsRefusedChangesNothing) {
  Start();
  auto node = Attach(1, Answering(1));
  json_["version"] = 8;
  json_["agencies"].erase(1);
  const SignedRoster rogue{SignedByFirst(RosterText(json_), 1), {}, {}};   // one root of two
  ASSERT_TRUE(WriteFileDurably(config_.roster, rogue.Serialize(), 0644).ok());
  running_->service().LookAtRoster();
  EXPECT_TRUE(Ask(NewQuestion()).Of(1002)->has_wire());
}

TEST_F(ServiceTest, RollbackOfTheRosterIsRefusedAfterARestart) {
  const auto old = *ReadWholeFile(config_.roster, 1 << 20);
  json_["version"] = 8;
  WriteRoster();
  Start();
  Stop();
  ASSERT_TRUE(WriteFileDurably(config_.roster, old, 0644).ok());
  Start();
  EXPECT_TRUE(Ask(NewQuestion()).status.ok());   // a question of version 8
}

TEST_F(ServiceTest, RefusesToStartAndSaysWhy) {
  const auto why = [this] {
    const auto started = Coordinator::Start(config_, VectorClock(), MakeHonestEvaluator);
    EXPECT_FALSE(started.ok());
    return std::string(started.status().message());
  };
  const CoordinatorConfig good = config_;
  config_.id = 102;
  EXPECT_THAT(why(), HasSubstr("log key"));
  config_ = good;
  config_.data = folder_ / "data1";
  config_.tls = agencies_[0];
  EXPECT_THAT(why(), HasSubstr("certificate"));
  config_ = good;
  config_.data = folder_ / "data2";
  config_.roster = folder_ / "nothing";
  EXPECT_THAT(why(), HasSubstr("no roster"));
  config_ = good;
  Start();
  config_.data = folder_ / "data3";   // a second coordinator for the same log
  EXPECT_THAT(why(), HasSubstr("another coordinator"));
  config_ = good;
  Stop();
  std::filesystem::remove_all(config_.data);
  EXPECT_THAT(why(), HasSubstr("second history"));
}

TEST_F(ServiceTest, ADiskThatIsTooFullTakesNothing) {
  config_.min_free_mb = uint64_t{1} << 30;   // a thousand terabytes
  const auto started = Coordinator::Start(config_, VectorClock(), MakeHonestEvaluator);
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(std::string(started.status().message()), HasSubstr("space"));
}

}  // namespace
}  // namespace whoelse
