// Text in fixed fields (protocol.md section 1): UTF-8, zero-padded, nothing invisible. The same
// rule holds for the strings of a roster.
#ifndef WHOELSE_PROTOCOL_TEXT_H_
#define WHOELSE_PROTOCOL_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace whoelse {

// Well-formed UTF-8 without characters of Unicode 15.0's categories Cc, Cf, Zl, Zp. (A
// bidirectional override in a name would let an agency show a number other than the one to dial.)
bool IsPlainText(std::string_view text);

// The character at `*offset`, which moves past it; negative for malformed UTF-8 (overlong, a
// surrogate, cut off). `*offset` is below the size of `text`.
int32_t NextCharacter(std::string_view text, size_t* offset);

// The text of a zero-padded field; nullopt unless it is plain text followed by zeros only.
std::optional<std::string> ReadPadded(ByteView field);

// 1 to 16 characters of printable ASCII without space: an ODS code, a URN.
bool IsOrganisationCode(std::string_view text);

}  // namespace whoelse

#endif  // WHOELSE_PROTOCOL_TEXT_H_
