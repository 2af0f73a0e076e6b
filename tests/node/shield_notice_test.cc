// Which shield notice acts, over weeks of repetitions and decisions.
#include "node/shield_notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/inbox_document.h"
#include "tests/node/federation.h"
#include "tests/node/inbox_maker.h"
#include "tests/node/register.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr AgencyId kRefuge = kSocialCare, kOther = kPolice;

Noted NoticeFrom(AgencyId sender, bool repeated, std::vector<RecordId> records) {
  Noted noted;
  noted.received_ms = At(20261123, 10);
  noted.agency = sender;
  noted.purpose = Purpose::kConcern;
  noted.reasons = Noted::kShieldNotice;
  if (!repeated) noted.practitioner_ref = ActorOf("carol").ref;
  for (RecordId record : records) noted.decisions.push_back({record, Outcome::kNothing, 0});
  return noted;
}

InboxItem ItemFrom(AgencyId sender, std::vector<RecordId> records) {
  InboxItem item = ItemOf(ItemKind::kShieldNotice);
  item.from = sender;
  item.records = std::move(records);
  return item;
}

InboxItem Confirmed(const InboxItem& item) {
  return std::get<Acted>(Act(item, {Verb::kApprove, "", ""}, ActorOf("alice"), item.visible_ms)).item;
}
InboxItem Lifted(InboxItem item) {
  for (const char* who : {"alice", "bob"}) {
    item = std::get<Acted>(Act(item, {Verb::kRefuse, "", "another child"}, ActorOf(who),
                               item.visible_ms)).item;
  }
  return item;
}

TEST(NoticeBoardTest, ANoticeActsOnceUntilItIsLifted) {
  const InboxItem open = ItemFrom(kRefuge, {7});
  struct { const char* what; std::vector<InboxItem> known; bool by_people, repeated; } const cases[] = {
      {"never heard of", {}, true, true},
      {"open", {open}, false, false},
      {"confirmed", {open, Confirmed(open)}, false, false},
      {"waits for a second person",
       {std::get<Acted>(Act(open, {Verb::kRefuse, "", "why"}, ActorOf("alice"), open.visible_ms)).item},
       false, false},
      {"lifted", {open, Lifted(open)}, true, false},
      {"lifted and sent anew", {Lifted(open), open}, false, false},
      {"of another agency", {ItemFrom(kOther, {7})}, true, true},
      {"about another record", {ItemFrom(kRefuge, {8})}, true, true},
  };
  for (const auto& c : cases) {
    NoticeBoard board;
    for (const InboxItem& item : c.known) board.Learn(item);
    for (const bool repeated : {false, true}) {
      const bool acts = repeated ? c.repeated : c.by_people;
      EXPECT_EQ(board.ActsOn(NoticeFrom(kRefuge, repeated, {7})).size(), acts ? 1u : 0u) << c.what;
    }
  }
}

TEST(NoticeBoardTest, ItActsOnTheRecordThatCameSince) {
  NoticeBoard board;
  board.Learn(Lifted(ItemFrom(kRefuge, {7})));
  EXPECT_THAT(board.ActsOn(NoticeFrom(kRefuge, true, {7, 9})), ElementsAre(9));
}

TEST(NoticeBoardTest, LiftingOneNoticeLeavesAnothers) {
  NoticeBoard board;
  const InboxItem mine = ItemFrom(kRefuge, {7, 8}), other = ItemFrom(kOther, {8, 9});
  board.Learn(mine);
  board.Learn(other);
  EXPECT_THAT(board.FreedBy(mine), ElementsAre(7));
  board.Learn(Confirmed(other));
  EXPECT_THAT(board.FreedBy(mine), ElementsAre(7));
  board.Learn(Lifted(other));
  EXPECT_THAT(board.FreedBy(mine), ElementsAre(7, 8));
}

TEST(NoticeBoardTest, WhatIsLiftedWholeIsLiftedOfEverySender) {
  InboxItem whole = ItemOf(ItemKind::kShieldToLift);
  whole.records = {7, 8};
  NoticeBoard board;
  for (AgencyId sender : {kRefuge, kOther}) board.Learn(Confirmed(ItemFrom(sender, {7})));
  board.Learn(whole);   // proposed
  EXPECT_EQ(board.StandingOf(7, kRefuge), NoticeStanding::kStands);
  board.Learn(Lifted(whole));
  for (AgencyId sender : {kRefuge, kOther}) {
    EXPECT_EQ(board.StandingOf(7, sender), NoticeStanding::kLifted);
    EXPECT_THAT(board.ActsOn(NoticeFrom(sender, true, {7})), IsEmpty());
    EXPECT_THAT(board.ActsOn(NoticeFrom(sender, false, {7})), ElementsAre(7));
  }
  EXPECT_EQ(board.StandingOf(8, kRefuge), NoticeStanding::kNone);   // of whom it never heard
}

