// The inbox over the store on the disk: what answering left becomes items and shields, decisions are
// carried out, and a restart forgets none of it.
#include "node/inbox_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/folder.h"
#include "tests/node/backup_maker.h"
#include "tests/node/import_all.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/register.h"
#include "tests/protocol/roster_fixture.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr AgencyId kMe = kSurgery, kRefuge = kSchools;

class SetClock final : public Clock {
 public:
  TimeMs NowMs() const override { return now; }
  TimeMs now = At(20261123, 10);
};

class InboxKeeperTest : public testing::Test {
 protected:
  InboxKeeperTest()
      : store_(*RocksdbStore::Open(folder_ / "data",
                                   MasterKey(Secret<32>::From(std::array<uint8_t, 32>{7})),
                                   LeadKey(), random_)),
        answering_({kMe, IdentityKeyOfAgency(kMe)}, VectorAnchor(), *store_, folder_ / "evidence",
                   std::nullopt, board_, clock_, random_),
        registry_(*store_, answering_, false) {
    EXPECT_TRUE(registry_.Load({1}).ok());
    std::vector<Record> records;
    for (const char* number : {"9990000018", "9990000026"}) {
      Record record = BasicRecord(number);
      record.source = "school";
      record.source_id = number;
      records.push_back(record);
    }
    ImportAll(registry_, records, clock_.now);
    Restart();
  }
  static X25519PublicKey LeadKey() {
    X25519PublicKey key;
    key.data()[0] = 9;
    return key;
  }
  void Restart() {
    keeper_ = std::make_unique<InboxKeeper>(kMe, TestCalendar(), *store_, registry_, answering_,
                                            clock_, random_);
    ASSERT_TRUE(keeper_->Load().ok());
  }
  // A second later the keeper has a store that was made of this backup.
  void Restore(const std::string& backup) {
    keeper_.reset();
    ASSERT_TRUE(RestoreInto(folder_ / "restored", backup, clock_.now + 1000, random_).ok());
    before_ = std::exchange(
        store_, *RocksdbStore::Open(folder_ / "restored", TestMaster(), LeadKey(), random_));
    Restart();
  }
  // As answering leaves it, then worked off.
  void Leave(Noted noted) {
    noted.received_ms = clock_.now;
    noted.frame_hash = random_.NewFixed<FrameHash>();
    if (noted.power == Power{}) noted.power = Power::kCa1989S47;
    SlotRecord record{};
    record.frame_hash = noted.frame_hash;
    record.wire = Bytes(kWireSize);
    record.noted = noted;
    store_->CommitSlot({clock_.now, {record}});
    const auto entries = store_->ReadJournal(100);
    ASSERT_TRUE(entries.ok());
    ASSERT_TRUE(keeper_->WorkOff(*entries).ok());
    EXPECT_THAT(store_->ReadJournal(100).value(), IsEmpty());
  }
  static Noted Question(AgencyId agency, Purpose purpose, Outcome outcome, RecordId record = 1) {
    Noted noted;
    noted.agency = agency;
    noted.practitioner_ref = ActorOf("carol").ref;
    noted.purpose = purpose;
    noted.decisions = {{record, outcome, 0}};
    return noted;
  }
  static Noted Notice(AgencyId agency, bool repeated, std::vector<RecordId> records = {1}) {
    Noted noted = Question(agency, Purpose::kConcern, Outcome::kNothing);
    noted.reasons = Noted::kShieldNotice;
    noted.decisions.clear();
    for (RecordId record : records) noted.decisions.push_back({record, Outcome::kNothing, 0});
    if (repeated) noted.practitioner_ref = PersonRef();
    return noted;
  }
  // A question of this agency's own, as its frame leaves; its number.
  std::string Ask(const Statement& statement, bool held, InboxKeeper::Raised& raised) {
    RocksdbStore::NewQuestion question{{}, "receipt", WipedBytes(Bytes(9, 1)), std::nullopt};
    question.row.frame_hash = random_.NewFixed<FrameHash>();
    question.row.asked_for.case_reference = "C-7";
    const std::string number = ReceiptNumber(question.row.frame_hash);
    const absl::Status asked = keeper_->OnAsked(statement, held, {"local:dan", "local:bob"},
                                                std::move(question), raised);
    EXPECT_TRUE(asked.ok()) << asked;
    return number;
  }
  std::string Ask(const Statement& statement, bool held = true) {
    InboxKeeper::Raised raised;
    return Ask(statement, held, raised);
  }
  static Statement Dans(Purpose purpose, const std::string& number = "9990000018") {
    Statement statement{};
    statement.agency = kMe;
    statement.practitioner_ref = ActorOf("dan").ref;
    statement.purpose = purpose;
    statement.power = Power::kCa1989S47;
    statement.born = kBorn;
    statement.subject[0] = {KeyType::kNhsNumber, number};
    return statement;
  }
  static Statement DansNotice() {
    Statement statement = Dans(Purpose::kConcern);
    statement.flags = kFlagShieldNotice;
    return statement;
  }
  std::vector<ItemKind> Kinds(bool done = false) {
    std::vector<ItemKind> kinds;
    const auto items = keeper_->Items(done);
    EXPECT_TRUE(items.ok()) << items.status();
    for (const InboxItem& item : *items) kinds.push_back(item.kind);
    return kinds;
  }
  std::string IdOf(ItemKind kind, AgencyId from) {
    const std::vector<InboxItem> items = keeper_->Items(false).value();
    for (const InboxItem& item : items) {
      if (item.kind == kind && item.from == from) return item.id;
    }
    ADD_FAILURE() << "none of " << Name(kind);
    return "";
  }
  // Whether it worked.
  bool Decide(const std::string& id, Verb verb, const char* who) {
    return std::holds_alternative<InboxItem>(keeper_->Decide(id, {verb, "", "why"}, ActorOf(who)));
  }
  Record At1(RecordId id = 1) { return store_->ReadRecord(id).value(); }

