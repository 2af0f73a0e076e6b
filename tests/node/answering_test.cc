// The answering thread and the streams that feed it, with a store of its own.
#include "node/answering.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/cli/folder.h"
#include "tests/node/fake_log.h"
#include "tests/node/federation.h"

namespace whoelse {
namespace {

constexpr TimeMs kHour = 3'600'000;

// The vectors' time, running until it is stopped.
class RunningClock final : public Clock {
 public:
  TimeMs NowMs() const override {
    if (const TimeMs stopped = stopped_ms_; stopped != 0) return stopped;
    const auto passed = std::chrono::steady_clock::now() - start_;
    return kNow + static_cast<TimeMs>(
                      std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
  }
  void StopAt(TimeMs now) { stopped_ms_ = now; }

 private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<TimeMs> stopped_ms_ = 0;
};

// Where replies would go: what ended and what was cosigned is kept, and what the store held when wires
// left.
class Outgoing final : public Outlet {
 public:
  // Looks into this store whenever wires leave.
  void Watch(const RocksdbStore& store) { store_ = &store; }
  void SendWires(CoordinatorId, std::vector<Bytes> wires) override {
    const std::lock_guard lock(mutex_);
    wires_ += wires.size();
    if (store_ != nullptr) committed_.push_back(store_->ReadJournal(100)->size());
  }
  void SendRefusals(CoordinatorId, std::vector<Bytes>) override {}
  void SendCosignature(CoordinatorId to, Witness::Cosigned cosigned) override {
    const std::lock_guard lock(mutex_);
    cosigned_[to].push_back(cosigned.size);
  }
  void EndStream(CoordinatorId, uint64_t stream) override {
    const std::lock_guard lock(mutex_);
    ended_.push_back(stream);
  }
  std::vector<uint64_t> ended() const {
    const std::lock_guard lock(mutex_);
    return ended_;
  }
  // Sizes of checkpoints, by the log.
  std::map<CoordinatorId, std::vector<uint64_t>> cosigned() const {
    const std::lock_guard lock(mutex_);
    return cosigned_;
  }
  size_t wires() const {
    const std::lock_guard lock(mutex_);
    return wires_;
  }
  // How many answers were committed each time that wires left.
  std::vector<size_t> committed() const {
    const std::lock_guard lock(mutex_);
    return committed_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<uint64_t> ended_;
  std::map<CoordinatorId, std::vector<uint64_t>> cosigned_;
  size_t wires_ = 0;
  std::vector<size_t> committed_;
  const RocksdbStore* store_ = nullptr;
};

nlohmann::ordered_json FirstJson() {
  nlohmann::ordered_json roster = RosterJson(7);
  roster["parameters"]["roster_delay_h"] = 48;
  return roster;
}
SignedRoster First() { return {SignedByFirst(RosterText(FirstJson())), {}, {}}; }
nlohmann::ordered_json NextJson() {
  nlohmann::ordered_json roster = FirstJson();
  roster["version"] = 8;
  roster["name"] = "Test federation, renamed";
  return roster;
}

class AnsweringTest : public ::testing::Test {
 protected:
  AnsweringTest() {
    X25519PublicKey lead;
    lead.data()[0] = 9;
    store_ = std::move(RocksdbStore::Open(folder_ / "data", Master(), lead, random_)).value();
    Restore(std::nullopt);
  }
  ~AnsweringTest() override { answering_->Stop(); }

