// Which notice goes out when, and that its moments tell nothing.
#include "node/notice_repeats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/node/federation.h"
#include "tests/node/inbox_maker.h"
#include "tests/support/seed.h"

namespace whoelse {
namespace {

constexpr TimeMs kHour = 3'600'000, kDay = 24 * kHour;
constexpr TimeMs kMonday = 1'800'000'000'000;

SentNotice About(const std::string& number, TimeMs last) {
  SentNotice notice;
  notice.subject[0] = {KeyType::kNhsNumber, number};
  notice.born = 20150314;
  notice.last_ms = last;
  return notice;
}

TEST(NoticeRepeats, TheRateChangesInLargeSteps) {
  const std::pair<size_t, uint32_t> cases[] = {{0, 4},    {1, 4},    {28, 4},    {29, 16},
                                               {112, 16}, {113, 64}, {448, 64},  {449, 256},
                                               {100'000, 256}};
  for (const auto& [notices, rate] : cases) {
    EXPECT_EQ(RepeatsPerDay(notices, 5000), rate) << notices;
  }
  EXPECT_EQ(RepeatsPerDay(100, 40), 10u);   // people need their questions
  EXPECT_EQ(RepeatsPerDay(0, 3), 1u);
}

TEST(NoticeRepeats, EachIntervalHasOneMomentOfItsOwn) {
  SeededRandom random(SeedOr(24));
  const Secret<32> key = random.NewSecret<32>(), other = random.NewSecret<32>();
  std::vector<TimeMs> moments;
  TimeMs at = kMonday;
  for (int i = 0; i < 400; ++i) {
    at = NextRepeatMoment(key, at, 4);
    moments.push_back(at);
  }
  std::set<TimeMs> intervals;
  double late = 0;
  for (const TimeMs moment : moments) {
    EXPECT_TRUE(intervals.insert(moment / (6 * kHour)).second);
    late += static_cast<double>(moment % (6 * kHour)) / static_cast<double>(6 * kHour);
  }
  EXPECT_NEAR(late / 400, 0.5, 0.08);   // five standard deviations
  EXPECT_LE(moments.back() - kMonday, 401 * 6 * kHour);
  // A node that starts again goes on as before; another's moments are others.
  EXPECT_EQ(NextRepeatMoment(key, moments[7], 4), moments[8]);
  EXPECT_EQ(NextRepeatMoment(key, moments[8] - 1, 4), moments[8]);
  EXPECT_NE(NextRepeatMoment(other, moments[7], 4), moments[8]);
}

// Whether there is something to repeat or not, and whatever it is, the moments are the same; and no
// notice waits longer than a week.
TEST(NoticeRepeats, EachNoticeGoesOutEachWeek) {
  SeededRandom random(SeedOr(25));
  const Secret<32> key = random.NewSecret<32>();
  std::vector<SentNotice> notices;
  for (int i = 0; i < 28; ++i) notices.push_back(About("9990000018", kMonday - i * 6 * kHour));
  const uint32_t rate = RepeatsPerDay(notices.size(), 5000);
  TimeMs at = kMonday;
  for (int i = 0; i < 28 * 6; ++i) {
    at = NextRepeatMoment(key, at, rate);
    if (const auto place = NextToRepeat(notices, at, rate)) notices[*place].last_ms = at;
    for (const SentNotice& notice : notices) EXPECT_LE(at, notice.last_ms + 7 * kDay + 12 * kHour);
  }
}

TEST(NoticeRepeats, TheOneThatWaitsLongestAndNoneBeforeItsTime) {
  const std::vector<SentNotice> notices = {About("9990000018", kMonday),
                                           About("9990000026", kMonday - kDay)};
  EXPECT_EQ(NextToRepeat({}, kMonday, 4), std::nullopt);
  EXPECT_EQ(NextToRepeat(notices, kMonday, 4), std::nullopt);
  EXPECT_EQ(NextToRepeat(notices, kMonday + 6 * kDay - 13 * kHour, 4), std::nullopt);
  EXPECT_EQ(NextToRepeat(notices, kMonday + 6 * kDay, 4), 1u);
}

// A clock that was a year ahead when it went out, and was put right.
TEST(NoticeRepeats, AClockThatLeaptLeavesNoneWaiting) {
  std::vector<SentNotice> notices = {About("9990000018", kMonday - kDay),
                                     About("9990000026", kMonday + 365 * kDay)};
  ASSERT_EQ(NextToRepeat(notices, kMonday, 4), 1u);
  notices[1].last_ms = kMonday;
  EXPECT_EQ(NextToRepeat(notices, kMonday, 4), std::nullopt);
  // By the clock that is ahead both are due, one after the other, and then none.
  for (const size_t expected : {0u, 1u}) {
    ASSERT_EQ(NextToRepeat(notices, kMonday + 365 * kDay, 4), expected);
    notices[expected].last_ms = kMonday + 365 * kDay;
  }
  EXPECT_EQ(NextToRepeat(notices, kMonday + 365 * kDay, 4), std::nullopt);
}

TEST(NoticeRepeats, TheNodeItselfAsks) {
  const RosterAgency& agency = RosterOf(7)->agencies.front();
  const SentNotice notice = About("9990000018", kMonday);
  const Statement repeated = RepetitionOf(notice, agency);
  EXPECT_EQ(repeated.subject, notice.subject);
  EXPECT_EQ(repeated.born, notice.born);
  EXPECT_EQ(repeated.flags, kFlagShieldNotice);
  const Statement nobody = RepetitionOf(std::nullopt, agency);
  EXPECT_EQ(nobody.subject, Subject());
  EXPECT_EQ(nobody.flags, 0);   // about nobody there is no notice
  for (const Statement& statement : {repeated, nobody}) {
    EXPECT_TRUE(Statement::Parse(statement.Serialize()).ok());
    EXPECT_EQ(statement.role, Role::kNodeItself);
    EXPECT_TRUE(statement.practitioner_ref.IsZero());
    EXPECT_EQ(statement.relays, agency.relays);
  }
}

}  // namespace
}  // namespace whoelse
