#include "node/working_calendar.h"

#include <algorithm>

#include "node/hours.h"

namespace whoelse {
namespace {

constexpr int kMinutesADay = 24 * 60;
constexpr TimeMs kMinuteMs = 60'000, kDayMs = kMinutesADay * kMinuteMs;
constexpr int kWorkingWeekdays = 5;
constexpr int kSaturday = 5, kSunday = 6;
constexpr size_t kHolidaysAYear = 8;   // at least
constexpr int64_t kEndsSoonDays = 60;

absl::Status Bad(std::string_view key, std::string what) {
  return absl::InvalidArgumentError("calendar." + std::string(key) + ": " + std::move(what));
}

int WeekdayOf(int64_t days) { return static_cast<int>((days + 3) % 7); }   // 1970-01-01: a Thursday

int YearOf(Date day) { return static_cast<int>(day.ymd() / 10000); }

Date DayOf(int year, int month, int day) {
  return *Date::FromYmd(static_cast<uint32_t>(year * 10000 + month * 100 + day));
}

Date After(Date day, int64_t days) { return Date::FromDays(day.days() + days); }

Date FirstMonday(int year, int month) {
  const Date first = DayOf(year, month, 1);
  return After(first, (7 - WeekdayOf(first.days())) % 7);
}

Date LastWeekday(int year, int month, int weekday) {   // of a month with 31 days
  const Date last = DayOf(year, month, 31);
  return After(last, -((WeekdayOf(last.days()) - weekday + 7) % 7));
}

// The Gregorian Easter, by the algorithm of Meeus, Jones and Butcher.
Date EasterSunday(int year) {
  const int a = year % 19, b = year / 100, c = year % 100;
  const int g = (8 * b + 13) / 25;
  const int h = (19 * a + b - b / 4 - g + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 19 * l) / 433;
  const int month = (h + l - 7 * m + 90) / 25;
  return DayOf(year, month, (h + l - 7 * m + 33 * month + 19) % 32);
}

bool IsSummerTime(TimeMs now) {
  const int year = YearOf(Date::FromDays(static_cast<int64_t>(now / kDayMs)));
  const auto change = [&](int month) {
    return static_cast<TimeMs>(LastWeekday(year, month, kSunday).days()) * kDayMs + 60 * kMinuteMs;
  };
  return now >= change(3) && now < change(10);
}

absl::Status CheckYears(const CalendarSettings& settings) {
  if (settings.years.empty()) {
    return Bad("years", "is missing; list the years of the bank holidays, as in [2026, 2027]");
  }
  for (size_t i = 0; i < settings.years.size(); ++i) {
    const int year = settings.years[i];
    if (year < 1970 || year > 9998 || year != settings.years[0] + static_cast<int>(i)) {
      return Bad("years", "should be years one after another; write them as in [2026, 2027]");
    }
    const auto given = std::ranges::count(settings.bank_holidays, year, YearOf);
    if (static_cast<size_t>(given) < kHolidaysAYear) {
      return Bad("bank_holidays", std::to_string(year) + " has " + std::to_string(given) +
                                      " and England has eight or more a year; copy them from "
                                      "gov.uk/bank-holidays");
    }
  }
  return absl::OkStatus();
}

// Of settings whose years are good.
absl::Status CheckHolidays(const CalendarSettings& settings) {
  for (Date day : settings.bank_holidays) {
    if (YearOf(day) < settings.years.front() || YearOf(day) > settings.years.back()) {
      return Bad("bank_holidays", day.Iso() + " is of no year in calendar.years; add the year with "
                                              "all its bank holidays, or take the day away");
    }
    if (WeekdayOf(day.days()) >= kWorkingWeekdays) {
      return Bad("bank_holidays", day.Iso() + " is on a weekend; give its substitute day, as "
                                              "gov.uk/bank-holidays does");
    }
    if (std::ranges::count(settings.bank_holidays, day) > 1) {
      return Bad("bank_holidays", day.Iso() + " is there twice; take one away");
    }
  }
  return absl::OkStatus();
}

}  // namespace

LondonTime LondonTimeOf(TimeMs now) {
  const TimeMs local = now + (IsSummerTime(now) ? 60 * kMinuteMs : 0);
  return {Date::FromDays(static_cast<int64_t>(local / kDayMs)),
          static_cast<int>(local % kDayMs / kMinuteMs)};
}

LocalTime WeekTimeOf(TimeMs now) {
  const LondonTime time = LondonTimeOf(now);
  return {WeekdayOf(time.day.days()), time.minute};
}

TimeMs MsOf(LondonTime time) {
  const TimeMs winter = static_cast<TimeMs>(time.day.days()) * kDayMs +
                        static_cast<TimeMs>(time.minute) * kMinuteMs;
  const TimeMs summer = winter - 60 * kMinuteMs;
  return IsSummerTime(summer) ? summer : winter;
}

std::vector<Date> StatutoryBankHolidays(int year) {
  // On a weekend they move to the next day that is free.
  const auto substitute = [](Date day, int weekend_days_after) {
    return WeekdayOf(day.days()) < kSaturday ? day : After(day, weekend_days_after);
  };
  const Date new_year = DayOf(year, 1, 1);
  const Date christmas = DayOf(year, 12, 25), boxing_day = DayOf(year, 12, 26);
  const Date easter = EasterSunday(year);
  // Boxing Day on a Monday, with Christmas Day on the Sunday: the substitute is the Tuesday.
  std::vector<Date> days = {substitute(new_year, 7 - WeekdayOf(new_year.days())),
                            After(easter, -2),
                            After(easter, 1),
                            FirstMonday(year, 5),
                            LastWeekday(year, 5, 0),
                            LastWeekday(year, 8, 0),
                            substitute(christmas, 2),
                            substitute(boxing_day, 2)};
  std::ranges::sort(days);
  return days;
}

CalendarSettings CalendarSettings::From(int year) {
  CalendarSettings settings;
  for (int y = year; y < year + 3; ++y) {
    settings.years.push_back(y);
    for (Date day : StatutoryBankHolidays(y)) settings.bank_holidays.push_back(day);
  }
  return settings;
}

absl::StatusOr<WorkingCalendar> WorkingCalendar::Create(const CalendarSettings& settings) {
  if (absl::Status checked = CheckYears(settings); !checked.ok()) return checked;
  if (absl::Status checked = CheckHolidays(settings); !checked.ok()) return checked;
  WorkingCalendar calendar(
      settings.years.back(),
      {settings.bank_holidays.begin(), settings.bank_holidays.end()});
  for (int weekday = 0; weekday < 7; ++weekday) {
    bool before = false;
    for (int minute = 0; minute < kMinutesADay; ++minute) {
      const std::optional<bool> open = OpenAt(settings.sessions, "", {weekday, minute});
      if (!open) {
        return Bad("sessions", "should be times of the week; write them as in "
                               "\"Mon-Fri 09:00-12:30, Mon-Fri 13:30-17:00\"");
      }
      if (*open && weekday >= kWorkingWeekdays) {
        return Bad("sessions", "should lie from Monday to Friday: no deadline runs on a weekend");
      }
      if (*open && !before) calendar.starts_[weekday].push_back(minute);
      if (*open) calendar.end_[weekday] = minute + 1;
      before = *open;
    }
    if (weekday < kWorkingWeekdays && calendar.starts_[weekday].empty()) {
      return Bad("sessions", "leave out a working day; give every day from Monday to Friday one");
    }
  }
  return calendar;
}

bool WorkingCalendar::IsWorkingDay(Date day) const {
  return WeekdayOf(day.days()) < kWorkingWeekdays && !bank_holidays_.contains(day);
}

TimeMs WorkingCalendar::NextSession(TimeMs now) const {
  const LondonTime local = LondonTimeOf(now);
  for (Date day = local.day;; day = After(day, 1)) {
    if (!IsWorkingDay(day)) continue;
    for (int start : starts_[WeekdayOf(day.days())]) {
      if (day > local.day || start > local.minute) return MsOf({day, start});
    }
  }
}

TimeMs WorkingCalendar::NewestSession(TimeMs now) const {
  const LondonTime local = LondonTimeOf(now);
  for (Date day = local.day; day.days() > 0; day = After(day, -1)) {
    if (!IsWorkingDay(day)) continue;
    const std::vector<int>& starts = starts_[WeekdayOf(day.days())];
    for (auto start = starts.rbegin(); start != starts.rend(); ++start) {
      if (day < local.day || *start <= local.minute) return MsOf({day, *start});
    }
  }
  return 0;   // a clock without a battery
}

Date WorkingCalendar::WorkingDayAfter(Date day, int n) const {
  while (n > 0) {
    day = After(day, 1);
    if (IsWorkingDay(day)) --n;
  }
  return day;
}

TimeMs WorkingCalendar::EndOfWorkingDay(TimeMs now, int n) const {
  const Date day = WorkingDayAfter(LondonTimeOf(now).day, n);
  return MsOf({day, end_[WeekdayOf(day.days())]});
}

TimeMs WorkingCalendar::NoonOfNextWorkingDay(TimeMs now) const {
  return MsOf({WorkingDayAfter(LondonTimeOf(now).day, 1), 12 * 60});
}

absl::Status WorkingCalendar::CheckLasts(Date today) const {
  const Date last = DayOf(last_year_, 12, 31);
  if (last.days() - today.days() >= kEndsSoonDays) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "calendar.years: the bank holidays that this node knows end on " + last.Iso() +
      "; add the next year and its bank holidays (gov.uk/bank-holidays) to [calendar] in the node's "
      "configuration, and start it again");
}

}  // namespace whoelse