  static MasterKey Master() { return MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})); }
  void Restore(std::optional<WitnessFile> witness) {
    answering_ = std::make_unique<Answering>(
        HolderIdentity{kSchools, IdentityKeyOfAgency(kSchools)}, VectorAnchor(), *store_,
        folder_ / "evidence", std::move(witness), board_, clock_, random_);
    const SignedRoster first = First();
    EXPECT_TRUE(answering_->Restore(&first).ok());
  }

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
  // An honest relay's question about nobody here, logged and pushed at the clock's time.
  void PutQuestion(uint64_t stream) {
    const Frame frame = Ask(BasicStatement(), of_asker_).frame;
    Push push;
    push.envelopes.push_back(
        {ToBytes(frame.bytes()), log_.Take(frame.hash(), clock_.NowMs()).Serialize()});
    ASSERT_TRUE(Give(stream, std::move(push)));
  }
  // The thread has gone through its whole round at the time that the clock shows now.
  void AWholeRound() {
    answering_->BeginStream(kOtherRelay);
    answering_->BeginStream(kOtherRelay);   // taken up at the head of the next one
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
  SeededRandom random_{20260507};      // the answering thread's, once it runs
  SeededRandom of_asker_{20260508};
  RunningClock clock_;
  RosterBoard board_;
  FakeLog log_;
  Outgoing outgoing_;
  std::unique_ptr<RocksdbStore> store_;
  std::unique_ptr<Answering> answering_;
};

// A node that is behind reconnects: what it says it knows must count what still waits from the stream
// before, or the new stream's proof starts too early, fits nothing, and accuses an honest log for ever.
TEST_F(AnsweringTest, ANewStreamStartsBehindEverythingOfTheOneBefore) {
  answering_->Start(outgoing_);
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
  EXPECT_TRUE(outgoing_.ended().empty());
}

TEST_F(AnsweringTest, AStreamThatGivesNothingMoreToVerifyIsEnded) {
  answering_->Start(outgoing_);
  log_.Fill(5);
  const uint64_t first = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(Attach(first, log_.Attach(0)));
  log_.Fill(2);
  ASSERT_TRUE(GiveCheckpoint(first, 6));   // a leaf is missing
  log_.Fill(1);
  ASSERT_TRUE(GiveCheckpoint(first, 7));   // so this one cannot fit either: no second alarm
  const Answering::StreamStart second = answering_->BeginStream(kRelay);
  EXPECT_EQ(second.known_size, 5u);
  EXPECT_EQ(outgoing_.ended(), std::vector<uint64_t>{first});
  EXPECT_EQ(Alarms().size(), 1u);
  ASSERT_TRUE(Attach(second.stream, log_.Attach(5)));
  EXPECT_EQ(KnownNow(), 8u);
}

// Each statement would make all that was withheld before it a gap.
TEST_F(AnsweringTest, AStatementInTheMiddleEndsTheStream) {
  answering_->Start(outgoing_);
  log_.Fill(5);
  const uint64_t late = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(GiveCheckpoint(late, 0));
  const uint64_t twice = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(Attach(twice, log_.Attach(0)));
  ASSERT_TRUE(Attach(twice, log_.Attach(5)));
  EXPECT_EQ(KnownNow(), 5u);
  EXPECT_EQ(outgoing_.ended(), (std::vector<uint64_t>{late, twice}));
}

// Messages may be large: their number alone bounds nothing.
TEST_F(AnsweringTest, SoManyBytesWaitAndNoMore) {
  const auto give = [&](size_t bytes) { return answering_->OnPush(kRelay, 1, Push(), bytes); };
  EXPECT_TRUE(give(size_t{33} << 20));   // a roster, say
  EXPECT_FALSE(give(1));
  answering_->Start(outgoing_);
  KnownNow();
  EXPECT_TRUE(give(1));                  // room again
}

// Of the times that are confirmed, those that others may read go by the heartbeats that came.
TEST_F(AnsweringTest, HeartbeatsMoveTheTimesThatAreConfirmed) {
  answering_->Start(outgoing_);
  EXPECT_EQ(board_.Read().confirmed, ConfirmedSpan());
  const uint64_t stream = answering_->BeginStream(kRelay).stream;
  log_.Fill(1);
  ASSERT_TRUE(Attach(stream, log_.Attach(0)));
  const auto beat = [&](int coordinator, uint32_t hour) {
    const std::shared_ptr<const Roster> roster = board_.Read().roster;
    Push push;
    push.heartbeat = Heartbeat::Sign(*roster, roster->coordinators[coordinator].id, hour,
                                     AdmissionKeyOf(coordinator)).Serialize();
    ASSERT_TRUE(Give(stream, std::move(push)));
  };
  const auto posted = [&](const ConfirmedSpan& wanted) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (board_.Read().confirmed != wanted && std::chrono::steady_clock::now() < end) AWholeRound();
    return board_.Read().confirmed == wanted;
  };
  constexpr uint32_t kHourNow = kNow / kHour;
  beat(0, kHourNow - 2);
  beat(1, kHourNow - 1);
  EXPECT_TRUE(posted({(kHourNow - 2) * kHour, (kHourNow + 34) * kHour}));
  beat(0, kHourNow);
  EXPECT_TRUE(posted({(kHourNow - 1) * kHour, (kHourNow + 35) * kHour}));
  clock_.StopAt(kNow + 365 * 24 * kHour);
  EXPECT_TRUE(posted({}));
  clock_.StopAt(kNow + 1000);   // and put right, which is no leap that has to be waited out
  EXPECT_TRUE(posted({(kHourNow - 1) * kHour, (kHourNow + 35) * kHour}));
}

// The work on a slot depends on what it asks: were it done before the wires of the slot before have
// left, the time of their departure would tell a relay that somebody matched.
TEST_F(AnsweringTest, WiresLeaveBeforeTheNextSlotIsWorkedOn) {
  constexpr TimeMs kSlotEnd = kNow - kNow % 250 + 250;
  answering_->SetEnrolment({true, (kIssued - 86'400) * 1000, {1, 2}, {}});
  outgoing_.Watch(*store_);
  clock_.StopAt(kNow);
  answering_->Start(outgoing_);
  const uint64_t stream = answering_->BeginStream(kRelay).stream;
  ASSERT_TRUE(Attach(stream, log_.Attach(0)));
  PutQuestion(stream);
  AWholeRound();
  clock_.StopAt(kSlotEnd);
  AWholeRound();                       // the first is answered
  PutQuestion(stream);
  AWholeRound();
  EXPECT_EQ(outgoing_.wires(), 0u);
  clock_.StopAt(kSlotEnd + 250);       // the first leaves, and the second is answered
  AWholeRound();
  EXPECT_EQ(outgoing_.committed(), std::vector<size_t>{1});
  EXPECT_EQ(store_->ReadJournal(100)->size(), 2u);
  clock_.StopAt(kSlotEnd + 500);
  AWholeRound();
  EXPECT_EQ(outgoing_.wires(), 2u);
}

// A roster that comes, of which two logs had the leaf 49 hours ago, while this node was away.
class NextRosterTest : public AnsweringTest {
 protected:
  static constexpr uint64_t kSize = 7;   // of both logs

  // Waits until it rules; fails the test when it does not.
  void Bring(const nlohmann::ordered_json& json) {
    const SignedRoster next{SignedByFirst(RosterText(json)), {}, {}};
    const Roster roster = *Roster::Parse(Note::Parse(next.note)->text);
    for (const CoordinatorId id : {kRelay, kOtherRelay}) {
      FakeLog log(id);
      log.Fill(3);
      const uint64_t leaf = log.Append(RosterEntry{roster.version, roster.hash});
      const uint64_t after = log.Append(AskedEntry{kNow - 49 * kHour, FrameHash()});
      log.Fill(kSize - log.size());
      AttachStatement statement = log.Attach(0);
      statement.roster = log.LeafAt(leaf);
      statement.after_roster = log.LeafAt(after);
      const uint64_t stream = answering_->BeginStream(id).stream;
      ASSERT_TRUE(Attach(stream, statement, id));
      Push push;
      push.roster = next.Serialize();
      ASSERT_TRUE(Give(stream, std::move(push), id));
    }
    std::shared_ptr<const Roster> ruling = board_.Read().roster;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (ruling->version != roster.version && std::chrono::steady_clock::now() < end) {
      ruling = board_.WaitForOther(ruling, std::chrono::seconds(5)).roster;
    }
    EXPECT_EQ(ruling->version, roster.version);
  }
};

TEST_F(NextRosterTest, RulesAlthoughItsLeavesWereMissed) {
  answering_->Start(outgoing_);
  Bring(NextJson());
}

// What it verified as nobody's witness may be the last checkpoint for hours, and a quorum wait for it.
TEST_F(NextRosterTest, ItsNewWitnessCosignsWhatItHasVerified) {
  const WitnessPaths paths{"schools.example", folder_ / "witness.key", folder_ / "witness.pins"};
  const VerifyKey key = *WitnessFile::Create(paths, Master(), random_);
  Restore(*WitnessFile::Open(paths, Master()));
  answering_->Start(outgoing_);
  nlohmann::ordered_json json = NextJson();
  json["witnesses"].push_back(
      {{"name", paths.name},
       {"vkey", NoteVerifier::Create(paths.name, NoteKeyType::kCosignatureV1, key)->Encode()}});
  Bring(json);
  KnownNow();
  using Sizes = std::vector<uint64_t>;
  EXPECT_EQ(outgoing_.cosigned(), (std::map<CoordinatorId, Sizes>{{kRelay, Sizes{kSize}},
                                                                  {kOtherRelay, Sizes{kSize}}}));
}

}  // namespace
}  // namespace whoelse
