#include "cli/ledger_open.h"

#include <algorithm>
#include <map>

#include "cli/door.h"
#include "cli/key_file.h"
#include "cli/lead_key.h"
#include "cli/show_json.h"
#include "node/identifier.h"
#include "node/noted_json.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr TimeMs kDayMs = 86'400'000;

// One's own key, and what it opens of each file.
absl::StatusOr<std::vector<Secret<32>>> KeysOf(const LedgerOpenOptions& options) {
  auto own = ReadKeyFile(options.own);
  if (!own.ok()) return own.status();
  std::vector<Secret<32>> keys;
  for (const std::string& path : options.lead_keys) {
    const auto file = ReadLeadKeyFile(path);
    if (!file.ok()) return file.status();
    auto secret = file->Open(*own);
    if (!secret.ok()) return secret.status();
    keys.push_back(*std::move(secret));
  }
  keys.push_back(*std::move(own));   // a lead officer may be the only one
  return keys;
}

absl::StatusOr<TimeMs> SinceOf(const std::string& since) {
  if (since.empty()) return TimeMs{0};
  const auto day = Date::Parse(since);
  if (!day.ok()) return absl::InvalidArgumentError("since: should be a day as in 2026-11-22");
  return static_cast<TimeMs>(day->days()) * kDayMs;
}

struct Opened {
  std::vector<Noted> notes;
  std::map<AgencyId, std::string> names;
  uint64_t other_key = 0, entries = 0;
};

absl::Status Take(const v1::SealedPart& part, const std::vector<Secret<32>>& keys, RecordId record,
                  Opened& opened) {
  for (const auto& [agency, name] : part.agencies()) opened.names[agency] = name;
  for (const std::string& sealed : part.sealed()) {
    ++opened.entries;
    auto noted = OpenNoted(AsBytes(sealed), keys);
    if (absl::IsUnauthenticated(noted.status())) {
      ++opened.other_key;
      continue;
    }
    if (!noted.ok()) return noted.status();
    const bool wanted = record == 0 || std::ranges::any_of(noted->decisions, [&](const auto& one) {
      return one.record == record;
    });
    if (noted->Opened() && wanted) opened.notes.push_back(*std::move(noted));
  }
  return absl::OkStatus();
}

Json EntriesOf(Opened& opened) {
  std::ranges::stable_sort(opened.notes, std::greater(), &Noted::received_ms);
  Json entries = Json::array();
  for (const Noted& noted : opened.notes) {
    Json entry{{"received_ms", noted.received_ms}};
    entry.update(NotedJson(noted));
    if (const auto name = opened.names.find(noted.agency); name != opened.names.end()) {
      entry["agency"] = name->second;
    }
    entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<Opened> Open(const LedgerOpenOptions& options) {
  const auto keys = KeysOf(options);
  if (!keys.ok()) return keys.status();
  const auto since = SinceOf(options.since);
  if (!since.ok()) return since.status();
  const auto door = Door::Open(options.door);
  if (!door.ok()) return door.status();
  v1::ReadSealedCall call;
  call.set_since_ms(*since);
  Opened opened;
  const absl::Status read = door->ReadSealed(call, [&](const v1::SealedPart& part) {
    return Take(part, *keys, options.record, opened);
  });
  if (!read.ok()) return read;
  if (opened.entries > 0 && opened.other_key == opened.entries) {
    return absl::PermissionDeniedError(
        "own: this key opens nothing here: give with --lead-key the files of the lead officers' keys "
        "that you hold");
  }
  return opened;
}

}  // namespace

ExitCode OpenLedger(const LedgerOpenOptions& options, Terminal& terminal) {
  auto opened = Open(options);
  if (!opened.ok()) return PrintError(terminal, opened.status());
  const Json entries = EntriesOf(*opened);
  if (options.json) {
    terminal.out << Json{{"entries", entries}, {"sealed_to_another_key", opened->other_key}}.dump(2)
                 << "\n";
    return kExitOk;
  }
  terminal.out << (entries.empty() ? "Nobody asked about a child here.\n"
                                   : JsonAsText(entries, terminal.width));
  if (opened->other_key > 0) {
    terminal.err << "whoelse: " << opened->other_key << " more entries are sealed to another key: "
                 << "give the earlier keys' files with --lead-key too\n";
  }
  return kExitOk;
}

}  // namespace whoelse
