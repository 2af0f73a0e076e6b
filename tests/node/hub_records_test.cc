// Records of a hub: what people of one school can do to another's is what they can do to records that
// are not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "node/import_crowds.h"
#include "node/inbox_keeper.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/registry_fixture.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const char* const kHilltop = "100001";
const char* const kMeadow = "100002";

class HubRecords : public RegistryTest {
 protected:
  HubRecords() : RegistryTest(true) {
    Record ada = Of(kHilltop, "2", kTwo);
    ada.given_name = "Ada";
    ada.born = *Date::FromYmd(20150314);
    Import({Of(kHilltop, "1", kOne), ada, Of(kMeadow, "1", kOne)});
  }
  Record Of(const std::string& code, const std::string& source_id, const std::string& number) {
    Record record = Pupil(source_id, number);
    record.organisation_code = code;
    record.source = SourceOf(code, "school");
    return record;
  }
  static Registry::By ByPersonOf(const char* code) {
    return {NoteAt(kImported), Organisations::Only({code})};
  }
  std::vector<RecordId> Ids(const absl::StatusOr<std::vector<StoredRecord>>& stored) {
    EXPECT_TRUE(stored.ok()) << stored.status();
    std::vector<RecordId> ids;
    for (const StoredRecord& one : *stored) ids.push_back(one.id);
    return ids;
  }
  Record Stored(RecordId id) { return store_->ReadStored(id)->record; }

  const RecordId kHilltops = 1, kHilltopsOther = 2, kMeadows = 3;
  const Registry::Which kOfMeadow{"100002/school", "1"}, kNobodys{"100002/school", "9"};
  const NhsNumber kNumber = *NhsNumber::Parse(kOne);
};

TEST_F(HubRecords, TwoSchoolsNumberTheirRowsAlike) {
  EXPECT_EQ(registry_.Summarise().records, 3u);
  EXPECT_EQ(registry_.OwnerOf(kHilltops), kHilltop);
  EXPECT_EQ(registry_.OwnerOf(kMeadows), kMeadow);
  EXPECT_EQ(registry_.OwnerOf(99), "");
}

// By rows of its own up to the last that is taken a school could else see whether another one holds a number.
TEST_F(HubRecords, AnothersRecordsMakeNoCrowdOfMine) {
  std::vector<Record> mine;   // of a number that Meadow has one record of
  while (mine.size() < kRowsOfOneIdentifierMax - 2) {
    mine.push_back(Of(kHilltop, "many-" + std::to_string(mine.size()), kOne));
  }
  Import(mine);
  const Record last = Of(kHilltop, "last", kOne);
  EXPECT_EQ(*registry_.CrowdBefore(last), std::nullopt);
  Import({last});
  EXPECT_EQ(*registry_.CrowdBefore(last), std::nullopt) << "is one of them";
  EXPECT_EQ(*registry_.CrowdBefore(Of(kHilltop, "one-more", kOne)), KeyType::kNhsNumber);
  EXPECT_EQ(*registry_.CrowdBefore(Of(kMeadow, "theirs", kOne)), std::nullopt);
}

TEST_F(HubRecords, AnothersRecordIsNotThereInTheSameWords) {
  const Registry::By by = ByPersonOf(kHilltop);
  const Record before = Stored(kMeadows);
  const std::vector<std::function<Registry::Done(const Registry::Which&)>> commands = {
      [&](const auto& which) { return registry_.End(which, kToday, by); },
      [&](const auto& which) { return registry_.SetLead(which, true, by); },
      [&](const auto& which) { return registry_.Erase(which, by); },
      [&](const auto& which) { return registry_.Unmerge(which, by); },
      [&](const auto& which) { return registry_.Merge(which, {"100001/school", "2"}, by); },
      [&](const auto& which) { return registry_.Merge({"100001/school", "2"}, which, by); }};
  for (const auto& command : commands) {
    const Registry::Done theirs = command(kOfMeadow), nobodys = command(kNobodys);
    ASSERT_NE(std::get_if<FieldError>(&theirs), nullptr);
    EXPECT_EQ(std::get<FieldError>(theirs), std::get<FieldError>(nobodys));
  }
  EXPECT_EQ(Stored(kMeadows), before);
  EXPECT_TRUE(IsDone(registry_.End(kOfMeadow, kToday, ByPersonOf(kMeadow))));
}

