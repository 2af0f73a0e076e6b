#include "cli/audit_mirror.h"

#include <cstdio>
#include <filesystem>

#include "audit/log_rules.h"
#include "cli/audit_logs.h"
#include "cli/https_log.h"
#include "cli/log_folder.h"
#include "rpc/clock.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kCloseMs = 10'000;   // beyond the deadline, for what a relay has to write
constexpr char kVkeyFile[] = "log.vkey";
constexpr std::string_view kConflictNames[] = {"forked", "truncated", "rewritten"};

struct Source {
  std::string name;
  FileReader files;
};

absl::StatusOr<std::vector<Source>> LogsIn(const std::string& folder) {
  const auto folders = LogFoldersIn(folder);
  if (!folders.ok()) return folders.status();
  std::vector<Source> sources;
  for (const std::string& one : *folders) sources.push_back({one, FilesIn(one)});
  return sources;
}

absl::StatusOr<std::vector<Source>> SourcesOf(const MirrorOptions& options,
                                              const std::vector<Roster>& rosters,
                                              const Clock& clock) {
  LogServerTrust trust{{}, options.ca};
  for (const RosterCoordinator& c : rosters.back().coordinators) trust.pins.push_back(c.tls_pin);
  std::vector<Source> sources;
  for (const std::string& place : options.from) {
    if (place.find("://") == std::string::npos) {
      auto logs = LogsIn(place);
      if (!logs.ok()) return logs.status();
      sources.insert(sources.end(), logs->begin(), logs->end());
      continue;
    }
    auto files = FilesAt(place, trust, clock);
    if (!files.ok()) return files.status();
    sources.push_back({place, *std::move(files)});
  }
  return sources;
}

Json CosignedJson(const Note& note, const Roster& roster) {
  const auto witnessed = VerifyCosignatures(note, WitnessKeys(roster));
  if (!witnessed.ok()) return {{"bad", std::string(witnessed.status().message())}};
  Json names = Json::array();
  for (const Witnessed& one : *witnessed) names.push_back(roster.witnesses[one.witness].name);
  return {{"witnesses", names}, {"needed", roster.quorum},
          {"quorum", witnessed->size() >= roster.quorum}};
}

// Of a log that nothing was asked in yet, none.
Json TimeJson(TimeMs time) { return time == 0 ? Json() : Json(time); }

Json RulesJson(const LogRules::Summary& summary) {
  Json breaches = Json::array();
  for (const LogBreach& breach : summary.breaches) {
    breaches.push_back({{"entry", breach.index}, {"what", breach.what}});
  }
  return {{"questions", summary.entries[0]},    {"answered", summary.entries[1]},
          {"evaluation_tables", summary.entries[2]}, {"ledger_digests", summary.entries[3]},
          {"rosters", summary.entries[4]},      {"key_events", summary.entries[5]},
          {"openings", summary.entries[6]},     {"first_ms", TimeJson(summary.first_ms)},
          {"last_ms", TimeJson(summary.last_ms)}, {"still_open", summary.open.size()},
          {"breaches_in_all", summary.breaches_total}, {"breaches", std::move(breaches)}};
}

// The worst of all logs decides: a violation outranks a log that could not be read.
struct Outcome {
  Json json;
  ExitCode exit = kExitOk;
};
ExitCode Worst(ExitCode a, ExitCode b) {
  if (a == kExitRefuted || b == kExitRefuted) return kExitRefuted;
  return a == kExitOk ? b : a;
}

Outcome Unread(Json json, const absl::Status& status) {
  json["result"] = absl::IsDataLoss(status) ? "damaged" : "not read";
  json["why"] = std::string(status.message());
  return {std::move(json), absl::IsDataLoss(status) ? kExitRefuted : kExitFailed};
}

Outcome Judged(Json json, const KnownLog& log, const Checkpoint& checkpoint, const Note& note,
               LogRules& rules) {
  const auto summary = rules.Finish(log.roster->parameters.deadline_ms + kCloseMs);
  json["result"] = summary.breaches_total == 0 ? "good" : "breaks rules";
  json["entries"] = checkpoint.size;
  json["root"] = Base64Encode(checkpoint.root);
  json["cosigned"] = CosignedJson(note, *log.roster);
  json["content"] = RulesJson(summary);
  const bool bad = summary.breaches_total > 0 || json["cosigned"].contains("bad");
  return {std::move(json), bad ? kExitRefuted : kExitOk};
}

Json HeadOf(const KnownLog& log, const Source& source) {
  return {{"coordinator", log.coordinator->name}, {"origin", log.coordinator->log_key.name},
          {"from", source.name}};
}

