#include "node/policy_file.h"

#include <algorithm>
#include <set>

#include "node/word_list.h"
#include "protocol/text.h"
#include "toml++/toml.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

constexpr size_t kKeyWidth = 27;   // of the longest column's name in quotation marks

// The rows and columns are written as domain.md has them, so each key is quoted.
std::string Quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

// Reads the file and complains of all that is wrong with it at once, in the order of the file.
class PolicyReader {
 public:
  explicit PolicyReader(Date today) : today_(today) {}

  absl::StatusOr<Policy> Read(const toml::table& root) {
    CheckKeys(root, "", {"adoption", "row"});
    ReadAdoption(root);
    ReadRows(root);
    if (problems_.empty()) return policy_;
    std::ranges::stable_sort(problems_, {}, &Problem::line);
    std::string all;
    for (const Problem& problem : problems_) all += (all.empty() ? "" : "\n") + problem.text;
    return absl::InvalidArgumentError(all);
  }

 private:
  struct Problem {
    toml::source_index line;
    std::string text;
  };

  void Complain(const toml::node& at, const std::string& where, const std::string& what) {
    const toml::source_index line = std::max<toml::source_index>(at.source().begin.line, 1);
    problems_.push_back({line, "line " + std::to_string(line) + ", " + where + ": " + what});
  }

  // A key that nobody reads is a mistyped one, and what it says would silently not be so.
  void CheckKeys(const toml::table& table, const std::string& where,
                 const std::set<std::string_view>& known) {
    for (const auto& [key, value] : table) {
      if (known.contains(key.str())) continue;
      const toml::source_index line = key.source().begin.line;
      problems_.push_back({line, "line " + std::to_string(line) + ", " + where +
                                     "there is a key that this file does not have; it has: " +
                                     ListOf(known)});
    }
  }
  static std::string ListOf(const std::set<std::string_view>& known) {
    std::string list;
    for (const std::string_view key : known) {
      list += (list.empty() ? "" : ", ") +
              (key.find(' ') == key.npos ? std::string(key) : Quoted(key));
    }
    return list;
  }

  std::string ReadText(const toml::table& adoption, const char* key, const char* remedy) {
    const toml::node* node = adoption.get(key);
    const std::string where = std::string("adoption.") + key;
    const std::optional<std::string> text =
        node == nullptr ? std::nullopt : node->value<std::string>();
    if (!text || text->empty()) {
      Complain(node == nullptr ? adoption : *node, where, std::string("is missing; ") + remedy);
    } else if (text->size() > kAdoptionTextMax || !IsPlainText(*text)) {
      Complain(*node, where, "is too long or has characters that cannot be seen; write it in at "
                             "most 200 bytes of plain text");
    }
    return text.value_or("");
  }

  std::optional<Date> ReadDay(const toml::table& adoption, const char* key) {
    const toml::node* node = adoption.get(key);
    const std::string where = std::string("adoption.") + key;
    const toml::date* date = node != nullptr && node->is_date() ? &node->as_date()->get() : nullptr;
    const absl::StatusOr<Date> day =
        date == nullptr ? absl::StatusOr<Date>(absl::InvalidArgumentError(""))
                        : Date::FromYmd(uint32_t{date->year} * 10000 + date->month * 100u + date->day);
    if (day.ok()) return *day;
    Complain(node == nullptr ? adoption : *node, where,
             "is not a day; write it as 2026-03-02, without quotation marks");
    return std::nullopt;
  }

  void ReadAdoption(const toml::table& root) {
    const toml::table* table = root["adoption"].as_table();
    if (table == nullptr) {
      return Complain(root, "adoption", "is missing; say under [adoption] who adopted this policy, "
                                        "after which assessment, when and until when");
    }
    CheckKeys(*table, "adoption: ", {"adopted_by", "dpia", "day", "review_by"});
    const std::string adopted_by =
        ReadText(*table, "adopted_by", "name the person or board that answers for this policy");
    const std::string dpia = ReadText(*table, "dpia", "give the assessment's reference");
    const std::optional<Date> day = ReadDay(*table, "day");
    const std::optional<Date> review_by = ReadDay(*table, "review_by");
    if (!day || !review_by) return;
    if (*day > today_) {
      Complain(*table->get("day"), "adoption.day",
               "lies in the future; put the file in place on the day it is adopted");
    }
    if (*review_by < *day) {
      Complain(*table->get("review_by"), "adoption.review_by",
               "lies before the day of adoption; give the last day on which the policy may act "
               "without being looked at again");
    }
    policy_.adoption = Adoption{adopted_by, dpia, *day, *review_by};
  }

