// The pieces that C2SP's line formats share: a line, a decimal number, a hash.
#ifndef WHOELSE_AUDIT_LINES_H_
#define WHOELSE_AUDIT_LINES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/merkle.h"

namespace whoelse {

// Cuts the first line off `rest`, without its LF; nullopt when no LF is left.
std::optional<std::string_view> TakeLine(std::string_view* rest);

// An ASCII decimal of at most kTreeSizeMax, without sign or leading zeros: each number has one
// spelling, so that what parses serialises back to the same bytes.
std::optional<uint64_t> ParseDecimal(std::string_view text);

// Canonical base64 of exactly 32 bytes.
std::optional<TreeHash> ParseHash(std::string_view text);

}  // namespace whoelse

#endif  // WHOELSE_AUDIT_LINES_H_
