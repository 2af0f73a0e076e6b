// Inbox items on the disk and before people, and what a note asks for.
#include "node/inbox_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/node/inbox_maker.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::ordered_json;

constexpr AgencyId kMe = 1001, kAsker = 1003;

InboxItem FullItem() {
  InboxItem item = ItemOf(ItemKind::kShieldNotice);
  item.paged = Desk::kDeputy;
  item.asked_by = {ActorOf("carol").ref};
  item.from = kAsker;
  item.records = {17, 4'000'000'000};
  item.about = R"({"question":"6STF-5YE9-R7M2-Y7WH"})";
  item.fingerprint = std::string(64, 'b');
  item.organisations = {"100001", "100002"};
  item.steps = {{item.raised_ms + 5, "local:alice", ActorOf("alice").ref, "lifted",
                 "the \"refuge\" said so", {"100001"}},
                {item.raised_ms + 9, "local:bob", ActorOf("bob").ref, "lifted",
                 "of a version that kept no organisations"}};
  return item;
}

TEST(InboxDocument, ComesBackAsItWas) {
  for (size_t kind = 1; kind <= kItemKindNames.size(); ++kind) {
    const InboxItem item = ItemOf(static_cast<ItemKind>(kind));
    const auto back = ReadItem(ItemDocument(item));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, item);
  }
  EXPECT_EQ(ReadItem(ItemDocument(FullItem())).value(), FullItem());
}

TEST(InboxDocument, DamageIsSaid) {
  const std::string good = ItemDocument(FullItem());
  Json json = Json::parse(good);
  for (const auto& [key, value] : json.items()) {
    Json without = json, other = json;
    without.erase(key);
    other[key] = Json::object();
    EXPECT_TRUE(absl::IsDataLoss(ReadItem(other.dump()).status())) << key;
    if (key == "paged" || key == "asked_by" || key == "organisations") continue;   // may be missing
    EXPECT_TRUE(absl::IsDataLoss(ReadItem(without.dump()).status())) << key;
  }
  for (const std::string& bad : {std::string(), std::string("[]"), good + " ", good.substr(1)}) {
    EXPECT_TRUE(absl::IsDataLoss(ReadItem(bad).status()));
  }
  json["kind"] = "unheard-of";
  EXPECT_TRUE(absl::IsDataLoss(ReadItem(json.dump()).status()));
}

// As they were written before items had a state.
TEST(InboxDocument, TakesUpEarlierDocuments) {
  SeededRandom random(1);
  const TimeMs raised = At(20261127, 23);
  const Json old{{"kind", "urgent"}, {"received_ms", raised}, {"question", "6STF-5YE9-R7M2-Y7WH"},
                 {"agency", kAsker}, {"organisation", "E10000099"},
                 {"practitioner", std::string(32, 'a')}, {"purpose", "emergency"},
                 {"records", {{{"record", 7}, {"outcome", "urgent"}, {"row", "covert"}}}}};
  const auto item = TakeUpDocument(old.dump(), TestCalendar(), random);
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->kind, ItemKind::kUrgent);
  EXPECT_EQ(item->due_ms, raised + 2 * 3'600'000);
  EXPECT_EQ(item->from, kAsker);
  EXPECT_THAT(item->records, ElementsAre(7));
  EXPECT_EQ(Json::parse(item->about)["decisions"][0]["row"], "covert");
  EXPECT_EQ(ReadItem(ItemDocument(*item)).value(), *item);

  const Json alarm{{"log", 2}, {"alarm", "LOG_REWRITTEN"}, {"index", 9}, {"raised_ms", raised},
                   {"evidence", "a note\n"}};
  const auto alarmed = TakeUpDocument(alarm.dump(), TestCalendar(), random);
  ASSERT_TRUE(alarmed.ok()) << alarmed.status();
  EXPECT_EQ(alarmed->kind, ItemKind::kLogAlarm);
  EXPECT_EQ(alarmed->raised_ms, raised);
  EXPECT_EQ(Json::parse(alarmed->about), alarm);

  for (const char* key : {"kind", "received_ms", "agency", "purpose", "records"}) {
    Json bad = old;
    bad.erase(key);
    EXPECT_TRUE(absl::IsDataLoss(TakeUpDocument(bad.dump(), TestCalendar(), random).status())) << key;
  }
}

