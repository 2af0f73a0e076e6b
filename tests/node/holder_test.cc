// What a holder answers: disclosed and silent, key versions, rosters, shields.
#include <gtest/gtest.h>

#include "node/day_of.h"
#include "node/policy_looser.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

TEST_F(HolderTest, DisclosesTheChildItHolds) {
  node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  const Answer answer = AnswerTo(question, node_);
  EXPECT_TRUE(answer.disclosed);
  ASSERT_EQ(answer.entries.size(), 1u);
  EXPECT_EQ(answer.entries[0].kind, EntryKind::kContact);
  EXPECT_EQ(answer.entries[0].name, "Sam Example");
  EXPECT_EQ(answer.confirm,
            ConfirmValue(question.content_key, question.frame.hash(), kSurgery));
  EXPECT_EQ(answer.roster_version, 7u);
  EXPECT_EQ(answer.complete, (std::array<KeyVersion, 2>{1, 0}));
  EXPECT_EQ(answer.policy_hash, PolicyTable::Default().Hash());
}

TEST_F(HolderTest, DisclosesNothingOfAnother) {
  node_.Hold(BasicRecord(kOtherChild));
  const Answer answer = AnswerTo(AskAbout(kChild), node_);
  EXPECT_FALSE(answer.disclosed);
  EXPECT_TRUE(answer.entries.empty());
  EXPECT_TRUE(answer.confirm.IsZero());
}

// What each of the two commits for the same question.
std::pair<SlotRecord, SlotRecord> SlotsOf(const Question& question, TestHolder& holds,
                                          TestHolder& holds_not) {
  EXPECT_FALSE(holds.Give(question.frame).refusal);
  EXPECT_FALSE(holds_not.Give(question.frame).refusal);
  return {holds.Answers().records.at(0), holds_not.Answers().records.at(0)};
}

// A miss and a silent hit must be one: to the asker, on the disk, and in the work.
TEST_F(HolderTest, AMissAndASilentHitMakeTheSameRecord) {
  Record silent = BasicRecord();
  silent.restrictions.shielded = true;
  TestHolder holds, holds_not;
  holds.Hold(silent);
  holds_not.Hold(BasicRecord(kOtherChild));
  const Question question = AskAbout(kChild);
  const auto [hit, miss] = SlotsOf(question, holds, holds_not);
  // Both read a record; what it held shows in the note alone, which is sealed.
  EXPECT_EQ(holds.records.reads, holds_not.records.reads);
  EXPECT_TRUE(hit.noted.Opened());
  EXPECT_FALSE(miss.noted.Opened());
  EXPECT_EQ(hit.noted.Encode().size(), miss.noted.Encode().size());
  EXPECT_EQ(hit.wire.size(), miss.wire.size());
  EXPECT_EQ(hit.frame_hash, miss.frame_hash);
  EXPECT_EQ(hit.index, miss.index);
  EXPECT_EQ(hit.keep_until_s, miss.keep_until_s);
  EXPECT_EQ(hit.repeated, miss.repeated);
  const Bytes a = *OpenWire(*Wire::Parse(hit.wire), question.reply_secret_key);
  const Bytes b = *OpenWire(*Wire::Parse(miss.wire), question.reply_secret_key);
  EXPECT_EQ(ToHex(a), ToHex(b));   // the signature is deterministic: the same 1,344 bytes
}

// Each week anew it would else call people about what they have decided, and tell of what the class of
// an entry, which no answer says, should keep from it.
TEST_F(HolderTest, AWatchIsToldOfUniversalAndTargetedServicesAndCallsNobody) {
  Statement watch = BasicStatement();
  watch.role = Role::kNodeItself;
  watch.practitioner_ref = PersonRef();
  const auto outcome = [&](const Record& record, const Statement& statement) {
    TestHolder node;
    node.Hold(record);
    const Question question = Ask(statement, random_);
    EXPECT_FALSE(node.Give(question.frame).refusal);
    return node.Answers().records.at(0).noted.decisions.at(0).outcome;
  };
  Record targeted = BasicRecord(), sensitive = BasicRecord(), shielded = BasicRecord(),
         parent = BasicRecord();
  targeted.service_class = ServiceClass::kTargeted;
  sensitive.service_class = ServiceClass::kSensitive;
  sensitive.consent = {ConsentState::kGiven, ConsentBy::kYoungPerson, true, {}, {}, {}};
  shielded.restrictions.shielded = true;
  parent.about_parent_or_carer = true;
  parent.consent = {ConsentState::kGiven, ConsentBy::kAdultConcerned, false, {}, {}, {}};
  EXPECT_EQ(outcome(BasicRecord(), watch), Outcome::kContact);
  EXPECT_EQ(outcome(targeted, watch), Outcome::kContact);
  EXPECT_EQ(outcome(shielded, BasicStatement()), Outcome::kBrokered);
  for (const Record& record : {sensitive, shielded, parent}) {
    EXPECT_NE(outcome(record, BasicStatement()), Outcome::kNothing);
    EXPECT_EQ(outcome(record, watch), Outcome::kNothing);
  }
}