  TestFolder folder_;
  SeededRandom random_{20261122};
  SetClock clock_;
  RosterBoard board_;
  std::unique_ptr<RocksdbStore> store_;
  std::unique_ptr<RocksdbStore> before_;   // what store_ was before a restore
  Answering answering_;
  Registry registry_;
  std::unique_ptr<InboxKeeper> keeper_;
};

TEST_F(InboxKeeperTest, WhatAnsweringLeftBecomesItems) {
  Leave(Noted{});   // a frame that opened nothing
  EXPECT_THAT(Kinds(), IsEmpty());
  Leave(Question(kRefuge, Purpose::kSection17, Outcome::kContact));
  EXPECT_THAT(Kinds(), IsEmpty());
  Leave(Question(kRefuge, Purpose::kSection17, Outcome::kBrokered));
  Leave(Question(kRefuge, Purpose::kEmergency, Outcome::kUrgent));
  Restart();
  EXPECT_THAT(Kinds(), UnorderedElementsAre(ItemKind::kBrokered, ItemKind::kUrgent,
                                            ItemKind::kEmergencyReview));
  // Not found before it is shown, whoever knows its id.
  const std::string id = IdOf(ItemKind::kBrokered, kRefuge);
  EXPECT_TRUE(absl::IsNotFound(keeper_->Find(id).status()));
  clock_.now = At(20261123, 13, 30);
  EXPECT_TRUE(keeper_->Find(id).ok());
}

// Also one that the ledger's entry has no room for.
TEST_F(InboxKeeperTest, ANoticeShieldsEveryRecordThatItFound) {
  std::vector<RecordId> found;
  for (RecordId gone = 100; gone < 100 + kNotedDecisionsMax; ++gone) found.push_back(gone);
  found.push_back(2);
  Leave(Notice(kRefuge, false, found));
  EXPECT_TRUE(At1(2).shield_pending);
}

// And what it did not look at, since there were too many, whatever code is in its row.
TEST_F(InboxKeeperTest, ANoticeShieldsWhatWasLeftOutWhenItCame) {
  Record left_out = BasicRecord("9990000018");
  left_out.source = "clinic";
  left_out.source_id = "1";
  left_out.organisation_code = "100001";
  ImportAll(registry_, {left_out}, clock_.now);
  Noted notice = Notice(kRefuge, false);
  notice.reasons |= Noted::kMoreRecords;
  notice.decisions[0].more = true;
  Leave(notice);
  EXPECT_TRUE(At1(1).shield_pending && At1(3).shield_pending);
  EXPECT_FALSE(At1(2).shield_pending);
  clock_.now += 600'000;
  const std::string id = IdOf(ItemKind::kShieldNotice, kRefuge);
  ASSERT_TRUE(Decide(id, Verb::kRefuse, "alice") && Decide(id, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1(1).shield_pending || At1(3).shield_pending);
}

TEST_F(InboxKeeperTest, AShieldTakesTwoToLiftAndKeepsWhatWasThereBefore) {
  Record own = BasicRecord("9990000026");
  own.source = "school";
  own.source_id = "9990000026";
  own.restrictions.shielded = true;
  ImportAll(registry_, {own}, clock_.now);
  Leave(Notice(kRefuge, false, {1, 2}));
  EXPECT_TRUE(At1(1).shield_pending && At1(2).shield_pending);
  EXPECT_FALSE(At1(1).restrictions.shielded);
  clock_.now += 600'000;
  const std::string id = IdOf(ItemKind::kShieldNotice, kRefuge);
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "alice"));
  EXPECT_FALSE(Decide(id, Verb::kRefuse, "alice"));
  EXPECT_TRUE(At1(1).shield_pending);
  Restart();   // the first word is kept
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1(1).shield_pending || At1(2).shield_pending);
  EXPECT_FALSE(At1(1).restrictions.shielded);
  EXPECT_TRUE(At1(2).restrictions.shielded);
  EXPECT_THAT(Kinds(true), ElementsAre(ItemKind::kShieldNotice));
}

