// `whoelse trail`: what people did at this node, listed, exported, and checked without it.
#ifndef WHOELSE_CLI_TRAIL_H_
#define WHOELSE_CLI_TRAIL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/terminal.h"

namespace whoelse {

struct TrailListOptions {
  std::string door;
  std::optional<uint64_t> after;   // none: the newest
  uint32_t limit = 100;
  bool json = false;
};
ExitCode ListTrail(const TrailListOptions& options, Terminal& terminal);

struct TrailExportOptions {
  std::string door;
  std::string output;              // empty: standard output
  uint64_t after = 0;
  bool without_reasons = false;
};
// Says the head on standard error: whoever keeps it can prove later that nothing was taken away.
// kExitFailed when the file cannot be written whole.
ExitCode ExportTrail(const TrailExportOptions& options, Terminal& terminal);

struct TrailVerifyOptions {
  std::string file;
  std::vector<std::string> heads;  // that somebody kept
};
// Asks no node. kExitRefuted: an entry was rewritten or taken away; kExitNotProvable: all that is
// there holds, and a head is of before the file; kExitBadInput: not such a file.
ExitCode VerifyTrail(const TrailVerifyOptions& options, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_TRAIL_H_
