#include "cli/audit_desk.h"

#include <optional>

#include "audit/side_table.h"
#include "cli/audit_client.h"
#include "cli/audit_logs.h"
#include "cli/audit_trust.h"
#include "node/identifier.h"
#include "rpc/clock.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

// What every command of the desk starts from.
struct Desk {
  std::vector<Roster> rosters;
  std::map<LogId, AuditedLog> logs;
  SystemClock clock;
  std::optional<AuditClient> client;
  Json not_opened = Json::array();   // logs whose tables nobody opens, and why

  const Roster& roster() const { return rosters.back(); }
  std::string NameOf(AgencyId id) const {
    for (auto roster = rosters.rbegin(); roster != rosters.rend(); ++roster) {
      if (const RosterAgency* const agency = roster->FindAgency(id)) return agency->name;
    }
    return "unknown agency " + std::to_string(id);
  }
  // Of a log that has ended, as a rule: what is missing must not hide what the others show.
  bool NotOpened(const AuditedLog& log, const absl::Status& read) {
    if (!absl::IsNotFound(read)) return false;
    not_opened.push_back({{"log", log.coordinator->log_key.name},
                          {"why", std::string(read.message())}});
    return true;
  }
};

absl::Status Open(const DeskOptions& options, Terminal& terminal, Desk& desk) {
  auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return rosters.status();
  desk.rosters = *std::move(rosters);
  auto logs = LoadLogs(options.logs, desk.rosters, terminal);
  if (!logs.ok()) return logs.status();
  desk.logs = *std::move(logs);
  auto client = AuditClient::Open(desk.roster(), options.credential, desk.clock);
  if (!client.ok()) return client.status();
  desk.client.emplace(*std::move(client));
  return absl::OkStatus();
}

absl::StatusOr<AuditReport> VolumesReport(Desk& desk) {
  AuditReport report{"Questions by agency", {{"rosters", RostersJson(desk.rosters)}}, "", kExitOk};
  Json rows = Json::array(), unopened = Json::array();
  for (const auto& [id, log] : desk.logs) {
    const auto table = desk.client->ReadSideTable(id, log.log.size());
    if (desk.NotOpened(log, table.status())) continue;
    if (!table.ok()) return table.status();
    const Volumes volumes = CountVolumes(id, log.log, *table);
    for (const auto& [agency, days] : volumes.questions) {
      for (const auto& [day, count] : days) {
        rows.push_back({{"relay", log.coordinator->name}, {"agency", desk.NameOf(agency)},
                        {"day", Date::FromDays(static_cast<int64_t>(day)).Iso()},
                        {"questions", count}, {"log", log.coordinator->log_key.name}});
      }
    }
    if (volumes.unopened.empty() && volumes.unfounded.empty()) continue;
    report.exit = kExitRefuted;
    unopened.push_back({{"at_fault", log.coordinator->name},
                        {"questions_without_asker", volumes.unopened},
                        {"askers_without_question", volumes.unfounded}});
  }
  report.json["side_tables_at_fault"] = std::move(unopened);
  report.json["volumes"] = std::move(rows);
  return report;
}

absl::StatusOr<DrawSeed> SeedOf(const std::string& given) {
  if (given.empty()) {
    SystemRandom random;
    return random.NewFixed<DrawSeed>();
  }
  DrawSeed seed;
  if (FromHex(given, std::span<uint8_t>(seed.data(), DrawSeed::kSize))) return seed;
  return absl::InvalidArgumentError("seed: should be 64 lower-case hexadecimal digits");
}

