#include "protocol/subject.h"

#include <algorithm>

namespace whoelse {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsNhsNumber(std::string_view digits) {
  if (digits.size() != 10 || !std::all_of(digits.begin(), digits.end(), IsDigit)) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (digits[i] - '0') * (10 - i);
  const int check = (11 - sum % 11) % 11;
  return check != 10 && digits[9] - '0' == check;
}

bool IsUpn(std::string_view text) {
  return text.size() == 13 && std::all_of(text.begin(), text.end(), [](char c) {
           return IsDigit(c) || (c >= 'A' && c <= 'Z');
         });
}

bool IsCalendarDay(uint32_t yyyymmdd) {
  const uint32_t year = yyyymmdd / 10000, month = yyyymmdd / 100 % 100, day = yyyymmdd % 100;
  if (year < 1583 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  constexpr std::array<uint8_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= kDays[month - 1] + (month == 2 && leap ? 1u : 0u);
}

}  // namespace whoelse