TEST_F(InboxKeeperTest, AConfirmedShieldIsTheRecordsOwn) {
  Leave(Notice(kRefuge, false));
  clock_.now += 600'000;
  EXPECT_TRUE(Decide(IdOf(ItemKind::kShieldNotice, kRefuge), Verb::kApprove, "alice"));
  EXPECT_TRUE(At1().restrictions.shielded);
  EXPECT_TRUE(At1().shield_pending);   // goes on covering what is imported about the child
}

TEST_F(InboxKeeperTest, RepetitionsNeverReopenADecision) {
  Leave(Notice(kRefuge, false));
  Leave(Notice(kRefuge, true));
  Leave(Notice(kRefuge, false));
  EXPECT_THAT(Kinds(), ElementsAre(ItemKind::kShieldNotice));
  clock_.now += 600'000;
  const std::string id = IdOf(ItemKind::kShieldNotice, kRefuge);
  ASSERT_TRUE(Decide(id, Verb::kRefuse, "alice") && Decide(id, Verb::kRefuse, "bob"));
  Restart();
  Leave(Notice(kRefuge, true));
  EXPECT_THAT(Kinds(), IsEmpty());
  EXPECT_FALSE(At1().shield_pending);
  Leave(Notice(kRefuge, true, {1, 2}));   // the second one came since
  EXPECT_FALSE(At1(1).shield_pending);
  EXPECT_TRUE(At1(2).shield_pending);
  EXPECT_THAT(keeper_->Items(false).value().at(0).records, ElementsAre(2));
  Leave(Notice(kRefuge, false));   // people there, anew
  EXPECT_TRUE(At1(1).shield_pending);
}

TEST_F(InboxKeeperTest, LiftingOneNoticeLeavesAnothers) {
  Leave(Notice(kRefuge, false));
  Leave(Notice(kPolice, false));
  clock_.now += 600'000;
  for (AgencyId sender : {kRefuge, kPolice}) {
    EXPECT_TRUE(At1().shield_pending);
    const std::string id = IdOf(ItemKind::kShieldNotice, sender);
    ASSERT_TRUE(Decide(id, Verb::kRefuse, "alice") && Decide(id, Verb::kRefuse, "bob"));
  }
  EXPECT_FALSE(At1().shield_pending);
}

TEST_F(InboxKeeperTest, AShieldOfOnesOwnIsLiftedWholeByTwoPeople) {
  const auto propose = [&](const char* who, std::vector<RecordId> records = {1}) {
    const auto proposed = keeper_->ProposeLowering({}, records, "the order ended", ActorOf(who));
    const auto* error = std::get_if<FieldError>(&proposed);
    return error != nullptr ? error->field : std::get<InboxItem>(proposed).id;
  };
  Leave(Notice(kRefuge, false));
  EXPECT_EQ(propose("alice"), "nhs-number");   // the notice waits for a decision
  clock_.now += 600'000;
  ASSERT_TRUE(Decide(IdOf(ItemKind::kShieldNotice, kRefuge), Verb::kApprove, "alice"));
  ASSERT_TRUE(At1().restrictions.shielded);
  EXPECT_EQ(std::get<FieldError>(keeper_->ProposeLowering({}, {1}, " ", ActorOf("alice"))).field, "reason");
  const std::string id = propose("alice");
  EXPECT_EQ(propose("bob"), "nhs-number");     // it is proposed already
  EXPECT_FALSE(Decide(id, Verb::kRefuse, "alice"));
  EXPECT_TRUE(At1().restrictions.shielded && At1().shield_pending);
  Restart();                                   // the first word is kept
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1().restrictions.shielded || At1().shield_pending);
  Restart();
  Leave(Notice(kRefuge, true));                // the sender's node repeats it
  EXPECT_FALSE(At1().shield_pending);
  Leave(Notice(kRefuge, false));               // people there send it anew
  EXPECT_TRUE(At1().shield_pending);
}

TEST_F(InboxKeeperTest, ANoticeThatCameSinceIsDecidedBeforeALift) {
  const std::string id =
      std::get<InboxItem>(keeper_->ProposeLowering({}, {1}, "the order ended", ActorOf("alice"))).id;
  Leave(Notice(kRefuge, false));
  EXPECT_FALSE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_TRUE(At1().shield_pending);
  EXPECT_TRUE(Decide(id, Verb::kApprove, "bob"));   // to keep it needs nothing else
}