TEST(InboxDocument, AConflictSaysWhoseTheRecordsAreWhereOneCan) {
  SeededRandom random(1);
  const auto taken_up = [&](const std::set<std::string>& owners) {
    return *TakeUpDocument(ConflictDocument(Conflict::kOneNumber, {7, 9}, owners, At(20261123, 10)),
                           TestCalendar(), random);
  };
  const InboxItem item = taken_up({"100001", "100002"});
  EXPECT_EQ(item.kind, ItemKind::kIdentityConflict);
  EXPECT_EQ(item.raised_ms, At(20261123, 10));
  EXPECT_THAT(item.records, ElementsAre(7, 9));
  EXPECT_THAT(item.organisations, ElementsAre("100001", "100002"));
  EXPECT_EQ(ReadItem(ItemDocument(item)).value(), item);
  EXPECT_THAT(taken_up({"", "100002"}).organisations, IsEmpty());   // for who acts for all
  EXPECT_THAT(taken_up({""}).organisations, IsEmpty());             // no hub
  Json bad = Json::parse(ConflictDocument(Conflict::kOneNumber, {7, 9}, {"100001"}, 1));
  bad["organisations"] = "100001";
  EXPECT_TRUE(absl::IsDataLoss(TakeUpDocument(bad.dump(), TestCalendar(), random).status()));
}

TEST(InboxDocument, TheSameFaultAgainIsCounted) {
  SeededRandom random(1);
  const auto alarm = [&](int log, const char* name, TimeMs at) {
    const Json json{{"log", log}, {"alarm", name}, {"index", 9}, {"raised_ms", at}, {"evidence", "x"}};
    return *TakeUpDocument(json.dump(), TestCalendar(), random);
  };
  const TimeMs at = At(20261127, 23);
  InboxItem open = alarm(2, "LOG_BEHIND", at);
  EXPECT_FALSE(JoinAlarm(open, alarm(2, "LOG_REWRITTEN", at)));
  EXPECT_FALSE(JoinAlarm(open, alarm(3, "LOG_BEHIND", at)));
  EXPECT_FALSE(JoinAlarm(open, ItemOf(ItemKind::kBrokered)));
  EXPECT_FALSE(Json::parse(open.about).contains("times"));
  EXPECT_TRUE(JoinAlarm(open, alarm(2, "LOG_BEHIND", at + 1)));
  EXPECT_TRUE(JoinAlarm(open, alarm(2, "LOG_BEHIND", at + 2)));
  EXPECT_EQ(Json::parse(open.about)["times"], 3);
  EXPECT_EQ(Json::parse(open.about)["last_ms"], at + 2);
  EXPECT_EQ(ReadItem(ItemDocument(open)).value(), open);
  InboxItem done = std::get<Acted>(TheDecision(open, ActorOf("alice"))).item;
  EXPECT_FALSE(JoinAlarm(done, alarm(2, "LOG_BEHIND", at + 3)));   // somebody has to look again
}

TEST(InboxDocument, APageSaysWhatCanBeDone) {
  InboxItem item = ItemOf(ItemKind::kUrgent);
  item.about = "{}";
  const Json open = ItemPage(item, item.due_ms + 1);
  EXPECT_EQ(open["state"], "open");
  EXPECT_EQ(open["desk"], "deputy lead officer");
  EXPECT_EQ(open["overdue"], true);
  ASSERT_EQ(open["choices"].size(), 3u);
  EXPECT_EQ(open["choices"][1]["outcome"], "withheld");
  EXPECT_EQ(open["choices"][1]["needs_a_reason"], true);
  const InboxItem done = std::get<Acted>(TheDecision(item, ActorOf("alice"))).item;
  const Json page = ItemPage(done, item.due_ms + 1);
  EXPECT_EQ(page["state"], "done");
  EXPECT_EQ(page["overdue"], false);
  EXPECT_THAT(page["choices"], IsEmpty());
  EXPECT_EQ(page["decisions"][0]["user"], "local:alice");
  // A reference to a person is for the protocol, not for a screen.
  EXPECT_THAT(page.dump(), testing::Not(HasSubstr(ToHex(ActorOf("alice").ref))));
}

Noted NotedOf(Purpose purpose, uint8_t reasons, std::vector<Outcome> outcomes) {
  Noted noted;
  noted.received_ms = At(20261123, 10);
  noted.agency = kAsker;
  noted.practitioner_ref = ActorOf("carol").ref;
  noted.organisation = "E10000099";
  noted.purpose = purpose;
  noted.power = Power::kCa1989S47;
  noted.reasons = reasons;
  RecordId record = 7;
  for (Outcome outcome : outcomes) noted.decisions.push_back({record++, outcome, 0});
  return noted;
}

