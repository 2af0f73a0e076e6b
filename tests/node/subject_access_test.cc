// Subject access: what a person is told, what is left out of that, and that nobody can tell the one
// from the other.
#include "node/subject_access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/noted_json.h"
#include "node/words.h"
#include "tests/node/look_maker.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Record Open() {
  Record record;
  record.service_class = ServiceClass::kTargeted;
  return record;
}

const Date kToday = *Date::FromYmd(20260311), kFirstOfNext = *Date::FromYmd(20260401);

std::optional<LeftOut> WhyOf(const Record& record, Date today = kToday) {
  return LeftOutOf(std::span(&record, 1), today)[0];
}

TEST(SubjectAccess, LeavesOutRecordsThatCouldHarm) {
  EXPECT_EQ(WhyOf(Open()), std::nullopt);
  struct Case {
    void (*change)(Record&);
    LeftOut why;
  };
  const Case cases[] = {
      {[](Record& r) { r.service_class = ServiceClass::kSensitive; }, LeftOut::kSensitive},
      {[](Record& r) { r.service_class = ServiceClass::kProtected; }, LeftOut::kProtected},
      {[](Record& r) { r.restrictions.covert = true; }, LeftOut::kCovert},
      {[](Record& r) { r.restrictions.subject_access_exempt = true; }, LeftOut::kExempt},
      {[](Record& r) { r.about_parent_or_carer = true; }, LeftOut::kSomebodyElse},
      {[](Record& r) { r.restrictions.shielded = true; }, LeftOut::kShielded},
      {[](Record& r) { r.restrictions.closed = true; }, LeftOut::kShielded},
      {[](Record& r) { r.shield_pending = true; }, LeftOut::kShielded},
  };
  for (const Case& c : cases) {
    Record record = Open();
    c.change(record);
    EXPECT_EQ(WhyOf(record), c.why) << Name(c.why);
    // Beside an open one it stays with itself, but a shield hides the child.
    const auto both = LeftOutOf(std::vector{Open(), record}, kToday);
    const bool hidden = c.why == LeftOut::kShielded;
    EXPECT_EQ(both[0], hidden ? std::optional(c.why) : std::nullopt) << Name(c.why);
    EXPECT_EQ(both[1], c.why);
  }
  for (const ServiceClass open : {ServiceClass::kUniversal, ServiceClass::kJustice}) {
    Record record = Open();
    record.service_class = open;
    EXPECT_EQ(WhyOf(record), std::nullopt);
  }
}

TEST(SubjectAccess, WhatBecameLooserWaitsForItsDay) {
  Record record = Open();
  record.earlier.emplace_back().service_class = ServiceClass::kProtected;
  record.earlier_until = kFirstOfNext;
  EXPECT_EQ(WhyOf(record), LeftOut::kProtected);
  EXPECT_EQ(WhyOf(record, kFirstOfNext), std::nullopt);
  record.earlier[0] = Open();
  record.earlier[0].about_parent_or_carer = true;
  EXPECT_EQ(WhyOf(record), LeftOut::kSomebodyElse);
  EXPECT_EQ(WhyOf(record, kFirstOfNext), std::nullopt);
}

std::vector<HeldEntry> Held(std::optional<LeftOut> second = std::nullopt) {
  HeldEntry one{7, std::nullopt, true, "Testfield School", "Teaching", "2020-09-01", ""};
  HeldEntry two{8, second, true, "Testfield Trust", "Health visiting", "", "2021-08-31"};
  return {one, two};
}