TEST_F(HubRecords, ANumberIsClosedAndReplacedByEachForItself) {
  const NhsNumber other = *NhsNumber::Parse(kTwo);
  EXPECT_EQ(FieldOf(registry_.Close(other, ByPersonOf(kMeadow))), "nhs-number");
  ASSERT_TRUE(IsDone(registry_.Close(kNumber, ByPersonOf(kHilltop))));
  EXPECT_TRUE(Stored(kHilltops).restrictions.closed);
  EXPECT_FALSE(Stored(kMeadows).restrictions.closed);
  // What the other school's feed says of it next is not closed either, and this one's is.
  Import({Of(kMeadow, "7", kOne), Of(kHilltop, "7", kOne)});
  EXPECT_FALSE(Stored(4).restrictions.closed);
  EXPECT_TRUE(Stored(5).restrictions.closed);
  ASSERT_TRUE(IsDone(registry_.Supersede(kNumber, *NhsNumber::Parse("9990000034"),
                                         ByPersonOf(kMeadow))));
  EXPECT_TRUE(Stored(kMeadows).superseded);
  EXPECT_FALSE(Stored(kHilltops).superseded);
}

TEST_F(HubRecords, ANumberStaysClosedForItsOwnerAloneWhenItsRecordsHaveGone) {
  ASSERT_TRUE(IsDone(registry_.Close(kNumber, ByPersonOf(kHilltop))));
  ASSERT_TRUE(IsDone(registry_.Erase({"100001/school", "1"}, ByPersonOf(kHilltop))));
  Registry restarted(*store_, answering_, true);
  ASSERT_TRUE(restarted.Load({1}).ok());
  ImportAll(restarted, {Of(kMeadow, "7", kOne), Of(kHilltop, "7", kOne)}, kImported);
  EXPECT_FALSE(Stored(4).restrictions.closed);
  EXPECT_TRUE(Stored(5).restrictions.closed);
}

// What was closed has no source any more, whoever's it is, and a refusal tells a school of shares.
TEST_F(HubRecords, WhatIsHeldIsCountedForEachOwner) {
  Import({Of(kHilltop, "2", "9990000034"), Of(kMeadow, "1", "9990000042")});
  ASSERT_TRUE(registry_.Lower({Lowered::kClosed}, {kHilltopsOther, kMeadows},
                              {"0000-0000-0001", true, "{}"}, NoteAt(kImported)).ok());
  ASSERT_EQ(Stored(kHilltopsOther).source + Stored(kMeadows).source, "");
  // A number that was replaced is no record of its own.
  ASSERT_TRUE(IsDone(registry_.Supersede(kNumber, *NhsNumber::Parse("9990000050"),
                                         ByPersonOf(kHilltop))));
  const auto shares = *registry_.SharesOf({false, true, true, true});
  std::vector<std::pair<size_t, size_t>> counted;
  for (const Registry::Share& share : shares) counted.push_back({share.held, share.among});
  using Pair = std::pair<size_t, size_t>;
  EXPECT_THAT(counted, ElementsAre(Pair{1, 1}, Pair{2, 0}, Pair{1, 1}, Pair{1, 0}));
}

TEST_F(HubRecords, NoRecordAnswersForAnotherSchools) {
  const Registry::By all = ByAt(kImported);
  EXPECT_EQ(FieldOf(registry_.Merge({"100001/school", "1"}, kOfMeadow, all)), "into");
  EXPECT_EQ(Stored(kHilltops).answered_by, 0u);
}

TEST_F(HubRecords, AChildIsWhatIsHeldOfItByOnesOwn) {
  const Organisations hilltop = Organisations::Only({kHilltop}), all = Organisations::All();
  EXPECT_THAT(Ids(registry_.ChildBy(kNumber, hilltop)), ElementsAre(kHilltops));
  EXPECT_THAT(Ids(registry_.ChildBy(kNumber, all)), ElementsAre(kHilltops, kMeadows));
  EXPECT_THAT(Ids(registry_.ChildOf(kMeadows, hilltop)), IsEmpty());
  EXPECT_THAT(Ids(registry_.ChildOf(99, hilltop)), IsEmpty());
  EXPECT_EQ(registry_.RecordsOf(About(kOne, ""), hilltop)->size(), 1u);
  EXPECT_THAT(*registry_.RecordsOf(About(kOne, ""), Organisations()), IsEmpty());
  EXPECT_THAT(*registry_.RecordsOf(About(kTwo, ""), Organisations::Only({kMeadow})), IsEmpty());
}

