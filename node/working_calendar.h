// When people at this agency work: England's working days, and the sessions of one. Deadlines are
// counted in them, and nothing about a brokered question is shown before the next session begins.
// domain.md, "How an agency decides". Times are those of Europe/London.
#ifndef WHOELSE_NODE_WORKING_CALENDAR_H_
#define WHOELSE_NODE_WORKING_CALENDAR_H_

#include <array>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/hours.h"
#include "node/identifier.h"
#include "protocol/ids.h"

namespace whoelse {

// A moment as a clock on a wall in London shows it. Summer time is from the last Sunday of March,
// 01:00 UTC, to the last Sunday of October, 01:00 UTC (Summer Time Order 2002).
struct LondonTime {
  Date day;
  int minute;   // of the day, 0 to 1439
  bool operator==(const LondonTime&) const = default;
};
LondonTime LondonTimeOf(TimeMs now);
// `minute` up to 1440. In the hour that autumn has twice, the first; in the hour that spring leaves
// out, the same minute of the hour after it.
TimeMs MsOf(LondonTime time);

// The same as telephone lines have their hours.
LocalTime WeekTimeOf(TimeMs now);

// The bank holidays of England by statute (Banking and Financial Dealings Act 1971 and the common
// law ones, with their substitute days), ascending. Proclaimed ones are not among them.
std::vector<Date> StatutoryBankHolidays(int year);

// As the configuration has it.
struct CalendarSettings {
  std::vector<int> years;              // ascending, without a gap
  std::vector<Date> bank_holidays;     // all of those years, the substitute days where there are any
  std::string sessions = "Mon-Fri 09:00-12:30, Mon-Fri 13:30-17:00";   // node/hours.h

  // By statute, for this year and the two after it.
  static CalendarSettings From(int year);
  bool operator==(const CalendarSettings&) const = default;
};

class WorkingCalendar {
 public:
  // INVALID_ARGUMENT, "key: what is wrong; how to put it right".
  static absl::StatusOr<WorkingCalendar> Create(const CalendarSettings& settings);

  // Monday to Friday and no bank holiday. Beyond the years that are known: no holiday.
  bool IsWorkingDay(Date day) const;
  // Where the first session begins that begins after `now`.
  TimeMs NextSession(TimeMs now) const;
  // Where the newest session began that has begun by `now`: for what came before it, and for
  // nothing that came since, the next session has begun.
  TimeMs NewestSession(TimeMs now) const;
  // Where the last session ends of the n-th working day after the day of `now`; n from 1.
  TimeMs EndOfWorkingDay(TimeMs now, int n) const;
  TimeMs NoonOfNextWorkingDay(TimeMs now) const;

  // FAILED_PRECONDITION, saying what to add and where it stands, from 60 days before the last known
  // year ends: after it a bank holiday would be taken for a working day.
  absl::Status CheckLasts(Date today) const;

 private:
  WorkingCalendar(int last_year, std::set<Date> bank_holidays)
      : last_year_(last_year), bank_holidays_(std::move(bank_holidays)) {}
  Date WorkingDayAfter(Date day, int n) const;

  int last_year_;
  std::set<Date> bank_holidays_;
  std::array<std::vector<int>, 5> starts_;   // of each weekday's sessions, in minutes
  std::array<int, 5> end_{};
};

}  // namespace whoelse

#endif  // WHOELSE_NODE_WORKING_CALENDAR_H_
