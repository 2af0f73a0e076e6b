// A log, watched: every alarm, and none for an honest relay.
#include "node/log_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/fake_log.h"

namespace whoelse {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

FrameHash HashNo(uint32_t number) {
  FrameHash hash;
  const Bytes bytes = Writer().U32(number).Take();
  std::copy(bytes.begin(), bytes.end(), hash.data());
  return hash;
}

std::vector<AlarmKind> Kinds(const std::vector<Alarm>& alarms) {
  std::vector<AlarmKind> kinds;
  for (const Alarm& alarm : alarms) kinds.push_back(alarm.kind);
  return kinds;
}

using Kind = std::vector<AlarmKind>;

class Watching : public ::testing::Test {
 protected:
  LogWatch NewWatch() { return LogWatch(kRelay, RosterOf(7)->FindCoordinator(kRelay)->log_key); }
  // Attached to a log of `leaves` leaves.
  void Attach(uint64_t leaves = 5) {
    log_.Fill(leaves);
    ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(0), kNow)), Kind{});
  }
  Admission Frame(uint32_t number, TimeMs time = kNow) { return log_.Take(HashNo(number), time); }
  LogWatch::Covered Checkpoint() {
    return watch_.OnCheckpoint(log_.Checkpoint(), log_.Since(watch_.known_size()));
  }

  FakeLog log_;
  LogWatch watch_ = NewWatch();
};

TEST_F(Watching, AnHonestLogRaisesNothing) {
  Attach();
  EXPECT_EQ(watch_.known_size(), 5u);
  EXPECT_EQ(watch_.state().attached_size, 5u);
  const Admission first = Frame(1);
  EXPECT_EQ(Kinds(watch_.OnAdmission(first, kNow)), Kind{});
  EXPECT_EQ(watch_.state().uncovered.size(), 1u);
  log_.Append(AnsweredEntry{first.index, kNow, Digest()});
  const LogWatch::Covered covered = Checkpoint();
  EXPECT_EQ(Kinds(covered.alarms), Kind{});
  ASSERT_EQ(covered.leaves.size(), 2u);
  EXPECT_EQ(covered.leaves[0].index, 5u);
  EXPECT_EQ(std::get<AskedEntry>(covered.leaves[0].entry).frame_hash, HashNo(1));
  EXPECT_EQ(covered.leaves[1].index, 6u);
  EXPECT_EQ(watch_.known_size(), 7u);
  EXPECT_EQ(watch_.state().covered, 7u);
  EXPECT_TRUE(watch_.state().uncovered.empty());
  EXPECT_EQ(watch_.memory().checkpoint, log_.Checkpoint());
  EXPECT_EQ(Kinds(Checkpoint().alarms), Kind{});   // the same once more
}

// A relay that forwards one frame and publishes nothing more must not get away with it until the next.
TEST_F(Watching, AStalledLogIsNoticedWithoutAnotherFrame) {
  Attach();
  const Admission frame = Frame(1);
  ASSERT_EQ(Kinds(watch_.OnAdmission(frame, kNow)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 10'000)), Kind{});
  const std::vector<Alarm> alarms = watch_.OnTick(kNow + 10'001);
  ASSERT_EQ(Kinds(alarms), Kind{AlarmKind::kLogBehind});
  EXPECT_EQ(alarms[0].index, frame.index);
  EXPECT_THAT(alarms[0].evidence, Contains(HasSubstr(ToHex(frame.Serialize()))));
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 20'000)), Kind{});   // once
  ASSERT_EQ(Kinds(Checkpoint().alarms), Kind{});
  ASSERT_EQ(Kinds(watch_.OnAdmission(Frame(2), kNow + 30'000)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 40'001)), Kind{AlarmKind::kLogBehind});
}

TEST_F(Watching, ARelayThatCannotPushIsNotLate) {
  Attach();
  ASSERT_EQ(Kinds(watch_.OnAdmission(Frame(1), kNow)), Kind{});
  watch_.OnDetached(kNow);
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 60'000)), Kind{});
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.AttachTo(watch_), kNow)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 60'000)), Kind{});   // the checkpoint of now covers it
}

// A relay that crashed comes back with the leaf, and signs a little later.
TEST_F(Watching, TimeWithoutAStreamDoesNotCount) {
  Attach();
  ASSERT_EQ(Kinds(watch_.OnAdmission(Frame(1), kNow)), Kind{});
  watch_.OnDetached(kNow + 4'000);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5, 5), kNow + 60'000)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 66'000)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 66'001)), Kind{AlarmKind::kLogBehind});   // but the 4 s did
}

