#include "cli/audit_reconcile.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "audit/ledger_file.h"
#include "audit/reconcile.h"
#include "cli/audit_client.h"
#include "cli/audit_logs.h"
#include "cli/audit_receipt.h"
#include "cli/audit_trust.h"
#include "rpc/clock.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLedgerMax = size_t{256} << 20;   // about a million rows

absl::Status LoadLedger(const std::string& path, const Roster& roster, ReconcileInput& input) {
  const auto bytes = ReadWholeFile(path, kLedgerMax);
  if (!bytes.ok()) return bytes.status();
  const auto file = LedgerFile::Parse(AsText(*bytes));
  if (!file.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(file.status().message()));
  }
  if (file->federation != roster.federation) {
    return absl::InvalidArgumentError(path + ": is another federation's");
  }
  AgencyRecords records;
  records.agency = file->agency;
  for (const LedgerFile::Whole& whole : file->whole) {
    const auto fixed = std::ranges::find_if(file->digests, [&](const LedgerFile::Digest& digest) {
      return digest.coordinator == whole.coordinator && digest.log_key_id == whole.log_key_id &&
             digest.to == whole.from - 1;
    });   // there is one, or the file would not parse
    records.whole.push_back({{whole.coordinator, whole.log_key_id}, whole.from, fixed->logged_at,
                             fixed->index});
  }
  for (const LedgerFile::Row& row : file->rows) {
    records.ledger.push_back({{row.coordinator, row.log_key_id}, row.row, row.late});
  }
  input.agencies.push_back(std::move(records));
  return absl::OkStatus();
}

// A relay's word counts with its signature only: else a receipt that somebody made up accuses it.
bool IsGenuine(const Admission& admission, const std::vector<Roster>& rosters) {
  return std::ranges::any_of(rosters, [&](const Roster& roster) {
    const RosterCoordinator* const relay = roster.FindCoordinator(admission.coordinator);
    return relay != nullptr && relay->log_key.key_id == admission.log_key_id &&
           admission.SignedBy(relay->admission_key, roster.federation);
  });
}

void AddReceipt(const Receipt& receipt, const std::vector<Roster>& rosters,
                ReconcileInput& input) {
  for (const ReceiptPart& part : receipt.parts) {
    if (!part.admission || !IsGenuine(*part.admission, rosters)) continue;
    input.admissions.push_back({*part.admission, 0});
    HeldItems held{{part.relay, part.admission->log_key_id}, part.admission->index, {}};
    for (const ReceiptItem& item : part.items) {
      if (const auto* bytes = std::get_if<Bytes>(&item.what)) {
        held.items.emplace_back(item.agency, *bytes);
      } else if (const auto* code = std::get_if<RelayCode>(&item.what)) {
        held.items.emplace_back(item.agency, *code);
      }
    }
    input.items.push_back(std::move(held));
  }
}

absl::StatusOr<FrameHash> LoadReceiptInto(const std::string& path,
                                          const std::vector<Roster>& rosters,
                                          ReconcileInput& input) {
  const auto receipt = LoadReceipt(path);
  if (!receipt.ok()) return receipt.status();
  AddReceipt(*receipt, rosters, input);
  return receipt->frame.hash();
}

AgencyRecords& RecordsOf(AgencyId agency, ReconcileInput& input) {
  const auto found = std::ranges::find(input.agencies, agency, &AgencyRecords::agency);
  if (found != input.agencies.end()) return *found;
  AgencyRecords records;
  records.agency = agency;
  return input.agencies.emplace_back(std::move(records));
}

// "1003=receipts/": all questions that agency 1003 has a record of.
absl::Status LoadReceiptsOf(const std::string& argument, const std::vector<Roster>& rosters,
                            ReconcileInput& input) {
  const size_t equals = std::min(argument.find('='), argument.size());
  AgencyId agency = 0;
  const auto [end, error] = std::from_chars(argument.data(), argument.data() + equals, agency);
  if (error != std::errc() || end != argument.data() + equals || equals == argument.size()) {
    return absl::InvalidArgumentError("receipts-of: should be an agency's id, = and a folder");
  }
  std::vector<FrameHash> sent;
  std::error_code trouble;
  const std::string folder = argument.substr(equals + 1);
  for (const auto& entry : std::filesystem::directory_iterator(folder, trouble)) {
    const auto hash = LoadReceiptInto(entry.path(), rosters, input);
    if (!hash.ok()) return hash.status();
    sent.push_back(*hash);
  }
  if (trouble) return absl::InvalidArgumentError(folder + ": " + trouble.message());
  RecordsOf(agency, input).sent = std::move(sent);
  return absl::OkStatus();
}

// By its own word DEADLINE or QUEUE_FULL, a relay had the node on its stream.
void AddAttachments(ReconcileInput& input) {
  for (const HeldItems& held : input.items) {
    for (const auto& [agency, item] : held.items) {
      const auto* const code = std::get_if<RelayCode>(&item);
      const auto records = std::ranges::find(input.agencies, agency, &AgencyRecords::agency);
      if (code == nullptr || records == input.agencies.end() || records->ledger.empty()) continue;
      if (*code != RelayCode::kDeadline && *code != RelayCode::kQueueFull) continue;
      records->attachments.push_back({held.log, held.asked_index, held.asked_index, false});
    }
  }
}