TEST(SubjectAccess, LeavesOutQuestionsByPurpose) {
  const std::map<Purpose, bool> told = {
      {Purpose::kCoordination, true}, {Purpose::kEarlyHelp, true}, {Purpose::kConcern, false},
      {Purpose::kSection17, true}, {Purpose::kSection47, false}, {Purpose::kMissingChild, false},
      {Purpose::kYouthJustice, true}, {Purpose::kEmergency, false}};
  ASSERT_EQ(told.size(), kPurposeNames.size());
  for (const auto& [purpose, is] : told) {
    EXPECT_EQ(LeftOutOf(LookOf(1, kOther, purpose), Held()),
              is ? std::nullopt : std::optional(LeftOut::kPurpose)) << Name(purpose);
  }
  Noted notice = LookOf(1, kOther, Purpose::kSection17);
  notice.flags = kFlagShieldNotice;
  EXPECT_EQ(LeftOutOf(notice, Held()), LeftOut::kShieldNotice);
}

TEST(SubjectAccess, AQuestionIsAsPrivateAsWhatItFound) {
  const auto about = [](RecordId a, RecordId b) {
    return LookOf(1, kOther, Purpose::kSection17, {{a, Outcome::kContact, 0}, {b, Outcome::kContact, 0}});
  };
  EXPECT_EQ(LeftOutOf(about(7, 8), Held()), std::nullopt);
  EXPECT_EQ(LeftOutOf(about(7, 8), Held(LeftOut::kSensitive)), LeftOut::kSensitive);
  EXPECT_EQ(LeftOutOf(about(7, 7), Held(LeftOut::kSensitive)), std::nullopt);
  EXPECT_EQ(LeftOutOf(about(7, 9), Held()), LeftOut::kNotHeld);   // purged since, or another child's
  for (const Noted::Reason reason : {Noted::kPossibleWrongChild, Noted::kTwoChildren}) {
    Noted look = about(7, 8);
    look.reasons = reason;
    EXPECT_EQ(LeftOutOf(look, Held()), LeftOut::kSomebodyElse);
  }
  // Decided on more records than its note has room for: any of the child's may be among them, and
  // one that has gone since.
  Noted many = about(7, 7);
  many.reasons = Noted::kMoreRecords;
  EXPECT_EQ(LeftOutOf(many, Held(LeftOut::kSensitive)), LeftOut::kSensitive);
  EXPECT_EQ(LeftOutOf(many, Held()), LeftOut::kNotHeld);
  // One of this agency's own that its ledger has no more speaks of all that is held.
  const Noted own = LookOf(1, kMyAgency, Purpose::kSection17, {});
  EXPECT_EQ(LeftOutOf(own, Held()), std::nullopt);
  EXPECT_EQ(LeftOutOf(own, Held(LeftOut::kCovert)), LeftOut::kCovert);
  EXPECT_EQ(LeftOutOf(own, {}), LeftOut::kNotHeld);
}

SubjectAccessCase Case(std::vector<HeldEntry> held, std::vector<Noted> looks) {
  return {"2026-11-22", "9990000018", std::move(held), std::move(looks), LeadReader()};
}
SubjectAccess Prepared(const SubjectAccessCase& c, const std::set<std::string>& put_back = {}) {
  auto prepared = PrepareSubjectAccess(c, put_back);
  const auto* error = std::get_if<FieldError>(&prepared);
  EXPECT_EQ(error, nullptr) << error->reason;
  return error ? SubjectAccess() : std::get<SubjectAccess>(std::move(prepared));
}
std::string RefusedField(const SubjectAccessCase& c, const std::set<std::string>& put_back) {
  const auto prepared = PrepareSubjectAccess(c, put_back);
  const auto* error = std::get_if<FieldError>(&prepared);
  return error == nullptr ? "" : error->field + ": " + error->reason;
}

