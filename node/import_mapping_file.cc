#include "node/import_mapping_file.h"

#include <algorithm>
#include <array>
#include <optional>

#include "toml++/toml.h"

namespace whoelse {
namespace {

// What may be said of all rows at once: of a service, never of a child or of its protection. A
// constant "none" would unshield every child of the file.
constexpr std::array kMayBeConstant = {
    Column::kOrganisation,      Column::kOrganisationCode,  Column::kService,
    Column::kTeam,              Column::kProfessionalName,  Column::kProfessionalRole,
    Column::kProfessionalPhone, Column::kProfessionalEmail, Column::kDutyPhone,
    Column::kAbout};

absl::Status Bad(const toml::source_region& at, const std::string& key, const std::string& what) {
  return absl::InvalidArgumentError("mapping: line " + std::to_string(at.begin.line) + ", " + key +
                                    ": " + what);
}

// Calls `take(column, name, value)` for each key of a table that has columns as keys.
template <typename Take>
absl::Status EachColumn(const toml::table& root, const char* name, const Take& take) {
  const toml::node* node = root.get(name);
  if (node == nullptr) return absl::OkStatus();
  const toml::table* table = node->as_table();
  if (table == nullptr) return Bad(node->source(), name, "should be a table");
  for (const auto& [key, value] : *table) {
    const std::optional<Column> column = ColumnByName(key.str());
    const std::string where = std::string(name) + "." + std::string(key.str());
    if (!column) {
      return Bad(key.source(), where, "is no column of an import; records import --help lists them");
    }
    if (absl::Status taken = take(*column, where, value); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status ReadHeadings(const toml::table& root, ImportMapping& mapping) {
  return EachColumn(root, "columns",
                    [&](Column column, const std::string& where, const toml::node& value) {
                      const auto heading = value.value<std::string>();
                      if (!heading || Plain(*heading).empty()) {
                        return Bad(value.source(), where, "should be the heading in the file");
                      }
                      mapping.headings[column] = *heading;
                      return absl::OkStatus();
                    });
}

absl::Status ReadConstants(const toml::table& root, ImportMapping& mapping) {
  return EachColumn(
      root, "constants", [&](Column column, const std::string& where, const toml::node& value) {
        if (std::ranges::find(kMayBeConstant, column) == kMayBeConstant.end()) {
          return Bad(value.source(), where,
                     "is of one child and cannot be the same in all rows; have the export give it");
        }
        const auto text = value.value<std::string>();
        if (!text || text->empty()) {
          return Bad(value.source(), where, "should be what every row is to have there");
        }
        mapping.constants[column] = *text;
        return absl::OkStatus();
      });
}

absl::Status ReadWords(const toml::table& root, ImportMapping& mapping) {
  return EachColumn(
      root, "words", [&](Column column, const std::string& where, const toml::node& value) {
        const toml::table* words = value.as_table();
        if (words == nullptr) return Bad(value.source(), where, "should be a table of words");
        for (const auto& [theirs, node] : *words) {
          const auto ours = node.value<std::string>();
          if (!ours) return Bad(node.source(), where, "should give a word for each word");
          // A column that shifted by one is blank, and would unshield every child of the file.
          if (column == Column::kRestrictions && Plain(theirs.str()).empty()) {
            return Bad(node.source(), where, "blank cells stand for nothing here; have the export "
                                             "say none");
          }
          mapping.words[column][Plain(theirs.str())] = *ours;
        }
        return absl::OkStatus();
      });
}

absl::Status ReadIgnored(const toml::table& root, ImportMapping& mapping) {
  const toml::node* node = root.get("ignore");
  if (node == nullptr) return absl::OkStatus();
  const toml::array* headings = node->as_array();
  if (headings == nullptr) return Bad(node->source(), "ignore", "should list headings");
  for (const toml::node& heading : *headings) {
    mapping.ignored.insert(Plain(heading.value_or(std::string())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ImportMapping> ParseImportMapping(std::string_view text) {
  toml::table root;
  try {   // Debian's build of the library throws
    root = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError("mapping: line " +
                                      std::to_string(error.source().begin.line) + ": " +
                                      std::string(error.description()));
  }
  constexpr std::array<std::string_view, 4> kTables = {"columns", "ignore", "constants", "words"};
  for (const auto& [key, value] : root) {
    if (std::ranges::find(kTables, key.str()) == kTables.end()) {
      return Bad(key.source(), std::string(key.str()),
                 "is not a key of this file; it has columns, ignore, constants and words");
    }
  }
  ImportMapping mapping;
  for (const auto read : {ReadHeadings, ReadIgnored, ReadConstants, ReadWords}) {
    if (absl::Status done = read(root, mapping); !done.ok()) return done;
  }
  return mapping;
}

}  // namespace whoelse
