// Working days, sessions and deadlines, around weekends, holidays and changes of the clock.
#include "node/working_calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random.h"

namespace whoelse {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Date Day(uint32_t ymd) { return *Date::FromYmd(ymd); }

TimeMs At(uint32_t ymd, int hour, int minute = 0) { return MsOf({Day(ymd), hour * 60 + minute}); }

// UTC, without the code under test.
TimeMs Utc(uint32_t ymd, int hour, int minute = 0) {
  return static_cast<TimeMs>(Day(ymd).days()) * 86'400'000 +
         static_cast<TimeMs>(hour * 60 + minute) * 60'000;
}

WorkingCalendar Calendar() { return *WorkingCalendar::Create(CalendarSettings::From(2026)); }

TEST(BankHolidays, AreThoseOfTheGazette) {
  const auto days = [](int year) {
    std::vector<uint32_t> ymd;
    for (Date day : StatutoryBankHolidays(year)) ymd.push_back(day.ymd());
    return ymd;
  };
  // gov.uk/bank-holidays, England and Wales.
  EXPECT_THAT(days(2017), ElementsAre(20170102, 20170414, 20170417, 20170501, 20170529, 20170828,
                                      20171225, 20171226));
  EXPECT_THAT(days(2021), ElementsAre(20210101, 20210402, 20210405, 20210503, 20210531, 20210830,
                                      20211227, 20211228));
  EXPECT_THAT(days(2024), ElementsAre(20240101, 20240329, 20240401, 20240506, 20240527, 20240826,
                                      20241225, 20241226));
  EXPECT_THAT(days(2026), ElementsAre(20260101, 20260403, 20260406, 20260504, 20260525, 20260831,
                                      20261225, 20261228));
  EXPECT_THAT(days(2027), ElementsAre(20270101, 20270326, 20270329, 20270503, 20270531, 20270830,
                                      20271227, 20271228));
  // Christmas Day on a Sunday: Boxing Day stays on the Monday, the substitute is the Tuesday.
  EXPECT_THAT(days(2022), ElementsAre(20220103, 20220415, 20220418, 20220502, 20220530, 20220829,
                                      20221226, 20221227));
}

TEST(LondonClock, ChangesOnTheLastSundays) {
  EXPECT_EQ(LondonTimeOf(Utc(20260329, 0, 59)), (LondonTime{Day(20260329), 59}));
  EXPECT_EQ(LondonTimeOf(Utc(20260329, 1, 0)), (LondonTime{Day(20260329), 120}));
  EXPECT_EQ(LondonTimeOf(Utc(20261025, 0, 59)), (LondonTime{Day(20261025), 119}));
  EXPECT_EQ(LondonTimeOf(Utc(20261025, 1, 0)), (LondonTime{Day(20261025), 60}));
  EXPECT_EQ(LondonTimeOf(Utc(20260701, 23, 30)), (LondonTime{Day(20260702), 30}));
  EXPECT_EQ(At(20260329, 1, 30), Utc(20260329, 1, 30));    // left out: an hour later on the wall
  EXPECT_EQ(At(20261025, 1, 30), Utc(20261025, 0, 30));    // twice: the first
  EXPECT_EQ(At(20261026, 9), Utc(20261026, 9));
  EXPECT_EQ(At(20261023, 9), Utc(20261023, 8));
}

TEST(LondonClock, EveryMinuteComesBack) {
  SeededRandom random(20261122);
  for (int i = 0; i < 20'000; ++i) {
    const TimeMs now = Utc(20200101, 0) + random.Below(20ull * 366 * 1440) * 60'000;
    const TimeMs back = MsOf(LondonTimeOf(now));
    // But for the hour that comes twice.
    ASSERT_TRUE(back == now || back + 3'600'000 == now) << now;
  }
}

struct NextSessionCase {
  const char* what;
  TimeMs now, session;
};

TEST(WorkingCalendarTest, NextSession) {
  const NextSessionCase cases[] = {
      {"before work", At(20261123, 8, 59), At(20261123, 9)},
      {"as a session begins: the one after it", At(20261123, 9), At(20261123, 13, 30)},
      {"in the morning", At(20261123, 10), At(20261123, 13, 30)},
      {"in the afternoon", At(20261123, 14), At(20261124, 9)},
      {"on Friday afternoon", At(20261127, 13, 30), At(20261130, 9)},
      {"on a Sunday", At(20261129, 2), At(20261130, 9)},
      {"before Easter", At(20260402, 16), At(20260407, 9)},
      {"on Christmas Eve", At(20261224, 17), At(20261229, 9)},
      {"on New Year's Eve", At(20261231, 14), At(20270104, 9)},
      {"over the change to summer time", At(20260327, 14), Utc(20260330, 8)},
      {"over the change to winter time", At(20261023, 14), Utc(20261026, 9)},
  };
  const WorkingCalendar calendar = Calendar();
  for (const NextSessionCase& c : cases) {
    EXPECT_EQ(calendar.NextSession(c.now), c.session) << c.what;
  }
}

TEST(WorkingCalendarTest, NewestSession) {
  const NextSessionCase cases[] = {
      {"before work", At(20261123, 8, 59), At(20261120, 13, 30)},
      {"as a session begins", At(20261123, 9), At(20261123, 9)},
      {"in the morning", At(20261123, 10), At(20261123, 9)},
      {"at noon", At(20261123, 13), At(20261123, 9)},
      {"in the afternoon", At(20261123, 14), At(20261123, 13, 30)},
      {"at night", At(20261124, 2), At(20261123, 13, 30)},
      {"on a Sunday", At(20261129, 2), At(20261127, 13, 30)},
      {"at Easter", At(20260406, 16), At(20260402, 13, 30)},
      {"at Christmas", At(20261228, 17), At(20261224, 13, 30)},
      {"over the change to summer time", Utc(20260330, 7, 59), At(20260327, 13, 30)},
      {"over the change to winter time", Utc(20261026, 8, 59), At(20261023, 13, 30)},
      {"a clock without a battery", 1000, 0},
  };
  const WorkingCalendar calendar = Calendar();
  for (const NextSessionCase& c : cases) {
    EXPECT_EQ(calendar.NewestSession(c.now), c.session) << c.what;
  }
}

TEST(WorkingCalendarTest, EndsOfWorkingDays) {
  const WorkingCalendar calendar = Calendar();
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20261123, 0, 1), 1), At(20261124, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20261127, 23), 1), At(20261130, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20261128, 12), 1), At(20261130, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20261123, 9), 5), At(20261130, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20260402, 9), 1), At(20260407, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20261221, 9), 5), At(20261230, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20261023, 9), 1), Utc(20261026, 17));
  EXPECT_EQ(calendar.EndOfWorkingDay(At(20260327, 9), 1), Utc(20260330, 16));
  EXPECT_EQ(calendar.NoonOfNextWorkingDay(At(20261127, 22)), At(20261130, 12));
  EXPECT_EQ(calendar.NoonOfNextWorkingDay(At(20261127, 1)), At(20261130, 12));
}

