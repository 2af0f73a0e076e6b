// A JSON document of the node for people: objects as aligned lines, lists of objects as tables.
#ifndef WHOELSE_CLI_SHOW_JSON_H_
#define WHOELSE_CLI_SHOW_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace whoelse {

// The text that a node gave as JSON. INTERNAL when it is none: another version than ours.
absl::StatusOr<nlohmann::ordered_json> ParseNodeJson(const std::string& text);

// How a member is shown to people: its heading, and its value on one line. A number of milliseconds
// that is too large for a duration is a moment, whose heading loses the unit.
std::string HeadingOf(const std::string& key, const nlohmann::ordered_json& value);
std::string CellOf(const std::string& key, const nlohmann::ordered_json& value);
// A list of objects, shown as a table of these columns.
bool IsTable(const nlohmann::ordered_json& value);
std::vector<std::string> ColumnsOf(const nlohmann::ordered_json& table);
// A column's heading is that of its first value.
std::string ColumnHeading(const nlohmann::ordered_json& table, const std::string& key);

// A list in an object of its own ({"items": [...]}) as a table, or this line when it is empty. Ends in
// a line feed.
std::string ListAsText(const nlohmann::ordered_json& list, std::string_view when_empty, size_t width);

// Ends in a line feed. Tables are cut to `width` columns.
std::string JsonAsText(const nlohmann::ordered_json& value, size_t width);

}  // namespace whoelse

#endif  // WHOELSE_CLI_SHOW_JSON_H_