TEST_F(Watching, ALogMayBeEmptyAtFirst) {
  EXPECT_EQ(Kinds(watch_.OnAttached({0, "", {}, {}}, kNow)), Kind{});
  ASSERT_EQ(Kinds(watch_.OnAdmission(Frame(1), kNow)), Kind{});
  EXPECT_EQ(Kinds(Checkpoint().alarms), Kind{});
  EXPECT_EQ(watch_.known_size(), 1u);
}

TEST_F(Watching, TruncatedAtTheNextAttachment) {
  Attach(5);
  FakeLog shorter;
  shorter.Fill(3);
  EXPECT_EQ(Kinds(watch_.OnAttached(shorter.Attach(5), kNow)), Kind{AlarmKind::kLogTruncated});
  EXPECT_EQ(Kinds(watch_.OnAttached({0, "", {}, {}}, kNow)), Kind{AlarmKind::kLogTruncated});
  EXPECT_EQ(Kinds(watch_.OnAttached({9, "", {}, {}}, kNow)), Kind{AlarmKind::kLogTruncated});
  // It states the full size with an old checkpoint.
  AttachStatement old = log_.Attach(3, 3);
  const std::vector<Alarm> alarms = watch_.OnAttached(old, kNow);
  EXPECT_EQ(Kinds(alarms), Kind{AlarmKind::kLogTruncated});
  // Both signed notes are the evidence.
  EXPECT_THAT(alarms[0].evidence, Contains(HasSubstr(log_.Checkpoint(5))));
  EXPECT_THAT(alarms[0].evidence, Contains(HasSubstr(log_.Checkpoint(3))));
  EXPECT_EQ(alarms[0].coordinator, kRelay);
  EXPECT_EQ(watch_.known_size(), 5u);
  EXPECT_EQ(watch_.memory().checkpoint, log_.Checkpoint(5));
}

// A size below its own checkpoint is not its size: frames from before would pass RESTARTED.
TEST_F(Watching, ASizeBelowItsOwnCheckpointIsTruncated) {
  log_.Fill(5);
  AttachStatement statement = log_.Attach(0);
  statement.tree_size = 4;
  EXPECT_EQ(Kinds(watch_.OnAttached(statement, kNow)), Kind{AlarmKind::kLogTruncated});
  EXPECT_EQ(watch_.known_size(), 0u);
}

TEST_F(Watching, RewrittenWhileTheNodeWasAway) {
  Attach(5);
  FakeLog other;
  other.Append(AskedEntry{kNow, HashNo(9)});
  other.Fill(7);
  EXPECT_EQ(Kinds(watch_.OnAttached(other.Attach(5), kNow)), Kind{AlarmKind::kLogRewritten});
  // The same size, another tree.
  EXPECT_EQ(Kinds(watch_.OnAttached(other.Attach(5, 5), kNow)), Kind{AlarmKind::kLogRewritten});
  EXPECT_EQ(watch_.memory().checkpoint, log_.Checkpoint(5));
  log_.Fill(3);
  AttachStatement no_proof = log_.Attach(5);
  no_proof.consistency.clear();
  EXPECT_EQ(Kinds(watch_.OnAttached(no_proof, kNow)), Kind{AlarmKind::kLogRewritten});
  EXPECT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
}

TEST_F(Watching, InvalidAtAttachment) {
  log_.Fill(5);
  const auto raised = [&](auto change) {
    AttachStatement statement = log_.Attach(0);
    change(statement);
    LogWatch watch = NewWatch();
    const Kind kinds = Kinds(watch.OnAttached(statement, kNow));
    EXPECT_EQ(watch.known_size(), kinds.empty() ? 5u : 0u);
    return kinds;
  };
  const Kind invalid{AlarmKind::kCheckpointInvalid};
  EXPECT_EQ(raised([](auto& s) { s.checkpoint = "no note"; }), invalid);
  EXPECT_EQ(raised([](auto& s) { s.checkpoint.pop_back(); }), invalid);
  FakeLog of_another(kOtherRelay);
  of_another.Fill(5);
  EXPECT_EQ(raised([&](auto& s) { s.checkpoint = of_another.Checkpoint(); }), invalid);
  EXPECT_EQ(raised([](auto& s) { s.frontier.pop_back(); }), invalid);
  EXPECT_EQ(raised([](auto& s) { s.frontier[0] = TreeHash(); }), invalid);
  EXPECT_EQ(raised([](auto&) {}), Kind{});
}

