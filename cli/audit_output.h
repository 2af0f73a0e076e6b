// How every command of `whoelse audit` ends: one report, on the terminal, as JSON, as a page.
#ifndef WHOELSE_CLI_AUDIT_OUTPUT_H_
#define WHOELSE_CLI_AUDIT_OUTPUT_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "nlohmann/json.hpp"

namespace whoelse {

struct AuditOutput {
  bool json = false;
  std::string html_file;   // empty: no page
};

struct AuditReport {
  std::string title;
  nlohmann::ordered_json json;
  std::string text;        // what a terminal shows; empty: the JSON as text
  ExitCode exit = kExitOk;
};

// Prints the report and writes the page; then its code, or that of what went wrong with the page.
ExitCode PrintReport(const AuditReport& report, const AuditOutput& output, Terminal& terminal);

}  // namespace whoelse

#endif  // WHOELSE_CLI_AUDIT_OUTPUT_H_
