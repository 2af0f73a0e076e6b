// A witness cosigns what its node has verified, and never two histories.
#include "node/witness.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "node/evidence.h"
#include "node/witness_file.h"
#include "tests/cli/folder.h"
#include "tests/node/fake_log.h"

namespace whoelse {
namespace {

constexpr TimeS kAt = kNow / 1000;

const nlohmann::json& WitnessVector() { return ProtocolVectors()["keys"]["witnesses"][0]; }
SigningKey WitnessKey() { return KeyFromSeed(WitnessVector()["seed"]); }
std::string WitnessName() { return WitnessVector()["name"]; }
Witness NewWitness(Witness::Pins pins = {}) { return {WitnessName(), WitnessKey(), std::move(pins)}; }
NoteVerifier LogKey() { return RosterOf(7)->FindCoordinator(kRelay)->log_key; }

// What a node that saw this log from its beginning remembers.
LogWatch::Memory MemoryOf(const FakeLog& log) {
  LogWatch watch(kRelay, LogKey());
  EXPECT_TRUE(watch.OnAttached(log.Attach(0), kNow).empty());
  return watch.memory();
}

FakeLog LogOf(uint64_t leaves) {
  FakeLog log;
  log.Fill(leaves);
  return log;
}

// Another history of the same log: it differs in its last leaf.
FakeLog ForkOf(uint64_t leaves) {
  FakeLog log = LogOf(leaves - 1);
  log.Append(EvaluatedEntry{99, Digest()});
  return log;
}

TEST(Witness, CosignsWhatWasVerified) {
  Witness witness = NewWitness();
  EXPECT_TRUE(witness.NamedBy(*RosterOf(7)));
  const FakeLog log = LogOf(5);
  const auto cosigned = witness.Cosign(MemoryOf(log), kAt);
  ASSERT_TRUE(cosigned.has_value());
  EXPECT_EQ(cosigned->size, 5u);
  EXPECT_TRUE(cosigned->line.ends_with('\n'));
  // The line goes under the log's own, and the quorum counts it.
  const auto note = Note::Parse(log.Checkpoint() + cosigned->line);
  ASSERT_TRUE(note.ok()) << note.status();
  std::vector<NoteVerifier> keys;
  for (const RosterWitness& one : RosterOf(7)->witnesses) keys.push_back(one.key);
  EXPECT_EQ(*VerifyCosignatures(*note, keys), (std::vector<Witnessed>{{0, kAt}}));
}

TEST(Witness, NeverTwoHistories) {
  Witness witness = NewWitness();
  ASSERT_TRUE(witness.Cosign(MemoryOf(LogOf(5)), kAt).has_value());
  EXPECT_FALSE(witness.Cosign(MemoryOf(ForkOf(5)), kAt).has_value());   // two roots at one size
  EXPECT_FALSE(witness.Cosign(MemoryOf(LogOf(4)), kAt).has_value());    // shorter than it was
  EXPECT_FALSE(witness.Cosign({}, kAt).has_value());                    // nothing verified
  EXPECT_TRUE(witness.Cosign(MemoryOf(LogOf(5)), kAt + 1).has_value());
  EXPECT_TRUE(witness.Cosign(MemoryOf(LogOf(6)), kAt + 1).has_value());
}

// A restart, and a store that came back from a backup: what was cosigned is still known, and the
// node's watch goes on from there.
TEST(Witness, PinsSurvive) {
  Witness before = NewWitness();
  ASSERT_TRUE(before.Cosign(MemoryOf(LogOf(5)), kAt).has_value());
  const auto pins = Witness::ParsePins(Witness::SerializePins(before.pins()));
  ASSERT_TRUE(pins.ok()) << pins.status();
  EXPECT_EQ(*pins, before.pins());
  Witness after = NewWitness(*pins);
  EXPECT_FALSE(after.Cosign(MemoryOf(ForkOf(5)), kAt).has_value());

  LogWatch watch(kRelay, LogKey());
  watch.Restore(pins->at(LogKey().name));
  const FakeLog fork = ForkOf(5);
  const std::vector<Alarm> alarms = watch.OnAttached(fork.Attach(5), kNow);
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].kind, AlarmKind::kLogRewritten);
  // Both signed checkpoints are the evidence.
  EXPECT_EQ(alarms[0].evidence,
            (std::vector<std::string>{LogOf(5).Checkpoint(), fork.Checkpoint()}));
}

// A log key that changes does not make it another log.
TEST(Witness, PinsTheLogAndNotItsKey) {
  Witness witness = NewWitness();
  ASSERT_TRUE(witness.Cosign(MemoryOf(LogOf(5)), kAt).has_value());
  const absl::StatusOr<Note> fork = Note::Parse(ForkOf(5).Checkpoint());
  LogWatch::Memory other = MemoryOf(ForkOf(5));
  other.checkpoint = SignCheckpoint(*Checkpoint::Parse(fork->text), NewKey(0x61)).Serialize();
  EXPECT_FALSE(witness.Cosign(other, kAt).has_value());
}