absl::Status KeepEvidence(const LogConflict& conflict, const std::string& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  for (const auto& [name, note] : {std::pair{"kept", &conflict.kept},
                                   std::pair{"offered", &conflict.offered}}) {
    const std::string text = note->Serialize();
    const std::string path = dir + "/" + ToHex(Sha256({AsBytes(text)})).substr(0, 16) + "-" + name +
                             ".note";
    const absl::Status written = WriteFileDurably(path, AsBytes(text), 0644);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

Outcome Conflicted(Json json, const Mirrored& done, const std::string& dir) {
  const LogConflict& conflict = *done.conflict;
  json["result"] = std::string(kConflictNames[static_cast<size_t>(conflict.kind)]);
  json["first_changed_entry"] = conflict.first_changed ? Json(*conflict.first_changed) : Json();
  json["at_fault"] = json["coordinator"];
  const std::string evidence = dir + "/evidence";
  const absl::Status kept = KeepEvidence(conflict, evidence);
  json["evidence"] = kept.ok() ? evidence : std::string(kept.message());
  json["entries"] = done.checkpoint.size;
  return {std::move(json), kExitRefuted};
}

// A coordinator with a new log key has a second log, whose copy must not be held against the first's.
std::string FolderOf(const RosterCoordinator& coordinator, const std::string& vkey,
                     const std::string& into) {
  const std::string first = into + "/coordinator-" + std::to_string(coordinator.id);
  const auto there = FilesIn(first)(kVkeyFile);
  if (!there.ok() || AsText(*there) == vkey) return first;
  char key_id[10];
  std::snprintf(key_id, sizeof key_id, "-%08x", coordinator.log_key.key_id);
  return first + key_id;
}

Outcome MirrorOne(const Source& source, const std::vector<Roster>& rosters, const std::string& into,
                  Terminal& terminal) {
  const auto log = WhoseLog(source.files, rosters);
  if (!log.ok()) return Unread({{"from", source.name}}, log.status());
  Json json = HeadOf(*log, source);
  const std::string vkey = log->coordinator->log_key.Encode() + "\n";
  const std::string dir = FolderOf(*log->coordinator, vkey, into);
  json["copy"] = dir;
  FolderCopy copy(dir);
  if (const absl::Status kept = copy.Write(kVkeyFile, AsBytes(vkey)); !kept.ok()) {
    return Unread(std::move(json), kept);
  }
  LogRules rules;
  absl::StatusOr<Mirrored> done;
  {
    ProgressBar bar(terminal, log->coordinator->name + ": entries checked");
    done = MirrorLog(
        log->coordinator->log_key, source.files, copy,
        [&](uint64_t index, ByteView entry) {
          rules.OnEntry(index, entry);
          return absl::OkStatus();
        },
        [&](uint64_t n, uint64_t total) { bar.Show(n, total); });
  }
  if (!done.ok()) return Unread(std::move(json), done.status());
  if (done->conflict) return Conflicted(std::move(json), *done, dir);
  json["new_entries"] = done->checkpoint.size - done->size_before;
  json["files_fetched"] = done->files_fetched;
  return Judged(std::move(json), *log, done->checkpoint, done->note, rules);
}

Outcome CheckOne(const Source& source, const std::vector<Roster>& rosters, Terminal& terminal) {
  const auto log = WhoseLog(source.files, rosters);
  if (!log.ok()) return Unread({{"from", source.name}}, log.status());
  Json json = HeadOf(*log, source);
  LogRules rules;
  absl::StatusOr<CheckedLog> done;
  {
    ProgressBar bar(terminal, log->coordinator->name + ": entries checked");
    done = CheckLog(
        log->coordinator->log_key, source.files,
        [&](uint64_t index, ByteView entry) {
          rules.OnEntry(index, entry);
          return absl::OkStatus();
        },
        [&](uint64_t n, uint64_t total) { bar.Show(n, total); });
  }
  if (!done.ok()) return Unread(std::move(json), done.status());
  return Judged(std::move(json), *log, done->checkpoint, done->note, rules);
}

template <typename One>
ExitCode EachLog(const std::vector<Source>& sources, const std::vector<Roster>& rosters, One one,
                 const char* title, const AuditOutput& output, Terminal& terminal) {
  AuditReport report{title, {{"rosters", RostersJson(rosters)}, {"logs", Json::object()}}, "", kExitOk};
  for (const Source& source : sources) {
    Outcome outcome = one(source);
    report.exit = Worst(report.exit, outcome.exit);
    report.json["logs"][source.name] = std::move(outcome.json);
  }
  return PrintReport(report, output, terminal);
}

}  // namespace

ExitCode Mirror(const MirrorOptions& options, Terminal& terminal) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return PrintError(terminal, rosters.status());
  const SystemClock clock;
  const auto sources = SourcesOf(options, *rosters, clock);
  if (!sources.ok()) return PrintError(terminal, sources.status());
  return EachLog(*sources, *rosters,
                 [&](const Source& source) {
                   return MirrorOne(source, *rosters, options.into, terminal);
                 },
                 "Copies of the logs", options.output, terminal);
}

ExitCode CheckLogs(const CheckOptions& options, Terminal& terminal) {
  const auto rosters = LoadRosters(options.rosters);
  if (!rosters.ok()) return PrintError(terminal, rosters.status());
  const auto sources = LogsIn(options.folder);
  if (!sources.ok()) return PrintError(terminal, sources.status());
  return EachLog(*sources, *rosters,
                 [&](const Source& source) { return CheckOne(source, *rosters, terminal); },
                 "Check of the logs", options.output, terminal);
}

}  // namespace whoelse
