// Who looked: every question about a child once, newest first, and one's own marked.
#include "node/who_looked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "node/words.h"
#include "tests/node/look_maker.h"

namespace whoelse {
namespace {

using testing::ElementsAre;

std::vector<TimeMs> Moments(const std::vector<Noted>& looks) {
  std::vector<TimeMs> moments;
  for (const Noted& look : looks) moments.push_back(look.received_ms);
  return moments;
}

TEST(WhoLooked, EveryQuestionOnceNewestFirst) {
  const Noted first = LookOf(1, kOther, Purpose::kSection17), third = LookOf(3, kOther, Purpose::kSection17);
  // The agency's own is in the ledger too, with what was decided of it here.
  const Noted second = LookOf(2, kMyAgency, Purpose::kSection17);
  Noted own = second;
  own.decisions.clear();
  const Noted elsewhere = LookOf(4, kMyAgency, Purpose::kEarlyHelp, {});   // not held when it was asked
  const std::vector<Noted> looks = LooksOf({third, first, second}, {elsewhere, own});
  EXPECT_THAT(Moments(looks), ElementsAre(4, 3, 2, 1));
  EXPECT_EQ(looks[2].decisions.size(), 1u);
}

TEST(WhoLooked, ANoteIsAboutTheRecordsThatWereDecidedOn) {
  const Noted look = LookOf(1, kOther, Purpose::kSection17, {{7, Outcome::kNothing, 0}, {9, Outcome::kContact, 0}});
  EXPECT_TRUE(IsAbout(look, {9}));
  EXPECT_FALSE(IsAbout(look, {8, 10}));
  EXPECT_FALSE(IsAbout(look, {}));
  EXPECT_FALSE(IsAbout(Noted(), {0}));
}

// It says that there were more than it names.
TEST(WhoLooked, ANoteThatWasCutMayBeAboutAnyRecord) {
  Noted look = LookOf(1, kOther, Purpose::kSection17, {{7, Outcome::kNothing, 0}});
  EXPECT_FALSE(MayBeAbout(look, 8));
  look.reasons = Noted::kMoreRecords;
  EXPECT_TRUE(MayBeAbout(look, 8));
  EXPECT_FALSE(MayBeAbout(look, 7));   // it is
}

TEST(WhoLooked, SaysWhyOnWhichBasisAndWhatWasDecided) {
  Noted look = LookOf(1, kOther, Purpose::kSection17, {{7, Outcome::kBrokered, 5}});
  const nlohmann::ordered_json json = LookJson(look, LeadReader());
  EXPECT_EQ(json["agency"], "Surgery");
  EXPECT_EQ(json["question"], ReceiptNumber(look.frame_hash));
  EXPECT_EQ(json["purpose"], "section-17");
  EXPECT_EQ(json["why"], "finds out what help the child needs (section 17)");
  EXPECT_EQ(json["basis"], "Children Act 2004, section 16LA; UK GDPR article 6(1)(c)");
  EXPECT_EQ(json["decisions"][0]["outcome"], "brokered");
  EXPECT_EQ(json["decisions"][0]["row"], "sensitive, not asked");
  EXPECT_FALSE(json.contains("asked_here"));
  EXPECT_FALSE(json.contains("shield_notice"));
  look.agency = 77;   // the roster has it no more
  EXPECT_EQ(LookJson(look, LeadReader())["agency"], "agency 77");
  look.flags = kFlagShieldNotice;
  EXPECT_EQ(LookJson(look, LeadReader())["shield_notice"], true);
}

TEST(WhoLooked, OnesOwnIsShownAndMarked) {
  Noted look = LookOf(1, kMyAgency, Purpose::kSection17);
  EXPECT_FALSE(LookJson(look, LeadReader()).contains("note"));   // a colleague's
  EXPECT_EQ(LookJson(look, LeadReader())["asked_here"], true);
  look.practitioner_ref = LeadReader().ref;
  EXPECT_EQ(LookJson(look, LeadReader())["note"], words::kAskedByYou);
  look.agency = kOther;   // a reference means somebody at its own agency only
  EXPECT_FALSE(LookJson(look, LeadReader()).contains("note"));
}

}  // namespace
}  // namespace whoelse