  void ReadRows(const toml::table& root) {
    static const std::set<std::string_view> kRows(kPolicyRowNames.begin(), kPolicyRowNames.end());
    const toml::table* rows = root["row"].as_table();
    if (rows == nullptr) {
      return Complain(root, "row", "is missing; write a table [row.NAME] for each of: " +
                                       ListOf(kRows));
    }
    CheckKeys(*rows, "row: ", kRows);
    for (size_t row = 0; row < kPolicyRows; ++row) {
      const std::string name = "row " + std::string(kPolicyRowNames[row]);
      const toml::table* cells = (*rows)[kPolicyRowNames[row]].as_table();
      if (cells == nullptr) {
        Complain(*rows, name, "is missing; write [row." + Quoted(kPolicyRowNames[row]) +
                                  "] and its six cells");
        continue;
      }
      ReadCells(*cells, name, policy_.table.cells[row]);
    }
  }

  void ReadCells(const toml::table& cells, const std::string& row,
                 std::array<Outcome, kPolicyColumns>& outcomes) {
    CheckKeys(cells, row + ": ",
              std::set<std::string_view>(kPolicyColumnNames.begin(), kPolicyColumnNames.end()));
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      const std::string where = row + ", column " + std::string(kPolicyColumnNames[column]);
      const toml::node* node = cells.get(kPolicyColumnNames[column]);
      if (node == nullptr) {
        Complain(cells, where, "is missing; give one of: " + whoelse::ListOf(kOutcomeNames));
        continue;
      }
      const auto outcome = ByName<Outcome>(node->value_or(std::string()), kOutcomeNames);
      if (!outcome) {
        Complain(*node, where, "is not a word of this table; give one of: " +
                                   whoelse::ListOf(kOutcomeNames));
        continue;
      }
      outcomes[column] = *outcome;
    }
  }

  const Date today_;
  Policy policy_;
  std::vector<Problem> problems_;
};

std::string TextOf(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

absl::StatusOr<Policy> ParsePolicyFile(std::string_view text, Date today) {
  try {   // Debian's build of the library throws
    return PolicyReader(today).Read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError("line " + std::to_string(error.source().begin.line) +
                                      ": the file is not TOML from here on; look for a missing "
                                      "quotation mark, an = or a key that is there twice");
  }
}

absl::StatusOr<Policy> ReadPolicyFile(const std::string& path, Date today) {
  const absl::StatusOr<Bytes> bytes = ReadWholeFile(path, kPolicyFileMax);
  if (!bytes.ok()) return bytes.status();
  return ParsePolicyFile(ToString(*bytes), today);
}

std::string WritePolicyFile(const Policy& policy) {
  const std::optional<Adoption>& adoption = policy.adoption;
  std::string file =
      "# What this agency discloses. docs/formats/policy.md says what the words mean.\n"
      "[adoption]\n"
      "adopted_by = " + TextOf(adoption ? adoption->adopted_by : "") + "\n"
      "dpia       = " + TextOf(adoption ? adoption->dpia : "") + "\n"
      "day        = " + (adoption ? adoption->day.Iso() : "\"\"") + "\n"
      "review_by  = " + (adoption ? adoption->review_by.Iso() : "\"\"") + "\n";
  for (size_t row = 0; row < kPolicyRows; ++row) {
    file += "\n[row." + Quoted(kPolicyRowNames[row]) + "]\n";
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      std::string key = Quoted(kPolicyColumnNames[column]);
      key.resize(std::max(key.size(), kKeyWidth), ' ');
      file += key + " = " + Quoted(Name(policy.table.cells[row][column])) + "\n";
    }
  }
  return file;
}

}  // namespace whoelse