// Who sent a notice must not be one of the two who take the shield away.
TEST_F(InboxKeeperTest, NobodyLiftsWhatTheyHadShielded) {
  Leave(Notice(kMe, false));   // by carol
  clock_.now += 600'000;
  ASSERT_TRUE(Decide(IdOf(ItemKind::kShieldNotice, kMe), Verb::kApprove, "alice"));
  const auto by_sender = keeper_->ProposeLowering({}, {1}, "the order ended", ActorOf("carol"));
  EXPECT_EQ(std::get<FieldError>(by_sender).field, "user");
  Restart();                   // it is known by the item that is done
  const std::string id =
      std::get<InboxItem>(keeper_->ProposeLowering({}, {1}, "the order ended", ActorOf("alice"))).id;
  EXPECT_FALSE(Decide(id, Verb::kRefuse, "carol"));
  EXPECT_TRUE(At1().restrictions.shielded);
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1().restrictions.shielded);
}

// They are those of years, and what answering left waits meanwhile.
TEST_F(InboxKeeperTest, ALiftReadsNothingOfWhatIsDone) {
  store_->WriteInbox({{"0000-0000-0000", true, "no item"}});
  ASSERT_FALSE(keeper_->Items(true).ok());
  const auto proposed = keeper_->ProposeLowering({}, {1}, "the order ended", ActorOf("alice"));
  ASSERT_TRUE(std::holds_alternative<InboxItem>(proposed));
  EXPECT_TRUE(Decide(std::get<InboxItem>(proposed).id, Verb::kRefuse, "bob"));
}

TEST_F(InboxKeeperTest, WhatIsClosedStaysShielded) {
  TrailNote note;
  note.deed = Deed::kCloseNumber;
  note.at_ms = clock_.now;
  ASSERT_TRUE(std::holds_alternative<std::monostate>(
      registry_.Close(*NhsNumber::Parse("9990000018"), {note, Organisations::All()})));
  const std::string id =
      std::get<InboxItem>(keeper_->ProposeLowering({}, {1}, "the order ended", ActorOf("alice"))).id;
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_TRUE(At1().restrictions.shielded);
}

// As a feed raised it, and raises it again.
TEST_F(InboxKeeperTest, EachRestrictionIsTakenAwayByTwoPeopleAndNoOther) {
  Record row = BasicRecord("9990000018");
  row.source = "school";
  row.source_id = "9990000018";
  row.restrictions = {.shielded = true, .call_back_only = true, .covert = true,
                      .subject_access_exempt = true};
  struct {
    Lowered what;
    bool Restrictions::*restriction;
  } const cases[] = {{Lowered::kCovert, &Restrictions::covert},
                     {Lowered::kCallBackOnly, &Restrictions::call_back_only},
                     {Lowered::kSubjectAccessExempt, &Restrictions::subject_access_exempt}};
  for (const auto& c : cases) {
    SCOPED_TRACE(Name(c.what));
    ImportAll(registry_, {row}, clock_.now);
    ASSERT_EQ(At1().restrictions, row.restrictions);
    const auto propose = [&](const char* who) {
      const auto proposed =
          keeper_->ProposeLowering({c.what}, {1}, "she left the witness scheme", ActorOf(who));
      const auto* error = std::get_if<FieldError>(&proposed);
      return error != nullptr ? error->field : std::get<InboxItem>(proposed).id;
    };
    const uint64_t before = store_->trail_head().number;
    const std::string id = propose("alice");
    EXPECT_EQ(propose("bob"), "nhs-number");   // it is proposed already
    EXPECT_FALSE(Decide(id, Verb::kApprove, "alice"));
    EXPECT_EQ(At1().restrictions, row.restrictions);
    Restart();                                 // the first word is kept
    EXPECT_TRUE(Decide(id, Verb::kApprove, "bob"));
    Restrictions left = row.restrictions;
    left.*c.restriction = false;
    EXPECT_EQ(At1().restrictions, left);
    EXPECT_EQ(store_->trail_head().number, before + 2);
  }
}

TEST_F(InboxKeeperTest, OneWhoKeepsARestrictionEndsIt) {
  const std::string id = std::get<InboxItem>(keeper_->ProposeLowering(
      {Lowered::kCovert}, {1}, "she left the witness scheme", ActorOf("alice"))).id;
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_FALSE(Decide(id, Verb::kApprove, "carol"));
  EXPECT_EQ(keeper_->Find(id)->steps.back().outcome, "kept");
}

// A service that was missing from the map on the first day.
TEST_F(InboxKeeperTest, AClassIsTakenAnewByTwoPeople) {
  Record row = BasicRecord("9990000018");
  row.source = "school";
  row.source_id = "9990000018";
  row.service_class = ServiceClass::kSensitive;
  ImportAll(registry_, {row}, clock_.now);
  row.service_class = ServiceClass::kUniversal;
  EXPECT_EQ(ImportAll(registry_, {row}, clock_.now).class_kept, 1u);
  ASSERT_EQ(At1().service_class, ServiceClass::kSensitive);
  const Lowering lowering{Lowered::kServiceClass, {{row.service, ServiceClass::kUniversal}}};
  const std::string id = std::get<InboxItem>(keeper_->ProposeLowering(
      lowering, {1}, "it was not in the map", ActorOf("alice"))).id;
  EXPECT_TRUE(Decide(id, Verb::kApprove, "bob"));
  EXPECT_EQ(At1().service_class, ServiceClass::kUniversal);
  EXPECT_TRUE(At1().earlier_until);   // and acts on its day
  EXPECT_EQ(ImportAll(registry_, {row}, clock_.now).class_kept, 0u);
}