// A watch comes by itself, each week: told at once it would say in which of them two people lowered a
// class, or somebody said that a service is the child's own.
TEST_F(HolderTest, AWatchIsToldOfWhatBecameLooserOnItsDay) {
  Statement watch = BasicStatement();
  watch.role = Role::kNodeItself;
  watch.practitioner_ref = PersonRef();
  Record agreed = BasicRecord();
  agreed.service_class = ServiceClass::kTargeted;
  agreed.consent = {ConsentState::kGiven, ConsentBy::kYoungPerson, true, {}, {}, {}};
  Record sensitive = agreed, parent = agreed;
  sensitive.service_class = ServiceClass::kSensitive;   // told by the word, but not to a watch
  parent.about_parent_or_carer = true;
  parent.consent.by = ConsentBy::kAdultConcerned;
  for (const Record& before : {sensitive, parent}) {
    Record after = agreed;
    HoldBackLooser(before, DayOf(kNow), after);
    const auto told = [&] {
      TestHolder node;
      node.Hold(after);
      return AnswerTo(Ask(watch, random_), node).disclosed;
    };
    EXPECT_FALSE(told());
    after.earlier_until = DayOf(kNow);
    EXPECT_TRUE(told());
  }
}

// The table says duty line of the one class and something looser of the other: the entry must not name
// the service either.
TEST_F(HolderTest, AClassLoweredTodayIsAnsweredAsBefore) {
  Record before = BasicRecord();
  before.service_class = ServiceClass::kProtected;
  before.consent = {ConsentState::kGiven, ConsentBy::kYoungPerson, true, {}, {}, {}};
  Record after = before;
  after.service_class = ServiceClass::kTargeted;
  HoldBackLooser(before, DayOf(kNow), after);
  const auto entry = [&](const Record& record) {
    TestHolder node;
    node.Hold(record);
    const Answer answer = AnswerTo(Ask(BasicStatement(), random_), node);
    return answer.entries.empty() ? AnswerEntry() : answer.entries[0];
  };
  EXPECT_EQ(entry(before).kind, EntryKind::kDutyLine);
  EXPECT_EQ(entry(after), entry(before));
  after.earlier_until = DayOf(kNow);
  EXPECT_EQ(entry(after).service, "General practice");
}

// Whose a record is must be sure before anything of it is told: the same wire, bit for bit, as of a node
// that holds nobody.
TEST_F(HolderTest, ARecordInDisputeIsAnsweredLikeNone) {
  Record disputed = BasicRecord();
  disputed.in_dispute = true;
  TestHolder holds, holds_not;
  holds.Hold(disputed);
  holds_not.Hold(BasicRecord(kOtherChild));
  const Question question = AskAbout(kChild);
  const auto [hit, miss] = SlotsOf(question, holds, holds_not);
  EXPECT_EQ(*OpenWire(*Wire::Parse(hit.wire), question.reply_secret_key),
            *OpenWire(*Wire::Parse(miss.wire), question.reply_secret_key));
  ASSERT_EQ(hit.noted.decisions.size(), 1u);
  EXPECT_EQ(hit.noted.decisions[0].outcome, Outcome::kBrokered);   // a person hears of the question
}

// A store that came out of a backup: whom it shielded since nobody knows, nor whom a notice was about
// that was imported later.
TEST_F(HolderTest, SaysNothingOfAnybodyWhileEverybodyIsShielded) {
  node_.Hold(BasicRecord());
  node_.holder.ShieldEverybody(true);
  EXPECT_FALSE(AnswerTo(AskAbout(kChild), node_).disclosed);
  const SlotRecord silent = [&] {
    TestHolder other;
    other.Hold(BasicRecord());
    other.holder.ShieldEverybody(true);
    EXPECT_FALSE(other.Give(AskAbout(kChild).frame).refusal);
    return other.Answers().records.at(0);
  }();
  // A person hears of it, as of any shielded child.
  ASSERT_EQ(silent.noted.decisions.size(), 1u);
  EXPECT_EQ(silent.noted.decisions[0].outcome, Outcome::kBrokered);
  node_.holder.ShieldEverybody(false);
  EXPECT_TRUE(AnswerTo(AskAbout(kChild), node_).disclosed);
}

