#include "cli/records.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/ask.h"
#include "cli/door.h"
#include "cli/show_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

uint64_t NumberIn(const Json& result, const char* key) {
  return result.contains(key) && result[key].is_number_unsigned() ? result[key].get<uint64_t>() : 0;
}

std::string TextIn(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

// "line 7, DOB: is a day in the future; check the year ..."
std::string ProblemAsText(const Json& problem) {
  const std::string column = TextIn(problem, "column");
  return "line " + std::to_string(NumberIn(problem, "line")) + (column.empty() ? "" : ", " + column) +
         ": " + TextIn(problem, "reason") + "; " + TextIn(problem, "remedy") + "\n";
}

void PrintImport(const Json& result, bool loaded, Terminal& terminal) {
  const Json problems = result.value("problems", Json::array());
  for (const Json& problem : problems) terminal.err << ProblemAsText(problem);
  const std::string rows = std::to_string(NumberIn(result, "rows"));
  if (!loaded) {
    terminal.err << "whoelse: " << problems.size() << " problems in " << rows
                 << " rows; nothing was imported. Put the rows right, or import the others with "
                    "--skip-bad.\n";
    return;
  }
  terminal.out << rows << " rows: " << NumberIn(result, "imported") << " new, "
               << NumberIn(result, "updated") << " updated, " << NumberIn(result, "unchanged")
               << " as before, " << NumberIn(result, "skipped") << " skipped.\n";
}

}  // namespace

ExitCode ImportRecords(const ImportOptions& options, Terminal& terminal) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) {
      return PrintError(terminal,
                        absl::InvalidArgumentError("file: " + options.file + " cannot be opened: " +
                                                   std::strerror(errno)));
    }
  }
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  v1::ImportHead head;
  head.set_skip_bad(options.skip_bad);
  head.set_source(options.source);
  absl::StatusOr<std::string> answer;
  {
    ProgressBar bar(terminal, "Rows imported");
    answer = door->Import(head, options.file == "-" ? terminal.in : file,
                          [&](uint64_t done, uint64_t total) { bar.Show(done, total); });
  }
  if (!answer.ok()) return PrintError(terminal, answer.status());
  const auto result = ParseNodeJson(*answer);
  if (!result.ok()) return PrintError(terminal, result.status());
  const bool loaded = result->is_object() && result->contains("loaded") &&
                      (*result)["loaded"] == Json(true);
  if (options.json) {
    terminal.out << *answer << "\n";
  } else {
    PrintImport(*result, loaded, terminal);
  }
  return loaded ? kExitOk : kExitBadInput;
}

ExitCode ListRecords(const ListOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  const auto number = NumberFrom(options.nhs_number, terminal);
  if (!number.ok()) return PrintError(terminal, number.status());
  v1::ListRecordsCall call;
  call.set_nhs_number(*number);
  call.set_after(options.after);
  call.set_limit(options.limit);
  const auto answer = door->ListRecords(call);
  if (!answer.ok()) return PrintError(terminal, answer.status());
  const auto result = ParseNodeJson(*answer);
  if (!result.ok()) return PrintError(terminal, result.status());
  if (options.json) {
    terminal.out << *answer << "\n";
    return kExitOk;
  }
  const Json records = result->is_object() ? result->value("records", Json::array()) : Json::array();
  if (records.empty()) {
    terminal.out << "No records to list.\n";
  } else {
    terminal.out << JsonAsText(records, terminal.width);
  }
  if (const uint64_t next = NumberIn(*result, "next_after"); next != 0) {
    terminal.out << "There are more: --after " << next << "\n";
  }
  return kExitOk;
}

ExitCode EndRecord(const EndOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  v1::EndRecordCall call;
  call.set_source(options.source);
  call.set_source_id(options.id);
  call.set_end(options.on);
  const auto answer = door->EndRecord(call);
  if (!answer.ok()) return PrintError(terminal, answer.status());
  if (options.json) {
    terminal.out << *answer << "\n";
  } else {
    terminal.out << "Ended on " << options.on << ".\n";
  }
  return kExitOk;
}

}  // namespace whoelse
