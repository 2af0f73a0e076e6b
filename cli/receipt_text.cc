#include "cli/receipt_text.h"

#include <algorithm>

#include "cli/show_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kFindingColumn = 18;

// The members that are read here.
bool IsReceipt(const Json& report) {
  return report.is_object() && report.contains("findings") && report["findings"].is_array() &&
         report.contains("agencies") && report.contains("not_shown") && report.contains("summary");
}

std::string FindingText(const Json& finding) {
  std::string column = finding.value("finding", "");
  column.resize(std::max(column.size(), kFindingColumn), ' ');
  return column + finding.value("words", "") + "\n";
}

}  // namespace

std::string ReceiptText(const Json& report, size_t width) {
  if (!IsReceipt(report)) return JsonAsText(report, width);
  std::string out = "Receipt " + report.value("receipt", "") + ": " + report.value("verdict", "");
  if (report.contains("state")) out += " (" + report.value("state", "") + ")";
  out += ".\n" + report.value("summary", "") + "\n\n";
  for (const Json& finding : report["findings"]) out += FindingText(finding);
  if (!report["not_shown"].empty()) out += "\nWhat this does not show:\n";
  for (const Json& words : report["not_shown"]) {
    if (words.is_string()) out += "- " + words.get<std::string>() + "\n";
  }
  return out + "\n" + JsonAsText(report["agencies"], width);
}

}  // namespace whoelse