// A slip: the export lost a number, and the next one had it again.
TEST_F(InboxKeeperTest, ANumberThatWasClosedIsOpenedByTwoPeopleAndTheNextImportFills) {
  Record row = BasicRecord("9990000018");
  row.source = "school";
  row.source_id = "9990000018";
  Record lost = row;
  lost.nhs_number.reset();
  ImportAll(registry_, {lost}, clock_.now);
  ImportAll(registry_, {row}, clock_.now);   // under a closed number: silent
  ASSERT_TRUE(At1(1).restrictions.closed && At1(3).restrictions.closed);
  const std::string id = std::get<InboxItem>(keeper_->ProposeLowering(
      {Lowered::kClosed}, {1}, "the export had lost its numbers", ActorOf("alice"))).id;
  EXPECT_TRUE(At1(1).restrictions.closed);
  EXPECT_TRUE(Decide(id, Verb::kApprove, "bob"));
  // All that is under it, with what they were not shown.
  EXPECT_FALSE(At1(1).restrictions.closed || At1(3).restrictions.closed);
  EXPECT_TRUE(At1(1).restrictions.shielded && At1(3).restrictions.shielded);
  ImportAll(registry_, {row}, clock_.now);
  EXPECT_FALSE(At1(3).restrictions.closed);
  EXPECT_FALSE(At1(3).end);                  // it goes on
  EXPECT_TRUE(At1(1).end);                   // no row speaks of this one any more
  const std::string shield = std::get<InboxItem>(keeper_->ProposeLowering(
      {}, {1, 3}, "nobody is hidden", ActorOf("alice"))).id;
  EXPECT_TRUE(Decide(shield, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1(3).restrictions.shielded);
}

TEST_F(InboxKeeperTest, AReportAndWhoPutWhatBackAreKept) {
  const auto none = keeper_->NoteReport({}, "", ActorOf("alice"));
  EXPECT_TRUE(std::holds_alternative<std::string>(none));
  const auto unsaid = keeper_->NoteReport({"record-1"}, "", ActorOf("alice"));
  EXPECT_EQ(std::get<FieldError>(unsaid).field, "reason");
  const auto back = keeper_->NoteReport({"record-1"}, "she knows of it", ActorOf("alice"));
  Restart();
  const auto item = keeper_->Find(std::get<std::string>(back));
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->steps.back().user, "local:alice");
  EXPECT_EQ(item->steps.back().reason, "she knows of it");
  EXPECT_EQ(item->about, R"({"put_back":["record-1"]})");
  EXPECT_THAT(Kinds(true), ElementsAre(ItemKind::kRightsRequest, ItemKind::kRightsRequest));
}

TEST_F(InboxKeeperTest, AnOpeningIsGivenByTwoPeopleAndTheTrailHasBoth) {
  const AskedInMonth asked{"6STF-5YE9-R7M2-Y7WH", clock_.now, Purpose::kConcern, "C-7",
                           ActorOf("dan").ref};
  const uint64_t before = store_->trail_head().number;
  const auto propose = [&](const char* who, const char* reason = "authority CR-2026-17") {
    const auto proposed = keeper_->ProposeOpening(asked, reason, ActorOf(who));
    const auto* error = std::get_if<FieldError>(&proposed);
    return error != nullptr ? error->field : std::get<InboxItem>(proposed).id;
  };
  EXPECT_EQ(propose("dan"), "user");            // asked it
  EXPECT_EQ(propose("alice", " "), "reason");
  EXPECT_EQ(store_->trail_head().number, before);   // nothing has happened yet
  const std::string id = propose("alice");
  EXPECT_EQ(propose("bob"), "number");          // it is proposed already
  Restart();                                    // the first word is kept
  EXPECT_FALSE(Decide(id, Verb::kApprove, "alice") || Decide(id, Verb::kApprove, "dan"));
  EXPECT_TRUE(Decide(id, Verb::kApprove, "bob"));
  std::vector<std::string> said;
  ASSERT_TRUE(store_->ForEachTrailEntry(before, [&](const TrailEntry& entry, const TrailHead&) {
    said.push_back(entry.user + " " + std::string(Name(entry.deed)) + " " + entry.about.at(0).value +
                   " " + entry.about.back().value);
    return true;
  }).ok());
  EXPECT_THAT(said, ElementsAre("local:alice receipt-propose-opening " + id + " " + asked.question,
                                "local:bob inbox " + id + " " + asked.question));
}

