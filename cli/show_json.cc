#include "cli/show_json.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "node/identifier.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kGap = 2;   // columns between two cells

constexpr uint64_t kLateMs = 1'000'000'000'000;   // of the year 2001: above it no duration is
constexpr std::string_view kMs = "_ms";

// A moment, when the key says milliseconds and the number is too large for a duration.
bool IsMoment(const std::string& key, const Json& value) {
  return key.ends_with(kMs) && value.is_number_unsigned() && value.get<uint64_t>() > kLateMs;
}

std::string Heading(std::string key, bool moment = false) {
  if (moment) key.resize(key.size() - kMs.size());
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

std::string Moment(uint64_t ms) {
  const uint64_t s = ms / 1000;
  char time[48];
  std::snprintf(time, sizeof time, " %02u:%02u:%02u UTC", static_cast<unsigned>(s % 86400 / 3600),
                static_cast<unsigned>(s % 3600 / 60), static_cast<unsigned>(s % 60));
  return Date::FromDays(static_cast<int64_t>(s / 86400)).Iso() + time;
}

// On one line.
std::string Cell(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  std::string out;
  if (value.is_array()) {
    for (const Json& element : value) out += (out.empty() ? "" : ", ") + Cell(element);
    return out.empty() ? "-" : out;
  }
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      out += (out.empty() ? "" : ", ") + Heading(key) + " " + Cell(member);
    }
    return out.empty() ? "-" : out;
  }
  return value.dump();
}

// Terminal columns, as near as counting characters comes.
size_t Columns(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  }));
}

std::string Pad(const std::string& text, size_t columns) {
  const size_t size = Columns(text);
  return text + std::string(size < columns ? columns - size : 0, ' ');
}

std::string Cut(const std::string& text, size_t columns) {
  if (Columns(text) <= columns) return text;
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end) {
    const bool starts = (static_cast<uint8_t>(text[end]) & 0xC0) != 0x80;
    if (starts && seen++ == columns) break;
  }
  return text.substr(0, end);
}

std::string Table(const Json& rows, size_t width, const std::string& indent) {
  const std::vector<std::string> keys = ColumnsOf(rows);
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string& key : keys) lines[0].push_back(ColumnHeading(rows, key));
  for (const Json& row : rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& key : keys) {
      line.push_back(row.contains(key) ? CellOf(key, row[key]) : "");
    }
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text = indent;
    for (size_t column = 0; column < keys.size(); ++column) {
      size_t widest = 0;
      for (const auto& other : lines) widest = std::max(widest, Columns(other[column]));
      text += Pad(line[column], widest + (column + 1 < keys.size() ? kGap : 0));
    }
    text = Cut(text, width);
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

std::string Object(const Json& value, size_t width, const std::string& indent) {
  size_t widest = 0;
  for (const auto& [key, member] : value.items()) {
    if (!IsTable(member) && !member.is_object()) widest = std::max(widest, Columns(Heading(key)));
  }
  std::string out;
  for (const auto& [key, member] : value.items()) {
    if (member.is_object() && !member.empty()) {
      out += indent + Heading(key) + ":\n" + Object(member, width, indent + "  ");
    } else if (IsTable(member)) {
      out += indent + Heading(key) + ":\n" + Table(member, width, indent + "  ");
    } else {
      out += indent + Pad(HeadingOf(key, member), widest + kGap) +
             CellOf(key, member) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string HeadingOf(const std::string& key, const Json& value) {
  return Heading(key, IsMoment(key, value));
}

std::string CellOf(const std::string& key, const Json& value) {
  return IsMoment(key, value) ? Moment(value.get<uint64_t>()) : Cell(value);
}

bool IsTable(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& row) { return row.is_object(); });
}

std::vector<std::string> ColumnsOf(const Json& table) {
  std::vector<std::string> keys;
  for (const Json& row : table) {
    for (const auto& [key, member] : row.items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}

std::string ColumnHeading(const Json& table, const std::string& key) {
  const bool moment = std::ranges::any_of(table, [&](const Json& row) {
    return row.contains(key) && IsMoment(key, row[key]);
  });
  return Heading(key, moment);
}

absl::StatusOr<Json> ParseNodeJson(const std::string& text) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) {
    return absl::InternalError(
        "the node's answer is not JSON: node and whoelse are of different versions");
  }
  return value;
}

std::string ListAsText(const Json& list, std::string_view when_empty, size_t width) {
  if (!list.is_object() || list.size() != 1 || !list.front().is_array()) {
    return JsonAsText(list, width);
  }
  return list.front().empty() ? std::string(when_empty) + "\n" : JsonAsText(list.front(), width);
}

std::string JsonAsText(const Json& value, size_t width) {
  if (value.is_object()) return Object(value, width, "");
  if (IsTable(value)) return Table(value, width, "");
  return Cell(value) + "\n";
}

}  // namespace whoelse