TEST_F(HolderTest, NotesWhatItDecided) {
  const RecordId id = node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const Noted noted = node_.Answers().records.at(0).noted;
  EXPECT_EQ(noted.agency, kSocialCare);
  EXPECT_EQ(noted.frame_hash, question.frame.hash());
  EXPECT_EQ(noted.received_ms, kNow);
  EXPECT_EQ(noted.practitioner_ref, BasicStatement().practitioner_ref);
  EXPECT_EQ(noted.organisation, "E10000099");
  EXPECT_EQ(noted.purpose, Purpose::kSection17);
  EXPECT_EQ(noted.reasons, Noted::kNothingSpecial);
  ASSERT_EQ(noted.decisions.size(), 1u);
  EXPECT_EQ(noted.decisions[0].record, id);
  EXPECT_EQ(noted.decisions[0].outcome, Outcome::kContact);
}

TEST_F(HolderTest, TwoKeyVersionsCompleteInOneOrBoth) {
  struct Case {
    std::set<KeyVersion> complete;
    std::vector<KeyVersion> enrolled;
    bool found;
    std::array<KeyVersion, 2> said;
  };
  const std::vector<Case> cases = {
      {{1, 2}, {1, 2}, true, {1, 2}}, {{1}, {1}, true, {1, 0}},  {{2}, {2}, true, {0, 2}},
      {{1, 2}, {2}, true, {1, 2}},    {{1, 2}, {1}, true, {1, 2}},
      {{1}, {2}, false, {1, 0}},   // enrolled, but not searched: that version is not complete
  };
  for (const Case& c : cases) {
    TestHolder node(kSurgery, 8);
    node.Hold(BasicRecord(), c.enrolled);
    node.SetComplete(c.complete);
    const Question question = Ask(BasicStatement(), random_, 8);
    const Answer answer = AnswerTo(question, node);
    EXPECT_EQ(answer.disclosed, c.found);
    EXPECT_EQ(answer.complete, c.said);
    EXPECT_EQ(answer.entries.size(), c.found ? 1u : 0u);   // once, though two slots hit
  }
}