// Whatever people of one school do, in whatever order.
TEST_F(HubRecords, NoSequenceOfCommandsByOneSchoolTouchesAnothers) {
  const uint64_t seed = SeedOr(20261122);
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  const std::vector<std::string> numbers = {kOne, kTwo, "9990000034", "9990000042"};
  std::vector<Record> rows;
  for (const char* code : {kHilltop, kMeadow}) {
    for (size_t i = 0; i < 8; ++i) rows.push_back(Of(code, std::to_string(10 + i), numbers[i % 4]));
  }
  Import(rows);
  const auto of_meadow = [&] {
    std::map<RecordId, Record> held;
    EXPECT_TRUE(store_->ForEachRecord(0, [&](const StoredRecord& stored) {
      if (stored.record.organisation_code == kMeadow) held[stored.id] = stored.record;
      return true;
    }).ok());
    return held;
  };
  const auto before = of_meadow();
  ASSERT_EQ(before.size(), 9u);
  const Registry::By by = ByPersonOf(kHilltop);
  const auto which = [&] {
    return Registry::Which{SourceOf(random.Below(2) == 0 ? kHilltop : kMeadow, "school"),
                           std::to_string(10 + random.Below(9))};
  };
  const auto number = [&] { return *NhsNumber::Parse(numbers[random.Below(4)]); };
  size_t done = 0;
  for (int step = 0; step < 200; ++step) {
    const std::function<Registry::Done()> commands[] = {
        [&] { return registry_.End(which(), kToday, by); },
        [&] { return registry_.SetLead(which(), random.Below(2) == 0, by); },
        [&] { return registry_.Merge(which(), which(), by); },
        [&] { return registry_.Unmerge(which(), by); },
        [&] { return registry_.Supersede(number(), number(), by); },
        [&] { return random.Below(8) == 0 ? registry_.Close(number(), by) : Registry::Done(); },
        [&] { return random.Below(8) == 0 ? registry_.Erase(which(), by) : Registry::Done(); }};
    if (IsDone(commands[random.Below(std::size(commands))]())) ++done;
    ASSERT_EQ(of_meadow(), before) << "step " << step;
  }
  EXPECT_GT(done, 40u);
}

// --- what waits for people -----------------------------------------------------------------------

class HubInbox : public HubRecords {
 protected:
  HubInbox() { EXPECT_TRUE(keeper_.Load().ok()); }
  static Actor OfSchool(const char* name, const char* code) {
    Actor actor = ActorOf(name);
    actor.organisations = Organisations::Only({code});
    return actor;
  }
  // A question by another agency about the child of both schools, as answering leaves it.
  void Leave(uint8_t reasons, Outcome hilltop, Outcome meadow, uint8_t meadows_row = 0) {
    Noted noted;
    noted.received_ms = kImported;
    noted.frame_hash = random_.NewFixed<FrameHash>();
    noted.agency = kSchools;
    noted.practitioner_ref = ActorOf("carol").ref;
    noted.purpose = Purpose::kSection47;
    noted.power = Power::kCa1989S47;
    noted.reasons = reasons;
    noted.decisions = {{kHilltops, hilltop, 0}, {kMeadows, meadow, meadows_row}};
    SlotRecord record{};
    record.frame_hash = noted.frame_hash;
    record.wire = Bytes(kWireSize);
    record.noted = noted;
    store_->CommitSlot({kImported, {record}});
    ASSERT_TRUE(keeper_.WorkOff(*store_->ReadJournal(100)).ok());
  }
  std::vector<InboxItem> ItemsFor(const Actor& actor) {
    EXPECT_TRUE(keeper_.TakeUp().ok());
    std::vector<InboxItem> items = *keeper_.Items(false);
    std::erase_if(items, [&](const InboxItem& item) { return !DutyToDecide(actor, item); });
    return items;
  }
  std::string Decided(const InboxItem& item, Verb verb, const char* outcome, const Actor& actor) {
    const auto decided = keeper_.Decide(item.id, {verb, outcome, "why"}, actor);
    const auto* error = std::get_if<FieldError>(&decided);
    return error == nullptr ? "" : error->field + ": " + error->reason;
  }

