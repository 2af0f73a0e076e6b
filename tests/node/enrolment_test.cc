// Which records are still to be enrolled, and what an answer says about it.
#include "node/enrolment.h"

#include <gtest/gtest.h>

#include "tests/node/federation.h"

namespace whoelse {
namespace {

constexpr KeyType kNhs = KeyType::kNhsNumber, kUpnType = KeyType::kUpn;

std::vector<RecordId> Records(const std::vector<Enrolment::Item>& items) {
  std::vector<RecordId> ids;
  for (const Enrolment::Item& item : items) ids.push_back(item.record);
  return ids;
}

class EnrolmentTest : public ::testing::Test {
 protected:
  EnrolmentTest() { enrolment_.SetKeyVersions({1, 2}); }
  void Enrol(KeyVersion kv, RecordId record, KeyType type = kNhs) {
    enrolment_.MarkEnrolled(kv, record, type);
  }
  void Hold(RecordId record, TimeMs arrived_ms, const std::vector<KeyType>& types) {
    for (KeyType type : types) enrolment_.Hold(record, type, arrived_ms);
  }
  Enrolment enrolment_;
};

TEST_F(EnrolmentTest, OldestFirst) {
  Hold(5, 300, {kNhs});
  Hold(7, 100, {kNhs, kUpnType});
  Hold(6, 200, {kUpnType});
  EXPECT_EQ(enrolment_.Pending(1), 4u);
  const auto next = enrolment_.Next(1, 3, 1000);
  EXPECT_EQ(Records(next), (std::vector<RecordId>{7, 7, 6}));
  EXPECT_EQ(next[0].type, kNhs);
  EXPECT_EQ(next[1].type, kUpnType);
  EXPECT_EQ(Records(enrolment_.Next(1, 3, 1000)), Records(next));   // until they are enrolled
  Enrol(1, 7);
  EXPECT_EQ(Records(enrolment_.Next(1, 9, 1000)), (std::vector<RecordId>{7, 6, 5}));
  EXPECT_EQ(enrolment_.Pending(2), 4u);
  EXPECT_TRUE(enrolment_.Next(3, 9, 1000).empty());
  EXPECT_EQ(enrolment_.Pending(3), 0u);
}

TEST_F(EnrolmentTest, AStartFindsPendingWhatIsNotEnrolled) {
  enrolment_.RestoreHeld(5, {300, 0});
  enrolment_.RestoreHeld(6, {0, 0});
  enrolment_.RestoreHeld(7, {100, 200});
  enrolment_.RestorePending([](KeyVersion kv, RecordId record, KeyType type) {
    return kv == 1 && record == 7 && type == kNhs;
  });
  EXPECT_EQ(Records(enrolment_.Next(1, 9, 1000)), (std::vector<RecordId>{7, 5}));
  EXPECT_EQ(Records(enrolment_.Next(2, 9, 1000)), (std::vector<RecordId>{7, 7, 5}));
  enrolment_.Drop(7, kUpnType);
  EXPECT_EQ(Records(enrolment_.Next(1, 9, 1000)), (std::vector<RecordId>{5}));
}

TEST_F(EnrolmentTest, CompleteWhenAllHeldAtTheBeginningAreEnrolled) {
  EXPECT_FALSE(enrolment_.Complete(1));
  enrolment_.Next(1, 9, 50);
  EXPECT_FALSE(enrolment_.Complete(1));   // nothing held: nothing has begun
  Hold(1, 100, {kNhs, kUpnType});
  Hold(2, 200, {kNhs});
  EXPECT_FALSE(enrolment_.Complete(1));   // not begun
  enrolment_.Next(1, 1, 200);
  EXPECT_EQ(enrolment_.begun_ms().at(1), 200u);
  Enrol(1, 1);
  Enrol(1, 2);
  EXPECT_FALSE(enrolment_.Complete(1));   // the first record's UPN is missing
  Hold(3, 201, {kNhs});   // arrived after the beginning: does not delay it
  Enrol(1, 1, kUpnType);
  EXPECT_TRUE(enrolment_.Complete(1));
  EXPECT_FALSE(enrolment_.Complete(2));
  EXPECT_FALSE(enrolment_.Complete(9));
  Hold(4, 200, {kNhs});   // held at the very moment of the beginning
  EXPECT_FALSE(enrolment_.Complete(1));
  Enrol(1, 4);
  EXPECT_TRUE(enrolment_.Complete(1));
  Enrol(1, 3);
  EXPECT_TRUE(enrolment_.Complete(1));
}

TEST_F(EnrolmentTest, ANewVersionHasEverythingPending) {
  Hold(1, 100, {kNhs});
  Hold(2, 200, {kUpnType});
  enrolment_.Next(1, 9, 300);
  Enrol(1, 1);
  Enrol(1, 2, kUpnType);
  enrolment_.SetKeyVersions({1, 2, 3});
  EXPECT_TRUE(enrolment_.Complete(1));
  EXPECT_EQ(enrolment_.Pending(3), 2u);
  enrolment_.SetKeyVersions({2, 3});
  EXPECT_EQ(enrolment_.Pending(1), 0u);
  EXPECT_FALSE(enrolment_.Complete(1));
  EXPECT_FALSE(enrolment_.begun_ms().contains(1));
}

TEST_F(EnrolmentTest, DroppedAndChangedIdentifiers) {
  Hold(1, 100, {kNhs, kUpnType});
  Hold(2, 100, {kNhs});
  enrolment_.Drop(1, kNhs);
  enrolment_.Drop(1, kUpnType);
  EXPECT_EQ(Records(enrolment_.Next(1, 9, 200)), std::vector<RecordId>{2});
  enrolment_.Drop(1, kNhs);
  Enrol(1, 1);    // a late word about a record that is gone
  Enrol(9, 2);    // or about a version that is
  Enrol(1, 2);
  EXPECT_EQ(enrolment_.Pending(1), 0u);
  // Given another number, it is enrolled anew.
  Hold(2, 300, {kNhs});
  const auto next = enrolment_.Next(1, 9, 400);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].arrived_ms, 300u);
}

