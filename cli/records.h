// `whoelse records import`, `list` and `end`.
#ifndef WHOELSE_CLI_RECORDS_H_
#define WHOELSE_CLI_RECORDS_H_

#include <cstdint>
#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct ImportOptions {
  std::string door;
  std::string file;      // "-": standard input
  bool skip_bad = false;
  std::string source;    // empty: the node's configured one
  bool json = false;
};
// kExitBadInput, with every bad row on standard error and none loaded, unless bad ones are skipped.
ExitCode ImportRecords(const ImportOptions& options, Terminal& terminal);

struct ListOptions {
  std::string door;
  std::string nhs_number;   // empty: all; "-" as in `ask`
  uint32_t after = 0;
  uint32_t limit = 100;
  bool json = false;
};
ExitCode ListRecords(const ListOptions& options, Terminal& terminal);

struct EndOptions {
  std::string door;
  std::string source;
  std::string id;
  std::string on;           // YYYY-MM-DD
  bool json = false;
};
ExitCode EndRecord(const EndOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_RECORDS_H_
