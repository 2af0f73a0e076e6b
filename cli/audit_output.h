// How every command of `whoelse audit` ends: one report, on the terminal, as JSON, as a page.
#ifndef WHOELSE_CLI_AUDIT_OUTPUT_H_
#define WHOELSE_CLI_AUDIT_OUTPUT_H_

#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "nlohmann/json.hpp"

namespace whoelse {

struct AuditOutput {
  bool json = false;
  std::string html_file;   // empty: no page
};

// Prints the report and writes the page; then the code, or that of what went wrong with the page.
ExitCode PrintReport(std::string_view title, const nlohmann::ordered_json& report, ExitCode exit,
                     const AuditOutput& output, Terminal& terminal);

// "whoelse: <message>", and its exit code.
ExitCode AuditFailed(const absl::Status& status, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_OUTPUT_H_