// What was enrolled stays findable, and what was not keeps its place in the queue.
TEST_F(EnrolmentTest, AnIdentifierMoreChangesNothingAboutTheOther) {
  Hold(1, 100, {kNhs});
  Hold(2, 100, {kNhs});
  enrolment_.Next(1, 9, 150);
  Enrol(1, 1);
  Hold(1, 300, {kUpnType});
  Hold(2, 300, {kUpnType});
  const auto next = enrolment_.Next(1, 9, 400);
  EXPECT_EQ(Records(next), (std::vector<RecordId>{2, 1, 2}));
  EXPECT_EQ(next[0].arrived_ms, 100u);
  EXPECT_FALSE(enrolment_.Complete(1));
  Enrol(1, 2);
  EXPECT_TRUE(enrolment_.Complete(1));
}

TEST_F(EnrolmentTest, RecordsWithoutACompleteImportAreSomethingImported) {
  Hold(1, 100, {kNhs});
  EXPECT_TRUE(enrolment_.View().imported);
  EXPECT_EQ(enrolment_.View().EnrolledThrough({}, 600, 86'400'000), 0u);
}

TEST_F(EnrolmentTest, BegunSurvivesARestart) {
  Hold(1, 100, {kNhs});
  enrolment_.Next(1, 9, 150);
  Enrol(1, 1);
  enrolment_.OnImported(120);
  Enrolment restarted;
  restarted.SetKeyVersions({1, 2});
  restarted.RestoreBegun(enrolment_.begun_ms());
  restarted.RestoreImported(enrolment_.newest_import_ms());
  restarted.Hold(1, kNhs, 100);
  EXPECT_FALSE(restarted.Complete(1));
  restarted.MarkEnrolled(1, 1, kNhs);
  EXPECT_TRUE(restarted.Complete(1));
  EXPECT_EQ(restarted.newest_import_ms(), 120u);
}

TEST_F(EnrolmentTest, ViewSaysWhatIsCompleteAndSinceWhen) {
  EXPECT_FALSE(enrolment_.View().imported);
  Hold(1, 100, {kNhs});
  Hold(2, 200, {kNhs});
  Hold(3, 900, {kNhs});
  enrolment_.OnImported(1000);
  for (KeyVersion kv : {1, 2}) enrolment_.Next(kv, 1, 500);
  Enrol(1, 1);
  Enrol(1, 2);
  Enrol(2, 1);
  const EnrolmentView view = enrolment_.View();
  EXPECT_TRUE(view.imported);
  EXPECT_EQ(view.newest_import_ms, 1000u);
  EXPECT_EQ(view.complete, std::set<KeyVersion>{1});
  EXPECT_EQ(view.oldest_unenrolled_ms.at({1}), 900u);
  EXPECT_EQ(view.oldest_unenrolled_ms.at({2}), 200u);
  // By either version record 2 is found: only record 3 is in none.
  EXPECT_EQ(view.oldest_unenrolled_ms.at({1, 2}), 900u);
  Enrol(1, 3);
  EXPECT_FALSE(enrolment_.View().oldest_unenrolled_ms.contains({1}));
  EXPECT_FALSE(enrolment_.View().oldest_unenrolled_ms.contains({1, 2}));
}

// --- enrolled_through --------------------------------------------------------------------------

constexpr uint32_t kInterval = 600;
constexpr TimeMs kInterval_ms = kInterval * 1000;

uint32_t Through(TimeMs newest_import, std::optional<TimeMs> oldest, TimeMs now,
                 uint32_t interval = kInterval) {
  EnrolmentView view{true, newest_import, {1}, {}};
  if (oldest) view.oldest_unenrolled_ms[{1}] = *oldest;
  return view.EnrolledThrough({1}, interval, now);
}