absl::StatusOr<AuditReport> DrawReport(const DeskOptions& options, Desk& desk, Terminal& terminal) {
  const auto seed = SeedOf(options.seed);
  if (!seed.ok()) return seed.status();
  // Before any side table is read: what is drawn cannot have been chosen by what is in them.
  terminal.err << "Commitment to this draw: " << ToHex(CommitToDraw(*seed)) << "\n" << std::flush;
  std::vector<SideTableEntry> all;
  Json sizes = Json::array();
  for (const auto& [id, log] : desk.logs) {
    const auto table = desk.client->ReadSideTable(id, log.log.size());
    if (desk.NotOpened(log, table.status())) continue;
    if (!table.ok()) return table.status();
    for (const SideTableEntry& entry : *table) {
      if (log.log.Asked(entry.index) != nullptr) all.push_back(entry);
    }
    sizes.push_back({{"log", log.coordinator->log_key.name}, {"entries", log.log.size()}});
  }
  Json drawn = Json::array();
  for (const SideTableEntry& entry : Draw(*seed, all, options.count)) {
    const AuditedLog& log = desk.logs.at(entry.log);
    const AskedEntry& asked = *log.log.Asked(entry.index);
    // What the asker is asked for stands first: a terminal cuts a table at its right.
    drawn.push_back({{"receipt", ReceiptNumber(asked.frame_hash)},
                     {"agency", desk.NameOf(entry.asker)}, {"relay", log.coordinator->name},
                     {"leaf", entry.index}, {"asked_ms", asked.time_ms},
                     {"log", log.coordinator->log_key.name}});
  }
  return AuditReport{"Leaves to open",
                     {{"seed", ToHex(*seed)}, {"commitment", ToHex(CommitToDraw(*seed))},
                      {"logs", std::move(sizes)}, {"drawn_from", all.size()},
                      {"drawn", std::move(drawn)}, {"rosters", RostersJson(desk.rosters)}},
                     "", kExitOk};
}

absl::StatusOr<AuditReport> CensusReport(Desk& desk) {
  AuditReport report{"Census of enrolments", {{"rosters", RostersJson(desk.rosters)}}, "", kExitOk};
  Json rows = Json::array(), bad = Json::array();
  std::map<CoordinatorId, Census> censuses;
  for (const auto& [id, log] : desk.logs) {
    const auto tables = desk.client->ReadEvaluated(id, log.log.size());
    if (desk.NotOpened(log, tables.status())) continue;
    if (!tables.ok()) return tables.status();
    Census& census = censuses.try_emplace(id.coordinator, desk.roster()).first->second;
    const Census::Faults faults = census.Add(log.evaluated, *tables);
    if (!faults.any()) continue;
    report.exit = kExitRefuted;
    bad.push_back({{"at_fault", log.coordinator->name}, {"log", log.coordinator->log_key.name},
                   {"not_opened", faults.not_opened},
                   {"not_what_was_logged", faults.contradicted}});
  }
  for (const auto& [id, census] : censuses) {
    for (const CensusRow& row : census.Rows()) {
      if (row.TooMany()) report.exit = kExitRefuted;
      rows.push_back({{"evaluator", desk.roster().FindCoordinator(id)->name},
                      {"agency", desk.NameOf(row.agency)}, {"key_version", row.kv},
                      {"bulk", row.bulk}, {"bulk_allowed", row.bulk_allowed},
                      {"too_many", row.TooMany()}, {"enrolled_this_month", row.enrolled},
                      {"allowance_of_a_month", row.enrol_allowance}});
    }
  }
  report.json["tables_at_fault"] = std::move(bad);
  report.json["census"] = std::move(rows);
  return report;
}

template <typename Make>
ExitCode AtTheDesk(const DeskOptions& options, Terminal& terminal, Make make) {
  Desk desk;
  if (const absl::Status opened = Open(options, terminal, desk); !opened.ok()) {
    return PrintError(terminal, opened);
  }
  absl::StatusOr<AuditReport> report = make(desk);
  if (!report.ok()) return PrintError(terminal, report.status());
  if (!desk.not_opened.empty() && report->exit == kExitOk) report->exit = kExitNotProvable;
  report->json["tables_that_nobody_opens"] = std::move(desk.not_opened);
  return PrintReport(*report, options.output, terminal);
}

}  // namespace

ExitCode ShowVolumes(const DeskOptions& options, Terminal& terminal) {
  return AtTheDesk(options, terminal, VolumesReport);
}

ExitCode DrawLeaves(const DeskOptions& options, Terminal& terminal) {
  return AtTheDesk(options, terminal,
                   [&](Desk& desk) { return DrawReport(options, desk, terminal); });
}

ExitCode TakeTheCensus(const DeskOptions& options, Terminal& terminal) {
  return AtTheDesk(options, terminal, CensusReport);
}

}  // namespace whoelse
