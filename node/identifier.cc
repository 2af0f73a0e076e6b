#include "node/identifier.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "protocol/subject.h"

namespace whoelse {
namespace {

constexpr uint32_t kFirstDay = 15830101;
constexpr uint32_t kLastDay = 99991231;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number that `text` writes in exactly its own digits; false when there is another character.
bool ReadDigits(std::string_view text, uint32_t& value) {
  value = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return true;
}

// A letter's value is its place here; I, O and S are left out, which look like digits.
constexpr std::string_view kUpnLetters = "ABCDEFGHJKLMNPQRTUVWXYZ";

bool HasUpnForm(std::string_view upn) {
  return IsUpn(upn) && kUpnLetters.find(upn[0]) != std::string_view::npos &&
         std::all_of(upn.begin() + 1, upn.end() - 1, IsDigit) &&
         (IsDigit(upn.back()) || kUpnLetters.find(upn.back()) != std::string_view::npos);
}

char UpnCheckLetter(std::string_view upn) {
  size_t sum = 0;
  for (size_t i = 1; i < upn.size(); ++i) {
    const size_t value = IsDigit(upn[i]) ? static_cast<size_t>(upn[i] - '0')
                                         : kUpnLetters.find(upn[i]);
    sum += value * (i + 1);
  }
  return kUpnLetters[sum % kUpnLetters.size()];
}

std::chrono::sys_days ToSysDays(uint32_t ymd) {
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(ymd / 10000)),
                                     std::chrono::month(ymd / 100 % 100),
                                     std::chrono::day(ymd % 100));
}

}  // namespace

absl::StatusOr<NhsNumber> NhsNumber::Parse(std::string_view text) {
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (IsDigit(c)) {
      digits += c;
    } else if ((c != ' ' && c != '-') || i == 0 || i + 1 == text.size()) {
      return absl::InvalidArgumentError(
          "NHS number has a character that is not a digit: write its ten digits, with spaces "
          "or hyphens between them if you like");
    }
  }
  if (digits.size() != 10) {
    return absl::InvalidArgumentError(
        "NHS number does not have ten digits: copy it again from the source; a spreadsheet may "
        "have shortened it");
  }
  if (!IsNhsNumber(digits)) {
    return absl::InvalidArgumentError(
        "NHS number has a wrong check digit: two digits may be swapped or one mistyped; copy it "
        "again from the source");
  }
  return NhsNumber(std::move(digits));
}

absl::StatusOr<Upn> Upn::Parse(std::string_view text) {
  std::string upn;
  for (const char c : text) {
    if (c == ' ') continue;
    upn += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  if (!HasUpnForm(upn)) {
    return absl::InvalidArgumentError(
        "UPN is not a letter and twelve digits, the last of which may be a letter: copy it again from "
        "the source; I, O and S are never in it");
  }
  if (upn[0] != UpnCheckLetter(upn)) {
    return absl::InvalidArgumentError(
        "UPN has a wrong check letter: two digits may be swapped or one mistyped; copy it again from "
        "the source");
  }
  return Upn(std::move(upn));
}

absl::StatusOr<Date> Date::Parse(std::string_view text) {
  uint32_t year = 0, month = 0, day = 0;
  const bool iso = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                   ReadDigits(text.substr(0, 4), year) && ReadDigits(text.substr(5, 2), month) &&
                   ReadDigits(text.substr(8, 2), day);
  const bool british = !iso && text.size() == 10 && text[2] == '/' && text[5] == '/' &&
                       ReadDigits(text.substr(6, 4), year) &&
                       ReadDigits(text.substr(3, 2), month) && ReadDigits(text.substr(0, 2), day);
  if (!iso && !british) {
    return absl::InvalidArgumentError(
        "date has another form: write it as 2015-03-02 or as 02/03/2015 (the day first)");
  }
  return FromYmd(year * 10000 + month * 100 + day);
}

absl::StatusOr<Date> Date::FromYmd(uint32_t yyyymmdd) {
  if (!IsCalendarDay(yyyymmdd)) {
    return absl::InvalidArgumentError(
        "date is a day that does not exist: check its day, month and year (the day comes first in "
        "02/03/2015)");
  }
  return Date(yyyymmdd);
}

Date Date::FromDays(int64_t days_since_1970) {
  const int64_t nearest =
      std::clamp(days_since_1970, Date(kFirstDay).days(), Date(kLastDay).days());
  const std::chrono::year_month_day day{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(nearest)))};
  return Date(static_cast<uint32_t>(static_cast<int>(day.year())) * 10000 +
              static_cast<unsigned>(day.month()) * 100 + static_cast<unsigned>(day.day()));
}

int64_t Date::days() const { return ToSysDays(ymd_).time_since_epoch().count(); }

std::string Date::Iso() const {
  std::array<char, 24> text;
  std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", ymd_ / 10000, ymd_ / 100 % 100,
                ymd_ % 100);
  return text.data();
}

int Date::AgeOn(Date on) const {
  return on < *this ? 0 : static_cast<int>((on.ymd_ - ymd_) / 10000);
}

int PartsThatDiffer(Date a, Date b) {
  return (a.ymd() % 100 != b.ymd() % 100) + (a.ymd() / 100 % 100 != b.ymd() / 100 % 100) +
         (a.ymd() / 10000 != b.ymd() / 10000);
}

}  // namespace whoelse