TEST_F(InboxKeeperTest, PeopleAreToldOnceOfWhatNobodyTook) {
  for (int day = 0; day < 3; ++day) {
    ASSERT_TRUE(keeper_->RaiseOnce(ItemKind::kLedgerToTake, "{}").ok());
    ASSERT_TRUE(keeper_->RaiseOnce(ItemKind::kLedgerLost, "{}").ok());
  }
  EXPECT_THAT(Kinds(), UnorderedElementsAre(ItemKind::kLedgerToTake, ItemKind::kLedgerLost));
  ASSERT_TRUE(keeper_->SetTaken(ActorOf("alice")).ok());
  EXPECT_THAT(Kinds(), ElementsAre(ItemKind::kLedgerLost));   // a person has to see that
  EXPECT_THAT(Kinds(true), ElementsAre(ItemKind::kLedgerToTake));
}

TEST_F(InboxKeeperTest, AlarmsAreItems) {
  const auto raise = [&](AlarmKind kind) {
    store_->AddAlarm(AlarmDocument({101, kind, 9, {"a note"}}, clock_.now));
  };
  for (int i = 0; i < 3; ++i) raise(AlarmKind::kLogRewritten);
  ASSERT_TRUE(keeper_->TakeUp().ok());
  EXPECT_THAT(Kinds(), ElementsAre(ItemKind::kLogAlarm));
  raise(AlarmKind::kLogRewritten);   // the same fault of the same log is one item
  raise(AlarmKind::kFrameUnlogged);
  Restart();
  EXPECT_THAT(Kinds(), ElementsAre(ItemKind::kLogAlarm, ItemKind::kLogAlarm));
  const std::vector<InboxItem> items = keeper_->Items(false).value();
  for (const InboxItem& item : items) {
    const bool rewritten = item.about.find("LOG_REWRITTEN") != std::string::npos;
    EXPECT_EQ(item.about.find("\"times\":4") != std::string::npos, rewritten) << item.about;
  }
}

TEST_F(InboxKeeperTest, FishingIsSeenOnBothSides) {
  for (Purpose purpose : {Purpose::kSection17, Purpose::kSection47, Purpose::kConcern}) {
    Leave(Question(kPolice, purpose, Outcome::kContact));
    Leave(Question(kMe, purpose, Outcome::kContact));   // watched where it was asked
  }
  const auto items = keeper_->Items(false).value();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].kind, ItemKind::kPossibleFishing);
  EXPECT_EQ(items[0].from, kPolice);
  for (Purpose purpose : {Purpose::kSection17, Purpose::kSection47, Purpose::kConcern}) {
    Ask(Dans(purpose));
  }
  ASSERT_EQ(Kinds().size(), 2u);
  const std::string own = IdOf(ItemKind::kPossibleFishing, kMe);
  clock_.now = At(20261124, 9);
  const auto by = [&](const char* who) {
    return std::holds_alternative<InboxItem>(
        keeper_->Decide(own, {Verb::kDone, "looked-at", "asked his manager"}, ActorOf(who)));
  };
  EXPECT_FALSE(by("dan"));   // nobody looks into themselves
  EXPECT_TRUE(by("alice"));
}

// In another frame, for a newer roster, it is the same question: one item, under the number that it left
// with last, and one for who counts.
TEST_F(InboxKeeperTest, AQuestionThatLeavesTwiceIsCountedOnce) {
  InboxKeeper::Raised emergency;
  Ask(Dans(Purpose::kEmergency), true, emergency);
  const std::string first = keeper_->Items(false).value().at(0).about;
  Ask(Dans(Purpose::kEmergency), true, emergency);
  ASSERT_THAT(Kinds(), ElementsAre(ItemKind::kEmergencyReview));
  EXPECT_NE(keeper_->Items(false).value()[0].about, first);
  const std::vector<std::string> numbers = {"9990000018", "9990010005", "9990020000", "9990030006",
                                            "9990040001"};
  for (const std::string& number : numbers) {   // ten in a row about children not held are an alarm
    InboxKeeper::Raised raised;
    for (int frame = 0; frame < 2; ++frame) {
      Ask(Dans(Purpose::kSection17, number), false, raised);
    }
  }
  EXPECT_THAT(Kinds(), ElementsAre(ItemKind::kEmergencyReview));
}

// Both of a notice's items, also the one that its own shield is decided by.
TEST_F(InboxKeeperTest, ANoticeThatLeavesTwiceIsKnownByItsLastNumber) {
  InboxKeeper::Raised raised;
  const std::string nobodys = Ask(DansNotice(), true, raised);
  const std::vector<InboxItem> before = keeper_->Items(false).value();
  const std::string number = Ask(DansNotice(), true, raised);
  const std::vector<InboxItem> items = keeper_->Items(false).value();
  ASSERT_EQ(items.size(), 2u);
  for (size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].id, before[i].id);
    EXPECT_EQ(items[i].records, before[i].records);
    EXPECT_THAT(before[i].about, testing::HasSubstr(nobodys));
    std::string renumbered = before[i].about;
    renumbered.replace(renumbered.find(nobodys), nobodys.size(), number);
    EXPECT_EQ(items[i].about, renumbered);
  }
  EXPECT_TRUE(At1().shield_pending);
}

