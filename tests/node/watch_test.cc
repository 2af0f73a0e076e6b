// A watch: its rate, what it asks, what it tells.
#include "node/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "node/asker_rules.h"
#include "tests/node/federation.h"

namespace whoelse {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TimeMs kStart = 2'900 * kWeekMs;

TEST(WatchRate, SlotsAreEvenAndEachAgencyHasItsOwnTimes) {
  constexpr uint64_t kAWeek = 168;
  std::set<std::pair<uint64_t, uint64_t>> seen;
  std::set<TimeMs> begins;
  for (const AgencyId agency : {1001u, 1002u, 1003u}) {
    uint64_t last = SlotAt(kStart, kAWeek, agency).position;
    for (TimeMs minute = 0; minute < 60; ++minute) {
      const TimeMs now = kStart + minute * 60'000;
      const WatchSlot slot = SlotAt(now, kAWeek, agency);
      EXPECT_EQ(slot.position + slot.left, kAWeek);
      if (slot.position != last) begins.insert(minute);
      last = slot.position;
      seen.insert({slot.week, slot.position});
    }
  }
  EXPECT_EQ(begins.size(), 3u);   // one in an hour for each, and no two at once
  EXPECT_EQ(SlotAt(kStart, 1, 7).left, 1u);
  EXPECT_EQ(SlotAt(kStart + kWeekMs, 1, 7).week, SlotAt(kStart, 1, 7).week + 1);
}

// In which slot of the week each of `due` is asked.
std::vector<uint64_t> AWeek(size_t due, uint64_t a_week, Random& random) {
  std::vector<size_t> waiting(due);
  for (size_t i = 0; i < due; ++i) waiting[i] = i;
  std::vector<uint64_t> when(due, a_week);
  for (uint64_t position = 0; position < a_week; ++position) {
    const auto chosen = ChooseWatch(waiting.size(), {0, position, a_week - position}, random);
    if (!chosen) continue;
    when[waiting[*chosen]] = position;
    waiting.erase(waiting.begin() + static_cast<ptrdiff_t>(*chosen));
  }
  return when;
}

TEST(WatchRate, EachIsAskedOnceAWeekInASlotThatIsDrawnAnew) {
  SeededRandom random(20261122);
  constexpr uint64_t kAWeek = 12;
  std::map<uint64_t, int> counts;
  int same = 0;
  std::vector<uint64_t> before;
  for (int week = 0; week < 3000; ++week) {
    const std::vector<uint64_t> when = AWeek(3, kAWeek, random);
    EXPECT_EQ(std::set<uint64_t>(when.begin(), when.end()).size(), 3u);
    for (const uint64_t position : when) {
      ASSERT_LT(position, kAWeek);
      ++counts[position];
    }
    same += !before.empty() && when[0] == before[0] ? 1 : 0;
    before = when;
  }
  // 750 each, and every twelfth where it was: five standard deviations.
  for (const auto& [position, n] : counts) EXPECT_NEAR(n, 750, 130) << position;
  EXPECT_NEAR(same, 250, 76);
  EXPECT_THAT(AWeek(12, 12, random), ::testing::Each(::testing::Lt(12u)));
}

TEST(WatchRate, WhatIsLateIsAskedAtOnce) {
  SeededRandom random(1);
  EXPECT_TRUE(ChooseWatch(5, {0, 9, 3}, random));
  EXPECT_FALSE(ChooseWatch(0, {0, 9, 1}, random));
}

AskedBefore Asked() { return {BasicStatement(), "C-1", ""}; }

TEST(WatchQuestion, IsTheNodesAndNamesNobody) {
  const AskPlan plan = *WatchQuestion(Asked(), *RosterOf(7), kSocialCare, "");
  const Statement& statement = plan.statement;
  EXPECT_EQ(statement.role, Role::kNodeItself);
  EXPECT_TRUE(statement.practitioner_ref.IsZero());
  EXPECT_EQ(statement.flags, 0);
  EXPECT_EQ(statement.subject, BasicStatement().subject);
  EXPECT_EQ(statement.born, kBorn);
  EXPECT_EQ(statement.purpose, Purpose::kSection17);
  EXPECT_EQ(plan.case_reference, "C-1");
  EXPECT_TRUE(Statement::Parse(statement.Serialize()).ok());
  // A school may not ask for it.
  EXPECT_FALSE(WatchQuestion(Asked(), *RosterOf(7), kSchools, ""));
}

TEST(WatchQuestion, OfAnOpenCaseOnly) {
  EXPECT_FALSE(CheckWatched(Asked(), "C-1"));
  EXPECT_EQ(CheckWatched(Asked(), "C-2")->field, "case");
  EXPECT_EQ(CheckWatched(Asked(), "")->field, "case");
  for (const Purpose purpose : {Purpose::kCoordination, Purpose::kEarlyHelp, Purpose::kConcern,
                                Purpose::kMissingChild, Purpose::kEmergency}) {
    AskedBefore other = Asked();
    other.statement.purpose = purpose;
    EXPECT_EQ(CheckWatched(other, "C-1")->field, "number") << Name(purpose);
  }
  AskedBefore watched = Asked();
  watched.statement.role = Role::kNodeItself;   // or a watch would never end
  EXPECT_EQ(CheckWatched(watched, "C-1")->field, "number");
}

TEST(WatchQuestion, ABeatIsAboutNobody) {
  const AskPlan beat = *BeatQuestion(*RosterOf(7), kSocialCare);
  EXPECT_EQ(beat.statement.subject, Subject{});
  EXPECT_EQ(beat.statement.role, Role::kNodeItself);
  EXPECT_TRUE(Statement::Parse(beat.statement.Serialize()).ok());
  EXPECT_FALSE(BeatQuestion(*RosterOf(7), kSchools));
}

AnswerEntry Contact(const std::string& service, const std::string& name) {
  AnswerEntry entry;
  entry.kind = EntryKind::kContact;
  entry.organisation = "Testfield School";
  entry.service = service;
  entry.name = name;
  return entry;
}

class Compared : public ::testing::Test {
 protected:
  // What is told when the school says this.
  std::vector<std::string> Told(const std::vector<AnswerEntry>& entries, bool answered = true) {
    Reading reading;
    if (answered) {
      reading.kind = Reading::Kind::kAnswered;
      reading.answer = Answer{};
      reading.answer->entries = entries;
      reading.answer->disclosed = !entries.empty();
    }
    std::vector<std::string> told;
    for (const Difference& one :
         Compare({{kSchools, reading}}, *RosterOf(7), 1000, "NUMBER", seen_)) {
      EXPECT_EQ(one.receipt, "NUMBER");
      EXPECT_EQ(one.agency, RosterOf(7)->FindAgency(kSchools)->name);
      told.push_back(one.what + " " + one.service);
    }
    return told;
  }
  Seen seen_;
};

TEST_F(Compared, NewChangedAndEnded) {
  AnswerEntry teacher = Contact("Teaching", "Sam"), nurse = Contact("Nurse", "Kit");
  EXPECT_THAT(Told({teacher}), ElementsAre("new contact Teaching"));
  EXPECT_THAT(Told({teacher}), IsEmpty());
  EXPECT_THAT(Told({teacher, nurse}), ElementsAre("new contact Nurse"));
  teacher.name = "Alex";
  EXPECT_THAT(Told({nurse, teacher}), ElementsAre("changed Teaching"));
  teacher.kind = EntryKind::kDutyLine;
  teacher.flags = kEntryEnded;
  EXPECT_THAT(Told({nurse, teacher}), ElementsAre("ended Teaching"));
  EXPECT_THAT(Told({nurse, teacher}), IsEmpty());
}

TEST_F(Compared, TwoOfOneServiceAreTwo) {
  const AnswerEntry a = Contact("Teaching", "Sam"), b = Contact("Teaching", "Kit");
  Told({a, b});
  EXPECT_THAT(Told({b, a}), IsEmpty());
  EXPECT_THAT(Told({b, Contact("Teaching", "Jo")}), ElementsAre("changed Teaching"));
}

// "The school gives nothing any more" would be an alert of each shield, on the day it is put.
TEST_F(Compared, SilenceAndNoAnswerAreNoDifference) {
  const AnswerEntry teacher = Contact("Teaching", "Sam");
  Told({teacher});
  EXPECT_THAT(Told({}, false), IsEmpty());
  EXPECT_THAT(Told({teacher}), IsEmpty());
  EXPECT_THAT(Told({}), IsEmpty());
}

TEST_F(Compared, WhenAContactWasVerifiedIsNoNews) {
  AnswerEntry teacher = Contact("Teaching", "Sam");
  Told({teacher});
  teacher.verified_on = 20'000;
  EXPECT_THAT(Told({teacher}), IsEmpty());
}

TEST(WatchStored, IsReadAsItWasWritten) {
  Watch watch;
  watch.first = Frame::HashOf({});
  watch.user = "local:alice";
  watch.purpose = Purpose::kSection47;
  watch.case_reference = "C-1";
  watch.since_ms = 5;
  watch.practitioner.data()[0] = 1;
  watch.asked_ms = 6;
  watch.asked_week = 7;
  watch.seen[kSchools] = {{Digest(), Digest(), true}};
  watch.differences = {{8, "NUMBER", "School", "Org", "Teaching", "changed"}};
  EXPECT_EQ(*ReadWatchDocument(WatchDocument(watch)), watch);
  watch.ended = "by local:alice";
  EXPECT_EQ(*ReadWatchDocument(WatchDocument(watch)), watch);
  for (const char* damaged : {"", "[]", "{}", R"({"purpose":"section-17"})"}) {
    EXPECT_TRUE(absl::IsDataLoss(ReadWatchDocument(damaged).status())) << damaged;
  }
}

}  // namespace
}  // namespace whoelse
