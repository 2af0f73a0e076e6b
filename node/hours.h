// When a telephone line is staffed, as rosters say it: "Mon-Fri 08:30-17:00, Sat 09:00-12:00",
// "24 hours", "at all other times".
#ifndef WHOELSE_NODE_HOURS_H_
#define WHOELSE_NODE_HOURS_H_

#include <optional>
#include <string_view>

namespace whoelse {

// A moment of the week where the reader is.
struct LocalTime {
  int weekday;   // 0 Monday to 6 Sunday
  int minute;    // of the day, 0 to 1439
};

// Whether a line with these hours is open; `other_hours` are those of the line that "all other
// times" refers to. nullopt when the text says something that only a person understands.
std::optional<bool> OpenAt(std::string_view hours, std::string_view other_hours, LocalTime now);

}  // namespace whoelse

#endif  // WHOELSE_NODE_HOURS_H_