// Whatever became of it since, and whoever else sent one.
TEST(NoticeBoardTest, KnowsWhichOfThePeopleHereSentOne) {
  NoticeBoard board;
  InboxItem carols = ItemFrom(kSurgery, {7, 8});
  carols.asked_by = {ActorOf("carol").ref};
  board.Learn(Lifted(carols));
  board.Learn(ItemFrom(kOther, {7}));
  EXPECT_TRUE(board.WasSentBy(7, ActorOf("carol").ref) && board.WasSentBy(8, ActorOf("carol").ref));
  EXPECT_FALSE(board.WasSentBy(9, ActorOf("carol").ref) || board.WasSentBy(7, ActorOf("bob").ref));
}

TEST(NoticeBoardTest, OtherItemsSayNothingAboutShields) {
  NoticeBoard board;
  InboxItem item = ItemOf(ItemKind::kBrokered);
  item.from = kRefuge;
  item.records = {7};
  board.Learn(item);
  EXPECT_EQ(board.StandingOf(7, kRefuge), NoticeStanding::kNone);
  EXPECT_THAT(board.ActsOn(NoticeFrom(kRefuge, false, {})), IsEmpty());
}

// As at a holder whose index finds all that is held.
TEST(NoteOfSentTest, SaysWhichRecordsOfTheChildAreHeldAndWhatToCheck) {
  const Record known = BasicRecord(), other = BasicRecord(kOtherChild);
  Record by_upn = BasicRecord(""), others_upn = other, archived = known, born_otherwise = known;
  by_upn.upn = others_upn.upn = *Upn::Parse(kUpn);
  archived.archived_on = *Date::FromYmd(20260101);
  born_otherwise.born = *Date::FromYmd(20120909);
  struct {
    const char* what;
    std::vector<std::pair<RecordId, Record>> held;
    std::vector<RecordId> shields;
    int reasons;
    std::vector<RecordId> doubtful = {};
  } const cases[] = {
      {"one, found twice", {{7, known}, {7, known}}, {7}, 0},
      {"the one that answers for two", {{9, known}, {9, known}, {8, known}}, {8, 9}, 0},
      {"silent for good", {{7, known}, {8, archived}}, {7}, 0},
      {"by the UPN, without a number", {{7, known}, {8, by_upn}}, {7, 8}, 0},
      {"the UPN is of another number", {{7, known}, {8, others_upn}}, {7}, 0},
      {"born on another day", {{7, born_otherwise}}, {7}, Noted::kPossibleWrongChild, {7}},
      {"one of two born on another day", {{7, known}, {8, born_otherwise}}, {7, 8},
       Noted::kPossibleWrongChild, {8}},
      {"one of those it answers for", {{7, born_otherwise}, {7, known}}, {7},
       Noted::kPossibleWrongChild, {7}},
  };
  Statement statement = BasicStatement();
  statement.purpose = Purpose::kConcern;
  statement.flags = kFlagShieldNotice;
  statement.subject[1] = {KeyType::kUpn, kUpn};
  for (const auto& c : cases) {
    const Noted noted = NoteOfSent(statement, FrameHash(), 1000, c.held);
    std::vector<RecordId> shields, doubtful;
    for (const Noted::Decision& decision : noted.decisions) {
      shields.push_back(decision.record);
      EXPECT_TRUE(decision.Undecided()) << c.what;
      if (decision.IsInDoubt()) doubtful.push_back(decision.record);
    }
    EXPECT_EQ(doubtful, c.doubtful) << c.what;
    EXPECT_EQ(shields, c.shields) << c.what;
    EXPECT_EQ(noted.reasons, Noted::kShieldNotice | c.reasons) << c.what;
    EXPECT_EQ(noted.agency, statement.agency);
    EXPECT_EQ(noted.practitioner_ref, statement.practitioner_ref);
  }
}

}  // namespace
}  // namespace whoelse