TEST(ItemsOfANote, OneForEachThingThatAPersonHasToDecide) {
  SeededRandom random(1);
  const auto kinds = [&](const Noted& noted) {
    std::string list;
    for (const InboxItem& item : ItemsOf(noted, kMe, {}, TestCalendar(), random)) {
      list += std::string(Name(item.kind)) + " ";
    }
    return list;
  };
  using O = Outcome;
  const Purpose s17 = Purpose::kSection17, emergency = Purpose::kEmergency;
  EXPECT_EQ(kinds(NotedOf(s17, 0, {O::kContact, O::kDutyLine, O::kNothing})), "");
  EXPECT_EQ(kinds(NotedOf(s17, 0, {O::kContact, O::kBrokered, O::kBrokered})), "brokered ");
  EXPECT_EQ(kinds(NotedOf(s17, 0, {O::kBrokered, O::kUrgent})), "urgent ");
  EXPECT_EQ(kinds(NotedOf(emergency, 0, {O::kContact})), "emergency-review ");
  EXPECT_EQ(kinds(NotedOf(emergency, 0, {O::kUrgent})), "urgent emergency-review ");
  EXPECT_EQ(kinds(NotedOf(s17, Noted::kPossibleWrongChild, {O::kNothing})), "possible-wrong-child ");
  EXPECT_EQ(kinds(NotedOf(s17, Noted::kTwoChildren | Noted::kContactWasWrong, {O::kContact})),
            "number-and-upn-differ contact-was-wrong ");
  EXPECT_EQ(kinds(NotedOf(s17, Noted::kContactWasWrong, {O::kDutyLine})), "contact-was-wrong ");
  EXPECT_EQ(kinds(NotedOf(s17, Noted::kContactWasWrong, {O::kNothing})), "");
  EXPECT_EQ(kinds(NotedOf(s17, Noted::kPurposeNotAllowed, {})), "purpose-not-allowed ");
  EXPECT_EQ(kinds(NotedOf(s17, Noted::kShieldNotice, {O::kNothing})), "shield-notice ");
  EXPECT_EQ(kinds(Noted{}), "");
}

// Of a child of two schools each decides for itself, and hears nothing of the other.
TEST(ItemsOfANote, AtAHubEachOrganisationGetsWhatIsItsOwn) {
  SeededRandom random(1);
  const Noted noted = NotedOf(Purpose::kSection17, 0,
                              {Outcome::kBrokered, Outcome::kContact, Outcome::kUrgent});
  const auto owner_of = [](RecordId record) { return record == 8 ? "100002" : "100001"; };
  const auto parts = PartsOf(noted, owner_of);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_TRUE(ItemsOf(parts.at("100002"), kMe, {"100002"}, TestCalendar(), random).empty());
  const auto items = ItemsOf(parts.at("100001"), kMe, {"100001"}, TestCalendar(), random);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].kind, ItemKind::kUrgent);
  EXPECT_THAT(items[0].records, ElementsAre(7, 9));
  EXPECT_THAT(items[0].organisations, ElementsAre("100001"));
  EXPECT_THAT(items[0].about, testing::Not(HasSubstr("\"record\":8")));
  // About no record: one part, of nobody.
  const auto none = PartsOf(NotedOf(Purpose::kSection17, Noted::kPurposeNotAllowed, {}), owner_of);
  EXPECT_EQ(none.begin()->first, "");
}

// Each week anew for six weeks it would be an item about what people here have decided.
TEST(ItemsOfANote, AWatchCallsNobody) {
  SeededRandom random(1);
  const auto kinds = [&](uint8_t reasons, Outcome outcome) {
    Noted watch = NotedOf(Purpose::kSection47, reasons, {outcome});
    watch.practitioner_ref = PersonRef();   // the node itself
    std::string list;
    for (const InboxItem& item : ItemsOf(watch, kMe, {}, TestCalendar(), random)) {
      list += std::string(Name(item.kind)) + " ";
    }
    return list;
  };
  EXPECT_EQ(kinds(Noted::kPossibleWrongChild, Outcome::kNothing), "");
  EXPECT_EQ(kinds(Noted::kTwoChildren, Outcome::kContact), "");
  EXPECT_EQ(kinds(Noted::kContactWasWrong, Outcome::kContact), "");
  EXPECT_EQ(kinds(Noted::kMoreRecords, Outcome::kContact), "");
  // An agency that asks what it may not is told of each time, and so is a notice.
  EXPECT_EQ(kinds(Noted::kPurposeNotAllowed, Outcome::kNothing), "purpose-not-allowed ");
  EXPECT_EQ(kinds(Noted::kShieldNotice | Noted::kPossibleWrongChild, Outcome::kNothing),
            "shield-notice ");
}