TEST(SubjectAccess, TellsWhatIsHeldAndWhoAskedAndNothingMore) {
  const Noted look = LookOf(1'763'800'000'000, kOther, Purpose::kSection17);
  const SubjectAccess prepared = Prepared(Case(Held(), {look}));
  EXPECT_EQ(prepared.left_out.size(), 0u);
  EXPECT_EQ(prepared.report["what_we_hold"][0].dump(),
            R"({"organisation":"Testfield School","service":"Teaching","since":"2020-09-01"})");
  EXPECT_EQ(prepared.report["who_asked"][0],
            nlohmann::ordered_json({{"asked_on", "2025-11-22"},
                                    {"by", "Surgery"},
                                    {"why", words::kPurposes[3]},
                                    {"basis", BasisInWords(look)},
                                    {"our_answer", words::kContactGiven}}));
  const std::string text = prepared.report.dump();
  EXPECT_THAT(text, HasSubstr(words::kSomeLeftOut));
  EXPECT_THAT(text, Not(HasSubstr(ToHex(look.practitioner_ref))));
  EXPECT_THAT(text, Not(HasSubstr(ReceiptNumber(look.frame_hash))));
  EXPECT_THAT(text, Not(HasSubstr("record")));
  // What others answered to this agency is theirs to tell.
  const SubjectAccess own = Prepared(Case(Held(), {LookOf(1, kMyAgency, Purpose::kSection17)}));
  EXPECT_EQ(own.report["who_asked"][0]["by"], "School");
  EXPECT_FALSE(own.report["who_asked"][0].contains("our_answer"));
}

TEST(SubjectAccess, WhatAMergedRecordHeldIsToldOnce) {
  std::vector<HeldEntry> held = Held();
  held[1].answers = false;
  EXPECT_EQ(Prepared(Case(held, {})).report["what_we_hold"].size(), 1u);
}

TEST(SubjectAccess, AllLeftOutIsLikeNothingThere) {
  const std::string empty = Prepared(Case({}, {})).report.dump();
  std::vector<HeldEntry> held = Held(LeftOut::kProtected);
  held[0].left_out = LeftOut::kShielded;
  const std::vector<Noted> looks = {LookOf(1, kOther, Purpose::kSection47),
                                    LookOf(2, kMyAgency, Purpose::kCoordination),
                                    LookOf(3, kOther, Purpose::kCoordination)};
  const SubjectAccess all = Prepared(Case(held, looks));
  EXPECT_EQ(all.left_out.size(), 5u);
  EXPECT_EQ(all.report.dump(), empty);
}

TEST(SubjectAccess, APersonPutsBackWhatIsSafe) {
  const Noted look = LookOf(1, kOther, Purpose::kSection47), other = LookOf(2, kOther, Purpose::kConcern);
  const SubjectAccessCase c = Case(Held(LeftOut::kSensitive), {other, look});
  const SubjectAccess before = Prepared(c);
  ASSERT_EQ(before.left_out.size(), 3u);
  EXPECT_EQ(before.left_out[0]["reference"], "record-8");
  EXPECT_EQ(before.left_out[0]["left_out"], "a sensitive service");
  EXPECT_EQ(before.left_out[2]["left_out"], "asked for a purpose that is not told");
  const SubjectAccess after = Prepared(c, {before.left_out[0]["reference"], before.left_out[2]["reference"]});
  EXPECT_EQ(after.left_out.size(), 1u);
  EXPECT_EQ(after.report["what_we_hold"].size(), 2u);
  ASSERT_EQ(after.report["who_asked"].size(), 1u);
  EXPECT_THAT(after.report["who_asked"][0]["why"].get<std::string>(), HasSubstr("section 47"));
}

TEST(SubjectAccess, NothingElseIsPutBack) {
  const Noted told = LookOf(1, kOther, Purpose::kSection17);
  Noted mine = LookOf(2, kMyAgency, Purpose::kSection47);
  mine.practitioner_ref = LeadReader().ref;
  const SubjectAccessCase c = Case(Held(), {mine, told});
  for (const std::string& reference : {ReceiptNumber(told.frame_hash), std::string("record-7"),
                                       std::string("record-9"), std::string()}) {
    EXPECT_EQ(RefusedField(c, {reference}), "put-back: " + reference + " is of nothing that was left out");
  }
  // Who asked without a reason would say of it that it is safe.
  const std::string asked = ReceiptNumber(mine.frame_hash);
  EXPECT_EQ(RefusedField(c, {asked}), "put-back: " + asked + " is a question that you asked yourself");
}

}  // namespace
}  // namespace whoelse
