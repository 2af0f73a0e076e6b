// A child's identifiers and dates, checked once and then valid for good. portal.md (NHS number:
// weights 10..2 modulo 11), protocol.md section 4 (UPN's form).
#ifndef WHOELSE_NODE_IDENTIFIER_H_
#define WHOELSE_NODE_IDENTIFIER_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace whoelse {

// Ten digits with a right check digit.
class NhsNumber {
 public:
  // Takes spaces and hyphens between digits. INVALID_ARGUMENT says which rule the text breaks and
  // what to do, and never repeats the text.
  static absl::StatusOr<NhsNumber> Parse(std::string_view text);
  const std::string& digits() const { return digits_; }   // "9990000018"
  auto operator<=>(const NhsNumber&) const = default;

 private:
  explicit NhsNumber(std::string digits) : digits_(std::move(digits)) {}
  std::string digits_;
};

// A unique pupil number: a right check letter, eleven digits, and a digit or, of a temporary one, a
// letter. (DfE, "Unique pupil numbers": the weights 2..13 modulo 23.) Within the protocol's form.
class Upn {
 public:
  // Takes lower case and spaces too. INVALID_ARGUMENT like NhsNumber's.
  static absl::StatusOr<Upn> Parse(std::string_view text);
  const std::string& text() const { return text_; }
  auto operator<=>(const Upn&) const = default;

 private:
  explicit Upn(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// A day of the proleptic Gregorian calendar, 1583 to 9999.
class Date {
 public:
  // "2015-03-02", or "02/03/2015" as British systems export it. INVALID_ARGUMENT for another form
  // and for a day that does not exist.
  static absl::StatusOr<Date> Parse(std::string_view text);
  static absl::StatusOr<Date> FromYmd(uint32_t yyyymmdd);
  // The nearest day of the calendar's range, for numbers outside it.
  static Date FromDays(int64_t days_since_1970);

  uint32_t ymd() const { return ymd_; }        // yyyymmdd
  int64_t days() const;                        // since 1970-01-01
  std::string Iso() const;                     // "2015-03-02"
  // Full years from this birthday to `on`; 0 before it. Somebody born on 29 February is a year
  // older on 1 March of other years.
  int AgeOn(Date on) const;
  auto operator<=>(const Date&) const = default;

 private:
  explicit Date(uint32_t ymd) : ymd_(ymd) {}
  uint32_t ymd_;
};

// How many of day, month and year differ between two dates (0 to 3). domain.md: one is marked, two
// are another child.
int PartsThatDiffer(Date a, Date b);

}  // namespace whoelse

#endif  // WHOELSE_NODE_IDENTIFIER_H_
