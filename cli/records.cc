#include "cli/records.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/ask.h"
#include "cli/door.h"
#include "cli/print_answer.h"
#include "cli/show_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

uint64_t NumberIn(const Json& result, const char* key) {
  return result.contains(key) && result[key].is_number_unsigned() ? result[key].get<uint64_t>() : 0;
}

// "line 7, DOB: is a day in the future; check the year ..."
std::string ProblemAsText(const std::string& place, const v1::ImportProblem& problem) {
  return place + " " + std::to_string(problem.line()) +
         (problem.column().empty() ? "" : ", " + problem.column()) + ": " + problem.reason() + "; " +
         problem.remedy() + "\n";
}

Json ProblemAsJson(const v1::ImportProblem& problem) {
  return {{"line", problem.line()}, {"column", problem.column()},
          {"reason", problem.reason()}, {"remedy", problem.remedy()}};
}

void PrintImport(const Json& result, size_t problems, bool loaded, Terminal& terminal) {
  const std::string rows = std::to_string(NumberIn(result, "rows"));
  const bool dry_run = result.contains("dry_run") && result["dry_run"] == Json(true);
  if (problems > 0 && !loaded) {
    terminal.err << "whoelse: " << problems << " problems in " << rows
                 << " rows; nothing was imported. Put the rows right, or import the others with "
                    "--skip-bad.\n";
    if (!dry_run) return;
  }
  const auto count = [&](const char* key, const char* what) {
    if (const uint64_t n = NumberIn(result, key); n > 0) terminal.out << ", " << n << what;
  };
  terminal.out << (dry_run ? "Nothing was changed. Of " : "") << rows << " rows"
               << (dry_run ? " there would be " : ": ") << NumberIn(result, "imported") << " new, "
               << NumberIn(result, "updated") << " updated, " << NumberIn(result, "unchanged")
               << " as before";
  count("ended", " ended");
  count("left_out", " left out (erased here, or past their time)");
  count("disputed", " silent, with the records they conflict with, until it is settled whose they "
                    "are (whoelse inbox list)");
  count("skipped", " skipped");
  terminal.out << ".\n";
  if (const uint64_t closed = NumberIn(result, "closed"); closed > 0) {
    terminal.out << closed << (closed == 1 ? " NHS number " : " NHS numbers ")
                 << (dry_run ? "would be" : closed == 1 ? "is" : "are")
                 << " closed: what is held there ends and is shielded, and what comes there later too. "
                    "Where a number was only put right, the file has to say corrected.\n";
  }
  if (const uint64_t kept = NumberIn(result, "class_kept"); kept > 0) {
    terminal.out << kept << (kept == 1 ? " record keeps" : " records keep")
                 << " a more private class than the node's map has: two people lower it (whoelse inbox "
                    "lift --what class).\n";
  }
  if (const uint64_t unknown = NumberIn(result, "services_not_in_map"); unknown > 0) {
    terminal.out << unknown << " rows have a service that is not in the node's map, and are sensitive "
                               "because of that.\n";
  }
}

absl::Status CannotOpen(const std::string& what, const std::string& path) {
  return absl::InvalidArgumentError(what + ": " + path + " cannot be opened: " +
                                    std::strerror(errno));
}

absl::StatusOr<v1::ImportHead> HeadOf(const ImportOptions& options) {
  v1::ImportHead head;
  head.set_skip_bad(options.skip_bad);
  head.set_source(options.source);
  head.set_format(options.format);
  head.set_mode(options.mode);
  head.set_dry_run(options.dry_run);
  head.set_allow_many_ends(options.allow_many_ends);
  head.set_allow_many_closed(options.allow_many_closed);
  if (options.mapping.empty()) return head;
  std::ifstream mapping(options.mapping);
  if (!mapping) return CannotOpen("mapping", options.mapping);
  std::ostringstream text;
  text << mapping.rdbuf();
  head.set_mapping(text.str());
  return head;
}

}  // namespace

