// The answering thread and the streams that feed it, with a store of its own.
#include "node/answering.h"

#include <gtest/gtest.h>

#include "tests/cli/folder.h"
#include "tests/node/fake_log.h"
#include "tests/node/federation.h"

namespace whoelse {
namespace {

constexpr TimeMs kHour = 3'600'000;

// The vectors' time, running.
class RunningClock final : public Clock {
 public:
  TimeMs NowMs() const override {
    const auto passed = std::chrono::steady_clock::now() - start_;
    return kNow + static_cast<TimeMs>(
                      std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
  }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Where replies would go: what ended is kept.
class Ended final : public Outlet {
 public:
  void SendWires(CoordinatorId, std::vector<Bytes>) override {}
  void SendRefusals(CoordinatorId, std::vector<Bytes>) override {}
  void SendCosignature(CoordinatorId, Witness::Cosigned) override {}
  void EndStream(CoordinatorId, uint64_t stream) override {
    const std::lock_guard lock(mutex_);
    streams_.push_back(stream);
  }
  std::vector<uint64_t> streams() const {
    const std::lock_guard lock(mutex_);
    return streams_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<uint64_t> streams_;
};

nlohmann::ordered_json FirstJson() {
  nlohmann::ordered_json roster = RosterJson(7);
  roster["parameters"]["roster_delay_h"] = 48;
  return roster;
}
SignedRoster First() { return {SignedByFirst(RosterText(FirstJson())), {}, {}}; }
SignedRoster Next() {
  nlohmann::ordered_json roster = FirstJson();
  roster["version"] = 8;
  roster["name"] = "Test federation, renamed";
  return {SignedByFirst(RosterText(roster)), {}, {}};
}

class AnsweringTest : public ::testing::Test {
 protected:
  AnsweringTest() {
    X25519PublicKey lead;
    lead.data()[0] = 9;
    store_ = std::move(RocksdbStore::Open(folder_ / "data",
                                          MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                                          lead, random_))
                 .value();
    answering_ = std::make_unique<Answering>(
        HolderIdentity{kSchools, IdentityKeyOfAgency(kSchools)}, VectorAnchor(), *store_,
        folder_ / "evidence", std::nullopt, board_, clock_, random_);
    const SignedRoster first = First();
    EXPECT_TRUE(answering_->Restore(&first).ok());
  }
  ~AnsweringTest() override { answering_->Stop(); }

  bool Give(uint64_t stream, Push push, CoordinatorId from = kRelay) {
    return answering_->OnPush(from, stream, std::move(push), 100);
  }
  bool Attach(uint64_t stream, const AttachStatement& statement, CoordinatorId from = kRelay) {
    Push push;
    push.attached = statement;
    return Give(stream, std::move(push), from);
  }
  bool GiveCheckpoint(uint64_t stream, uint64_t known) {
    Push push;
    push.checkpoint = Push::Checkpoint{log_.Checkpoint(), log_.Since(known)};
    return Give(stream, std::move(push));
  }
  // Everything that was given before is taken up: its answer comes behind.
  uint64_t KnownNow() { return answering_->BeginStream(kRelay).known_size; }
  // Those raised since the last look, as the inbox takes them up.
  std::vector<std::string> Alarms() {
    std::vector<std::string> alarms;
    EXPECT_TRUE(store_->TakeUpDocuments([&](std::string_view document)
                                            -> absl::StatusOr<RocksdbStore::InboxDocument> {
      alarms.emplace_back(document);
      return RocksdbStore::InboxDocument{std::to_string(alarms.size()), false, alarms.back()};
    }).ok());
    return alarms;
  }

  TestFolder folder_;
  SeededRandom random_{20260507};
  RunningClock clock_;
  RosterBoard board_;
  FakeLog log_;
  Ended ended_;
  std::unique_ptr<RocksdbStore> store_;
  std::unique_ptr<Answering> answering_;
};

// A node that is behind reconnects: what it says it knows must count what still waits from the stream
// before, or the new stream's proof starts too early, fits nothing, and accuses an honest log for ever.
TEST_F(AnsweringTest, ANewStreamStartsBehindEverythingOfTheOneBefore) {
  answering_->Start(ended_);
  log_.Fill(5);
  const Answering::StreamStart first = answering_->BeginStream(kRelay);
  EXPECT_EQ(first.known_size, 0u);
  EXPECT_EQ(first.checkpoint, "");
  ASSERT_TRUE(Attach(first.stream, log_.Attach(0)));
  for (int i = 0; i < 50; ++i) {
    const uint64_t known = log_.size();
    log_.Fill(3);
    ASSERT_TRUE(GiveCheckpoint(first.stream, known));
  }
  const Answering::StreamStart second = answering_->BeginStream(kRelay);
  EXPECT_GT(second.stream, first.stream);
  EXPECT_EQ(second.known_size, log_.size());
  EXPECT_EQ(second.checkpoint, log_.Checkpoint());
  // What still comes of the old stream is nobody's.
  const uint64_t known = log_.size();
  log_.Fill(4);
  ASSERT_TRUE(GiveCheckpoint(first.stream, known));
  ASSERT_TRUE(Attach(second.stream, log_.Attach(known)));
  EXPECT_EQ(KnownNow(), log_.size());
  EXPECT_TRUE(Alarms().empty());
  EXPECT_TRUE(ended_.streams().empty());
}

TEST_F(AnsweringTest, AStreamThatGivesNothingMoreToVerifyIsEnded) {
  answering_->Start(ended_);
  log_.Fill(5);
  const uint64_t first = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(Attach(first, log_.Attach(0)));
  log_.Fill(2);
  ASSERT_TRUE(GiveCheckpoint(first, 6));   // a leaf is missing
  log_.Fill(1);
  ASSERT_TRUE(GiveCheckpoint(first, 7));   // so this one cannot fit either: no second alarm
  const Answering::StreamStart second = answering_->BeginStream(kRelay);
  EXPECT_EQ(second.known_size, 5u);
  EXPECT_EQ(ended_.streams(), std::vector<uint64_t>{first});
  EXPECT_EQ(Alarms().size(), 1u);
  ASSERT_TRUE(Attach(second.stream, log_.Attach(5)));
  EXPECT_EQ(KnownNow(), 8u);
}

// Each statement would make all that was withheld before it a gap.
TEST_F(AnsweringTest, AStatementInTheMiddleEndsTheStream) {
  answering_->Start(ended_);
  log_.Fill(5);
  const uint64_t late = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(GiveCheckpoint(late, 0));
  const uint64_t twice = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(Attach(twice, log_.Attach(0)));
  ASSERT_TRUE(Attach(twice, log_.Attach(5)));
  EXPECT_EQ(KnownNow(), 5u);
  EXPECT_EQ(ended_.streams(), (std::vector<uint64_t>{late, twice}));
}

// Messages may be large: their number alone bounds nothing.
TEST_F(AnsweringTest, SoManyBytesWaitAndNoMore) {
  const auto give = [&](size_t bytes) { return answering_->OnPush(kRelay, 1, Push(), bytes); };
  EXPECT_TRUE(give(size_t{33} << 20));   // a roster, say
  EXPECT_FALSE(give(1));
  answering_->Start(ended_);
  KnownNow();
  EXPECT_TRUE(give(1));                  // room again
}

// Two logs had the leaf 49 hours ago, while this node was away.
TEST_F(AnsweringTest, ARosterThatWasLoggedMeanwhileRules) {
  answering_->Start(ended_);
  const Roster next = *Roster::Parse(Note::Parse(Next().note)->text);
  for (const CoordinatorId id : {kRelay, kOtherRelay}) {
    FakeLog log(id);
    log.Fill(3);
    const uint64_t leaf = log.Append(RosterEntry{next.version, next.hash});
    const uint64_t after = log.Append(AskedEntry{kNow - 49 * kHour, FrameHash()});
    log.Fill(2);
    AttachStatement statement = log.Attach(0);
    statement.roster = log.LeafAt(leaf);
    statement.after_roster = log.LeafAt(after);
    const uint64_t stream = answering_->BeginStream(id).stream;
    ASSERT_TRUE(Attach(stream, statement, id));
    Push roster;
    roster.roster = Next().Serialize();
    ASSERT_TRUE(Give(stream, std::move(roster), id));
  }
  std::shared_ptr<const Roster> ruling = board_.Read().roster;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (ruling->version != next.version && std::chrono::steady_clock::now() < end) {
    ruling = board_.WaitForOther(ruling, std::chrono::seconds(5)).roster;
  }
  EXPECT_EQ(ruling->version, next.version);
}

}  // namespace
}  // namespace whoelse