TEST_F(Watching, InvalidCheckpoints) {
  Attach(5);
  log_.Fill(3);
  const std::vector<Bytes> entries = log_.Since(5);
  const Kind invalid{AlarmKind::kCheckpointInvalid};
  const auto raised = [&](const std::string& note, const std::vector<Bytes>& leaves) {
    const LogWatch::Covered covered = watch_.OnCheckpoint(note, leaves);
    EXPECT_TRUE(covered.leaves.empty() || covered.alarms.empty());
    EXPECT_EQ(watch_.known_size(), 5u);
    return Kinds(covered.alarms);
  };
  EXPECT_EQ(raised("no note", entries), invalid);
  EXPECT_EQ(raised(log_.Checkpoint(7), entries), invalid);              // of fewer leaves
  EXPECT_EQ(raised(log_.Checkpoint(), log_.Since(6)), invalid);         // one leaf kept back
  std::vector<Bytes> altered = entries;
  altered[1].back() ^= 1;
  EXPECT_EQ(raised(log_.Checkpoint(), altered), invalid);
  altered = entries;
  altered[2] = {0x09, 1, 2};                                            // a type that there is not
  EXPECT_EQ(raised(log_.Checkpoint(), altered), invalid);
  EXPECT_EQ(raised(log_.Checkpoint(4), {}), invalid);                   // backwards
  EXPECT_EQ(Kinds(watch_.OnCheckpoint(log_.Checkpoint(), entries).alarms), Kind{});
}

TEST_F(Watching, AFrameThatIsNotTheLeafAtItsIndex) {
  const std::vector<LogEntry> leaves = {
      AskedEntry{kNow, HashNo(2)},                     // another frame
      AskedEntry{kNow + 1, HashNo(1)},                 // another time
      AnsweredEntry{0, kNow, Digest()}};               // no question at all
  for (const LogEntry& leaf : leaves) {
    FakeLog log;
    log.Fill(5);
    LogWatch watch = NewWatch();
    ASSERT_EQ(Kinds(watch.OnAttached(log.Attach(0), kNow)), Kind{});
    const Admission admission = Admit(HashNo(1), 5, kNow);
    ASSERT_EQ(Kinds(watch.OnAdmission(admission, kNow)), Kind{});
    log.Append(leaf);
    const LogWatch::Covered covered = watch.OnCheckpoint(log.Checkpoint(), log.Since(5));
    EXPECT_EQ(Kinds(covered.alarms), Kind{AlarmKind::kFrameUnlogged});
    EXPECT_EQ(covered.alarms[0].index, 5u);
    EXPECT_THAT(covered.alarms[0].evidence, Contains(HasSubstr(ToHex(admission.Serialize()))));
    EXPECT_THAT(covered.alarms[0].evidence, Contains(HasSubstr(log.Checkpoint())));
    EXPECT_EQ(watch.known_size(), 6u);   // the tree itself is right
  }
}

TEST_F(Watching, TwoFramesUnderOneIndex) {
  Attach(5);
  const Admission first = Frame(1), second = Admit(HashNo(2), first.index, kNow);
  EXPECT_EQ(Kinds(watch_.OnAdmission(first, kNow)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnAdmission(first, kNow)), Kind{});   // the same again is the same
  const std::vector<Alarm> alarms = watch_.OnAdmission(second, kNow);
  EXPECT_EQ(Kinds(alarms), Kind{AlarmKind::kFrameUnlogged});
  EXPECT_THAT(alarms[0].evidence, Contains(HasSubstr(ToHex(first.Serialize()))));
  EXPECT_THAT(alarms[0].evidence, Contains(HasSubstr(ToHex(second.Serialize()))));
  EXPECT_EQ(watch_.state().uncovered.size(), 1u);
}

TEST_F(Watching, AFrameBehindItsCheckpoint) {
  Attach(5);
  log_.Fill(2);
  ASSERT_EQ(Kinds(Checkpoint().alarms), Kind{});
  EXPECT_EQ(Kinds(watch_.OnAdmission(Admit(HashNo(1), 6, kNow), kNow)),
            Kind{AlarmKind::kFrameUnlogged});
  EXPECT_TRUE(watch_.state().uncovered.empty());
}

