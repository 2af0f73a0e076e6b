// `whoelse records`: the records of this agency, imported, listed and changed.
#ifndef WHOELSE_CLI_RECORDS_H_
#define WHOELSE_CLI_RECORDS_H_

#include <cstdint>
#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct ImportOptions {
  std::string door;
  std::string file;         // "-": standard input
  std::string mapping;      // a file; empty: none
  std::string format = "csv";
  std::string mode = "upsert";
  bool dry_run = false;
  bool skip_bad = false;
  bool allow_many_ends = false, allow_many_closed = false;
  std::string source;       // empty: the node's configured one
  bool json = false;
};
// Each bad row goes to standard error as it is found. kExitBadInput when there was one and none was
// loaded, also of a dry run.
ExitCode ImportRecords(const ImportOptions& options, Terminal& terminal);

struct ListOptions {
  std::string door;
  std::string nhs_number;   // empty: all; "-" as in `ask`
  uint32_t after = 0;
  uint32_t limit = 100;
  bool json = false;
};
ExitCode ListRecords(const ListOptions& options, Terminal& terminal);

struct RecordExportOptions {
  std::string door;
  std::string format = "csv";
  std::string output;       // empty: standard output
};
// kExitFailed when the file cannot be written whole.
ExitCode ExportRecords(const RecordExportOptions& options, Terminal& terminal);

// What a person does to a record; the verb is the command's name.
struct ChangeOptions {
  std::string door;
  std::string source, id;            // empty source: the node's configured one
  std::string nhs_number, by;        // "-" as in `ask`, of the first
  std::string on;                    // YYYY-MM-DD
  std::string into_source, into;
  bool yes = false, no = false;      // of lead
  std::string reason;                // for the trail
  bool json = false;
};
ExitCode ChangeRecord(const std::string& verb, const ChangeOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_RECORDS_H_