// `not_opened` counts the logs whose side table nobody opens: those that have ended, as a rule.
absl::Status AddSideTables(const ReconcileOptions& options, const std::vector<Roster>& rosters,
                           ReconcileInput& input, size_t& not_opened) {
  if (options.credential.empty()) return absl::OkStatus();
  const SystemClock clock;
  auto client = AuditClient::Open(rosters.back(), options.credential, clock);
  if (!client.ok()) return client.status();
  for (const auto& [id, log] : input.logs) {
    const auto entries = client->ReadSideTable(id, log.size());
    if (absl::IsNotFound(entries.status())) {
      ++not_opened;
      continue;
    }
    if (!entries.ok()) return entries.status();
    input.side_table.insert(input.side_table.end(), entries->begin(), entries->end());
  }
  return absl::OkStatus();
}

absl::StatusOr<ReconcileInput> Gather(const ReconcileOptions& options,
                                      const std::vector<Roster>& rosters, Terminal& terminal,
                                      size_t& not_opened) {
  ReconcileInput input;
  input.now_ms = SystemClock().NowMs();
  auto logs = LoadLogs(options.logs, rosters, terminal);
  if (!logs.ok()) return logs.status();
  for (auto& [id, log] : *logs) input.logs[id] = std::move(log.log);
  for (const std::string& path : options.ledgers) {
    const absl::Status loaded = LoadLedger(path, rosters.back(), input);
    if (!loaded.ok()) return loaded;
  }
  for (const std::string& path : options.receipts) {
    const auto loaded = LoadReceiptInto(path, rosters, input);
    if (!loaded.ok()) return loaded.status();
  }
  for (const std::string& argument : options.receipts_of) {
    const absl::Status loaded = LoadReceiptsOf(argument, rosters, input);
    if (!loaded.ok()) return loaded;
  }
  AddAttachments(input);
  const absl::Status read = AddSideTables(options, rosters, input, not_opened);
  if (!read.ok()) return read;
  return input;
}

std::string NameOf(const AtFault& party, const Roster& roster) {
  const RosterAgency* const agency = roster.FindAgency(party.agency);
  const RosterCoordinator* const coordinator = roster.FindCoordinator(party.coordinator);
  if (agency != nullptr) return agency->name;
  if (coordinator != nullptr) return coordinator->name;
  return party.agency != 0 ? "agency " + std::to_string(party.agency)
                           : "coordinator " + std::to_string(party.coordinator);
}

Json MismatchesJson(const Reconciliation& result, const Roster& roster) {
  Json list = Json::array();
  for (const MismatchFound& found : result.mismatches) {
    const MismatchWords& words = WordsOf(found.kind);
    list.push_back({{"at_fault", NameOf(found.at_fault, roster)},
                    {"what", std::string(words.name)},
                    {"log", NameOf({0, found.log.coordinator}, roster)},
                    {"leaf", found.index},
                    {"receipt", found.frame_hash.IsZero() ? Json()
                                                          : Json(ReceiptNumber(found.frame_hash))},
                    {"found_in", std::string(words.found_in)},
                    {"missing_in", std::string(words.missing_in)},
                    {"proof", std::string(words.proof)}});
  }
  return list;
}

// One paragraph a mismatch: a table would be cut at the terminal's edge.
std::string TextOf(const Json& report) {
  std::string out;
  for (const Json& found : report["mismatches"]) {
    out += found["at_fault"].get<std::string>() + ": " + found["what"].get<std::string>() +
           " (leaf " + found["leaf"].dump() + " of " + found["log"].get<std::string>() + ")\n" +
           "  found in " + found["found_in"].get<std::string>();
    if (found["missing_in"] != "") out += ", missing in " + found["missing_in"].get<std::string>();
    out += "\n  proof: " + found["proof"].get<std::string>() + "\n";
  }
  if (out.empty()) out = "No mismatch.\n";
  const Json& compared = report["compared"];
  return out + "\nCompared: " + compared["questions"].dump() + " questions in the logs, " +
         compared["ledger_rows"].dump() + " ledger rows, " + compared["answers"].dump() +
         " answers.\nNot compared: " + compared["questions_without_items"].dump() +
         " questions whose receipts were not given, " + compared["beyond_the_copies"].dump() +
         " rows of which the logs' copies do not say yet who is at fault, " +
         compared["unusable_receipt_parts"].dump() + " receipt parts that the log does not confirm, " +
         compared["side_tables_not_opened"].dump() + " logs whose side table nobody opens.\n";
}

}  // namespace

ExitCode ReconcileRecords(const ReconcileOptions& options, Terminal& terminal) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return PrintError(terminal, rosters.status());
  size_t not_opened = 0;
  const auto input = Gather(options, *rosters, terminal, not_opened);
  if (!input.ok()) return PrintError(terminal, input.status());
  const Reconciliation result = Reconcile(*input, *rosters);
  AuditReport report{"Reconciliation",
                     {{"mismatches", MismatchesJson(result, rosters->back())},
                      {"compared",
                       {{"questions", result.questions},
                        {"ledger_rows", result.ledger_rows},
                        {"answers", result.answers_compared},
                        {"questions_without_items", result.questions_without_items},
                        {"beyond_the_copies", result.not_covered_yet},
                        {"unusable_receipt_parts", result.items_unusable},
                        {"side_tables_not_opened", not_opened}}},
                      {"rosters", RostersJson(*rosters)}},
                     "", result.mismatches.empty() ? kExitOk : kExitRefuted};
  report.text = TextOf(report.json);
  return PrintReport(report, options.output, terminal);
}

}  // namespace whoelse
