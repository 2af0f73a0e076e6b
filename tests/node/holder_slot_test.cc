// Frames on their way through a holder: refused, waiting for their slot, repeated, kept.
#include <gtest/gtest.h>

#include "tests/node/fake_log.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

class HolderSlotTest : public HolderTest {};

TEST_F(HolderSlotTest, FramesOfASlotLeaveAtTheEndOfTheNext) {
  const TimeMs slot = kNow - kNow % 250;
  EXPECT_EQ(node_.holder.NextSlotEnd(), std::nullopt);
  ASSERT_FALSE(node_.Give(AskAbout(kChild).frame, slot).refusal);           // its first moment
  ASSERT_FALSE(node_.Give(AskAbout(kChild).frame, slot + 249).refusal);     // its last
  ASSERT_FALSE(node_.Give(AskAbout(kChild).frame, slot + 250).refusal);     // the next one's first
  EXPECT_EQ(node_.holder.NextSlotEnd(), slot + 250);
  EXPECT_FALSE(node_.holder.AnswerSlot(slot + 249)->has_value());
  const SlotBatch first = node_.Answers(slot + 250);
  EXPECT_EQ(first.records.size(), 2u);
  EXPECT_EQ(first.release_ms, slot + 500);
  EXPECT_EQ(node_.holder.NextSlotEnd(), slot + 500);
  EXPECT_FALSE(node_.holder.AnswerSlot(slot + 499)->has_value());
  const SlotBatch second = node_.Answers(slot + 500);
  EXPECT_EQ(second.records.size(), 1u);
  EXPECT_EQ(second.release_ms, slot + 750);
  EXPECT_EQ(node_.holder.NextSlotEnd(), std::nullopt);
}

TEST_F(HolderSlotTest, AnswersInOrderOfArrivalRepetitionsIncluded) {
  std::vector<FrameHash> given;
  const auto give = [&](const Frame& frame, CoordinatorId relay) {
    ASSERT_FALSE(node_.Give(frame, kNow, relay).refusal);
    given.push_back(frame.hash());
  };
  const Question a = AskAbout(kChild), b = AskAbout(kOtherChild), c = AskAbout(kChild);
  give(a.frame, kRelay);
  give(b.frame, kOtherRelay);
  give(a.frame, kOtherRelay);   // joins
  give(c.frame, kRelay);
  std::vector<FrameHash> answered;
  for (const SlotRecord& record : node_.Answers().records) answered.push_back(record.frame_hash);
  EXPECT_EQ(answered, given);
}

