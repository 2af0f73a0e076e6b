#include "cli/audit_output.h"

#include "cli/report_page.h"
#include "cli/show_json.h"
#include "vault/durable_file.h"

namespace whoelse {

ExitCode PrintReport(const AuditReport& report, const AuditOutput& output, Terminal& terminal) {
  if (output.json) {
    terminal.out << report.json.dump(1) << "\n";
  } else {
    terminal.out << (report.text.empty() ? JsonAsText(report.json, terminal.width) : report.text);
  }
  if (output.html_file.empty()) return report.exit;
  const absl::Status written = WriteFileDurably(
      output.html_file, AsBytes(ReportPage(report.title, report.json)), 0600);
  return written.ok() ? report.exit : PrintError(terminal, written);
}

}  // namespace whoelse
