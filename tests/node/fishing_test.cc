// What raises a possible-fishing alarm, and what must not.
#include "node/fishing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/node/inbox_maker.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Rules = std::vector<FishingRule>;

// Questions of one practitioner, a minute apart unless told.
class Asker {
 public:
  explicit Asker(FishingWatch& watch, const char* who = "carol", AgencyId agency = 1003)
      : watch_(watch) {
    next_.agency = agency;
    next_.practitioner = ActorOf(who).ref;
    next_.at_ms = At(20261123, 9);
    next_.purpose = Purpose::kConcern;
  }
  AskedQuestion& next() { return next_; }
  // Each about another child, far from the others by number.
  Asker& Child(ChildKey child, bool held = true) {
    next_.child = child;
    next_.held = held;
    next_.number = static_cast<uint32_t>(400'000'000 + child * 7'919);
    return *this;
  }
  Rules Ask() {
    next_.at_ms += 60'000;
    Rules rules;
    for (const FishingAlarm& alarm : watch_.OnQuestion(next_)) {
      EXPECT_EQ(alarm.practitioner, next_.practitioner);
      EXPECT_EQ(alarm.agency, next_.agency);
      rules.push_back(alarm.rule);
    }
    return rules;
  }

 private:
  FishingWatch& watch_;
  AskedQuestion next_;
};

// Twenty a day, no two alike: below every other limit, and somebody looks all the same.
TEST(Fishing, ManyChildrenNotHeldHoweverTheyAreSpread) {
  FishingWatch watch;
  Asker asker(watch);
  ChildKey child = 0;
  const auto ask = [&](bool held) {
    asker.next().purpose = ++child % 2 == 0 ? Purpose::kSection17 : Purpose::kSection47;
    if (child % 20 == 0) asker.next().at_ms += 86'400'000;
    return asker.Child(child, held).Ask();
  };
  for (int look = 0; look < 2; ++look) {
    for (int asked = 1; asked < 100; ++asked) {
      ASSERT_THAT(ask(false), IsEmpty()) << asked;
      ASSERT_THAT(ask(true), IsEmpty()) << asked;
    }
    EXPECT_THAT(ask(false), ElementsAre(FishingRule::kManyUnheld));
  }
}

TEST(Fishing, MoreThanADaysWork) {
  FishingWatch watch;
  Asker asker(watch);
  for (ChildKey child = 1; child <= 20; ++child) EXPECT_THAT(asker.Child(child).Ask(), IsEmpty());
  EXPECT_THAT(asker.Child(21).Ask(), ElementsAre(FishingRule::kVolume));
  for (ChildKey child = 22; child <= 60; ++child) EXPECT_THAT(asker.Child(child).Ask(), IsEmpty());
  asker.next().at_ms = At(20261124, 0);   // a new day
  for (ChildKey child = 1; child <= 20; ++child) EXPECT_THAT(asker.Child(child).Ask(), IsEmpty());
  EXPECT_THAT(asker.Child(21).Ask(), ElementsAre(FishingRule::kVolume));
}

TEST(Fishing, TenLikeQuestionsInARowAboutChildrenNotHeld) {
  struct Case {
    const char* what;
    int odd_one;               // of the ten, the one that breaks the row; -1: none
    bool held;
    Purpose purpose;
    bool alarm;
  };
  const Case cases[] = {{"ten", -1, false, Purpose::kConcern, true},
                        {"one is held", 4, true, Purpose::kConcern, false},
                        {"one for another purpose", 4, false, Purpose::kSection17, false},
                        {"the last is held", 9, true, Purpose::kConcern, false}};
  for (const Case& c : cases) {
    FishingWatch watch;
    Asker asker(watch);
    Rules last;
    for (int i = 0; i < 10; ++i) {
      EXPECT_THAT(last, IsEmpty()) << c.what;
      asker.next().purpose = i == c.odd_one ? c.purpose : Purpose::kConcern;
      last = asker.Child(static_cast<ChildKey>(i + 1), i == c.odd_one && c.held).Ask();
    }
    EXPECT_EQ(last, c.alarm ? Rules{FishingRule::kUnheld} : Rules{}) << c.what;
  }
}

TEST(Fishing, OneChildUnderSeveralPurposes) {
  FishingWatch watch;
  Asker asker(watch);
  const auto ask = [&](ChildKey child, Purpose purpose, TimeMs later) {
    asker.next().purpose = purpose;
    asker.next().at_ms += later;
    return asker.Child(child).Ask();
  };
  EXPECT_THAT(ask(1, Purpose::kCoordination, 0), IsEmpty());
  EXPECT_THAT(ask(1, Purpose::kEarlyHelp, 0), IsEmpty());
  EXPECT_THAT(ask(1, Purpose::kEarlyHelp, 0), IsEmpty());
  EXPECT_THAT(ask(2, Purpose::kSection17, 0), IsEmpty());   // another child
  EXPECT_THAT(ask(1, Purpose::kConcern, 0), ElementsAre(FishingRule::kPurposeShopping));
  // A case that grows more serious over weeks is none.
  EXPECT_THAT(ask(3, Purpose::kEarlyHelp, 0), IsEmpty());
  EXPECT_THAT(ask(3, Purpose::kSection17, 6ull * 86'400'000), IsEmpty());
  EXPECT_THAT(ask(3, Purpose::kSection47, 6ull * 86'400'000), IsEmpty());
}

TEST(Fishing, NumbersThatFollowEachOther) {
  struct Case {
    const char* what;
    std::vector<uint32_t> numbers;
    bool alarm;
  };
  const Case cases[] = {
      {"a row", {400'000'001, 400'000'002, 400'000'003, 400'000'004}, true},
      {"downwards", {400'000'004, 400'000'003, 400'000'002, 400'000'001}, true},
      {"just within a hundred", {400'000'000, 400'000'099, 400'000'030, 400'000'060}, true},
      {"just without", {400'000'000, 400'000'030, 400'000'060, 400'000'100}, false},
      {"with others between", {400'000'001, 7, 400'000'002, 500'000'000, 400'000'003, 400'000'004},
       true},
      {"triplets", {400'000'001, 400'000'002, 400'000'003}, false},
      {"one child, asked about again and again",
       {400'000'001, 400'000'001, 400'000'001, 400'000'001, 400'000'001}, false},
      {"the last one elsewhere", {1, 2, 3, 400'000'000}, false},
      {"at the end of the numbers", {999'999'999, 999'999'998, 999'999'997, 999'999'996}, true}};
  for (const Case& c : cases) {
    FishingWatch watch;
    Asker asker(watch);
    Rules last;
    ChildKey child = 1;
    for (uint32_t number : c.numbers) {
      EXPECT_THAT(last, IsEmpty()) << c.what;
      asker.Child(child++).next().number = number;
      last = asker.Ask();
    }
    EXPECT_EQ(last, c.alarm ? Rules{FishingRule::kNumberSequence} : Rules{}) << c.what;
  }
}

TEST(Fishing, PractitionersAreJudgedEachForThemselves) {
  FishingWatch watch;
  Asker carol(watch), dan(watch, "dan"), carol_elsewhere(watch, "carol", 1004);
  for (ChildKey child = 1; child <= 20; ++child) {
    for (Asker* asker : {&carol, &dan, &carol_elsewhere}) {
      EXPECT_THAT(asker->Child(child).Ask(), IsEmpty());
    }
  }
}

// Ordinary work: a caseload of which most is held, asked for the purpose that each case has.
TEST(Fishing, OrdinaryWorkRaisesNothing) {
  const uint64_t seed = SeedOr(20261122);
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  FishingWatch watch;
  Asker asker(watch);
  for (int day = 0; day < 200; ++day) {
    asker.next().at_ms = At(20260105, 9) + static_cast<TimeMs>(day) * 86'400'000;
    for (uint64_t n = random.Below(13); n > 0; --n) {
      const ChildKey child = random.Below(40);
      asker.next().purpose = child % 2 == 0 ? Purpose::kSection17 : Purpose::kSection47;
      ASSERT_THAT(asker.Child(child, child % 4 != 0).Ask(), IsEmpty()) << day;
    }
  }
}

// However the questions are mixed, a rule speaks at most once a day about one practitioner.
TEST(Fishing, AtMostOneAlarmARuleADay) {
  const uint64_t seed = SeedOr(20261123);
  SCOPED_TRACE("WHOELSE_SEED=" + std::to_string(seed));
  SeededRandom random(seed);
  FishingWatch watch;
  Asker asker(watch);
  std::map<std::pair<Date, FishingRule>, int> alarms;
  for (int i = 0; i < 5'000; ++i) {
    asker.next().at_ms += random.Below(1'200'000);
    asker.next().purpose = static_cast<Purpose>(1 + random.Below(8));
    asker.Child(random.Below(10), random.Below(2) == 0);
    asker.next().number = static_cast<uint32_t>(random.Below(200));
    for (FishingRule rule : asker.Ask()) {
      ASSERT_EQ(++alarms[std::pair(LondonTimeOf(asker.next().at_ms).day, rule)], 1);
    }
  }
  EXPECT_GT(alarms.size(), 50u);
}

TEST(Fishing, MemoryHasABound) {
  FishingWatch watch;
  AskedQuestion question;
  question.agency = 1003;
  for (uint32_t i = 1; i <= FishingWatch::kPractitionersMax + 100; ++i) {
    question.practitioner.data()[0] = static_cast<uint8_t>(i);
    question.practitioner.data()[1] = static_cast<uint8_t>(i >> 8);
    question.at_ms = i;
    watch.OnQuestion(question);
  }
  EXPECT_EQ(watch.practitioners(), FishingWatch::kPractitionersMax);
}

TEST(Fishing, WhatAHolderKnows) {
  Noted noted;
  EXPECT_FALSE(AskedQuestionOf(noted));
  noted.agency = 1003;
  noted.received_ms = 5;
  noted.purpose = Purpose::kConcern;
  noted.decisions = {{17, Outcome::kContact, 0}, {18, Outcome::kContact, 0}};
  EXPECT_FALSE(AskedQuestionOf(noted));   // a node's own weekly question
  noted.practitioner_ref = ActorOf("carol").ref;
  const auto question = AskedQuestionOf(noted);
  ASSERT_TRUE(question);
  EXPECT_EQ(question->child, 17u);
  EXPECT_TRUE(question->held);
  EXPECT_FALSE(question->number);
}

TEST(Fishing, WhatAnAskersNodeKnows) {
  const PersonRef carol = ActorOf("carol").ref;
  Subject subject;
  subject[0] = {KeyType::kNhsNumber, "9990000018"};
  subject[1] = {KeyType::kUpn, "A123456789012"};
  const AskedQuestion both = AskedHere(1003, carol, 5, Purpose::kConcern, subject, false);
  EXPECT_EQ(both.number, 999'000'001u);   // without the check digit: neighbours differ in it
  EXPECT_FALSE(both.held);
  subject[0] = {};
  const AskedQuestion upn = AskedHere(1003, carol, 5, Purpose::kConcern, subject, true);
  EXPECT_FALSE(upn.number);
  EXPECT_NE(upn.child, both.child);
  EXPECT_EQ(upn.child, AskedHere(1003, carol, 9, Purpose::kConcern, subject, true).child);
}

}  // namespace
}  // namespace whoelse