// What people said of it in between stays said.
TEST_F(InboxKeeperTest, ANoticeThatLeavesTwiceKeepsWhatWasDecided) {
  InboxKeeper::Raised raised;
  Ask(DansNotice(), true, raised);
  clock_.now = At(20261124, 9);
  const std::string item = IdOf(ItemKind::kShieldNotice, kMe);
  ASSERT_TRUE(Decide(item, Verb::kRefuse, "alice"));
  const std::string number = Ask(DansNotice(), true, raised);
  EXPECT_EQ(keeper_->Find(item)->steps.size(), 1u);
  EXPECT_THAT(keeper_->Find(item)->about, testing::HasSubstr(number));
  ASSERT_TRUE(Decide(item, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1().shield_pending);
}

// By what is held: none of these records is enrolled, so that the index would find none.
TEST_F(InboxKeeperTest, ANoticeShieldsTheSendersOwnRecordsAsItIsSent) {
  Ask(DansNotice());
  EXPECT_TRUE(At1().shield_pending);
  EXPECT_FALSE(At1(2).shield_pending);
  EXPECT_THAT(Kinds(), UnorderedElementsAre(ItemKind::kShieldSent, ItemKind::kShieldNotice));
  const std::vector<InboxItem> items = keeper_->Items(false).value();
  for (const InboxItem& item : items) {
    EXPECT_EQ(item.asked_by, std::vector{ActorOf("dan").ref});   // who may not decide it
    if (item.kind != ItemKind::kShieldNotice) continue;
    EXPECT_THAT(item.records, ElementsAre(1));
  }
  // Its own frame, and its repetitions, come to this node too when it is enrolled: nothing new.
  Leave(Notice(kMe, false));
  Leave(Notice(kMe, true));
  EXPECT_EQ(Kinds().size(), 2u);
  Restart();
  Leave(Notice(kMe, true));
  EXPECT_EQ(Kinds().size(), 2u);
  EXPECT_TRUE(At1().shield_pending);
}

TEST_F(InboxKeeperTest, ASendersOwnShieldStaysLiftedUntilPeopleSendTheNoticeAnew) {
  Ask(DansNotice());
  clock_.now = At(20261124, 9);
  const std::string item = IdOf(ItemKind::kShieldNotice, kMe);
  EXPECT_FALSE(Decide(item, Verb::kRefuse, "dan"));
  ASSERT_TRUE(Decide(item, Verb::kRefuse, "alice") && Decide(item, Verb::kRefuse, "bob"));
  EXPECT_FALSE(At1().shield_pending);
  Leave(Notice(kMe, true));
  EXPECT_FALSE(At1().shield_pending);
  Ask(DansNotice());
  EXPECT_TRUE(At1().shield_pending);
}

TEST_F(InboxKeeperTest, AnApprovalIsGivenByAnotherAndUsedOnce) {
  QuestionToApprove question;
  question.practitioner = ActorOf("carol").ref;
  question.purpose = Purpose::kEarlyHelp;
  question.subject[0] = {KeyType::kNhsNumber, "9990000018"};
  const std::string id = keeper_->RequestApproval(question);
  const auto use = [&] { return keeper_->UseApproval(id, question).index(); };
  EXPECT_EQ(use(), 1u);   // not given yet
  EXPECT_FALSE(Decide(id, Verb::kApprove, "carol"));
  EXPECT_TRUE(Decide(id, Verb::kApprove, "alice"));
  Restart();
  EXPECT_EQ(use(), 0u);
  Restart();
  EXPECT_EQ(use(), 1u);
  EXPECT_EQ(keeper_->UseApproval("0000-0000-0000", question).index(), 1u);
}

// An out-of-hours role is let do alone what needs two people; somebody else says afterwards whether
// it was right, and a no is looked into.
TEST_F(InboxKeeperTest, WhatWasPutAloneOutOfHoursIsApprovedAfterwards) {
  clock_.now = At(20261127, 23);   // a Friday
  Statement statement = Dans(Purpose::kConcern);
  statement.flags = kFlagApprovalToFollow;
  Ask(statement, false);
  const std::string first = IdOf(ItemKind::kApprovalAfterwards, kMe);
  // Whoever would have been the second person before; never who asked.
  Actor approver = ActorOf("erin");
  approver.roles = {LocalRole::kApprover};
  const auto decide = [&](const std::string& id, Verb verb, const Actor& actor) {
    return std::holds_alternative<InboxItem>(
        keeper_->Decide(id, {verb, "", "no call is in the log"}, actor));
  };
  EXPECT_FALSE(decide(first, Verb::kApprove, ActorOf("dan")));
  EXPECT_TRUE(decide(first, Verb::kApprove, approver));
  EXPECT_THAT(Kinds(), IsEmpty());   // and that is all
  const std::string number = Ask(statement, false);
  Restart();
  const std::string second = IdOf(ItemKind::kApprovalAfterwards, kMe);
  // Nobody is woken for it; whom nobody answered by noon of Monday, the deputy hears of.
  const InboxItem waits = keeper_->Items(false).value().at(0);
  EXPECT_EQ(waits.due_ms, At(20261130, 12));
  EXPECT_EQ(PageDue(waits, waits.due_ms), std::nullopt);
  EXPECT_EQ(PageDue(waits, waits.due_ms + 11 * 60'000), Desk::kDeputy);
  const uint64_t before = store_->trail_head().number;
  EXPECT_FALSE(decide(second, Verb::kRefuse, ActorOf("dan")));
  EXPECT_TRUE(decide(second, Verb::kRefuse, approver));
  std::vector<std::string> said;
  ASSERT_TRUE(store_->ForEachTrailEntry(before, [&](const TrailEntry& entry, const TrailHead&) {
    std::string line = entry.user;
    for (const TrailFact& fact : entry.about) line += " " + fact.value;
    said.push_back(line);
    return true;
  }).ok());
  EXPECT_THAT(said, ElementsAre("local:erin " + second + " approval-afterwards refused " + number));
  Restart();
  ASSERT_THAT(Kinds(), ElementsAre(ItemKind::kNotApproved));
  const InboxItem raised = keeper_->Items(false).value().at(0);
  EXPECT_EQ(raised.asked_by, std::vector{ActorOf("dan").ref});
  for (const std::string& part :
       std::vector<std::string>{number, second, "local:erin", "local:bob", "no call is in the"}) {
    EXPECT_THAT(raised.about, testing::HasSubstr(part));
  }
  const auto look = [&](const Actor& actor) {
    return std::holds_alternative<InboxItem>(keeper_->Decide(
        raised.id, {Verb::kDone, "looked-at", "spoke with his manager"}, actor));
  };
  EXPECT_FALSE(look(ActorOf("dan")) || look(approver));
  EXPECT_TRUE(look(ActorOf("alice")));
}

TEST_F(InboxKeeperTest, PagesAreRememberedAcrossARestart) {
  Leave(Question(kRefuge, Purpose::kSection47, Outcome::kUrgent));
  const std::string id = IdOf(ItemKind::kUrgent, kRefuge);
  ASSERT_TRUE(keeper_->SetPaged(id, Desk::kLeadOfficer).ok());
  Restart();
  EXPECT_EQ(keeper_->Items(false).value().at(0).paged, Desk::kLeadOfficer);
  EXPECT_TRUE(absl::IsNotFound(keeper_->SetPaged("0000-0000-0000", Desk::kDeputy)));
}

// What people and feeds restricted since the backup is forgotten: one person, or a restart, lifts
// nothing; two people do, for good.
TEST_F(InboxKeeperTest, WhatARestoreShieldsIsLiftedByTwoPeople) {
  const std::string backup = BackedUp(*store_, clock_.now);
  Restore(backup);
  const auto shields = [&] { return (*store_->ReadRestored())->shields_everybody; };
  ASSERT_THAT(Kinds(), ElementsAre(ItemKind::kRestored));
  clock_.now += 2000;
  const std::string id = IdOf(ItemKind::kRestored, 0);
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "alice"));
  EXPECT_FALSE(Decide(id, Verb::kRefuse, "alice"));
  EXPECT_TRUE(shields());
  Restart();
  ASSERT_THAT(Kinds(), ElementsAre(ItemKind::kRestored));   // the same item, once
  EXPECT_TRUE(shields());
  EXPECT_TRUE(Decide(id, Verb::kRefuse, "bob"));
  EXPECT_FALSE(shields());
  Restart();
  EXPECT_THAT(Kinds(), IsEmpty());
}

// Whether it was used since the backup nobody knows.
TEST_F(InboxKeeperTest, AnApprovalOfBeforeARestoreDoesNotCount) {
  const QuestionToApprove question{ActorOf("carol").ref, Purpose::kConcern, false, "C-1", {}, 0};
  const std::string id = keeper_->RequestApproval(question);
  ASSERT_TRUE(Decide(id, Verb::kApprove, "alice"));
  const std::string backup = BackedUp(*store_, clock_.now);
  EXPECT_TRUE(std::holds_alternative<PersonRef>(keeper_->UseApproval(id, question)));
  Restore(backup);
  EXPECT_TRUE(std::holds_alternative<FieldError>(keeper_->UseApproval(id, question)));
}

}  // namespace
}  // namespace whoelse