TEST(WorkingCalendarTest, SessionsAreWorkingTime) {
  const WorkingCalendar calendar = Calendar();
  SeededRandom random(20261122);
  for (int i = 0; i < 5'000; ++i) {
    const TimeMs now = At(20260101, 0) + random.Below(1'000ull * 86'400'000);
    const TimeMs session = calendar.NextSession(now), end = calendar.EndOfWorkingDay(now, 1);
    ASSERT_GT(session, now);
    ASSERT_GT(end, session);
    ASSERT_LT(session, now + 6ull * 86'400'000);
    for (TimeMs moment : {session, end - 1}) {
      ASSERT_TRUE(calendar.IsWorkingDay(LondonTimeOf(moment).day));
    }
    const int minute = LondonTimeOf(session).minute;
    ASSERT_TRUE(minute == 9 * 60 || minute == 13 * 60 + 30);
    // What has its next session behind it at a moment, and nothing else, came before the newest
    // one.
    const TimeMs newest = calendar.NewestSession(now);
    ASSERT_LE(newest, now);
    ASSERT_LE(calendar.NextSession(newest - 1), now);
    ASSERT_GT(calendar.NextSession(newest), now);
  }
}

TEST(WorkingCalendarTest, SaysInTimeThatItEnds) {
  const WorkingCalendar calendar = Calendar();
  EXPECT_TRUE(calendar.CheckLasts(Day(20281101)).ok());
  const absl::Status soon = calendar.CheckLasts(Day(20281102));
  EXPECT_TRUE(absl::IsFailedPrecondition(soon));
  EXPECT_THAT(soon.message(), HasSubstr("end on 2028-12-31"));
  EXPECT_THAT(soon.message(), HasSubstr("gov.uk/bank-holidays"));
  EXPECT_FALSE(calendar.CheckLasts(Day(20310101)).ok());
}

TEST(WorkingCalendarTest, RefusesWhatItWouldMisunderstand) {
  const auto refused = [](auto change, const char* key, const char* what) {
    CalendarSettings settings = CalendarSettings::From(2026);
    change(settings);
    const auto made = WorkingCalendar::Create(settings);
    ASSERT_TRUE(absl::IsInvalidArgument(made.status())) << what;
    EXPECT_THAT(made.status().message(), HasSubstr(key));
    EXPECT_THAT(made.status().message(), HasSubstr(what));
  };
  refused([](auto& s) { s.years.clear(); }, "calendar.years: ", "missing");
  refused([](auto& s) { s.years = {2026, 2028}; }, "calendar.years: ", "one after another");
  refused([](auto& s) { s.years.push_back(2029); }, "calendar.bank_holidays: ", "2029 has 0");
  refused([](auto& s) { s.bank_holidays.pop_back(); }, "calendar.bank_holidays: ", "2028 has 7");
  refused([](auto& s) { s.bank_holidays.push_back(Day(20290101)); }, "2029-01-01", "no year");
  refused([](auto& s) { s.bank_holidays.push_back(Day(20261226)); }, "2026-12-26", "weekend");
  refused([](auto& s) { s.bank_holidays.push_back(Day(20261225)); }, "2026-12-25", "twice");
  refused([](auto& s) { s.sessions = "weekdays"; }, "calendar.sessions: ", "times of the week");
  refused([](auto& s) { s.sessions = "Mon-Sat 09:00-17:00"; }, "calendar.sessions: ", "weekend");
  refused([](auto& s) { s.sessions = "Mon-Thu 09:00-17:00"; }, "calendar.sessions: ", "leave out");
}

}  // namespace
}  // namespace whoelse