TEST_F(HolderTest, ThePreviousRosterIsHeldOver) {
  node_.Hold(BasicRecord());
  node_.holder.SetRosters(RosterOf(8), RosterOf(7), kNow - 100'000);
  const Question old = AskAbout(kChild), current = Ask(BasicStatement(), random_, 8);
  ASSERT_FALSE(node_.Give(old.frame).refusal);
  ASSERT_FALSE(node_.Give(current.frame).refusal);
  const SlotBatch batch = node_.Answers();
  const Answer to_old = AnswerIn(batch.records.at(0).wire, old, kSurgery);
  EXPECT_TRUE(to_old.disclosed);
  EXPECT_EQ(to_old.roster_version, 7u);
  EXPECT_EQ(to_old.complete, (std::array<KeyVersion, 2>{1, 0}));
  EXPECT_EQ(AnswerIn(batch.records.at(1).wire, current, kSurgery).roster_version, 8u);
  const Question late = AskAbout(kChild);
  const Holder::Reply reply = node_.Give(late.frame, kNow + 80'001, kOtherRelay);
  EXPECT_EQ(CodeOf(reply), RefusalCode::kRoster);
  EXPECT_EQ(Refusal::Parse(*reply.refusal)->roster_version, 8u);
}

// A frame admitted under one roster is decided by that one's keys and purposes, and by mine.
TEST_F(HolderTest, ARosterThatChangesWhileAFrameWaits) {
  node_.Hold(BasicRecord());
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const auto revoked = ChangedRoster(8, [](nlohmann::ordered_json& roster) {
    roster["agencies"][2]["ask"] = {"coordination"};
  });
  node_.holder.SetRosters(revoked, RosterOf(7), kNow + 1);
  const SlotRecord record = node_.Answers().records.at(0);
  EXPECT_FALSE(AnswerIn(record.wire, question, kSurgery).disclosed);
  EXPECT_EQ(record.noted.reasons, Noted::kPurposeNotAllowed);
}

// Version 8 of the vectors without key version 1.
std::shared_ptr<const Roster> RosterWithoutOldKey() {
  return ChangedRoster(8, [](nlohmann::ordered_json& roster) { roster["key_versions"].erase(0); });
}

TEST_F(HolderTest, RetiredKeyVersionsLeaveTheIndexWhenNoRosterHasThem) {
  node_.Hold(BasicRecord());
  EXPECT_EQ(node_.holder.index().size(), 2u);
  node_.holder.SetRosters(RosterWithoutOldKey(), RosterOf(7), kNow);
  node_.holder.Sweep(kNow + 180'500);
  EXPECT_EQ(node_.holder.index().size(), 2u);
  node_.holder.Sweep(kNow + 180'501);
  EXPECT_EQ(node_.holder.index().size(), 1u);
  node_.holder.SetRosters(RosterWithoutOldKey(), nullptr, 0);
  EXPECT_EQ(node_.holder.index().size(), 1u);
}

// The new roster came between the question and its answer, or shortly before: not a reason to sign
// "nothing" about a child who is here.
TEST_F(HolderTest, AQuestionUnderTheRetiredKeyVersionIsAnsweredWhileItsRosterIsHeldOver) {
  node_.Hold(BasicRecord());
  const Question waiting = AskAbout(kChild), late = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(waiting.frame).refusal);
  node_.holder.SetRosters(RosterWithoutOldKey(), RosterOf(7), kNow);
  EXPECT_TRUE(AnswerIn(node_.Answers().records.at(0).wire, waiting, kSurgery).disclosed);

  TestHolder fresh;   // whose relay is owed no checkpoint
  fresh.Hold(BasicRecord());
  fresh.holder.SetRosters(RosterWithoutOldKey(), RosterOf(7), kNow);
  EXPECT_TRUE(AnswerTo(late, fresh, kNow + 50'000).disclosed);
}

Statement ShieldNotice() {
  Statement statement = BasicStatement(kSharedNode);
  statement.purpose = Purpose::kConcern;
  statement.flags = kFlagShieldNotice;
  return statement;
}

TEST_F(HolderTest, AShieldActsAtOnceInTheSameBatchAndAfter) {
  const RecordId id = node_.Hold(BasicRecord());
  const Question before = AskAbout(kChild), notice = Ask(ShieldNotice(), random_),
                 after = AskAbout(kChild), much_later = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(before.frame).refusal);
  ASSERT_FALSE(node_.Give(notice.frame).refusal);
  ASSERT_FALSE(node_.Give(after.frame).refusal);
  const SlotBatch batch = node_.Answers();
  ASSERT_EQ(batch.records.size(), 3u);
  EXPECT_TRUE(AnswerIn(batch.records[0].wire, before, kSurgery).disclosed);
  EXPECT_FALSE(AnswerIn(batch.records[1].wire, notice, kSurgery).disclosed);
  EXPECT_FALSE(AnswerIn(batch.records[2].wire, after, kSurgery).disclosed);
  const Noted& noted = batch.records[1].noted;
  EXPECT_EQ(noted.reasons, Noted::kShieldNotice);
  ASSERT_EQ(noted.decisions.size(), 1u);
  EXPECT_EQ(noted.decisions[0].record, id);
  // The store has not written it yet, and it holds all the same.
  EXPECT_FALSE(node_.records.records[id].restrictions.shielded);
  EXPECT_FALSE(AnswerTo(much_later, node_, kNow + 5000).disclosed);
  // Once the store has it, the store decides: a lead officer may lift it.
  node_.holder.Unshield(id);
  EXPECT_TRUE(AnswerTo(AskAbout(kChild), node_, kNow + 6000).disclosed);
}

// What was committed survives a crash; what it asks for is in force before it is worked off.
TEST_F(HolderTest, AShieldThatWasNotWorkedOffSurvivesARestart) {
  const RecordId id = node_.Hold(BasicRecord());
  ASSERT_FALSE(node_.Give(Ask(ShieldNotice(), random_).frame).refusal);
  const SlotBatch batch = node_.Answers();
  TestHolder restarted;
  restarted.Hold(node_.records.records[id]);
  restarted.holder.RestoreNoted(batch.records.at(0).noted);
  EXPECT_FALSE(AnswerTo(AskAbout(kChild), restarted, kNow + 1000).disclosed);
}

// A second record, of another source or without a number, would give away where the child went.
TEST_F(HolderTest, AShieldIsOnEveryRecordOfTheChild) {
  Record numbered = BasicRecord(), nameless = BasicRecord("");
  numbered.upn = nameless.upn = *Upn::Parse(kUpn);
  node_.Hold(nameless);
  node_.Hold(numbered);
  ASSERT_FALSE(node_.Give(Ask(ShieldNotice(), random_).frame).refusal);
  node_.Answers();
  node_.Hold(BasicRecord());   // the next import
  EXPECT_FALSE(AnswerTo(AskAbout(kChild), node_, kNow + 1000).disclosed);
  Statement by_upn = BasicStatement();
  by_upn.subject = {SubjectEntry{}, {KeyType::kUpn, kUpn}};
  EXPECT_FALSE(AnswerTo(Ask(by_upn, random_), node_, kNow + 2000).disclosed);
}

// Number and UPN hit two records here that nothing else joins: the notice shields both.
TEST_F(HolderTest, ANoticeShieldsWhatEitherIdentifierFinds) {
  Record nameless = BasicRecord("");
  nameless.upn = *Upn::Parse(kUpn);
  node_.Hold(BasicRecord());
  node_.Hold(nameless);
  Statement notice = ShieldNotice();
  notice.subject[1] = {KeyType::kUpn, kUpn};
  ASSERT_FALSE(node_.Give(Ask(notice, random_).frame).refusal);
  const Noted noted = node_.Answers().records.at(0).noted;
  EXPECT_EQ(noted.decisions.size(), 2u);
  EXPECT_EQ(noted.reasons, Noted::kShieldNotice | Noted::kTwoChildren);
  Statement by_upn = BasicStatement();
  by_upn.subject = {SubjectEntry{}, {KeyType::kUpn, kUpn}};
  EXPECT_FALSE(AnswerTo(Ask(by_upn, random_), node_, kNow + 1000).disclosed);
}

TEST_F(HolderTest, AShieldIsOfOneChild) {
  node_.Hold(BasicRecord());
  node_.Hold(BasicRecord(kOtherChild));
  ASSERT_FALSE(node_.Give(Ask(ShieldNotice(), random_).frame).refusal);
  node_.Answers();
  EXPECT_TRUE(AnswerTo(AskAbout(kOtherChild), node_, kNow + 1000).disclosed);
}

TEST_F(HolderTest, APossibleWrongChildIsNotedAndSilent) {
  Record record = BasicRecord();
  record.born = *Date::FromYmd(20111225);
  const RecordId id = node_.Hold(record);
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const SlotRecord slot = node_.Answers().records.at(0);
  EXPECT_FALSE(AnswerIn(slot.wire, question, kSurgery).disclosed);
  EXPECT_EQ(slot.noted.reasons, Noted::kPossibleWrongChild);
  ASSERT_EQ(slot.noted.decisions.size(), 1u);
  EXPECT_EQ(slot.noted.decisions[0].record, id);
  EXPECT_EQ(slot.noted.decisions[0].outcome, Outcome::kNothing);
  EXPECT_TRUE(slot.noted.decisions[0].IsInDoubt());
}

// A notice is for all of the child's records, and which of them may be another's is said of each.
TEST_F(HolderTest, UnderANoticeOnlyADateInDoubtIsMarkedSo) {
  Record other = BasicRecord();
  other.born = *Date::FromYmd(20111225);
  node_.Hold(BasicRecord());
  node_.Hold(other);
  ASSERT_FALSE(node_.Give(Ask(ShieldNotice(), random_).frame).refusal);
  const Noted noted = node_.Answers().records.at(0).noted;
  EXPECT_EQ(noted.reasons, Noted::kShieldNotice | Noted::kPossibleWrongChild);
  ASSERT_EQ(noted.decisions.size(), 2u);
  EXPECT_EQ(noted.decisions[0].row, Noted::kNoRow);
  EXPECT_EQ(noted.decisions[1].row, Noted::kBirthInDoubt);
}

// One record that fits must not keep people from hearing of another that may: of the refuge, of the
// other school of a hub.
TEST_F(HolderTest, EachRecordsDateOfBirthIsJudgedForItself) {
  Statement statement = BasicStatement();
  statement.purpose = Purpose::kSection47;
  Record unknown = BasicRecord(), other = BasicRecord();
  unknown.born.reset();
  unknown.restrictions.covert = true;
  other.born = *Date::FromYmd(20111225);
  node_.Hold(unknown);
  node_.Hold(BasicRecord());
  node_.Hold(other);
  const Question question = Ask(statement, random_);
  ASSERT_FALSE(node_.Give(question.frame).refusal);
  const SlotRecord slot = node_.Answers().records.at(0);
  EXPECT_EQ(AnswerIn(slot.wire, question, kSurgery).entries.size(), 1u);
  EXPECT_EQ(slot.noted.reasons, Noted::kPossibleWrongChild);
  const auto& decisions = slot.noted.decisions;
  ASSERT_EQ(decisions.size(), 3u);
  for (size_t i = 0; i < decisions.size(); ++i) {
    EXPECT_EQ(decisions[i].record, i + 1);   // in order of import
    EXPECT_EQ(decisions[i].IsInDoubt(), i != 1);
    EXPECT_EQ(decisions[i].outcome, i == 1 ? Outcome::kContact : Outcome::kNothing);
  }
}

// To the asker a record in doubt beside a silent one is the silence of a node that holds nobody.
TEST_F(HolderTest, ADateInDoubtBesideASilentRecordIsTheSameSilence) {
  Record silent = BasicRecord(), unknown = BasicRecord();
  silent.restrictions.shielded = true;
  unknown.born.reset();
  TestHolder holds, holds_not;
  holds.Hold(silent);
  holds.Hold(unknown);
  holds_not.Hold(BasicRecord(kOtherChild));
  const Question question = AskAbout(kChild);
  const auto [hit, miss] = SlotsOf(question, holds, holds_not);
  EXPECT_EQ(hit.wire.size(), miss.wire.size());
  EXPECT_EQ(*OpenWire(*Wire::Parse(hit.wire), question.reply_secret_key),
            *OpenWire(*Wire::Parse(miss.wire), question.reply_secret_key));
  EXPECT_EQ(hit.noted.decisions.size(), 2u);
}

// A child with many episodes, the newest covert: a person always learns of it in section-47.
TEST_F(HolderTest, TheNewestOfManyRecordsIsDecidedAndStays) {
  for (int i = 0; i < 25; ++i) node_.Hold(BasicRecord(), {1});
  Record covert = BasicRecord();
  covert.restrictions.covert = true;
  const RecordId id = node_.Hold(covert, {1});
  Statement statement = BasicStatement();
  statement.purpose = Purpose::kSection47;
  ASSERT_FALSE(node_.Give(Ask(statement, random_).frame).refusal);
  const Noted noted = node_.Answers().records.at(0).noted;
  EXPECT_EQ(noted.decisions.size(), 26u);
  for (const Bytes& kept : {noted.Encode(), noted.EncodeWhole()}) {
    const auto decisions = Noted::Decode(kept)->decisions;
    EXPECT_TRUE(std::ranges::any_of(decisions, [&](const Noted::Decision& decision) {
      return decision.record == id && decision.outcome == Outcome::kUrgent;
    }));
  }
}

TEST_F(HolderTest, ANoticeOnTheLastOfManyRecordsKeepsAllSilent) {
  for (int i = 0; i < 99; ++i) node_.Hold(BasicRecord());
  EXPECT_TRUE(AnswerTo(AskAbout(kChild), node_).disclosed);
  Record hidden = BasicRecord();
  hidden.shield_pending = true;
  node_.Hold(hidden);
  EXPECT_FALSE(AnswerTo(AskAbout(kChild), node_, kNow + 1000).disclosed);
}

// Whoever fills a register with a child's number must not push the shield out of sight.
TEST_F(HolderTest, MoreRecordsThanAreLookedAtAreSilent) {
  for (size_t i = 0; i < kRecordsLookedAt; ++i) node_.Hold(BasicRecord(), {1});
  EXPECT_TRUE(AnswerTo(AskAbout(kChild), node_).disclosed);
  node_.Hold(BasicRecord(), {1});
  const Question question = AskAbout(kChild);
  ASSERT_FALSE(node_.Give(question.frame, kNow + 1000).refusal);
  const SlotRecord slot = node_.Answers(kNow + 1250).records.at(0);
  EXPECT_FALSE(AnswerIn(slot.wire, question, kSurgery).disclosed);
  EXPECT_EQ(slot.noted.reasons, Noted::kMoreRecords);
  ASSERT_EQ(slot.noted.decisions.size(), kRecordsLookedAt);
  for (const Noted::Decision& decision : slot.noted.decisions) {
    EXPECT_EQ(decision.outcome, Outcome::kBrokered);   // a person hears of the question
    EXPECT_TRUE(decision.more);
  }
}

// A node of two schools. What is decided of one's records is what is decided where the other holds
// nobody: or a school would see by rows of its own whether the other holds the child.
class HubHolderTest : public HolderTest {
 protected:
  static Record Of(const std::string& code, const std::string& number = kChild) {
    Record record = BasicRecord(number);
    record.organisation_code = code;
    record.organisation = "School " + code;
    return record;
  }
  static Record WithUpn(Record record) {
    record.upn = *Upn::Parse(kUpn);
    return record;
  }
  SlotRecord Asked(TestHolder& node) { return Asked(node, question_); }
  static SlotRecord Asked(TestHolder& node, const Question& question) {
    node.holder.SetOfAHub();
    EXPECT_FALSE(node.Give(question.frame).refusal);
    return node.Answers().records.at(0);
  }
  // Whose the entries of an answer are.
  std::vector<std::string> Named(const SlotRecord& slot) {
    std::vector<std::string> named;
    for (const AnswerEntry& entry : AnswerIn(slot.wire, question_, kSurgery).entries) {
      named.push_back(entry.organisation);
    }
    return named;
  }
  static size_t Silent(const Noted& noted) {
    return static_cast<size_t>(std::ranges::count_if(
        noted.decisions, [](const Noted::Decision& d) { return d.outcome == Outcome::kBrokered; }));
  }

  const Question question_ = AskAbout(kChild);
};

TEST_F(HubHolderTest, WhatIsDecidedOfOneSchoolsRecordsSaysNothingOfAnothers) {
  for (const size_t mine : {kRecordsOfOneOwner, kRecordsOfOneOwner + 1, kRecordsLookedAt}) {
    TestHolder alone, both;
    for (size_t i = 0; i < mine; ++i) {
      alone.Hold(Of("100001"), {1});
      both.Hold(Of("100001"), {1});
    }
    const RecordId theirs = both.Hold(Of("100002"), {1});
    const Noted without = Asked(alone).noted;
    const SlotRecord slot = Asked(both);
    Noted with = slot.noted;
    ASSERT_EQ(with.decisions.size(), kRecordsOfOneOwner + 1);
    // The other school's record is answered, whatever the first one imports.
    EXPECT_EQ(with.decisions.back().record, theirs);
    EXPECT_EQ(with.decisions.back().outcome, Outcome::kContact);
    EXPECT_FALSE(with.decisions.back().more);
    EXPECT_EQ(Named(slot).back(), "School 100002");
    with.decisions.pop_back();
    EXPECT_EQ(with.EncodeWhole(), without.EncodeWhole()) << mine;
    const bool cut = mine > kRecordsOfOneOwner;
    EXPECT_EQ(with.reasons, cut ? Noted::kMoreRecords : 0);
    EXPECT_EQ(Silent(with), cut ? kRecordsOfOneOwner : 0);
  }
}

// Four rows of one school must not push another's contact out of the answer.
TEST_F(HubHolderTest, OfEachSchoolOneEntryComesBeforeASecondOfAny) {
  for (int i = 0; i < 6; ++i) node_.Hold(Of("100001"));
  node_.Hold(Of("100002"));
  node_.Hold(Of("100003"));
  node_.Hold(Of("100002"));
  const SlotRecord slot = Asked(node_);
  // In order of import, as in any answer.
  EXPECT_EQ(Named(slot), (std::vector<std::string>{"School 100001", "School 100001",
                                                   "School 100002", "School 100003"}));
  EXPECT_TRUE(AnswerIn(slot.wire, question_, kSurgery).more);
}

// Somebody who asks by a number and a UPN of which one is of a record of their own would see by what
// is noted of that one whether another school holds the other.
TEST_F(HubHolderTest, WhatTheOtherIdentifierFindsAtAnotherSchoolChangesNothing) {
  Statement by_both = BasicStatement(), by_upn = BasicStatement();
  by_both.subject[1] = {KeyType::kUpn, kUpn};
  by_upn.subject = {SubjectEntry{}, {KeyType::kUpn, kUpn}};
  struct {
    Statement asked;
    Record mine, theirs;
    bool theirs_counts;
  } const cases[] = {
      {by_both, Of("100001"), WithUpn(Of("100002", kOtherChild)), false},
      {by_both, WithUpn(Of("100001", "")), Of("100002"), true},
      {by_both, Of("100001"), WithUpn(Of("100002", "")), true},
      {by_upn, WithUpn(Of("100001", "")), WithUpn(Of("100002", kOtherChild)), true},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    SCOPED_TRACE(i);
    const auto& c = cases[i];
    for (const bool mine_first : {true, false}) {
      TestHolder alone, both;
      alone.Hold(c.mine);
      both.Hold(mine_first ? c.mine : c.theirs);
      both.Hold(mine_first ? c.theirs : c.mine);
      const Question question = Ask(c.asked, random_);
      Noted without = Asked(alone, question).noted, with = Asked(both, question).noted;
      ASSERT_EQ(with.decisions.size(), c.theirs_counts ? 2u : 1u);
      const RecordId mine = mine_first ? 1 : 2;
      std::erase_if(with.decisions, [&](const Noted::Decision& d) {
        if (d.record != mine) {
          EXPECT_EQ(d.outcome, Outcome::kContact);
        }
        return d.record != mine;
      });
      without.decisions.at(0).record = mine;
      EXPECT_EQ(with.EncodeWhole(), without.EncodeWhole());
    }
  }
}

// Decision 28 says what this costs: who asks by a number and a UPN of their own sees it.
TEST_F(HubHolderTest, ANoticeAtOneSchoolSilencesWhatTheOtherIdentifierFindsAtAnother) {
  Statement by_both = BasicStatement();
  by_both.subject[1] = {KeyType::kUpn, kUpn};
  Record hidden = Of("100001");
  hidden.shield_pending = true;
  node_.Hold(hidden);
  node_.Hold(WithUpn(Of("100002", "")));
  const Question question = Ask(by_both, random_);
  const SlotRecord slot = Asked(node_, question);
  EXPECT_FALSE(AnswerIn(slot.wire, question, kSurgery).disclosed);
  EXPECT_EQ(Silent(slot.noted), 2u);
}

// What one's own records contradict is still told, and said of those alone.
TEST_F(HubHolderTest, ANumberAndAUpnThatDifferAreOfWhoseRecordsDiffer) {
  Statement by_both = BasicStatement();
  by_both.subject[1] = {KeyType::kUpn, kUpn};
  node_.Hold(Of("100001"));
  node_.Hold(Of("100002"));
  node_.Hold(WithUpn(Of("100002", kOtherChild)));
  const Noted noted = Asked(node_, Ask(by_both, random_)).noted;
  EXPECT_EQ(noted.reasons, Noted::kTwoChildren);
  ASSERT_EQ(noted.decisions.size(), 2u);
  EXPECT_FALSE(noted.decisions[0].two_children);
  EXPECT_TRUE(noted.decisions[1].two_children);
}

// A school that fills its own register must not push a notice out of sight.
TEST_F(HubHolderTest, ANoticeOnARecordThatIsLeftOutKeepsAllSilent) {
  for (size_t i = 0; i < kRecordsOfOneOwner; ++i) node_.Hold(Of("100001"), {1});
  Record hidden = Of("100001");
  hidden.shield_pending = true;
  node_.Hold(hidden, {1});
  node_.Hold(Of("100002"), {1});
  const SlotRecord slot = Asked(node_);
  EXPECT_FALSE(AnswerIn(slot.wire, question_, kSurgery).disclosed);
  EXPECT_EQ(Silent(slot.noted), kRecordsOfOneOwner + 1);
  EXPECT_FALSE(slot.noted.decisions.back().more);
}

// The room that the schools share is for five that have as many as one can.
TEST_F(HubHolderTest, WhereThereAreMoreThanAllCanHaveAllAreSilent) {
  const size_t schools = kRecordsLookedAt / kRecordsOfOneOwner;
  for (size_t i = 0; i < kRecordsLookedAt; ++i) {
    node_.Hold(Of(std::to_string(100'001 + i % schools)), {1});
  }
  EXPECT_EQ(Silent(Asked(node_).noted), 0u);
  node_.Hold(Of("100099"), {1});
  ASSERT_FALSE(node_.Give(AskAbout(kChild).frame, kNow + 1000).refusal);
  const Noted noted = node_.Answers(kNow + 1250).records.at(0).noted;
  EXPECT_EQ(noted.reasons, Noted::kMoreRecords);
  EXPECT_EQ(Silent(noted), kRecordsLookedAt);
  EXPECT_TRUE(std::ranges::all_of(noted.decisions, &Noted::Decision::IsOfMore));
}

TEST_F(HolderTest, ADateOfBirthThatDiffersInOnePartIsMarked) {
  Record record = BasicRecord();
  record.born = *Date::FromYmd(20150315);
  node_.Hold(record);
  const Answer answer = AnswerTo(AskAbout(kChild), node_);
  ASSERT_EQ(answer.entries.size(), 1u);
  EXPECT_NE(answer.entries[0].flags & kEntryBirthDateDiffers, 0);
}

TEST_F(HolderTest, FourEntriesThenMoreInOrderOfImport) {
  for (int i = 1; i <= 6; ++i) {
    Record record = BasicRecord();
    record.name = "Professional " + std::to_string(i);
    record.restrictions.shielded = i == 2;   // decided for itself, and takes no place
    node_.Hold(record);
    const Answer answer = AnswerTo(AskAbout(kChild), node_, kNow + 1000 * i);
    const size_t disclosed = static_cast<size_t>(i >= 2 ? i - 1 : i);
    EXPECT_EQ(answer.entries.size(), std::min<size_t>(disclosed, 4));
    EXPECT_EQ(answer.more, disclosed > 4);
    EXPECT_EQ(answer.entries[0].name, "Professional 1");
    if (disclosed >= 2) {
      EXPECT_EQ(answer.entries[1].name, "Professional 3");
    }
  }
}

TEST_F(HolderTest, WhatTheStoreCannotReadEndsTheBatch) {
  node_.Hold(BasicRecord());
  ASSERT_FALSE(node_.Give(AskAbout(kChild).frame).refusal);
  node_.records.failure = absl::DataLossError("the disk");
  // "Nothing disclosed" would be a lie that somebody signs.
  EXPECT_TRUE(absl::IsDataLoss(node_.holder.AnswerSlot(kNow + 250).status()));
}

TEST_F(HolderTest, ARecordRemovedSinceItWasIndexedIsAMiss) {
  const RecordId id = node_.Hold(BasicRecord());
  node_.records.records.erase(id);
  EXPECT_FALSE(AnswerTo(AskAbout(kChild), node_).disclosed);
}

TEST_F(HolderTest, SaysSinceWhenItsRegisterIsWhole) {
  EnrolmentView view{true, (kIssued - 700) * 1000, {1}, {}};
  node_.holder.SetEnrolment(view);
  const Answer answer = AnswerTo(AskAbout(kChild), node_);
  EXPECT_EQ(answer.enrolled_through, view.EnrolledThrough({1}, 600, kNow));
  EXPECT_EQ(answer.enrolled_through, (kIssued - 1200) / 600);
}

}  // namespace
}  // namespace whoelse