// An honest relay sends no frame twice, and on a new stream none from below the size that it stated
// there: nothing on that stream could show that it is the leaf.
TEST_F(Watching, AFrameFromTheGapBeforeThisStream) {
  Attach(5);
  watch_.OnDetached(kNow);
  log_.Fill(10);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
  EXPECT_EQ(watch_.state().stream_size, 15u);
  const Admission unlogged = Admit(HashNo(1), 12, kNow);
  const std::vector<Alarm> alarms = watch_.OnAdmission(unlogged, kNow);
  EXPECT_EQ(Kinds(alarms), Kind{AlarmKind::kFrameUnlogged});
  EXPECT_THAT(alarms[0].evidence, Contains(HasSubstr(ToHex(unlogged.Serialize()))));
}

// Frames in order, statement first: else a relay could state another size whenever it withheld one.
TEST_F(Watching, TheStatementComesFirstAndOnce) {
  EXPECT_TRUE(watch_.Expects(true));
  EXPECT_FALSE(watch_.Expects(false));
  Attach(5);
  EXPECT_FALSE(watch_.Expects(true));
  EXPECT_TRUE(watch_.Expects(false));
  watch_.OnDetached(kNow);
  EXPECT_TRUE(watch_.Expects(true));
  EXPECT_FALSE(watch_.Expects(false));
}

// After a checkpoint that was not believed the leaves of the next ones are missing: they would accuse an
// honest relay for ever, and cover nothing.
TEST_F(Watching, NothingFollowsWhatWasNotBelieved) {
  Attach(5);
  log_.Fill(1);
  ASSERT_EQ(Kinds(watch_.OnCheckpoint(log_.Checkpoint(), {}).alarms),
            Kind{AlarmKind::kCheckpointInvalid});
  EXPECT_FALSE(watch_.Expects(false));
  EXPECT_FALSE(watch_.Expects(true));
  watch_.OnDetached(kNow);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
  EXPECT_TRUE(watch_.Expects(false));
  FakeLog shorter;
  shorter.Fill(3);
  watch_.OnDetached(kNow);
  ASSERT_EQ(Kinds(watch_.OnAttached(shorter.Attach(5), kNow)), Kind{AlarmKind::kLogTruncated});
  EXPECT_FALSE(watch_.Expects(false));
}