  // After everything that is shown later.
  struct LateClock final : Clock {
    TimeMs NowMs() const override { return kImported + 7 * 86'400'000ull; }
  } late_;
  InboxKeeper keeper_{kSurgery, TestCalendar(), *store_, registry_, answering_, late_, random_};
  const Actor alice_ = OfSchool("alice", kHilltop), bob_ = OfSchool("bob", kMeadow),
              zoe_ = OfSchool("zoe", kMeadow), all_ = ActorOf("root");
};

TEST_F(HubInbox, EachSchoolDecidesWhatWasAskedOfItAndHearsNothingOfTheOther) {
  Leave(0, Outcome::kBrokered, Outcome::kUrgent);
  const std::vector<InboxItem> alices = ItemsFor(alice_), bobs = ItemsFor(bob_);
  ASSERT_EQ(alices.size(), 1u);
  ASSERT_EQ(bobs.size(), 1u);
  EXPECT_EQ(alices[0].kind, ItemKind::kBrokered);
  EXPECT_EQ(bobs[0].kind, ItemKind::kUrgent);
  EXPECT_THAT(alices[0].records, ElementsAre(kHilltops));
  EXPECT_THAT(bobs[0].records, ElementsAre(kMeadows));
  EXPECT_EQ(ItemsFor(all_).size(), 2u);
  EXPECT_EQ(Decided(bobs[0], Verb::kDone, "contacted", alice_), "id: there is no such item");
  EXPECT_EQ(Decided(bobs[0], Verb::kDone, "contacted", bob_), "");
}

TEST_F(HubInbox, OfANoticeEachLiftsItsOwnShieldAndNoOther) {
  Leave(Noted::kShieldNotice, Outcome::kNothing, Outcome::kNothing);
  EXPECT_TRUE(Stored(kHilltops).shield_pending);
  EXPECT_TRUE(Stored(kMeadows).shield_pending);
  const InboxItem meadows = ItemsFor(bob_).at(0);
  EXPECT_EQ(Decided(meadows, Verb::kRefuse, "", bob_), "");
  // The second person is of the school too.
  EXPECT_EQ(Decided(meadows, Verb::kRefuse, "", alice_), "id: there is no such item");
  EXPECT_TRUE(Stored(kMeadows).shield_pending);
  EXPECT_EQ(Decided(meadows, Verb::kRefuse, "", zoe_), "");
  EXPECT_FALSE(Stored(kMeadows).shield_pending);
  EXPECT_TRUE(Stored(kHilltops).shield_pending);
}

// Of so many rows of one school most are mistyped, and when they are put right the one that was
// left out would stand alone, and open.
TEST_F(HubInbox, ANoticeShieldsWhatWasLeftOutWhenItCame) {
  std::vector<Record> rows;
  for (size_t i = 0; i < kRecordsOfOneOwner; ++i) {
    rows.push_back(Of(kHilltop, std::to_string(100 + i), kOne));
  }
  Import(rows);
  const auto last = static_cast<RecordId>(kMeadows + kRecordsOfOneOwner);
  TestHolder node;
  node.holder.SetOfAHub();
  for (RecordId id = 1; id <= last; ++id) node.Hold(Stored(id), {1});
  Statement notice = BasicStatement(kSharedNode);
  notice.purpose = Purpose::kConcern;
  notice.flags = kFlagShieldNotice;
  ASSERT_FALSE(node.Give(Ask(notice, random_).frame).refusal);
  const SlotBatch batch = node.Answers();
  const Noted& noted = batch.records.at(0).noted;
  EXPECT_EQ(noted.reasons, Noted::kShieldNotice | Noted::kMoreRecords);
  ASSERT_FALSE(std::ranges::any_of(
      noted.decisions, [&](const Noted::Decision& d) { return d.record == last; }));
  store_->CommitSlot(batch);
  ASSERT_TRUE(keeper_.WorkOff(*store_->ReadJournal(100)).ok());

  EXPECT_EQ(ItemsFor(alice_).at(0).records.size(), kRecordsOfOneOwner + 1);
  EXPECT_THAT(ItemsFor(alice_).at(0).records, testing::Contains(last));
  EXPECT_THAT(ItemsFor(bob_).at(0).records, ElementsAre(kMeadows));
  EXPECT_FALSE(Stored(kHilltopsOther).shield_pending);
  for (RecordId id = 1; id < last; ++id) {
    if (id == kHilltopsOther || id == kMeadows) continue;
    const Record gone = Stored(id);
    ASSERT_TRUE(IsDone(registry_.Erase({gone.source, gone.source_id}, ByAt(kImported))));
  }
  TestHolder later;
  later.Hold(Stored(last), {1});
  const Question asked = Ask(BasicStatement(), random_);
  ASSERT_FALSE(later.Give(asked.frame).refusal);
  EXPECT_FALSE(AnswerIn(later.Answers().records.at(0).wire, asked, kSurgery).disclosed);
}

