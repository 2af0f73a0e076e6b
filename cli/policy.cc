#include "cli/policy.h"

#include <algorithm>

#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/show_json.h"
#include "node/policy_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kNameWidth = 43, kCellWidth = 14;

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

// The first purpose of a column: the table's head.
std::string ShortColumn(std::string_view name) { return std::string(name.substr(0, name.find(','))); }

std::string TableAsText(const Json& rows) {
  std::string text = Padded("", kNameWidth);
  for (const std::string_view name : kPolicyColumnNames) {
    text += Padded(ShortColumn(name), kCellWidth);
  }
  text += "\n";
  for (const auto& [row, cells] : rows.items()) {
    text += Padded(row, kNameWidth);
    for (const std::string_view column : kPolicyColumnNames) {
      text += Padded(cells.value(std::string(column), "?"), kCellWidth);
    }
    text += "\n";
  }
  return text + "section-17 decides youth-justice too, concern missing-child.\n";
}

std::string AdoptionAsText(const Json& policy) {
  const Json& adoption = policy["adoption"];
  if (!adoption.is_object()) {
    return "Nobody adopted a policy here: the given default acts, every cell one step stricter.\n";
  }
  std::string text = "Adopted by " + adoption.value("adopted_by", "") + " after " +
                     adoption.value("dpia", "") + " on " + adoption.value("day", "") +
                     "; to be reviewed by " + adoption.value("review_by", "") + ".\n";
  if (policy.value("overdue", false)) {
    text += "That day has passed: every cell is one step stricter until it is reviewed.\n";
  }
  return text;
}

std::string WaitingAsText(const Json& policy) {
  if (policy["waiting"].empty()) return "";
  std::string text = "\nLooser, and therefore not before " + policy.value("looser_on", "") +
                     " unless the lead officer lets it through:\n";
  for (const Json& cell : policy["waiting"]) {
    text += "  " + cell.value("row", "") + ", " + cell.value("column", "") + ": " +
            cell.value("now", "") + " until then, then " + cell.value("then", "") + "\n";
  }
  return text;
}

bool IsPolicy(const Json& json) {
  return json.is_object() && json.contains("adoption") && json.contains("rows") &&
         json["rows"].is_object() && json.contains("waiting") && json["waiting"].is_array();
}

absl::Status NotOurVersion() {
  return absl::InternalError("the node's answer is not a policy: node and whoelse are of different "
                             "versions");
}

// Where a table differs from the given default.
Json DifferencesOf(const PolicyTable& table) {
  Json differences = Json::array();
  for (size_t row = 0; row < kPolicyRows; ++row) {
    for (size_t column = 0; column < kPolicyColumns; ++column) {
      const Outcome given = PolicyTable::Default().cells[row][column];
      const Outcome cell = table.cells[row][column];
      if (cell == given) continue;
      differences.push_back({{"row", std::string(kPolicyRowNames[row])},
                             {"column", std::string(kPolicyColumnNames[column])},
                             {"default", std::string(Name(given))},
                             {"file", std::string(Name(cell))},
                             {"looser", IsLooser(cell, given)}});
    }
  }
  return differences;
}

}  // namespace

ExitCode ShowPolicy(const ShowPolicyOptions& options, Terminal& terminal) {
  if (options.given_default) {
    terminal.out << WritePolicyFile({});
    return kExitOk;
  }
  v1::ShowPolicyCall call;
  call.set_organisation(options.organisation);
  const auto door = Door::Open(options.door);
  const auto answer = door.ok() ? door->ShowPolicy(call) : door.status();
  const auto policy = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!policy.ok()) return PrintError(terminal, policy.status());
  if (!IsPolicy(*policy)) return PrintError(terminal, NotOurVersion());
  if (options.json) {
    terminal.out << *answer << "\n";
    return kExitOk;
  }
  terminal.out << AdoptionAsText(*policy);
  const Json problem = policy->value("problem", Json(nullptr));
  if (problem.is_string()) {
    terminal.out << "The file is wrong and does not count:\n" << problem.get<std::string>() << "\n";
  }
  terminal.out << "\n" << TableAsText((*policy)["rows"]) << WaitingAsText(*policy) << "\nHash "
               << policy->value("hash", "") << "\n";
  return kExitOk;
}

ExitCode LetPolicyThrough(const LetPolicyThroughOptions& options, Terminal& terminal) {
  v1::LetPolicyThroughCall call;
  call.set_organisation(options.organisation);
  call.set_reason(options.reason);
  const auto door = Door::Open(options.door);
  const auto answer = door.ok() ? door->LetPolicyThrough(call) : door.status();
  return PrintAnswer(answer, options.json, terminal, [](const Json& policy) {
    return "The whole policy acts from the next question on. Hash " +
           (policy.is_object() ? policy.value("hash", "") : "") + "\n";
  });
}

ExitCode CheckPolicy(const CheckPolicyOptions& options, Date today, Terminal& terminal) {
  const auto policy = ReadPolicyFile(options.file, today);
  if (!policy.ok()) return PrintError(terminal, policy.status());
  const Json differences = DifferencesOf(policy->table);
  const bool overdue = policy->IsOverdue(today);
  if (options.json) {
    terminal.out << Json{{"hash", ToHex(policy->table.Hash())},
                         {"overdue", overdue},
                         {"differences", differences}}
                        .dump(2)
                 << "\n";
    return kExitOk;
  }
  terminal.out << "Every cell is there. Hash " << ToHex(policy->table.Hash()) << "\n";
  if (overdue) {
    terminal.out << "Its day of review has passed: a node takes every cell one step stricter.\n";
  }
  for (const Json& cell : differences) {
    terminal.out << "  " << cell["row"].get<std::string>() << ", "
                 << cell["column"].get<std::string>() << ": "
                 << cell["file"].get<std::string>() << ", "
                 << (cell["looser"].get<bool>() ? "LOOSER than" : "in place of")
                 << " the given default's " << cell["default"].get<std::string>() << "\n";
  }
  terminal.out << "Send the node SIGHUP to have it taken up.\n";
  return kExitOk;
}

ExitCode ExplainPolicy(const ExplainPolicyOptions& options, Terminal& terminal) {
  v1::ExplainPolicyCall call;
  call.set_service(options.service);
  call.set_purpose(options.purpose);
  call.set_consent(options.consent);
  call.set_organisation(options.organisation);
  for (const std::string& flag : options.flags) call.add_flags(flag);
  const auto door = Door::Open(options.door);
  const auto answer = door.ok() ? door->ExplainPolicy(call) : door.status();
  const auto json = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!json.ok()) return PrintError(terminal, json.status());
  if (!json->is_object() || !json->contains("rules")) return PrintError(terminal, NotOurVersion());
  if (options.json) {
    terminal.out << *answer << "\n";
    return kExitOk;
  }
  terminal.out << "Outcome: " << json->value("outcome", "") << ", by: "
               << json->value("decided_by", "") << "\n"
               << "Service of the class " << json->value("class", "")
               << (json->value("in_map", false) ? ", from the node's map.\n"
                                                : ", and not in the node's map of services.\n")
               << "This goes by the map of today. A record may keep a stricter class, for good or until "
                  "its day:\nlook at class and looser_on in records list.\n"
               << "Rules that apply, and what each allows at most:\n";
  for (const Json& rule : (*json)["rules"]) {
    terminal.out << "  " << Padded(rule.value("rule", ""), kNameWidth) << rule.value("at_most", "")
                 << "\n";
  }
  return kExitOk;
}

}  // namespace whoelse
