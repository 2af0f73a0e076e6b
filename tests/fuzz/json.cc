#include <nlohmann/json.hpp>

#include "protocol/limits.h"
#include "protocol/strict_json.h"
#include "tests/fuzz/fuzz.h"

namespace whoelse {
namespace {

absl::StatusOr<nlohmann::json> Parse(std::string_view text) {
  return ParseStrictJson(text, kRosterDepthMax, kRosterStringMax);
}

}  // namespace

// White space and escapes may differ, so what is written need not be what was read; what it says
// is.
void Fuzz(ByteView input) {
  const auto value = Parse(AsText(input));
  if (!value.ok()) return;
  const std::string written = value->dump();
  const auto again = Parse(written);
  Hold(again.ok() && *again == *value, "what parses says the same when written and read again");
  HoldSame(again->dump(), written);
}

}  // namespace whoelse
