// A table of a page under docs/, for tests that hold it against the one by which a program works.
#ifndef WHOELSE_TESTS_SUPPORT_PAGE_TABLE_H_
#define WHOELSE_TESTS_SUPPORT_PAGE_TABLE_H_

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/source_path.h"

namespace whoelse {

inline std::vector<std::string> Split(const std::string& text, std::string_view by) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(by, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + by.size();
  }
  return parts;
}

// What stands between backticks.
inline std::vector<std::string> InBackticks(const std::string& text) {
  std::vector<std::string> quoted;
  const std::vector<std::string> parts = Split(text, "`");
  for (size_t i = 1; i < parts.size(); i += 2) quoted.push_back(parts[i]);
  return quoted;
}

// The cells of each row under the heading that starts so.
inline std::vector<std::vector<std::string>> TableOf(const std::string& page,
                                                     std::string_view heading) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(SourcePath(page));
  bool in_table = false;
  for (std::string line; std::getline(in, line);) {
    if (!in_table) {
      in_table = line.starts_with(heading);
      continue;
    }
    if (!line.starts_with("|")) break;
    if (line.starts_with("|--")) continue;
    rows.emplace_back();
    for (const std::string& cell : Split(line.substr(1, line.rfind('|') - 1), "|")) {
      const size_t first = cell.find_first_not_of(' ');
      rows.back().push_back(first == std::string::npos
                                ? ""
                                : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    }
  }
  return rows;
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_SUPPORT_PAGE_TABLE_H_