ExitCode ImportRecords(const ImportOptions& options, Terminal& terminal) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) return PrintError(terminal, CannotOpen("file", options.file));
  }
  const auto head = HeadOf(options);
  if (!head.ok()) return PrintError(terminal, head.status());
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  absl::StatusOr<std::string> answer;
  Json problems = Json::array();
  size_t bad = 0;
  {
    ProgressBar bar(terminal, "Rows imported");
    answer = door->Import(
        *head, options.file == "-" ? terminal.in : file,
        [&](uint64_t done, uint64_t total) { bar.Show(done, total); },
        [&](const v1::ImportProblem& problem) {
          ++bad;
          if (options.json) {
            problems.push_back(ProblemAsJson(problem));
          } else {
            terminal.err << ProblemAsText(options.format == "fhir" ? "entry" : "line", problem);
          }
        });
  }
  if (!answer.ok()) return PrintError(terminal, answer.status());
  auto result = ParseNodeJson(*answer);
  if (!result.ok()) return PrintError(terminal, result.status());
  if (!result->is_object()) {
    return PrintError(terminal, absl::InternalError("the node's result is none: see its log"));
  }
  const bool loaded = result->contains("loaded") && (*result)["loaded"] == Json(true);
  if (options.json) {
    (*result)["problems"] = problems;
    terminal.out << result->dump(2) << "\n";
  } else {
    PrintImport(*result, bad, loaded, terminal);
  }
  return loaded || (options.dry_run && bad == 0) ? kExitOk : kExitBadInput;
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
  return PrintAnswer(door->ListRecords(call), options.json, terminal, [&](const Json& result) {
    const Json records = result.is_object() ? result.value("records", Json::array()) : Json::array();
    std::string text = records.empty() ? "No records to list.\n" : JsonAsText(records, terminal.width);
    if (const uint64_t next = NumberIn(result, "next_after"); next != 0) {
      text += "There are more: --after " + std::to_string(next) + "\n";
    }
    return text;
  });
}

ExitCode ExportRecords(const RecordExportOptions& options, Terminal& terminal) {
  std::ofstream file;
  if (!options.output.empty()) {
    // Whoever reads it reads what the agency knows of every child.
    const mode_t others = umask(0077);
    file.open(options.output, std::ios::binary);
    umask(others);
    if (!file) return PrintError(terminal, CannotOpen("output", options.output));
  }
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  v1::ExportRecordsCall call;
  call.set_format(options.format);
  std::ostream& out = options.output.empty() ? terminal.out : file;
  const absl::Status exported = door->ExportRecords(call, out);
  if (!exported.ok()) return PrintError(terminal, exported);
  if (out.flush()) return kExitOk;
  return PrintError(terminal, absl::UnavailableError("output: could not be written whole"));
}

ExitCode ChangeRecord(const std::string& verb, const ChangeOptions& options, Terminal& terminal) {
  const auto door = Door::Open(options.door);
  if (!door.ok()) return PrintError(terminal, door.status());
  const auto number = NumberFrom(options.nhs_number, terminal);
  if (!number.ok()) return PrintError(terminal, number.status());
  if (verb == "lead" && options.yes == options.no) {
    return PrintError(terminal, absl::InvalidArgumentError("lead: say either --yes or --no"));
  }
  v1::ChangeRecordCall call;
  call.set_verb(verb);
  call.set_source(options.source);
  call.set_source_id(options.id);
  call.set_nhs_number(*number);
  call.set_by(options.by);
  call.set_on(options.on);
  call.set_into_source(options.into_source);
  call.set_into_source_id(options.into);
  call.set_lead(options.yes);
  call.set_reason(options.reason);
  const auto answer = door->ChangeRecord(call);
  if (!answer.ok()) return PrintError(terminal, answer.status());
  terminal.out << (options.json ? *answer + "\n" : std::string("Done.\n"));
  return kExitOk;
}

}  // namespace whoelse