// Of a hub's two schools only the one whose record is in doubt has something to decide about it.
TEST(ItemsOfANote, ADateInDoubtIsForWhoseRecordItIs) {
  SeededRandom random(1);
  Noted noted = NotedOf(Purpose::kSection17, Noted::kPossibleWrongChild,
                        {Outcome::kContact, Outcome::kNothing});
  noted.decisions[1].row = Noted::kBirthInDoubt;
  const auto owner_of = [](RecordId record) { return record == 8 ? "100002" : "100001"; };
  const auto parts = PartsOf(noted, owner_of);
  EXPECT_THAT(ItemsOf(parts.at("100001"), kMe, {"100001"}, TestCalendar(), random), IsEmpty());
  const auto items = ItemsOf(parts.at("100002"), kMe, {"100002"}, TestCalendar(), random);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].kind, ItemKind::kPossibleWrongChild);
  EXPECT_THAT(items[0].records, ElementsAre(8));
}

// Under a notice no row decides about any record; only one of them may be another child's.
TEST(ItemsOfANote, OfANoticeADateInDoubtIsForWhoseRecordItIs) {
  SeededRandom random(1);
  Noted noted = NotedOf(Purpose::kConcern, Noted::kShieldNotice | Noted::kPossibleWrongChild,
                        {Outcome::kNothing, Outcome::kNothing});
  noted.decisions[0].row = Noted::kNoRow;
  noted.decisions[1].row = Noted::kBirthInDoubt;
  const auto owner_of = [](RecordId record) { return record == 8 ? "100002" : "100001"; };
  const auto about = [&](const Noted& part) {
    return ItemsOf(part, kMe, {}, TestCalendar(), random).at(0).about;
  };
  auto parts = PartsOf(noted, owner_of);
  EXPECT_THAT(about(parts.at("100001")), testing::Not(HasSubstr("date of birth")));
  EXPECT_THAT(about(parts.at("100002")), HasSubstr("date of birth differs or is missing"));
  // A note of before does not say whose: all hear.
  noted.decisions[1].row = Noted::kNoRow;
  parts = PartsOf(noted, owner_of);
  EXPECT_THAT(about(parts.at("100001")), HasSubstr("date of birth differs or is missing"));
}

TEST(ItemsOfANote, ThatThereAreMoreIsForWhoseRecordsTheyAre) {
  SeededRandom random(1);
  Noted noted = NotedOf(Purpose::kSection17, Noted::kMoreRecords,
                        {Outcome::kBrokered, Outcome::kBrokered});
  noted.decisions[1].more = true;
  const auto owner_of = [](RecordId record) { return record == 8 ? "100002" : "100001"; };
  const auto parts = PartsOf(noted, owner_of);
  const auto about = [&](const char* organisation) {
    return Json::parse(
        ItemsOf(parts.at(organisation), kMe, {}, TestCalendar(), random).at(0).about);
  };
  EXPECT_FALSE(about("100001").contains("more_records"));
  EXPECT_EQ(about("100002")["more_records"], true);
}

// The other school would learn by it that a child of that UPN is here.
TEST(ItemsOfANote, ThatNumberAndUpnDifferIsForWhoseRecordsTheyAre) {
  SeededRandom random(1);
  Noted noted = NotedOf(Purpose::kSection17, Noted::kTwoChildren,
                        {Outcome::kContact, Outcome::kContact});
  noted.decisions[1].two_children = true;
  const auto owner_of = [](RecordId record) { return record == 8 ? "100002" : "100001"; };
  const auto parts = PartsOf(noted, owner_of);
  EXPECT_THAT(ItemsOf(parts.at("100001"), kMe, {"100001"}, TestCalendar(), random), IsEmpty());
  const auto items = ItemsOf(parts.at("100002"), kMe, {"100002"}, TestCalendar(), random);
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].kind, ItemKind::kTwoChildren);
}