// That another school's record has another date of birth says that there is one.
TEST_F(HubInbox, OfANoticeEachHearsOfItsOwnDatesOfBirth) {
  Leave(Noted::kShieldNotice | Noted::kPossibleWrongChild, Outcome::kNothing, Outcome::kNothing,
        Noted::kBirthInDoubt);
  EXPECT_THAT(ItemsFor(alice_).at(0).about, testing::Not(testing::HasSubstr("date of birth")));
  EXPECT_THAT(ItemsFor(bob_).at(0).about, testing::HasSubstr("date of birth differs"));
}

TEST_F(HubInbox, WhatASchoolLowersIsItsOwn) {
  ASSERT_TRUE(IsDone(registry_.Close(kNumber, ByPersonOf(kHilltop))));
  ASSERT_TRUE(IsDone(registry_.Close(kNumber, ByPersonOf(kMeadow))));
  const InboxItem item = std::get<InboxItem>(
      keeper_.ProposeLowering({Lowered::kClosed}, {kMeadows}, "a slip", bob_));
  EXPECT_THAT(item.organisations, ElementsAre(kMeadow));
  EXPECT_THAT(ItemsFor(alice_), IsEmpty());
  EXPECT_EQ(Decided(item, Verb::kApprove, "", alice_), "id: there is no such item");
  EXPECT_EQ(Decided(item, Verb::kApprove, "", zoe_), "");
  EXPECT_FALSE(Stored(kMeadows).restrictions.closed);
  EXPECT_TRUE(Stored(kHilltops).restrictions.closed);
  Import({Of(kMeadow, "7", kOne), Of(kHilltop, "7", kOne)});
  EXPECT_FALSE(Stored(4).restrictions.closed);
  EXPECT_TRUE(Stored(5).restrictions.closed);
}

// Who looks a record up in the trail finds who opened it, also what came after the two had looked.
TEST_F(HubInbox, TheTrailNamesAllThatWasOpened) {
  ASSERT_TRUE(IsDone(registry_.Close(kNumber, ByPersonOf(kMeadow))));
  const InboxItem item = std::get<InboxItem>(
      keeper_.ProposeLowering({Lowered::kClosed}, {kMeadows}, "a slip", bob_));
  Import({Of(kMeadow, "7", kOne)});
  const uint64_t before = store_->trail_head().number;
  EXPECT_EQ(Decided(item, Verb::kApprove, "", zoe_), "");
  EXPECT_FALSE(Stored(4).restrictions.closed);
  std::vector<std::string> opened;
  ASSERT_TRUE(store_->ForEachTrailEntry(before, [&](const TrailEntry& entry, const TrailHead&) {
    for (const TrailFact& fact : entry.about) {
      if (fact.fact == Fact::kRecord) opened.push_back(fact.value);
    }
    return true;
  }).ok());
  EXPECT_THAT(opened, ElementsAre("3", "4"));
}

// Or two people of the one would have the other's record answer, whoever it is of.
TEST_F(HubInbox, AConflictIsSettledByOneOfEach) {
  Record ben = Of(kMeadow, "8", kTwo);
  ben.given_name = "Ben";
  ben.born = *Date::FromYmd(20180702);
  Import({ben});
  const InboxItem item = ItemsFor(bob_).at(0);
  EXPECT_EQ(Decided(item, Verb::kDone, "settled", bob_), "");
  EXPECT_EQ(Decided(item, Verb::kDone, "settled", zoe_),
            "user: acts for the organisation that has said so before, and it takes the other");
  EXPECT_TRUE(Stored(kHilltopsOther).in_dispute);
  EXPECT_EQ(Decided(item, Verb::kDone, "settled", alice_), "");
  EXPECT_FALSE(Stored(kHilltopsOther).in_dispute);
}

