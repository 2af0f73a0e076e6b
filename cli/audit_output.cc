#include "cli/audit_output.h"

#include "cli/report_page.h"
#include "cli/show_json.h"
#include "vault/durable_file.h"

namespace whoelse {

ExitCode PrintReport(std::string_view title, const nlohmann::ordered_json& report, ExitCode exit,
                     const AuditOutput& output, Terminal& terminal) {
  if (output.json) {
    terminal.out << report.dump(1) << "\n";
  } else {
    terminal.out << JsonAsText(report, terminal.width);
  }
  if (output.html_file.empty()) return exit;
  const absl::Status written =
      WriteFileDurably(output.html_file, AsBytes(ReportPage(title, report)), 0600);
  return written.ok() ? exit : AuditFailed(written, terminal);
}

ExitCode AuditFailed(const absl::Status& status, Terminal& terminal) {
  PrintError(terminal, status);
  return ExitCodeOf(status);
}

}  // namespace whoelse