TEST(EnrolledThrough, NeverLaterThanTheIntervalBeforeTheOneThatEndedLast) {
  constexpr TimeMs kBegin = 3'000'000 * kInterval_ms;   // an interval's first moment
  for (TimeMs now : {kBegin, kBegin + 1, kBegin + kInterval_ms - 1}) {
    EXPECT_EQ(Through(now, std::nullopt, now), 2'999'998u);
  }
  EXPECT_EQ(Through(kBegin + kInterval_ms, std::nullopt, kBegin + kInterval_ms), 2'999'999u);
  // The vectors' answers: 1800000002 gives 2,999,998.
  EXPECT_EQ(Through(kNow, std::nullopt, kNow), 2'999'998u);
}

TEST(EnrolledThrough, TheEarlierOfImportAndOldestRoundedDown) {
  EXPECT_EQ(Through(kInterval_ms * 100 + 599'999, std::nullopt, kNow), 100u);
  EXPECT_EQ(Through(kInterval_ms * 101, std::nullopt, kNow), 101u);
  EXPECT_EQ(Through(kInterval_ms * 100, kInterval_ms * 90 + 599'999, kNow), 90u);
  EXPECT_EQ(Through(kInterval_ms * 80, kInterval_ms * 90, kNow), 80u);
  // Of another set of versions: not this answer's business.
  EnrolmentView view{true, kInterval_ms * 100, {1}, {{{2}, kInterval_ms * 50}}};
  EXPECT_EQ(view.EnrolledThrough({1}, kInterval, kNow), 100u);
  EXPECT_EQ(view.EnrolledThrough({2}, kInterval, kNow), 50u);
}

TEST(EnrolledThrough, BeforeTwoIntervalsItIsZero) {
  EXPECT_EQ(Through(0, std::nullopt, 0), 0u);
  EXPECT_EQ(Through(kInterval_ms, std::nullopt, kInterval_ms), 0u);
  EXPECT_EQ(Through(2 * kInterval_ms - 1, std::nullopt, 2 * kInterval_ms - 1), 0u);
  EXPECT_EQ(Through(3 * kInterval_ms, std::nullopt, 3 * kInterval_ms), 1u);
}

TEST(EnrolledThrough, OtherIntervals) {
  // A day: units of 600 s, but no finer than the interval.
  constexpr TimeMs kDay = 86'400'000;
  EXPECT_EQ(Through(100 * kDay + 5, std::nullopt, 100 * kDay + 5, 86'400), 98u * 144);
  EXPECT_EQ(Through(90 * kDay - 1, std::nullopt, 100 * kDay, 86'400), 89u * 144);
  // Shorter than a unit: rounded to whole units all the same.
  EXPECT_EQ(Through(kNow, std::nullopt, kNow, 10), (kNow / 10'000 * 10 - 20) / 600);
}

// Whatever the times: a multiple of the interval, never in the future of what it speaks of, and it
// does not go back as the clock goes on.
TEST(EnrolledThrough, IsRoundedAndMonotone) {
  SeededRandom random(20270114);
  for (int i = 0; i < 5'000; ++i) {
    const TimeMs import = random.Below(10'000'000'000), oldest = random.Below(10'000'000'000);
    const TimeMs now = random.Below(10'000'000'000);
    const uint32_t through = Through(import, oldest, now);
    EXPECT_LE(through * kInterval_ms, import);
    EXPECT_LE(through * kInterval_ms, oldest);
    EXPECT_TRUE(through == 0 || through * kInterval_ms + kInterval_ms < now);
    EXPECT_LE(through, Through(import, oldest, now + random.Below(1'000'000)));
  }
}

// --- bulk --------------------------------------------------------------------------------------

TEST(PlanBulk, InsideTheWindowAndNoLargerThanFits) {
  RosterAgency agency = *RosterOf(7)->FindAgency(kSurgery);
  agency.bulk = {{2, 1000, 2000, 5000}};
  const auto plan = [&](KeyVersion kv, size_t pending, TimeMs now) {
    return PlanBulk(agency, kv, pending, now);
  };
  EXPECT_FALSE(plan(2, 0, 1'500'000));
  EXPECT_FALSE(plan(1, 10, 1'500'000));
  EXPECT_FALSE(plan(2, 10, 999'999));
  ASSERT_TRUE(plan(2, 10, 1'000'000));
  EXPECT_EQ(plan(2, 10, 1'000'000)->kind, EvaluationKind::kBulk);
  EXPECT_EQ(plan(2, 10, 1'000'000)->elements, 10u);
  EXPECT_EQ(plan(2, 1024, 2'000'999)->elements, 1024u);
  EXPECT_EQ(plan(2, 1025, 1'500'000)->elements, 1024u);
  EXPECT_FALSE(plan(2, 10, 2'001'000));
}

}  // namespace
}  // namespace whoelse