TEST(Witness, RefusesDamagedPins) {
  Witness witness = NewWitness();
  ASSERT_TRUE(witness.Cosign(MemoryOf(LogOf(5)), kAt).has_value());
  const Bytes good = Witness::SerializePins(witness.pins());
  for (size_t length = 0; length < good.size(); length += 7) {
    EXPECT_FALSE(Witness::ParsePins(ByteView(good).first(length)).ok()) << length;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(Witness::ParsePins(longer).ok());
}

TEST(Witness, RefusesPinsThatItDoesNotWrite) {
  const LogWatch::Memory memory = MemoryOf(LogOf(5));
  const Bytes written = Witness::SerializePins({{"a", memory}, {"b", memory}});
  ASSERT_TRUE(Witness::ParsePins(written).ok());
  const size_t pin = memory.Serialize().size() + 2 + 1 + 4;
  Bytes turned(written.begin(), written.end() - static_cast<std::ptrdiff_t>(2 * pin));
  turned.insert(turned.end(), written.end() - static_cast<std::ptrdiff_t>(pin), written.end());
  turned.insert(turned.end(), written.end() - static_cast<std::ptrdiff_t>(2 * pin),
                written.end() - static_cast<std::ptrdiff_t>(pin));
  EXPECT_TRUE(absl::IsDataLoss(Witness::ParsePins(turned).status()));
  Bytes doubled = written;   // a second pin of one log
  doubled[doubled.size() - pin + 2] = 'a';
  EXPECT_TRUE(absl::IsDataLoss(Witness::ParsePins(doubled).status()));
}

TEST(Witness, IsNamedByNameAndKey) {
  const auto renamed = ChangedRoster(7, [](nlohmann::ordered_json& roster) {
    roster["witnesses"].erase(0);
    roster["quorum"] = 1;
  });
  EXPECT_FALSE(NewWitness().NamedBy(*renamed));
  EXPECT_FALSE(Witness(WitnessName(), NewKey(0x62), {}).NamedBy(*RosterOf(7)));
}

class WitnessFiles : public ::testing::Test {
 protected:
  MasterKey Master() const { return MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})); }
  TestFolder folder_;
  SeededRandom random_{20260503};
  const WitnessPaths paths_{WitnessName(), folder_ / "witness.sealed", folder_ / "witness.pins"};
};

TEST_F(WitnessFiles, RememberAcrossARestart) {
  ASSERT_TRUE(WitnessFile::Create(paths_, Master(), random_).ok());
  {
    auto witness = WitnessFile::Open(paths_, Master());
    ASSERT_TRUE(witness.ok()) << witness.status();
    EXPECT_EQ(witness->PinOf(LogKey().name), nullptr);
    ASSERT_TRUE(witness->Cosign(MemoryOf(LogOf(5)), kAt).has_value());
  }
  auto again = WitnessFile::Open(paths_, Master());
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_NE(again->PinOf(LogKey().name), nullptr);
  EXPECT_EQ(again->PinOf(LogKey().name)->frontier.size(), 5u);
  EXPECT_FALSE(again->Cosign(MemoryOf(ForkOf(5)), kAt).has_value());
  EXPECT_EQ(WitnessFile::Create(paths_, Master(), random_).status().code(),
            absl::StatusCode::kAlreadyExists);
}

// A witness that forgot would take a second history for the first it sees.
TEST_F(WitnessFiles, WithoutItsPinsItDoesNotStart) {
  ASSERT_TRUE(WitnessFile::Create(paths_, Master(), random_).ok());
  std::filesystem::remove(paths_.pins);
  EXPECT_EQ(WitnessFile::Open(paths_, Master()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  PutInto(paths_.pins, "whoelse witness pins 1\n");
  EXPECT_EQ(WitnessFile::Open(paths_, Master()).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Evidence, KeepsEachNoteAsAFileAndTheFirstOnly) {
  const TestFolder folder;
  const std::string dir = folder / "evidence";
  EXPECT_TRUE(ListEvidence(dir).empty());
  const std::string before = LogOf(5).Checkpoint(), fork = ForkOf(5).Checkpoint();
  const Alarm alarm{kRelay, AlarmKind::kLogRewritten, 5, {before, fork}};
  ASSERT_TRUE(KeepEvidence(dir, alarm).ok());
  EXPECT_EQ(ListEvidence(dir), (std::vector<std::string>{"101-LOG_REWRITTEN-5-1.note",
                                                         "101-LOG_REWRITTEN-5-2.note"}));
  EXPECT_EQ(ContentOf(dir + "/101-LOG_REWRITTEN-5-1.note"), before);
  EXPECT_EQ(ContentOf(dir + "/101-LOG_REWRITTEN-5-2.note"), fork);
  ASSERT_TRUE(KeepEvidence(dir, {kRelay, AlarmKind::kLogRewritten, 5, {fork}}).ok());
  EXPECT_EQ(ContentOf(dir + "/101-LOG_REWRITTEN-5-1.note"), before);
  ASSERT_TRUE(KeepEvidence(dir, {kRelay, AlarmKind::kFrameUnlogged, 5, {before, "00ff\n"}}).ok());
  EXPECT_EQ(ContentOf(dir + "/101-FRAME_UNLOGGED-5-2.txt"), "00ff\n");
  EXPECT_EQ(ListEvidence(dir).size(), 4u);
  ASSERT_TRUE(KeepEvidence(dir, {kRelay, AlarmKind::kStreamReplaced, 0, {}}).ok());
  EXPECT_EQ(ListEvidence(dir).size(), 4u);
}

// A log that lies at every checkpoint must not fill the disk.
TEST(Evidence, HasABound) {
  const TestFolder folder;
  for (size_t i = 0; i < kEvidenceMax; ++i) PutInto(folder / (std::to_string(i) + ".txt"), "");
  EXPECT_EQ(KeepEvidence(folder.path(), {kRelay, AlarmKind::kLogRewritten, 5, {"x"}}).code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace whoelse