TEST_F(HubInbox, AConflictIsForBoth) {
  Record ben = Of(kMeadow, "8", kTwo);
  ben.given_name = "Ben";
  ben.born = *Date::FromYmd(20180702);
  // Who imports is not told: a dry run would say who is at the other school.
  EXPECT_EQ(Import({ben}).disputed, 0u);
  EXPECT_TRUE(Stored(kHilltopsOther).in_dispute);
  EXPECT_THAT(ItemsFor(alice_).at(0).organisations, ElementsAre(kHilltop, kMeadow));
  EXPECT_EQ(ItemsFor(bob_).size(), 1u);
}

// Its alarm is written before its records are, and somebody may list the inbox between the two.
TEST_F(HubInbox, AConflictIsForBothAlsoWhileItsRecordsAreNotThere) {
  Record ben = Of(kMeadow, "8", kTwo);
  ben.given_name = "Ben";
  ben.born = *Date::FromYmd(20180702);
  Import({ben});
  ASSERT_TRUE(IsDone(registry_.Erase({"100001/school", "2"}, ByAt(kImported))));
  ASSERT_TRUE(IsDone(registry_.Erase({"100002/school", "8"}, ByAt(kImported))));
  const std::vector<InboxItem> alices = ItemsFor(alice_);
  ASSERT_EQ(alices.size(), 1u);
  EXPECT_THAT(alices[0].organisations, ElementsAre(kHilltop, kMeadow));
  EXPECT_EQ(ItemsFor(bob_).size(), 1u);
}

TEST_F(HubInbox, WhatIsOfNobodyIsForWhoActsForAll) {
  ASSERT_TRUE(IsDone(registry_.Erase({"100001/school", "1"}, ByAt(kImported))));
  Leave(0, Outcome::kBrokered, Outcome::kContact);
  EXPECT_THAT(ItemsFor(alice_), IsEmpty());
  EXPECT_THAT(ItemsFor(bob_), IsEmpty());
  EXPECT_EQ(ItemsFor(all_).size(), 1u);
}

TEST_F(HubInbox, AQuestionIsApprovedByTheAskersOwn) {
  QuestionToApprove question{ActorOf("dan").ref, Purpose::kConcern, false, "C-1",
                             About(kOne, ""), 20150314, kHilltop};
  const std::string id = keeper_.RequestApproval(question);
  const InboxItem item = *keeper_.Find(id);
  EXPECT_EQ(Decided(item, Verb::kApprove, "", bob_), "id: there is no such item");
  EXPECT_EQ(Decided(item, Verb::kApprove, "", alice_), "");
  // And for that school.
  QuestionToApprove elsewhere = question;
  elsewhere.organisation = kMeadow;
  EXPECT_TRUE(std::holds_alternative<FieldError>(keeper_.UseApproval(id, elsewhere)));
  EXPECT_TRUE(std::holds_alternative<PersonRef>(keeper_.UseApproval(id, question)));
}

// Decision 20: the other school hears of it as any holder does, and has its own records to shield.
TEST_F(HubRecords, ANoticeShieldsTheRecordsOfTheSchoolThatSendsIt) {
  InboxKeeper inbox(kSurgery, TestCalendar(), *store_, registry_, answering_, clock_, random_);
  ASSERT_TRUE(inbox.Load().ok());
  Statement notice = BasicStatement(kSurgery);
  notice.purpose = Purpose::kConcern;
  notice.flags = kFlagShieldNotice;
  notice.subject[0] = {kNhs, kOne};
  RocksdbStore::NewQuestion question{{}, "receipt", WipedBytes(Bytes(9, 1)), std::nullopt};
  question.row.asked_for.organisation = kHilltop;
  InboxKeeper::Raised raised;
  ASSERT_TRUE(inbox.OnAsked(notice, true, {}, std::move(question), raised).ok());
  EXPECT_TRUE(Stored(kHilltops).shield_pending);
  EXPECT_FALSE(Stored(kHilltopsOther).shield_pending);
  EXPECT_FALSE(Stored(kMeadows).shield_pending);
  const auto items = inbox.Items(false).value();
  ASSERT_EQ(items.size(), 2u);
  for (const InboxItem& item : items) EXPECT_THAT(item.organisations, ElementsAre(kHilltop));
}

}  // namespace
}  // namespace whoelse