// A size is nobody's signed word. Stated too large, it would turn every frame withheld into a gap.
TEST_F(Watching, ASizeThatNoCheckpointReaches) {
  log_.Fill(5);
  AttachStatement boasting = log_.Attach(0);
  boasting.tree_size = uint64_t{1} << 63;
  ASSERT_EQ(Kinds(watch_.OnAttached(boasting, kNow)), Kind{});
  log_.Take(HashNo(1), kNow);   // and withheld
  ASSERT_EQ(Kinds(Checkpoint().alarms), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 10'000)), Kind{});
  const std::vector<Alarm> alarms = watch_.OnTick(kNow + 10'001);
  ASSERT_EQ(Kinds(alarms), Kind{AlarmKind::kLogBehind});
  EXPECT_EQ(alarms[0].index, boasting.tree_size - 1);
  EXPECT_NE(watch_.state().Overdue(kNow + 10'001), nullptr);   // and gets no answers
}

// protocol.md section 7: the relay handed over something else than it wrote down.
TEST_F(Watching, AnsweredThatDiffersFromWhatCame) {
  Attach(5);
  Digest handed_over, logged;
  handed_over.data()[0] = 1;
  const auto expected = [&](uint64_t answered_index) {
    return ExpectedAnswered{kRelay, HashNo(1), 5, answered_index, handed_over};
  };
  log_.Fill(1);
  log_.Append(AnsweredEntry{5, kNow, logged});
  log_.Append(AnsweredEntry{5, kNow, handed_over});
  ASSERT_EQ(Kinds(watch_.OnClosed(expected(6), kNow)), Kind{});
  const LogWatch::Covered covered = Checkpoint();
  ASSERT_EQ(Kinds(covered.alarms), Kind{AlarmKind::kAnsweredDiffers});
  EXPECT_EQ(covered.alarms[0].question, HashNo(1));
  EXPECT_EQ(covered.alarms[0].index, 6u);
  EXPECT_THAT(covered.alarms[0].evidence,
              Contains(HasSubstr(ToHex(SerializeLogEntry(AnsweredEntry{5, kNow, logged})))));
  // The leaf came before it closed.
  EXPECT_EQ(Kinds(watch_.OnClosed(expected(6), kNow)), Kind{AlarmKind::kAnsweredDiffers});
  EXPECT_EQ(Kinds(watch_.OnClosed(expected(7), kNow)), Kind{});
  // A leaf that is never to come is no way out.
  ASSERT_EQ(Kinds(watch_.OnClosed(expected(uint64_t{1} << 40), kNow)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 10'001)), Kind{AlarmKind::kLogBehind});
}

// Nor is a stream that broke, or a restart of the node, held against it; a gap is the receipt's to judge.
TEST_F(Watching, AnswersLoggedInAGapAreNotComparedHere) {
  Attach(5);
  ASSERT_EQ(Kinds(watch_.OnClosed({kRelay, HashNo(1), 5, 6, Digest()}, kNow)), Kind{});
  watch_.OnDetached(kNow);
  log_.Fill(4);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
  EXPECT_EQ(Kinds(Checkpoint().alarms), Kind{});
  EXPECT_EQ(Kinds(watch_.OnClosed({kRelay, HashNo(1), 5, 8, Digest()}, kNow)), Kind{});
  EXPECT_EQ(Kinds(watch_.OnTick(kNow + 60'000)), Kind{});
}

// A node that was away when the leaf was logged would never let the roster rule.
TEST_F(Watching, ARosterLeafInAGapIsProven) {
  log_.Fill(3);
  const RosterEntry roster{8, RosterOf(8)->hash};
  const uint64_t index = log_.Append(roster);
  log_.Fill(2);
  const uint64_t asked = log_.Append(AskedEntry{kNow - 5'000, HashNo(1)});
  log_.Fill(1);
  AttachStatement statement = log_.Attach(0);
  statement.roster = log_.LeafAt(index);
  statement.after_roster = log_.LeafAt(asked);
  ASSERT_EQ(Kinds(watch_.OnAttached(statement, kNow)), Kind{});
  const auto found = watch_.RosterIn(statement);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->roster, roster);
  EXPECT_EQ(found->by_ms, kNow - 5'000);

  const auto by = [&](auto change) {
    AttachStatement changed = statement;
    change(changed);
    const auto leaf = watch_.RosterIn(changed);
    return leaf.has_value() ? leaf->by_ms : std::optional<TimeMs>(1);   // 1: not proven
  };
  EXPECT_EQ(by([](auto& s) { s.roster.reset(); }), 1u);
  EXPECT_EQ(by([](auto& s) { s.roster->entry.back() ^= 1; }), 1u);
  EXPECT_EQ(by([](auto& s) { s.roster->index -= 1; }), 1u);
  EXPECT_EQ(by([](auto& s) { s.roster->proof.pop_back(); }), 1u);
  EXPECT_EQ(by([](auto& s) { s.roster = s.after_roster; }), 1u);
  // Without a time that is proven to be later, the node's own has to do.
  EXPECT_EQ(by([](auto& s) { s.after_roster.reset(); }), std::nullopt);
  EXPECT_EQ(by([](auto& s) { s.after_roster->entry[3] ^= 1; }), std::nullopt);
  EXPECT_EQ(by([&](auto& s) { s.after_roster = log_.LeafAt(asked + 1); }), std::nullopt);
  FakeLog other;
  other.Append(AskedEntry{1, HashNo(1)});
  other.Append(roster);
  AttachStatement before = other.Attach(0);
  before.roster = other.LeafAt(1);
  before.after_roster = other.LeafAt(0);   // a time of before the roster says nothing
  LogWatch fresh = NewWatch();
  ASSERT_EQ(Kinds(fresh.OnAttached(before, kNow)), Kind{});
  EXPECT_EQ(fresh.RosterIn(before)->by_ms, std::nullopt);
}

// The map of what is expected must not grow as a relay likes, and nothing may go by unwatched.
TEST_F(Watching, SoManyFramesWithoutACheckpointAndNoMore) {
  Attach(5);
  for (uint32_t i = 0; i < RelayState::kUncoveredMax; ++i) {
    ASSERT_FALSE(watch_.state().Full()) << i;
    ASSERT_EQ(Kinds(watch_.OnAdmission(Admit(HashNo(i), 5 + i, kNow), kNow)), Kind{});
  }
  EXPECT_TRUE(watch_.state().Full());
  EXPECT_EQ(Kinds(watch_.OnAdmission(Frame(1), kNow)), Kind{AlarmKind::kLogBehind});
  EXPECT_EQ(Kinds(watch_.OnAdmission(Frame(2), kNow)), Kind{});   // said once
  EXPECT_EQ(watch_.state().uncovered.size(), RelayState::kUncoveredMax);
}

TEST_F(Watching, OneAlarmStandsForAllOfItsKindInACheckpoint) {
  Attach(5);
  for (uint32_t i = 0; i < 3; ++i) Frame(i);   // withheld
  const std::vector<Alarm> alarms = Checkpoint().alarms;
  ASSERT_EQ(Kinds(alarms), Kind{AlarmKind::kFrameWithheld});
  EXPECT_EQ(alarms[0].index, 5u);
  EXPECT_EQ(alarms[0].repeated, 2u);
}

// Evidence goes to the disk and to whoever asks for the status: a relay must not choose its size, nor
// have its own signature cut off by what it puts before it.
TEST_F(Watching, EvidenceIsBoundedAndKeepsTheSignature) {
  Attach(5);
  const std::vector<Alarm> junk = watch_.OnCheckpoint(std::string(1 << 20, 'x'), {}).alarms;
  ASSERT_EQ(Kinds(junk), Kind{AlarmKind::kCheckpointInvalid});
  for (const std::string& piece : junk[0].evidence) EXPECT_LE(piece.size(), 16u << 10);
  watch_.OnDetached(kNow);
  FakeLog shorter;
  shorter.Fill(3);
  AttachStatement statement = shorter.Attach(5);
  Note padded = *Note::Parse(statement.checkpoint);
  const NoteSignature own = padded.signatures[0];
  for (int i = 0; i < 8; ++i) {
    padded.signatures.insert(padded.signatures.begin(), {"nobody", 7, Bytes(3'000, 1)});
  }
  statement.checkpoint = padded.Serialize();
  ASSERT_TRUE(Note::Parse(statement.checkpoint).ok());
  const std::vector<Alarm> alarms = watch_.OnAttached(statement, kNow);
  ASSERT_EQ(Kinds(alarms), Kind{AlarmKind::kLogTruncated});
  EXPECT_EQ(Note::Parse(alarms[0].evidence.back())->signatures, std::vector<NoteSignature>{own});
}

TEST_F(Watching, AFrameWithheld) {
  Attach(5);
  Frame(1);                        // logged, and never sent here
  const Admission sent = Frame(2);
  ASSERT_EQ(Kinds(watch_.OnAdmission(sent, kNow)), Kind{});
  const LogWatch::Covered covered = Checkpoint();
  EXPECT_EQ(Kinds(covered.alarms), Kind{AlarmKind::kFrameWithheld});
  EXPECT_EQ(covered.alarms[0].index, 5u);
  EXPECT_THAT(covered.alarms[0].evidence, Contains(HasSubstr(log_.Checkpoint())));
  EXPECT_EQ(covered.leaves.size(), 2u);
}

TEST_F(Watching, AGapIsCountedAndNoAlarm) {
  Attach(5);
  EXPECT_EQ(watch_.gap(), 5u);
  Frame(1);
  Frame(2);   // while the node was away
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
  EXPECT_EQ(watch_.gap(), 7u);
  EXPECT_EQ(watch_.known_size(), 7u);
  // Logged after the last checkpoint but before the attachment: not withheld either.
  Frame(3);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(7, 7), kNow)), Kind{});
  Frame(4);
  const LogWatch::Covered covered = Checkpoint();
  EXPECT_EQ(Kinds(covered.alarms), Kind{AlarmKind::kFrameWithheld});
  EXPECT_EQ(covered.alarms[0].index, 8u);   // number 4 alone
}

// What came before the stream broke, and was not covered then, is compared on the next one.
TEST_F(Watching, FramesAreRememberedAcrossStreams) {
  Attach(5);
  ASSERT_EQ(Kinds(watch_.OnAdmission(Admit(HashNo(1), 5, kNow), kNow)), Kind{});
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
  EXPECT_EQ(watch_.state().uncovered.size(), 1u);
  log_.Append(AskedEntry{kNow, HashNo(2)});
  EXPECT_EQ(Kinds(Checkpoint().alarms), Kind{AlarmKind::kFrameUnlogged});
}

// A relay that forwards what it has not logged may cut the stream before a checkpoint shows it.
TEST_F(Watching, AFrameOfAnEndedStreamHasToBeProven) {
  const auto judged = [&](auto change) {
    FakeLog log;
    log.Fill(5);
    LogWatch watch = NewWatch();
    EXPECT_EQ(Kinds(watch.OnAttached(log.Attach(0), kNow)), Kind{});
    const Admission admission = Admit(HashNo(1), 5, kNow);
    EXPECT_EQ(Kinds(watch.OnAdmission(admission, kNow)), Kind{});
    watch.OnDetached(kNow);
    EXPECT_EQ(watch.Unproven(), std::vector<uint64_t>{5});
    AttachStatement statement;
    change(log, watch, statement);
    const std::vector<Alarm> alarms = watch.OnAttached(statement, kNow);
    for (const Alarm& alarm : alarms) {
      EXPECT_EQ(alarm.index, 5u);
      EXPECT_THAT(alarm.evidence, Contains(HasSubstr(ToHex(admission.Serialize()))));
      EXPECT_THAT(alarm.evidence, Contains(HasSubstr(log.Checkpoint())));
    }
    EXPECT_TRUE(watch.Unproven().empty());   // said once
    EXPECT_EQ(watch.known_size(), 6u);       // the tree itself is right
    EXPECT_TRUE(watch.Expects(false));
    return Kinds(alarms);
  };
  const LogEntry frame = AskedEntry{kNow, HashNo(1)}, other = AskedEntry{kNow, HashNo(2)};
  const Kind unlogged{AlarmKind::kFrameUnlogged};
  EXPECT_EQ(judged([&](FakeLog& log, const LogWatch& watch, AttachStatement& s) {
    log.Append(frame);
    s = log.AttachTo(watch);
  }), Kind{});
  for (const LogEntry& leaf : {other, LogEntry(AskedEntry{kNow + 1, HashNo(1)}),
                               LogEntry(EvaluatedEntry{9, Digest()})}) {
    EXPECT_EQ(judged([&](FakeLog& log, const LogWatch& watch, AttachStatement& s) {
      log.Append(leaf);
      s = log.AttachTo(watch);
    }), unlogged);
  }
  EXPECT_EQ(judged([&](FakeLog& log, const LogWatch&, AttachStatement& s) {
    log.Append(other);
    s = log.Attach(5);   // not a word about it
  }), unlogged);
  EXPECT_EQ(judged([&](FakeLog& log, const LogWatch& watch, AttachStatement& s) {
    log.Append(other);
    s = log.AttachTo(watch);
    s.proven[0].entry = SerializeLogEntry(frame);
  }), unlogged);
  EXPECT_EQ(judged([&](FakeLog& log, const LogWatch& watch, AttachStatement& s) {
    log.Append(frame);
    s = log.AttachTo(watch);
    s.proven[0].proof.pop_back();
  }), unlogged);
}

// A statement has room for so many; the others are asked for with the next one.
TEST_F(Watching, SoManyProofsInAStatementAndTheOthersNext) {
  Attach(5);
  for (uint32_t i = 0; i <= kUnprovenMax; ++i) {
    ASSERT_EQ(Kinds(watch_.OnAdmission(Admit(HashNo(i), 5 + i, kNow), kNow)), Kind{});
  }
  for (uint32_t i = 0; i < kUnprovenMax; ++i) log_.Append(AskedEntry{kNow, HashNo(i)});
  log_.Fill(1);   // in place of the last one
  watch_.OnDetached(kNow);
  EXPECT_EQ(watch_.Unproven().size(), kUnprovenMax);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.AttachTo(watch_), kNow)), Kind{});
  watch_.OnDetached(kNow);
  EXPECT_EQ(watch_.Unproven(), std::vector<uint64_t>{5 + kUnprovenMax});
  EXPECT_EQ(Kinds(watch_.OnAttached(log_.AttachTo(watch_), kNow)), Kind{AlarmKind::kFrameUnlogged});
}

TEST_F(Watching, TheFirstAttachmentOfTheProcessCountsForRestarted) {
  Attach(5);
  log_.Fill(4);
  ASSERT_EQ(Kinds(watch_.OnAttached(log_.Attach(5), kNow)), Kind{});
  EXPECT_EQ(watch_.state().attached_size, 5u);
  LogWatch restarted = NewWatch();
  restarted.Restore(watch_.memory());
  EXPECT_EQ(restarted.known_size(), 9u);
  EXPECT_EQ(restarted.state().covered, 9u);
  EXPECT_FALSE(restarted.state().last.has_value());
  log_.Fill(1);
  ASSERT_EQ(Kinds(restarted.OnAttached(log_.Attach(9), kNow)), Kind{});
  EXPECT_EQ(restarted.state().attached_size, 10u);
}

TEST_F(Watching, ARestartDoesNotForgetTheLog) {
  Attach(5);
  LogWatch restarted = NewWatch();
  restarted.Restore(watch_.memory());
  EXPECT_EQ(restarted.memory(), watch_.memory());
  FakeLog other;
  other.Append(AskedEntry{kNow, HashNo(1)});
  other.Fill(9);
  EXPECT_EQ(Kinds(restarted.OnAttached(other.Attach(5), kNow)), Kind{AlarmKind::kLogRewritten});
}

TEST_F(Watching, RaisesLast) {
  EXPECT_FALSE(watch_.state().last.has_value());
  watch_.RaiseLast(Admit(HashNo(1), 8, kNow));
  EXPECT_EQ(watch_.state().last->index, 8u);
  EXPECT_EQ(watch_.state().last->time_ms, kNow);
}

TEST(AlarmNames, AreInTheirOrder) {
  EXPECT_EQ(Name(AlarmKind::kLogTruncated), "LOG_TRUNCATED");
  EXPECT_EQ(Name(AlarmKind::kStreamReplaced), "STREAM_REPLACED");
}

// An honest relay with any timing of frames, checkpoints, broken streams and restarts of the node
// is never accused; one wrong leaf at the end always is.
TEST(LogWatchProperty, HonestIsNeverAccusedAndOneWrongLeafAlways) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    FakeLog log;
    const NoteVerifier key = RosterOf(7)->FindCoordinator(kRelay)->log_key;
    auto watch = std::make_unique<LogWatch>(kRelay, key);
    uint64_t checkpointed = 0;   // what the relay has published
    uint32_t frames = 0;
    const auto attach = [&] {
      if (checkpointed == 0) {
        ASSERT_EQ(Kinds(watch->OnAttached({log.size(), "", {}, {}}, kNow)), Kind{});
        return;
      }
      ASSERT_EQ(Kinds(watch->OnAttached(log.AttachTo(*watch, checkpointed), kNow)), Kind{});
    };
    const auto checkpoint = [&] {
      checkpointed = log.size();
      ASSERT_EQ(Kinds(watch->OnCheckpoint(log.Checkpoint(), log.Since(watch->known_size())).alarms),
                Kind{});
    };
    attach();
    for (int step = 0; step < 60; ++step) {
      switch (random.Below(6)) {
        case 0: checkpoint(); break;
        case 1: log.Fill(1 + random.Below(3)); break;
        case 2: {   // the stream breaks, things happen, it comes back
          for (uint64_t n = random.Below(3); n > 0; --n) log.Take(HashNo(++frames), kNow);
          if (random.Below(2) == 0) checkpointed = log.size();
          if (random.Below(3) == 0) {
            const LogWatch::Memory memory = watch->memory();
            watch = std::make_unique<LogWatch>(kRelay, key);
            watch->Restore(memory);
          }
          attach();
          break;
        }
        default:
          ASSERT_EQ(Kinds(watch->OnAdmission(log.Take(HashNo(++frames), kNow), kNow)), Kind{});
      }
    }
    checkpoint();
    ASSERT_EQ(Kinds(watch->OnAdmission(Admit(HashNo(++frames), log.size(), kNow), kNow)), Kind{});
    log.Append(AskedEntry{kNow, HashNo(++frames)});
    EXPECT_EQ(Kinds(watch->OnCheckpoint(log.Checkpoint(), log.Since(watch->known_size())).alarms),
              Kind{AlarmKind::kFrameUnlogged});
  }
}

}  // namespace
}  // namespace whoelse