TEST(ItemsOfANote, WhoAskedHereMayNotDecideHere) {
  SeededRandom random(1);
  Noted noted = NotedOf(Purpose::kSection17, 0, {Outcome::kBrokered, Outcome::kContact});
  const InboxItem other = ItemsOf(noted, kMe, {}, TestCalendar(), random).at(0);
  EXPECT_EQ(other.asked_by, std::vector<PersonRef>());
  EXPECT_EQ(other.from, kAsker);
  EXPECT_THAT(other.records, ElementsAre(7, 8));
  noted.agency = kMe;
  EXPECT_EQ(ItemsOf(noted, kMe, {}, TestCalendar(), random).at(0).asked_by, std::vector{ActorOf("carol").ref});
  noted.practitioner_ref = PersonRef();   // the node itself
  EXPECT_EQ(ItemsOf(noted, kMe, {}, TestCalendar(), random).at(0).asked_by, std::vector<PersonRef>());
}

TEST(ItemsOfOwnQuestions, EmergenciesAndNoticesAreLookedAt) {
  SeededRandom random(1);
  const auto items = [&](Purpose purpose, bool shield) {
    return ItemsOf(OwnQuestion{kMe, ActorOf("carol").ref, purpose, shield, "6STF-5YE9-R7M2-Y7WH"},
                   At(20261123, 10), TestCalendar(), random);
  };
  EXPECT_THAT(items(Purpose::kSection47, false), IsEmpty());
  const InboxItem review = items(Purpose::kEmergency, false).at(0);
  EXPECT_EQ(review.kind, ItemKind::kEmergencyReview);
  EXPECT_EQ(review.asked_by, std::vector{ActorOf("carol").ref});
  EXPECT_THAT(review.about, HasSubstr("6STF-5YE9-R7M2-Y7WH"));
  EXPECT_EQ(items(Purpose::kConcern, true).at(0).kind, ItemKind::kShieldSent);
}

// What an out-of-hours role put alone is for whoever would have been asked before; a notice beside
// the alarm that it went out.
TEST(ItemsOfOwnQuestions, WhatWasPutAloneIsApprovedAfterwards) {
  SeededRandom random(1);
  OwnQuestion question{kMe, ActorOf("dan").ref, Purpose::kConcern, false, "6STF-5YE9-R7M2-Y7WH",
                       {"100001"}, true, "C-7", "local:dan", "local:bob"};
  const TimeMs friday_night = At(20261127, 23);
  const auto items = [&] { return ItemsOf(question, friday_night, TestCalendar(), random); };
  const std::vector<InboxItem> asked = items();
  ASSERT_EQ(asked.size(), 1u);
  const InboxItem& item = asked[0];
  EXPECT_EQ(item.kind, ItemKind::kApprovalAfterwards);
  EXPECT_EQ(item.visible_ms, friday_night);
  EXPECT_EQ(item.due_ms, At(20261130, 12));
  EXPECT_EQ(item.asked_by, std::vector{ActorOf("dan").ref});
  EXPECT_EQ(item.from, kMe);
  EXPECT_THAT(item.organisations, ElementsAre("100001"));
  const auto about = nlohmann::json::parse(item.about);
  EXPECT_EQ(about["question"], "6STF-5YE9-R7M2-Y7WH");
  EXPECT_EQ(about["purpose"], "concern");
  EXPECT_EQ(about["shield_notice"], false);
  EXPECT_EQ(about["case_reference"], "C-7");
  EXPECT_EQ(about["user"], "local:dan");
  EXPECT_EQ(about["manager"], "local:bob");
  question.manager.clear();
  EXPECT_TRUE(nlohmann::json::parse(items().at(0).about)["manager"].is_null());
  question.shield_notice = true;
  const std::vector<InboxItem> notice = items();
  ASSERT_EQ(notice.size(), 2u);
  EXPECT_EQ(notice[0].kind, ItemKind::kShieldSent);
  EXPECT_EQ(notice[1].kind, ItemKind::kApprovalAfterwards);
  // By day a second person's word came first.
  question.approval_to_follow = false;
  EXPECT_EQ(items().size(), 1u);
  question.shield_notice = false;
  EXPECT_THAT(items(), IsEmpty());
}

TEST(ItemsOfFishing, OnesOwnAlarmIsForSomebodyElse) {
  SeededRandom random(1);
  const auto item = [&](AgencyId agency) {
    return ItemOf(FishingAlarm{FishingRule::kUnheld, agency, ActorOf("carol").ref}, kMe, {},
                  At(20261123, 10), TestCalendar(), random);
  };
  EXPECT_EQ(item(kMe).asked_by, std::vector{ActorOf("carol").ref});
  EXPECT_EQ(item(kAsker).asked_by, std::vector<PersonRef>());
  EXPECT_THAT(item(kAsker).about, HasSubstr("like questions in a row"));
}

}  // namespace
}  // namespace whoelse
