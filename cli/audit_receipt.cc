#include "cli/audit_receipt.h"

#include <algorithm>

#include "cli/audit_trust.h"
#include "cli/receipt_text.h"
#include "node/report_receipt.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// A question to every agency there can be, through two relays, a wire each in base64.
constexpr size_t kReceiptMax = 2 * kAgenciesMax * 2'048;

}  // namespace

absl::StatusOr<Receipt> LoadReceipt(const std::string& path) {
  const auto bytes = ReadWholeFile(path, kReceiptMax);
  if (!bytes.ok()) return bytes.status();
  auto receipt = Receipt::Parse(AsText(*bytes));
  if (!receipt.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(receipt.status().message()));
  }
  return receipt;
}

ExitCode ExitOf(Finding overall) {
  switch (overall) {
    case Finding::kHolds: return kExitOk;
    case Finding::kViolated: return kExitRefuted;
    case Finding::kNotVerifiable: break;
  }
  return kExitNotProvable;
}

const Roster* RosterOf(const Receipt& receipt, const std::vector<Roster>& rosters) {
  const auto found = std::ranges::find(rosters, receipt.roster_hash, &Roster::hash);
  return found == rosters.end() ? nullptr : &*found;
}

Json AuditedReceiptJson(const Receipt& receipt, const ReceiptCheck& check,
                        const std::vector<Roster>& rosters) {
  Json report = ReceiptReportOf(receipt, check, RosterOf(receipt, rosters));
  report.erase("state");   // the asker's word: whoever reads it here would take it for ours
  report["rosters"] = RostersJson(rosters);
  return report;
}

ExitCode VerifyReceipt(const VerifyOptions& options, Terminal& terminal) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return PrintError(terminal, rosters.status());
  const auto receipt = LoadReceipt(options.receipt);
  if (!receipt.ok()) return PrintError(terminal, receipt.status());
  const ReceiptCheck check = CheckReceipt(*receipt, *rosters);
  AuditReport report{"Receipt " + ReceiptNumber(receipt->frame.hash()),
                     AuditedReceiptJson(*receipt, check, *rosters), "", ExitOf(check.Overall())};
  report.text = ReceiptText(report.json, terminal.width) + RostersText(*rosters);
  return PrintReport(report, options.output, terminal);
}

}  // namespace whoelse
