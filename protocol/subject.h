// What a child's identifiers look like inside the protocol. protocol.md sections 3 and 4.
#ifndef WHOELSE_PROTOCOL_SUBJECT_H_
#define WHOELSE_PROTOCOL_SUBJECT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/codes.h"

namespace whoelse {

// Ten ASCII digits whose last is the check digit: weights 10 to 2 modulo 11.
bool IsNhsNumber(std::string_view digits);
// 13 upper-case ASCII letters or digits.
bool IsUpn(std::string_view text);
// A day that exists, as yyyymmdd, in the years 1583 to 9999.
bool IsCalendarDay(uint32_t yyyymmdd);

// The identifier at one position of a statement: 0 the NHS number, 1 the UPN. `kNone` with an empty
// value stands for a dummy slot.
struct SubjectEntry {
  KeyType type = KeyType::kNone;
  std::string value;
  bool operator==(const SubjectEntry&) const = default;
};
using Subject = std::array<SubjectEntry, 2>;

// The key type of each position.
inline constexpr std::array<KeyType, 2> kSubjectPositions = {KeyType::kNhsNumber, KeyType::kUpn};

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_SUBJECT_H_
