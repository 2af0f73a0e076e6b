#include "node/hours.h"

#include <algorithm>
#include <array>
#include <string>

namespace whoelse {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::optional<int> ReadDay(std::string_view text) {
  const auto it = std::find(kDays.begin(), kDays.end(), text);
  if (it == kDays.end()) return std::nullopt;
  return static_cast<int>(it - kDays.begin());
}

std::optional<int> ReadMinute(std::string_view text) {   // "08:30", up to "24:00"
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute > 59 || hour * 60 + minute > 24 * 60) return std::nullopt;
  return hour * 60 + minute;
}

// "Mon-Fri 08:30-17:00" or "Sat 09:00-12:00".
std::optional<bool> OpenInPart(std::string_view part, LocalTime now) {
  const size_t space = part.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view days = part.substr(0, space), times = part.substr(space + 1);
  const size_t dash = days.find('-');
  const std::optional<int> first = ReadDay(days.substr(0, dash));
  const std::optional<int> last =
      dash == std::string_view::npos ? first : ReadDay(days.substr(dash + 1));
  if (times.size() != 11 || times[5] != '-') return std::nullopt;
  const std::optional<int> from = ReadMinute(times.substr(0, 5));
  const std::optional<int> until = ReadMinute(times.substr(6));
  if (!first || !last || !from || !until || *first > *last || *from >= *until) return std::nullopt;
  return now.weekday >= *first && now.weekday <= *last && now.minute >= *from &&
         now.minute < *until;
}

}  // namespace

std::optional<bool> OpenAt(std::string_view hours, std::string_view other_hours, LocalTime now) {
  if (hours == "24 hours") return true;
  if (hours == "at all other times") {
    if (other_hours == hours) return std::nullopt;
    const std::optional<bool> other = OpenAt(other_hours, hours, now);
    if (!other) return std::nullopt;
    return !*other;
  }
  bool open = false;
  while (!hours.empty()) {
    const size_t comma = hours.find(", ");
    const std::optional<bool> part = OpenInPart(hours.substr(0, comma), now);
    if (!part) return std::nullopt;
    open = open || *part;
    hours = comma == std::string_view::npos ? std::string_view() : hours.substr(comma + 2);
  }
  return open;
}

}  // namespace whoelse