TEST_F(HolderSlotTest, AnotherAdmissionGetsTheSameBytesAndALineOfItsOwn) {
  node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  const Admission first = Admit(question.frame.hash(), 4, kNow);
  const Admission joins = Admit(question.frame.hash(), 9, kNow, kOtherRelay);
  ASSERT_FALSE(node_.Give(question.frame, first, kNow).refusal);
  ASSERT_FALSE(node_.Give(question.frame, joins, kNow).refusal);
  const SlotBatch batch = node_.Answers();
  ASSERT_EQ(batch.records.size(), 2u);
  // Long after the admission's index and time would have passed P2b.
  const Admission later = Admit(question.frame.hash(), 4, kNow);
  ASSERT_FALSE(node_.Give(question.frame, later, kNow + 110'000).refusal);
  const SlotBatch again = node_.Answers(kNow + 110'250);
  ASSERT_EQ(again.records.size(), 1u);
  for (const SlotRecord* repeated : {&batch.records[1], &again.records[0]}) {
    EXPECT_EQ(repeated->wire, batch.records[0].wire);
    EXPECT_EQ(repeated->keep_until_s, batch.records[0].keep_until_s);
    EXPECT_TRUE(repeated->repeated);
    EXPECT_FALSE(repeated->noted.Opened());
  }
  EXPECT_FALSE(batch.records[0].repeated);
  EXPECT_TRUE(batch.records[0].noted.Opened());
  EXPECT_EQ(batch.records[1].coordinator, kOtherRelay);
  EXPECT_EQ(batch.records[1].index, 9u);
  EXPECT_EQ(batch.records[1].log_key_id, joins.log_key_id);
  EXPECT_EQ(again.records[0].index, 4u);
}

// Who is revoked is told no more, not even what waits already, and says nothing in the federation's name.
TEST_F(HolderSlotTest, AnAgencyThatItsRosterDropsAnswersNobody) {
  node_.Hold(BasicRecord());
  ASSERT_FALSE(node_.Give(AskAbout(kChild).frame).refusal);
  const auto without = ChangedRoster(8, [](nlohmann::ordered_json& json) {
    std::erase_if(json["agencies"].get_ref<nlohmann::ordered_json::array_t&>(),
                  [](const auto& agency) { return agency["id"] == kSurgery; });
  });
  node_.holder.SetRosters(without, RosterOf(7), kNow);
  EXPECT_EQ(node_.holder.NextSlotEnd(), std::nullopt);
  EXPECT_TRUE(node_.Answers().records.empty());
  EXPECT_EQ(CodeOf(node_.Give(AskAbout(kChild).frame)), RefusalCode::kRoster);
  node_.holder.SetRosters(RosterOf(7), without, kNow);   // and is let in again
  EXPECT_EQ(CodeOf(node_.Give(AskAbout(kChild).frame)), RefusalCode{});
}

// What a node holds may change while a wire is kept: the second relay must not learn of it.
TEST_F(HolderSlotTest, TheKeptWireDoesNotFollowTheRecords) {
  const RecordId id = node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const Bytes wire = node_.Answers().records.at(0).wire;
  node_.records.records[id].restrictions.shielded = true;
  node_.holder.index().Remove(id, KeyType::kNhsNumber);
  ASSERT_FALSE(node_.Give(question.frame, kNow + 1000, kOtherRelay).refusal);
  EXPECT_EQ(node_.Answers(kNow + 1250).records.at(0).wire, wire);
}

TEST_F(HolderSlotTest, ARefusalIsNeverRemembered) {
  const Question question = AskAbout(kChild);
  Admission bad = Admit(question.frame.hash(), 0, kNow);
  bad.signature.data()[5] ^= 1;
  EXPECT_EQ(CodeOf(node_.Give(question.frame, bad, kNow)), RefusalCode::kAdmission);
  node_.SetComplete({});
  EXPECT_EQ(CodeOf(node_.Give(question.frame)), RefusalCode::kNotReady);
  node_.SetComplete({1});
  EXPECT_EQ(CodeOf(node_.Give(question.frame, kNow, kOtherRelay)), RefusalCode{});
  EXPECT_EQ(node_.Answers().records.size(), 1u);
}

TEST_F(HolderSlotTest, RefusesByPublicStateAndSigns) {
  const Question question = AskAbout(kChild);
  const Admission admission = Admit(question.frame.hash(), 77, kNow + 60'001);
  const Holder::Reply reply = node_.Give(question.frame, admission, kNow);
  const Refusal refusal = *Refusal::Parse(*reply.refusal);
  EXPECT_EQ(refusal.code, RefusalCode::kClock);
  EXPECT_EQ(refusal.index, 77u);
  EXPECT_EQ(refusal.time_ms, kNow + 60'001);
  EXPECT_EQ(refusal.roster_version, 7u);
  EXPECT_TRUE(refusal.SignedBy(IdentityKeyOfAgency(kSurgery).verify_key()));
  EXPECT_EQ(node_.holder.NextSlotEnd(), std::nullopt);
}

// Index and time rise when REPLAY and CLOCK have passed, whatever is found afterwards.
TEST_F(HolderSlotTest, ARefusedAdmissionStillCounts) {
  const Question question = AskAbout(kChild), other = AskAbout(kOtherChild);
  node_.SetComplete({});
  EXPECT_EQ(CodeOf(node_.Give(question.frame, Admit(question.frame.hash(), 6, kNow), kNow)),
            RefusalCode::kNotReady);
  node_.SetComplete({1});
  EXPECT_EQ(CodeOf(node_.Give(other.frame, Admit(other.frame.hash(), 6, kNow), kNow)),
            RefusalCode::kReplay);
  EXPECT_EQ(CodeOf(node_.Give(other.frame, Admit(other.frame.hash(), 7, kNow - 1), kNow)),
            RefusalCode::kClock);
  EXPECT_EQ(CodeOf(node_.Give(other.frame, Admit(other.frame.hash(), 7, kNow), kNow)),
            RefusalCode{});
}

// A relay's word counts on its own stream alone: else one could make the other look as if it had
// withheld or replayed.
TEST_F(HolderSlotTest, AnAdmissionSpeaksForItsOwnStream) {
  const Question question = AskAbout(kChild);
  const Admission admission = Admit(question.frame.hash(), 3, kNow, kRelay);
  const Holder::Reply reply = node_.holder.Handle(kOtherRelay, question.frame.bytes(),
                                                  admission.Serialize(), kNow);
  EXPECT_EQ(CodeOf(reply), RefusalCode::kAdmission);
  EXPECT_FALSE(node_.holder.Watch(kRelay).state().last.has_value());
  EXPECT_TRUE(node_.holder.Watch(kRelay).state().uncovered.empty());
  const Holder::Reply stranger =
      node_.holder.Handle(4242, question.frame.bytes(), admission.Serialize(), kNow);
  EXPECT_EQ(CodeOf(stranger), RefusalCode::kAdmission);
}

TEST_F(HolderSlotTest, BusyByCountAloneAndForOneSlot) {
  node_.Hold(BasicRecord());
  for (uint32_t i = 0; i < 64; ++i) {
    ASSERT_EQ(CodeOf(node_.Give(AskAbout(i % 2 == 0 ? kChild : kOtherChild).frame)),
              RefusalCode{});
  }
  const Question held = AskAbout(kChild), not_held = AskAbout(kOtherChild);
  EXPECT_EQ(CodeOf(node_.Give(held.frame)), RefusalCode::kBusy);
  EXPECT_EQ(CodeOf(node_.Give(not_held.frame)), RefusalCode::kBusy);
  EXPECT_EQ(CodeOf(node_.Give(held.frame, kNow + 250, kRelay)), RefusalCode{});
  EXPECT_EQ(node_.Answers().records.size(), 64u);
}

// Repetitions do not take the place of questions, and cannot fill the commit either.
TEST_F(HolderSlotTest, RepetitionsHaveABoundOfTheirOwn) {
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  for (uint32_t i = 0; i < 64; ++i) ASSERT_FALSE(node_.Give(question.frame).refusal) << i;
  EXPECT_EQ(CodeOf(node_.Give(question.frame)), RefusalCode::kBusy);
  EXPECT_EQ(CodeOf(node_.Give(AskAbout(kOtherChild).frame)), RefusalCode{});
  EXPECT_EQ(node_.Answers().records.size(), 66u);
}

TEST_F(HolderSlotTest, RestartedForIndexesFromBeforeTheAttachment) {
  FakeLog log;
  log.Fill(20);
  ASSERT_TRUE(node_.holder.Watch(kRelay).OnAttached(log.Attach(0), kNow).empty());
  const Question question = AskAbout(kChild);
  EXPECT_EQ(CodeOf(node_.Give(question.frame, Admit(question.frame.hash(), 19, kNow), kNow)),
            RefusalCode::kRestarted);
  EXPECT_EQ(CodeOf(node_.Give(question.frame, log.Take(question.frame.hash(), kNow), kNow)),
            RefusalCode{});
  // The same for every later stream, and with an alarm: only a relay that lies gets here.
  log.Fill(79);
  LogWatch& watch = node_.holder.Watch(kRelay);
  ASSERT_TRUE(watch.OnAttached(log.AttachTo(watch, log.size()), kNow).empty());
  const Question unlogged = AskAbout(kChild);
  const Holder::Reply reply =
      node_.Give(unlogged.frame, Admit(unlogged.frame.hash(), 60, kNow), kNow);
  EXPECT_EQ(CodeOf(reply), RefusalCode::kRestarted);
  ASSERT_EQ(reply.alarms.size(), 1u);
  EXPECT_EQ(reply.alarms[0].kind, AlarmKind::kFrameUnlogged);
}

TEST_F(HolderSlotTest, ALogThatLagsIsRefusedWithAnAlarm) {
  const Question a = AskAbout(kChild), b = AskAbout(kChild), c = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(a.frame, kNow).refusal);
  ASSERT_FALSE(node_.Give(b.frame, kNow + 10'000).refusal);
  const Holder::Reply reply = node_.Give(c.frame, kNow + 10'001);
  EXPECT_EQ(CodeOf(reply), RefusalCode::kLogBehind);
  ASSERT_EQ(reply.alarms.size(), 1u);
  EXPECT_EQ(reply.alarms[0].kind, AlarmKind::kLogBehind);
  EXPECT_EQ(reply.alarms[0].coordinator, kRelay);
  // Once for each leaf that is overdue, not for each frame that is refused for it.
  const Holder::Reply again = node_.Give(AskAbout(kChild).frame, kNow + 10'002);
  EXPECT_EQ(CodeOf(again), RefusalCode::kLogBehind);
  EXPECT_TRUE(again.alarms.empty());
  // The other relay's log is its own.
  EXPECT_EQ(CodeOf(node_.Give(c.frame, kNow + 10'001, kOtherRelay)), RefusalCode{});
}

TEST_F(HolderSlotTest, AKeptWireSurvivesARestartUntilItsTime) {
  node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const SlotRecord record = node_.Answers().records.at(0);
  EXPECT_EQ(record.keep_until_s, kIssued + 240);

  TestHolder restarted;   // without the record: the wire is all that is left
  restarted.holder.RestoreWire(record.frame_hash, record.wire, record.keep_until_s);
  const TimeMs late = record.keep_until_s * 1000;
  restarted.holder.Sweep(late);
  ASSERT_FALSE(restarted.Give(question.frame, late).refusal);
  EXPECT_EQ(restarted.Answers(late + 250).records.at(0).wire, record.wire);
  restarted.holder.Sweep(late + 1);
  EXPECT_EQ(CodeOf(restarted.Give(question.frame, late + 250, kOtherRelay)),
            RefusalCode::kExpired);
}

// Whatever bytes come, there is an answer to them and no crash.
TEST_F(HolderSlotTest, AnyBytesGetARefusal) {
  for (const size_t size : std::vector<size_t>{0, 1, 157, 1366, 1470, 5000}) {
    for (const size_t admission_size : std::vector<size_t>{0, kAdmissionSize, 500}) {
      const Bytes frame(size, 1), admission(admission_size, 1);
      const Holder::Reply reply = node_.holder.Handle(kRelay, frame, admission, kNow);
      EXPECT_EQ(CodeOf(reply), RefusalCode::kFormat);
      EXPECT_EQ(Refusal::Parse(*reply.refusal)->frame_hash, Frame::HashOf(frame));
      EXPECT_EQ(Refusal::Parse(*reply.refusal)->index == 0, admission_size != kAdmissionSize);
    }
  }
}

}  // namespace
}  // namespace whoelse
