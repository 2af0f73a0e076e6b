// A JSON document of the node for people: objects as aligned lines, lists of objects as tables.
#ifndef WHOELSE_CLI_SHOW_JSON_H_
#define WHOELSE_CLI_SHOW_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace whoelse {

// The text that a node gave as JSON. INTERNAL when it is none: another version than ours.
absl::StatusOr<nlohmann::ordered_json> ParseNodeJson(const std::string& text);

// Ends in a line feed. Tables are cut to `width` columns.
std::string JsonAsText(const nlohmann::ordered_json& value, size_t width);

}  // namespace whoelse

#endif  // WHOELSE_CLI_SHOW_JSON_H_
