#include "cli/audit_trust.h"

#include <algorithm>
#include <ranges>

#include "audit/checkpoint.h"
#include "protocol/limits.h"
#include "vault/durable_file.h"

namespace whoelse {
namespace {

absl::StatusOr<Roster> LoadRoster(const std::string& path) {
  const auto bytes = ReadWholeFile(path, 2 * kRosterNoteMax);
  if (!bytes.ok()) return bytes.status();
  const auto offered = SignedRoster::Parse(*bytes);
  const auto note = offered.ok() ? Note::Parse(offered->note) : offered.status();
  auto roster = note.ok() ? Roster::Parse(note->text) : note.status();
  const auto signers = roster.ok() ? VerifyNote(*note, roster->roots) : roster.status();
  if (!signers.ok()) {
    return absl::InvalidArgumentError(path + ": " + std::string(signers.status().message()));
  }
  if (signers->size() < roster->roots_needed) {
    return absl::InvalidArgumentError(path + ": too few of its roots have signed it");
  }
  return roster;
}

}  // namespace

absl::StatusOr<std::vector<Roster>> LoadRosters(const std::vector<std::string>& paths) {
  std::vector<Roster> rosters;
  for (const std::string& path : paths) {
    auto roster = LoadRoster(path);
    if (!roster.ok()) return roster.status();
    const auto same = std::ranges::find(rosters, roster->version, &Roster::version);
    if (same != rosters.end() && same->hash == roster->hash) continue;
    if (same != rosters.end()) {
      return absl::InvalidArgumentError(path + ": is another roster of a version that is there "
                                        "already: keep both files, somebody signed twice");
    }
    if (!rosters.empty() && rosters.front().federation != roster->federation) {
      return absl::InvalidArgumentError(path + ": is another federation's");
    }
    rosters.push_back(*std::move(roster));
  }
  if (rosters.empty()) return absl::InvalidArgumentError("roster: give at least one with --roster");
  std::ranges::sort(rosters, {}, &Roster::version);
  return rosters;
}

nlohmann::ordered_json RostersJson(const std::vector<Roster>& rosters) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Roster& roster : rosters) {
    list.push_back({{"version", roster.version}, {"federation", roster.name},
                    {"hash", ToHex(roster.hash)}});
  }
  return list;
}

std::string RostersText(const std::vector<Roster>& rosters) {
  std::string out =
      "\nAll this rests on the rosters given. Compare with those that the federation publishes:\n";
  for (const Roster& roster : rosters) {
    out += "- version " + std::to_string(roster.version) + ", hash " + ToHex(roster.hash) + "\n";
  }
  return out;
}

absl::StatusOr<KnownLog> FindLog(const std::vector<Roster>& rosters, const Note& checkpoint) {
  for (const Roster& roster : rosters | std::views::reverse) {
    for (const RosterCoordinator& coordinator : roster.coordinators) {
      const absl::Status opened = OpenCheckpoint(checkpoint, coordinator.log_key).status();
      if (opened.ok()) return KnownLog{&roster, &coordinator};
      if (!absl::IsNotFound(opened)) {
        return absl::DataLossError("checkpoint: " + std::string(opened.message()));
      }
    }
  }
  return absl::NotFoundError("checkpoint: no log of these rosters has signed it");
}

std::vector<NoteVerifier> WitnessKeys(const Roster& roster) {
  std::vector<NoteVerifier> keys;
  for (const RosterWitness& witness : roster.witnesses) keys.push_back(witness.key);
  return keys;
}

}  // namespace whoelse
