#include "cli/ledger_open.h"

#include <algorithm>
#include <functional>

#include "cli/show_json.h"
#include "node/identifier.h"
#include "node/noted_json.h"
#include "node/who_looked.h"

namespace whoelse {
namespace {

using Json = nlohmann::ordered_json;

constexpr TimeMs kDayMs = 86'400'000;

absl::StatusOr<TimeMs> SinceOf(const std::string& since) {
  if (since.empty()) return TimeMs{0};
  const auto day = Date::Parse(since);
  if (!day.ok()) return absl::InvalidArgumentError("since: should be a day as in 2026-11-22");
  return static_cast<TimeMs>(day->days()) * kDayMs;
}

Json EntriesOf(SealedLedger& ledger) {
  std::ranges::stable_sort(ledger.notes, std::greater(), &Noted::received_ms);
  Json entries = Json::array();
  for (const Noted& noted : ledger.notes) {
    Json entry{{"received_ms", noted.received_ms}};
    entry.update(NotedJson(noted));
    if (const auto name = ledger.names.find(noted.agency); name != ledger.names.end()) {
      entry["agency"] = name->second;
    }
    entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<SealedLedger> Open(const LedgerOpenOptions& options) {
  const auto since = SinceOf(options.since);
  if (!since.ok()) return since.status();
  const auto door = Door::Open(options.door);
  if (!door.ok()) return door.status();
  return OpenSealedLedger(*door, options.keys, *since, [&](const Noted& noted) {
    return options.record == 0 || IsAbout(noted, {options.record});
  });
}

}  // namespace

ExitCode OpenLedger(const LedgerOpenOptions& options, Terminal& terminal) {
  auto ledger = Open(options);
  if (!ledger.ok()) return PrintError(terminal, ledger.status());
  const Json entries = EntriesOf(*ledger);
  if (options.json) {
    terminal.out << Json{{"entries", entries},
                         {"complete_until_ms", ledger->complete_until_ms},
                         {"sealed_to_another_key", ledger->other_key}}.dump(2)
                 << "\n";
    return kExitOk;
  }
  terminal.out << (entries.empty() ? "Nobody asked about a child here.\n"
                                   : JsonAsText(entries, terminal.width));
  TellOfTheRest(*ledger, terminal);
  return kExitOk;
}

}  // namespace whoelse
