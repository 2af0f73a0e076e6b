// Files for the tests of imports.
#ifndef WHOELSE_TESTS_NODE_IMPORT_MAKER_H_
#define WHOELSE_TESTS_NODE_IMPORT_MAKER_H_

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "node/import.h"
#include "tests/support/read_csv.h"

namespace whoelse {

inline const Date kToday = *Date::Parse("2026-03-11");

inline ImportSettings Settings() {
  return {.source = "caseworks",
          .organisation = "Northbridge Council",
          .organisation_code = "E0900",
          .organisations = {},
          .service_classes = {{"Family help", ServiceClass::kTargeted},
                              {"Pastoral care", ServiceClass::kUniversal},
                              {"Refuge", ServiceClass::kProtected}}};
}

using Cells = std::map<std::string, std::string>;

inline std::string Quoted(const std::string& cell) {
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

// A file with every column, in which each row is a good one with these cells changed.
inline std::string File(const std::vector<Cells>& rows) {
  static const Cells kGood = {{"nhs_number", "9990000018"}, {"family_name", "Marsh"},
                              {"given_name", "Robin"},      {"born", "2015-03-02"},
                              {"service", "Family help"},   {"restrictions", "none"}};
  std::string header;
  for (const ImportColumn& column : ImportColumns()) {
    header += (header.empty() ? "" : ",") + std::string(column.name);
  }
  std::string file = header + "\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    std::string line;
    for (const ImportColumn& column : ImportColumns()) {
      const std::string name(column.name);
      const auto good = kGood.find(name);
      std::string cell = good == kGood.end() ? "" : good->second;
      if (name == "source_id") cell = "row-" + std::to_string(i + 1);
      if (const auto changed = rows[i].find(name); changed != rows[i].end()) cell = changed->second;
      line += (line.empty() ? "" : ",") + Quoted(cell);
    }
    file += line + "\n";
  }
  return file;
}

inline ImportRules Rules(ImportMode mode = ImportMode::kUpsert) {
  return {Settings(), {}, mode, kToday};
}

inline ImportResult Read(const std::string& file, const ImportRules& rules = Rules()) {
  absl::StatusOr<ImportResult> result = ReadImport(file, rules);
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return {};
  }
  return *std::move(result);
}

}  // namespace whoelse

#endif  // WHOELSE_TESTS_NODE_IMPORT_MAKER_H_
