#include "cli/audit_receipt.h"

#include "cli/audit_trust.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// A question to every agency there can be, through two relays, a wire each in base64.
constexpr size_t kReceiptMax = 2 * kAgenciesMax * 2'048;

std::string_view Word(Finding finding) {
  switch (finding) {
    case Finding::kHolds: return "proved";
    case Finding::kViolated: return "refuted";
    case Finding::kNotVerifiable: break;
  }
  return "not provable";
}

std::string_view Word(ReceiptAgency::Came came) {
  switch (came) {
    case ReceiptAgency::Came::kNothing: return "nothing that proves anything";
    case ReceiptAgency::Came::kRelayCode: return "no answer, by the relay's word";
    case ReceiptAgency::Came::kRefused: return "could not process the question";
    case ReceiptAgency::Came::kSealed: return "a sealed answer";
    case ReceiptAgency::Came::kNothingDisclosed: return "nothing disclosed";
    case ReceiptAgency::Came::kDisclosed: return "disclosed";
    case ReceiptAgency::Came::kDisputed: return "two answers that differ";
  }
  return "";
}

const Roster* RosterOf(const Receipt& receipt, const std::vector<Roster>& rosters) {
  for (const Roster& roster : rosters) {
    if (roster.hash == receipt.roster_hash) return &roster;
  }
  return nullptr;
}

Json FindingsJson(const ReceiptCheck& check) {
  Json list = Json::array();
  for (const ReceiptFinding& finding : check.findings) {
    list.push_back({{"claim", std::string(Name(finding.claim))},
                    {"relay", finding.relay == 0 ? Json() : Json(finding.relay)},
                    {"finding", std::string(Word(finding.finding))},
                    {"words", finding.words}});
  }
  return list;
}

Json AgenciesJson(const ReceiptCheck& check, const Roster* roster) {
  Json list = Json::array();
  for (const ReceiptAgency& agency : check.agencies) {
    const RosterAgency* const named = roster ? roster->FindAgency(agency.agency) : nullptr;
    Json reason;
    if (agency.refusal) reason = std::string(Name(*agency.refusal));
    if (agency.code) reason = std::string(Name(*agency.code));
    list.push_back({{"id", agency.agency},
                    {"agency", named ? Json(named->name) : Json()},
                    {"came", std::string(Word(agency.came))},
                    {"reason", std::move(reason)}});
  }
  return list;
}

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

Json ReceiptJson(const Receipt& receipt, const ReceiptCheck& check,
                 const std::vector<Roster>& rosters) {
  return {{"receipt", ReceiptNumber(receipt.frame.hash())},
          {"result", std::string(Word(check.Overall()))},
          {"summary", check.summary},
          {"findings", FindingsJson(check)},
          {"agencies", AgenciesJson(check, RosterOf(receipt, rosters))},
          {"not_shown", check.not_shown},
          {"rosters", RostersJson(rosters)}};
}

std::string ReceiptText(const Json& report) {
  constexpr size_t kColumn = 14;
  std::string out = "Receipt " + report["receipt"].get<std::string>() + ": " +
                    report["result"].get<std::string>() + ".\n" +
                    report["summary"].get<std::string>() + "\n\n";
  for (const Json& finding : report["findings"]) {
    std::string word = finding["finding"];
    word.resize(std::max(word.size(), kColumn), ' ');
    out += word + finding["words"].get<std::string>() + "\n";
  }
  if (!report["not_shown"].empty()) out += "\nWhat this does not show:\n";
  for (const Json& words : report["not_shown"]) out += "- " + words.get<std::string>() + "\n";
  out += "\nAll this rests on the rosters given. Compare with those that the federation publishes:\n";
  for (const Json& roster : report["rosters"]) {
    out += "- version " + roster["version"].dump() + ", hash " + roster["hash"].get<std::string>() +
           "\n";
  }
  return out;
}

ExitCode VerifyReceipt(const VerifyOptions& options, Terminal& terminal) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return AuditFailed(rosters.status(), terminal);
  const auto receipt = LoadReceipt(options.receipt);
  if (!receipt.ok()) return AuditFailed(receipt.status(), terminal);
  const ReceiptCheck check = CheckReceipt(*receipt, *rosters);
  AuditReport report{"Receipt " + ReceiptNumber(receipt->frame.hash()),
                     ReceiptJson(*receipt, check, *rosters), "", ExitOf(check.Overall())};
  report.text = ReceiptText(report.json);
  return PrintReport(report, options.output, terminal);
}

}  // namespace whoelse
