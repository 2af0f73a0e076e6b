#include "audit/lines.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "protocol/note.h"

namespace whoelse {

std::optional<std::string_view> TakeLine(std::string_view* rest) {
  const size_t end = rest->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest->substr(0, end);
  rest->remove_prefix(end + 1);
  return line;
}

std::optional<uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  uint64_t value = 0;   // from_chars reads no sign into an unsigned type and no spaces
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value > kTreeSizeMax) return std::nullopt;
  return value;
}

std::optional<TreeHash> ParseHash(std::string_view text) {
  const absl::StatusOr<Bytes> bytes = Base64Decode(text);
  if (!bytes.ok() || bytes->size() != TreeHash::kSize) return std::nullopt;
  TreeHash hash;
  std::copy(bytes->begin(), bytes->end(), hash.data());
  return hash;
}

}  // namespace whoelse
