#include "cli/caseload.h"

#include <fstream>
#include <iterator>

#include "cli/door.h"
#include "cli/show_json.h"
#include "node/report.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

uint64_t NumberIn(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_number_unsigned() ? object[key].get<uint64_t>() : 0;
}

std::string TextIn(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

absl::StatusOr<std::string> ReadList(const std::string& path, Terminal& terminal) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return absl::InvalidArgumentError("list: " + path + " cannot be opened; check the path");
  }
  std::istream& in = path == "-" ? terminal.in : file;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// What the whole list has in common; the rest is each row's.
absl::Status CheckOptions(const AskOptions& options) {
  const std::pair<const std::string&, const char*> of_a_row[] = {
      {options.nhs_number, "nhs-number"}, {options.upn, "upn"},   {options.born, "born"},
      {options.purpose, "purpose"},       {options.case_reference, "case"},
      {options.reason, "reason"},         {options.approval, "approval"}};
  for (const auto& [value, name] : of_a_row) {
    if (value.empty()) continue;
    return absl::InvalidArgumentError(std::string(name) +
                                      ": stands beside --list; give it in the list, a row a child");
  }
  return absl::OkStatus();
}

std::string ChildAsText(const Json& row, size_t width) {
  std::string out = "\n=== line " + std::to_string(NumberIn(row, "line"));
  if (const std::string id = TextIn(row, "source_id"); !id.empty()) out += ", record " + id;
  if (const std::string c = TextIn(row, "case"); !c.empty()) out += ", case " + c;
  out += ", " + TextIn(row, "purpose");
  if (row.value("asked_before", false)) out += " (asked before)";
  out += " ===\n";
  if (const std::string error = TextIn(row, "error"); !error.empty()) return out + error + "\n";
  if (!row.contains("answer") || !row["answer"].is_object()) {
    return out + "Its answer is not open any more. Receipt " + TextIn(row, "receipt") + "\n";
  }
  return out + ReportAsText(row["answer"], width);
}

std::string ResultAsText(const Json& result) {
  std::string out = "\n" + std::to_string(NumberIn(result, "rows")) + " children: " +
                    std::to_string(NumberIn(result, "asked")) + " asked now";
  if (const uint64_t n = NumberIn(result, "asked_before"); n > 0) {
    out += ", " + std::to_string(n) + " before";
  }
  if (const uint64_t n = NumberIn(result, "left"); n > 0) out += ", " + std::to_string(n) + " left";
  out += ".\n";
  if (TextIn(result, "ended") == "used up") {
    out += "Your questions for lists are used up today (a quarter of the day's is kept for others).\n";
  }
  if (const std::string goes_on = TextIn(result, "goes_on"); !goes_on.empty()) {
    out += "To go on: " + goes_on + ".\n";
  }
  return out;
}

ExitCode CodeOf(const Json& result, bool all_answered) {
  const std::string ended = TextIn(result, "ended");
  if (ended == "bad rows") return kExitBadInput;
  if (ended == "used up") return kExitQuota;
  if (ended != "all") return kExitFailed;
  return all_answered ? kExitOk : kExitUnanswered;
}

void PrintProblem(const v1::ImportProblem& problem, bool json, Terminal& terminal) {
  if (json) {
    terminal.out << Json{{"line", problem.line()}, {"column", problem.column()},
                         {"reason", problem.reason()}, {"remedy", problem.remedy()}}.dump() << "\n";
    return;
  }
  terminal.err << "line " << problem.line()
               << (problem.column().empty() ? "" : ", " + problem.column()) << ": "
               << problem.reason() << "; " << problem.remedy() << "\n";
}

}  // namespace

ExitCode AskCaseload(const AskOptions& options, Terminal& terminal) {
  if (const absl::Status fit = CheckOptions(options); !fit.ok()) return PrintError(terminal, fit);
  const auto file = ReadList(options.list, terminal);
  if (!file.ok()) return PrintError(terminal, file.status());
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  v1::AskCaseloadCall call;
  call.set_file(*file);
  call.set_role(options.role);
  call.set_does_not_know_them(options.does_not_know_them);
  call.set_anew(options.anew);
  call.set_organisation(options.organisation);
  bool all_answered = true;
  uint64_t problems = 0, children = 0;
  const auto answer = door->AskCaseload(
      call,
      [&](const v1::ImportProblem& problem) {
        ++problems;
        PrintProblem(problem, options.json, terminal);
      },
      [&](const std::string& text) {
        const auto row = ParseNodeJson(text);
        if (!row.ok() || !row->is_object()) return;
        ++children;
        const Json& page = (*row)["answer"];
        all_answered = all_answered && page.is_object() && page.value("all_answered", false);
        terminal.out << (options.json ? row->dump() + "\n" : ChildAsText(*row, terminal.width))
                     << std::flush;
        if (terminal.draws) terminal.err << "whoelse: " << children << " children\n";
      });
  const auto result = answer.ok() ? ParseNodeJson(*answer) : answer.status();
  if (!result.ok()) return PrintError(terminal, result.status());
  if (options.json) {
    terminal.out << result->dump() << "\n";
  } else if (problems > 0) {
    terminal.err << "whoelse: " << problems << " problems; nothing was asked. Put the rows right.\n";
  } else {
    terminal.out << ResultAsText(*result);
  }
  return CodeOf(*result, all_answered);
}

}  // namespace whoelse
